/** A recording that had been given up is fetched once more; API and page both come through here. */
import { sendJobHints } from '../store/job-hints.ts';
import { findJob } from '../store/jobs.ts';
import { fetchAgain, getRecording, KEPT_ITS_TIME } from '../store/recordings.ts';
import { Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** 409 when there is none that had been given up. */
export async function fetchRecordingAgain({ db, env, now }: Ask, callId: string): Promise<void> {
  if ((await getRecording(db, callId))?.reason === KEPT_ITS_TIME) {
    throw new Problem(409, 'kept_its_time', {
      detail: 'It was removed after the time for which recordings are kept. There is no copy to fetch.',
    });
  }
  if (!(await fetchAgain(db, callId, now))) {
    throw new Problem(409, 'not_failed', { detail: 'Only a recording that could not be fetched is fetched again.' });
  }
  const job = await findJob(db, 'fetch_recording', callId);
  // A hint that is lost is sent again by the cron.
  if (job !== null) await sendJobHints(env, [job.id]);
}
