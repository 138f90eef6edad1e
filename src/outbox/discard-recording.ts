/**
 * Telnyx recorded, and nobody has agreed: a setting in the portal, say. The audio is not fetched, whatever the policy about Telnyx'
 * copies is, and it is deleted where it lies. The row stays, quarantined: it shows that it happened.
 */
import { log } from '../log.ts';
import { getRecording } from '../store/recordings.ts';
import { deleteCopy } from './fetch-recording.ts';
import { DONE, type JobHandler } from './job-handler.ts';

export const discardRecording: JobHandler = {
  run: async (context) => {
    const { db, job } = context;
    const recording = await getRecording(db, job.subject);
    if (recording?.status !== 'quarantined' || recording.deletedAtTelnyxAt !== null) return DONE;
    // Each time: also when it cannot be deleted somebody has to see to the setting.
    log.error('recording.without_consent', { call_id: job.subject, attempt: job.attempts });
    return deleteCopy(context, recording);
  },
};
