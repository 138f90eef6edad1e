/** The recording of a call is written down that was not, or not to its end; API and page both come through here. */
import { REFUSAL_REMEDIES } from '../domain/transcription/transcription-setting.ts';
import { log } from '../log.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { findJob } from '../store/jobs.ts';
import {
  getRecordingTranscript,
  type RecordingTranscript,
  retryRecordingTranscript,
} from '../store/recording-transcripts.ts';
import { getRecording, readable } from '../store/recordings.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** 409 without a recording to hear, without anybody to do it, and for what is done or under way. */
export async function writeDownAgain(
  { db, env, config, now, actor }: Ask,
  callId: string,
): Promise<RecordingTranscript> {
  const recording = await getRecording(db, callId);
  if (recording === null || readable(recording) === null)
    throw new Problem(409, 'no_recording', { detail: 'There is no recording of this call that could be heard.' });
  const { refusal } = config.transcription;
  if (refusal !== null) throw new Problem(409, refusal, { detail: REFUSAL_REMEDIES[refusal] });
  if (!(await retryRecordingTranscript(db, recording, now)))
    throw new Problem(409, 'not_failed', {
      detail: 'Only what failed is tried again; this one is written down, or still being written down by itself.',
    });
  const job = await findJob(db, 'transcribe_recording', callId);
  // A hint that is lost is sent again by the cron.
  if (job !== null) await sendJobHints(env, [job.id]);
  log.info('recording.transcribed_again', { call_id: callId, actor: actor.id });
  const spoken = await getRecordingTranscript(db, config.keyRing, callId);
  if (spoken === null) throw notFound();
  return spoken;
}
