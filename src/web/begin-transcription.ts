/**
 * From an uploaded file to work that is under way: what it is by its bytes, its key, the sealed audio, then in one step the row and its
 * job. The same audio from the same person within a day is the same transcription: nobody pays twice for a second press of the button.
 */
import { recogniseAudio } from '../domain/audio/recognise-audio.ts';
import { UploadedBytes } from '../domain/audio/uploaded-bytes.ts';
import { limitsOf, REFUSAL_REMEDIES, TRANSCRIBERS } from '../domain/transcription/transcription-setting.ts';
import { log } from '../log.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { findJob } from '../store/jobs.ts';
import { deleteUploads, putUpload } from '../store/transcription-bucket.ts';
import {
  findSame,
  getTranscription,
  newTranscription,
  retryTranscription,
  storeTranscription,
  type Transcription,
} from '../store/transcriptions.ts';
import { invalidField } from './check-input.ts';
import { Problem } from './errors.ts';
import { readUpload, type Upload, type UploadedFile } from './read-upload.ts';
import type { Ask } from './route.ts';

type Asked = Pick<Ask, 'env' | 'config' | 'db' | 'actor' | 'now'>;

const DAY_MS = 24 * 3_600_000;
const MOST_NAME = 200;

/** Whoever writes it down. */
export const MOST_AUDIO_BYTES = Math.max(...TRANSCRIBERS.map((engine) => limitsOf(engine).mostBytes));

/** The form, once it is certain that somebody would write the audio down. */
export async function readAudioForm({ c, config }: Pick<Ask, 'c' | 'config'>): Promise<Upload> {
  const { engine, refusal } = config.transcription;
  if (refusal !== null) throw new Problem(409, refusal, { detail: REFUSAL_REMEDIES[refusal] });
  const { mostBytes } = limitsOf(engine);
  try {
    return await readUpload(c.req.raw, mostBytes);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'too_large') throw error;
    throw new Problem(413, 'too_large', { detail: tooLarge(mostBytes) });
  }
}

const tooLarge = (mostBytes: number): string =>
  `A file may have at most ${mostBytes / 1_000_000} MB. Save it as MP3 at a lower bit rate, or cut it into parts.`;

export async function beginTranscription(
  ask: Asked,
  file: UploadedFile,
  language: string | null,
): Promise<Transcription> {
  const { env, config, db, actor, now } = ask;
  const { format, durationMs } = audioIn(ask, file);
  const sha256 = await sha256Of(file.pieces);
  const audio = { createdBy: actor.id, sha256, language };
  const known = await findSame(db, audio, now - DAY_MS);
  if (known !== null) return again(ask, known);
  const { id, dataKey } = await newTranscription(config.keyRing, now);
  await putUpload(env.BUCKET, id, dataKey, file.pieces);
  const given = {
    ...{ ...audio, id, format, durationMs, bytes: file.bytes },
    ...{ ownerName: actor.name, fileName: nameOf(file) ?? `audio.${format}` },
  };
  if (!(await storeTranscription(db, dataKey, given, now - DAY_MS, now))) {
    // Somebody pressed twice at once. What lies there is nobody's, and would go with the daily sweep.
    await config.keyRing.vault().erase(id, now);
    await deleteUploads(env.BUCKET, [id]);
    const same = await findSame(db, audio, now - DAY_MS);
    if (same !== null) return again(ask, same);
  }
  await hint(ask, id);
  log.info('transcription.begun', { transcription_id: id, kind: format, bytes: file.bytes, actor: actor.id });
  return stored(ask, id);
}

/** What failed is sent again by whoever wants it written down. */
async function again(ask: Asked, id: string): Promise<Transcription> {
  if (await retryTranscription(ask.db, id, ask.now)) await hint(ask, id);
  return stored(ask, id);
}

async function stored({ db, config }: Asked, id: string): Promise<Transcription> {
  const item = await getTranscription(db, config.keyRing, id);
  if (item === null) throw new Error('a transcription that was just stored is not there');
  return item;
}

/** A hint that is lost is sent again by the cron. */
export async function hint({ db, env }: Pick<Ask, 'db' | 'env'>, id: string): Promise<void> {
  const job = await findJob(db, 'transcribe', id);
  if (job !== null) await sendJobHints(env, [job.id]);
}

/** By its bytes; what it is called proves nothing (SE-24). */
function audioIn({ config }: Pick<Ask, 'config'>, file: UploadedFile) {
  const { engine } = config.transcription;
  const found = recogniseAudio(new UploadedBytes(file.pieces));
  if (!found.ok) {
    if (found.code === 'not_audio') throw new Problem(415, 'not_audio', { detail: NOT_AUDIO });
    throw invalidField('/file', found.code, UNUSABLE[found.code]);
  }
  const { formats } = limitsOf(engine);
  if (formats.includes(found.format)) return found;
  throw new Problem(415, 'format_not_supported', {
    detail: `This is ${found.format.toUpperCase()} audio, which ${engine} does not take. Save it as MP3 or WAV.`,
  });
}

const NOT_AUDIO =
  'This is no audio file that can be read. Send MP3, WAV, M4A, OGG (Opus), FLAC or WebM; renaming another file does not make it one.';
const UNUSABLE = {
  empty: 'The file is empty.',
  cut_off: 'The file is cut off: its end is missing. Copy or download it again.',
  no_sound: 'The file holds no sound.',
} as const;

async function sha256Of(pieces: readonly Uint8Array[]): Promise<string> {
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  for (const piece of pieces) await writer.write(piece);
  await writer.close();
  return new Uint8Array(await digest.digest).toHex();
}

/** The last part of the path, as one line of plain text. Null: nothing is left of it. */
function nameOf({ name }: UploadedFile): string | null {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const plain = last.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu, '').trim();
  return plain === '' ? null : [...plain].slice(0, MOST_NAME).join('');
}
