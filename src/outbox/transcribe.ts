/**
 * Uploaded audio, from R2 to an engine, and what was said back into its row: opened chunk by chunk on its way, sealed before it is
 * stored. Stored and done are one write, so whoever dies before it asks again, and whoever dies after it asks nobody.
 */
import { log } from '../log.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import { readUploadedAudio, UploadUnreadable } from '../store/transcription-bucket.ts';
import {
  beginTry,
  getTranscription,
  markFailedTry,
  storeTranscript,
  type Transcription,
} from '../store/transcriptions.ts';
import { chooseTranscriber } from './choose-transcriber.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';
import type { Transcriber } from './transcriber.ts';

/** The file's own fault: whoever sent it reads it there, and nobody behind the scenes can mend it. */
const ABOUT_THE_AUDIO: ReadonlySet<string> = new Set(['audio_refused', 'too_large']);

export const transcribe: JobHandler = {
  run: async (context) => {
    const { db, config, env, job } = context;
    const item = await getTranscription(db, config.keyRing, job.subject);
    if (item === null || item.status === 'done') return DONE;
    const transcriber = chooseTranscriber(env, config);
    // Whoever turned it off may turn it on again; until then nothing is tried.
    if (typeof transcriber === 'string') return failed(transcriber, true);
    if (!(await beginTry(db, item.id, config.transcription.engine))) return DONE;
    try {
      return await tried(context, item, transcriber);
    } catch (error) {
      await markFailedTry(db, item.id, { status: 'queued', code: 'storage_failed' }, context.now);
      throw error;
    }
  },
  onGivenUp: async ({ db, job, now }, code) => {
    await markFailedTry(db, job.subject, { status: 'failed', code }, now);
    return 'given_up';
  },
};

async function tried(context: JobContext, item: Transcription, transcriber: Transcriber): Promise<JobOutcome> {
  const { db, config, env, now } = context;
  const dataKey = await dataKeyOf(config.keyRing, item.id);
  const { bytes, format, language } = item;
  let outcome: Awaited<ReturnType<Transcriber>>;
  try {
    const audio = await readUploadedAudio(env.BUCKET, item, dataKey);
    outcome = await transcriber({ audio, bytes, format, language });
  } catch (error) {
    if (error instanceof UploadUnreadable) return failed(error.code, true);
    throw error;
  }
  if (!outcome.ok) {
    if (ABOUT_THE_AUDIO.has(outcome.code)) {
      await markFailedTry(db, item.id, { status: 'failed', code: outcome.code }, now);
      return DONE;
    }
    // Given up it is told once more, as failed.
    await markFailedTry(db, item.id, { status: 'queued', code: outcome.code }, now);
    return { ...failed(outcome.code, outcome.final), ...wait(outcome.retryAfterMs) };
  }
  if (await storeTranscript(db, dataKey, item, outcome.transcript, Date.now()))
    log.info('transcription.done', { transcription_id: item.id, count: outcome.transcript.segments.length });
  return DONE;
}

const wait = (retryAfterMs: number | null) => (retryAfterMs === null ? {} : { notBeforeMs: retryAfterMs });
