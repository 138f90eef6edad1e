/**
 * The recording of a call, from R2 to an engine, and what was said in it beside what was heard live: channel by channel, so that it is known
 * who spoke, and piece by piece, so that an hour of talk is never held in memory. Each try hears one piece and stores it with where the next
 * begins: whoever dies asks for that piece alone again. The note is never changed by it.
 */
import { cutOf, isFull, type PieceLimits, soundingSpans } from '../domain/audio/next-piece.ts';
import { type SoundFrame, type SoundReader, soundReader } from '../domain/audio/sound-reader.ts';
import { configuredSinks } from '../domain/delivery/sinks.ts';
import { alignSegments, openSteps, type SpokenLine } from '../domain/transcription/align-segments.ts';
import { joinPieces, laterBy, whereSounding } from '../domain/transcription/join-pieces.ts';
import type { TranscriptSegment } from '../domain/transcription/transcript.ts';
import { priceNanos } from '../domain/transcription/transcription-price.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { getCallLog } from '../store/call-logs.ts';
import { getCall } from '../store/calls.ts';
import { insertTranscriptDeliveries } from '../store/deliveries.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { type ReadableRecording, RecordingCorrupt, readRecording } from '../store/recording-bucket.ts';
import {
  beginPiece,
  deleteRecordingTranscript,
  getRecordingTranscript,
  type HeardSoFar,
  type Listened,
  markPieceFailed,
  type RecordingTranscript,
  storePiece,
} from '../store/recording-transcripts.ts';
import { getRecording, KEPT_ITS_TIME, type Recording, readable } from '../store/recordings.ts';
import type { DataKey } from '../store/seal.ts';
import { chooseTranscriber } from './choose-transcriber.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';
import { sinkOf } from './sinks.ts';
import type { Transcriber } from './transcriber.ts';

/** Sound enough for an engine to understand by, and small enough for one answer and for the memory that is shared. */
const PIECE: PieceLimits = { mostMs: 5 * 60_000, mostBytes: 4_000_000 };
/** Far beyond the time limit of any call. */
const MOST_RECORDING_MS = 4 * 3_600_000;
/** No engine can mend it, and nobody behind the scenes either: it is read on the page of the call. */
const ABOUT_THE_AUDIO: ReadonlySet<string> = new Set(['audio_refused', 'too_large']);

interface Given {
  readonly item: RecordingTranscript;
  readonly recording: Recording;
  readonly audio: ReadableRecording;
  readonly transcriber: Transcriber;
}

export const transcribeRecording: JobHandler = {
  run: async (context) => {
    const { db, config, env, job, now } = context;
    const callId = job.subject;
    const item = await getRecordingTranscript(db, config.keyRing, callId);
    if (item === null || item.status === 'done') return DONE;
    const recording = await getRecording(db, callId);
    const audio = recording === null ? null : readable(recording);
    if (recording === null || audio === null) return withoutAudio(context, recording);
    const refuse = async (code: string): Promise<JobOutcome> => {
      await markPieceFailed(db, callId, { status: 'failed', code }, now);
      return DONE;
    };
    const transcriber = chooseTranscriber(env, config);
    // Whoever turned it off may turn it on again: until then nothing is tried, and the work waits for a person as a dead letter.
    if (typeof transcriber === 'string') return failed(transcriber, true);
    if ((recording.durationMs ?? 0) > MOST_RECORDING_MS) return refuse('too_long');
    if (!(await beginPiece(db, callId, config.transcription.engine))) return DONE;
    try {
      return await onePiece(context, { item, recording, audio, transcriber });
    } catch (error) {
      if (error instanceof RecordingCorrupt) return refuse('audio_damaged');
      await markPieceFailed(db, callId, { status: 'queued', code: 'storage_failed' }, now);
      throw error;
    }
  },
  onGivenUp: async ({ db, job, now }, code) => {
    await markPieceFailed(db, job.subject, { status: 'failed', code }, now);
    return 'given_up';
  },
};

/** Damaged or being fetched again it may come back; without consent, or removed in its time, it does not. */
async function withoutAudio({ db, job, now }: JobContext, recording: Recording | null): Promise<JobOutcome> {
  if (recording === null || recording.status === 'quarantined' || recording.reason === KEPT_ITS_TIME)
    await deleteRecordingTranscript(db, job.subject);
  else await markPieceFailed(db, job.subject, { status: 'failed', code: 'audio_missing' }, now);
  return DONE;
}

async function onePiece(context: JobContext, given: Given): Promise<JobOutcome> {
  const { db, config, env, job, now } = context;
  const { item, recording } = given;
  const dataKey = await dataKeyOf(config.keyRing, recording.patientId);
  const { soFar } = item;
  const piece = await gather(env.BUCKET, given, dataKey, soFar);
  if (piece === null || piece.channels === null) {
    await markPieceFailed(db, job.subject, { status: 'failed', code: piece ? 'audio_refused' : 'audio_missing' }, now);
    return DONE;
  }
  const heard = await hear(context, given, piece);
  if ('kind' in heard) return heard;
  const cut = piece.isLast ? null : cutOf(piece.frames);
  const segments = soFar.segments.with(
    soFar.channel,
    joinPieces(soFar.segments[soFar.channel] ?? [], laterBy(heard.segments, soFar.fromMs), soFar.cutMs),
  );
  if (cut === null && soFar.channel + 1 >= piece.channels)
    return finish(context, given, dataKey, await linesOf(context, recording, segments), heard);
  const next: HeardSoFar =
    cut === null
      ? { channel: soFar.channel + 1, fromFrame: 0, fromMs: 0, cutMs: null, segments: [...segments, []] }
      : {
          ...{ segments, channel: soFar.channel, fromFrame: soFar.fromFrame + cut.next },
          fromMs: soFar.fromMs + msOf(piece.frames.slice(0, cut.next)),
          cutMs: cut.isQuiet ? null : soFar.fromMs + cut.atMs,
        };
  if (!(await storePiece(db, dataKey, item, { soFar: next }, heard, Date.now()))) return DONE;
  return { kind: 'goes_on', progress: String(item.pieces + 1), afterMs: 0 };
}

