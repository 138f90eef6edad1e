/**
 * The audio of a call over HTTP: whole or one byte range of it (RFC 9110), decrypted chunk by chunk while it is sent, kept by nobody on
 * the way (RC-10). API and page both come through here, so every listening is on the audit line.
 */
import { log } from '../log.ts';
import type { Call } from '../store/calls.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { RecordingCorrupt, readRecording } from '../store/recording-bucket.ts';
import { getRecording, markFailed, type Recording, readable } from '../store/recordings.ts';
import { Problem } from './errors.ts';
import type { Ask } from './route.ts';

const TYPES = { mp3: 'audio/mpeg', wav: 'audio/wav' } as const;

export async function answerRecording(ask: Ask, call: Call): Promise<Response> {
  const { db, env, config, c } = ask;
  const recording = await getRecording(db, call.id);
  const audio = recording === null ? null : readable(recording);
  if (recording === null || audio === null) throw notThere(call, recording);
  const { format, callId } = recording;
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
    'Content-Type': TYPES[format ?? 'mp3'],
    'Content-Disposition': `inline; filename="${callId}.${format ?? 'mp3'}"`,
  });
  // A copy that was begun earlier may be of another object: then all of it is sent.
  const range = c.req.header('If-Range') === undefined ? parseRange(c.req.header('Range'), audio.bytes) : null;
  if (range === 'unsatisfiable') {
    throw new Problem(416, 'range_not_satisfiable', { headers: { 'Content-Range': `bytes */${audio.bytes}` } });
  }
  const { from, to } = range ?? { from: 0, to: audio.bytes - 1 };
  const length = to - from + 1;
  headers.set('Content-Length', String(length));
  if (range !== null) headers.set('Content-Range', `bytes ${from}-${to}/${audio.bytes}`);
  const status = range === null ? 200 : 206;
  if (c.req.method === 'HEAD') return new Response(null, { status, headers });

  const dataKey = await dataKeyOf(config.keyRing, recording.patientId);
  /** Shown as it is from now on, so that it can be fetched again. */
  const isDamaged = async (code: 'corrupt' | 'missing') => {
    log.error(`recording.${code}`, { call_id: callId });
    await markFailed(db, callId, code);
  };
  const read = () => readRecording(env.BUCKET, audio, dataKey, from, to);
  const orDamaged = async (error: unknown) => {
    if (!(error instanceof RecordingCorrupt)) throw error;
    await isDamaged('corrupt');
    throw new Problem(500, 'recording_corrupt', { detail: DAMAGED });
  };
  // Read twice before it is called damaged: a short answer of the storage looks the same.
  const clear = await read().catch((error: unknown) => {
    if (!(error instanceof RecordingCorrupt)) throw error;
    return read().catch(orDamaged);
  });
  if (clear === null) {
    await isDamaged('missing');
    throw new Problem(500, 'recording_missing', { detail: DAMAGED });
  }
  // Declares the length to the runtime; what ends early then breaks the answer off instead of looking whole.
  const sized = new FixedLengthStream(length);
  // Whoever listens may stop at any moment; only damage is worth a word.
  clear.pipeTo(sized.writable).catch((error: unknown) => {
    if (error instanceof RecordingCorrupt) log.error('recording.corrupt', { call_id: callId });
  });
  return new Response(sized.readable, { status, headers });
}

const DAMAGED =
  'The stored audio is damaged or gone. Fetch it again if Telnyx still has it; the note and the transcript are not affected.';

function notThere(call: Call, recording: Recording | null): Problem {
  if (recording?.status === 'pending' || (recording === null && call.recordingStatus === 'pending')) {
    return new Problem(404, 'not_ready', { detail: 'The recording is still being fetched. Try again in a minute.' });
  }
  if (recording?.status !== 'failed') return new Problem(404, 'no_recording');
  const detail = `It could not be fetched (${recording.reason ?? 'unknown'}). Fetch it again if Telnyx still has it.`;
  return new Problem(404, 'no_recording', { detail });
}

interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Null: all of it is to be sent; several ranges at once are more than anybody needs of audio. */
export function parseRange(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec((header ?? '').trim());
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (match === null || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : { from: bytes - length, to: bytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  // The wrong way round is no range at all.
  if (last !== '' && Number(last) < from) return null;
  return from >= bytes ? 'unsatisfiable' : { from, to };
}