interface Piece {
  readonly frames: readonly SoundFrame[];
  readonly reader: SoundReader;
  readonly channels: number | null;
  readonly isLast: boolean;
}

/** Null: there is no such object. Opened from its beginning, for nobody keeps where in it a frame lies; what was heard is passed over. */
async function gather(
  bucket: R2Bucket,
  { audio, recording }: Given,
  dataKey: DataKey,
  { channel, fromFrame }: HeardSoFar,
): Promise<Piece | null> {
  const stream = await readRecording(bucket, audio, dataKey, 0, audio.bytes - 1);
  if (stream === null) return null;
  const reader = soundReader(recording.format ?? 'mp3', channel, fromFrame);
  const frames: SoundFrame[] = [];
  const held = { ms: 0, bytes: 0 };
  const take = (more: readonly SoundFrame[]) => {
    for (const frame of more) {
      frames.push(frame);
      held.ms += frame.ms;
      held.bytes += frame.sound.length;
    }
  };
  for await (const bytes of stream) {
    take(reader.push(bytes));
    if (isFull(held, PIECE)) return { frames, reader, channels: reader.channels, isLast: false };
  }
  take(reader.end());
  return { frames, reader, channels: reader.channels, isLast: true };
}

const msOf = (frames: readonly SoundFrame[]): number => frames.reduce((sum, { ms }) => sum + ms, 0);

/** An outcome: nothing came of it. Where there is no sound at all nobody is asked, and nothing is paid. */
async function hear(
  context: JobContext,
  { transcriber, recording, item }: Given,
  { frames, reader, isLast }: Piece,
): Promise<JobOutcome | (Listened & { readonly segments: readonly TranscriptSegment[] })> {
  const { db, config, env, job, now } = context;
  const sent = isLast ? frames : frames.slice(0, cutOf(frames).frames);
  const spans = soundingSpans(sent);
  if (spans.length === 0) return { segments: [], audioMs: 0, costNanos: null, language: null };
  const file = reader.file(sent);
  const format = recording.format ?? 'mp3';
  const language = (await getCall(db, config.keyRing, item.callId))?.language ?? null;
  const began = Date.now();
  const audio = (async function* () {
    yield file;
  })();
  const outcome = await transcriber({ audio, bytes: file.length, format, language });
  const { engine, openai } = config.transcription;
  const audioMs = Math.round(msOf(sent));
  const code = outcome.ok ? null : outcome.code;
  const figures = { count: outcome.ok ? Math.ceil(audioMs / 1000) : 0, ms: Date.now() - began };
  measure(env, 'speech', { engine: engine.replace('-', '_'), outcome: outcome.ok ? 'heard' : 'failed', code }, figures);
  if (!outcome.ok) {
    const isFinal = ABOUT_THE_AUDIO.has(outcome.code);
    await markPieceFailed(db, job.subject, { status: isFinal ? 'failed' : 'queued', code: outcome.code }, now);
    if (isFinal) return DONE;
    const { retryAfterMs } = outcome;
    return { ...failed(outcome.code, outcome.final), ...(retryAfterMs === null ? {} : { notBeforeMs: retryAfterMs }) };
  }
  const { text, segments } = outcome.transcript;
  // An engine may tell what was said, and not when.
  const timed =
    segments.length > 0 || text === '' ? segments : [{ startMs: 0, endMs: audioMs, text, confidence: null }];
  return {
    segments: whereSounding(timed, spans),
    ...{ audioMs, language: outcome.transcript.language },
    costNanos: priceNanos(engine, new URL(openai.base).host, audioMs),
  };
}

/** The patient is on the first channel, as the leg that was recorded, and everybody else on the second. */
async function linesOf(
  { db, config }: JobContext,
  { callId, startedAt }: Recording,
  segments: readonly (readonly TranscriptSegment[])[],
): Promise<SpokenLine[]> {
  const callLog = await getCallLog(db, config.keyRing, callId);
  const steps = callLog === null || startedAt === null ? [] : openSteps(callLog.transcript, startedAt);
  const speakers = segments.length === 1 ? [null] : (['patient', 'agent'] as const);
  return alignSegments(
    segments.map((each, channel) => ({ speaker: speakers[channel] ?? null, segments: each })),
    steps,
  );
}

async function finish(
  { db, env, config }: JobContext,
  { item }: Given,
  dataKey: DataKey,
  lines: readonly SpokenLine[],
  heard: Listened,
): Promise<JobOutcome> {
  const { callId } = item;
  // The note went out as soon as its call was over: whoever gets the words too has it without them.
  const sinks = configuredSinks(config.sinks).filter((name) => sinkOf({ env, config }, name)?.tellsRecording);
  const { jobIds, statements } = insertTranscriptDeliveries(db, callId, sinks, Date.now());
  if (!(await storePiece(db, dataKey, item, { lines }, heard, Date.now(), statements))) return DONE;
  log.info('recording.transcribed', { call_id: callId, count: lines.length });
  await sendJobHints(env, jobIds);
  return DONE;
}
