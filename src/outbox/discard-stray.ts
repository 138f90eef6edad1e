/**
 * A second recording of a leg, begun by something else than the consent: by a setting at Telnyx, say. It is of no use to anybody, and
 * is deleted where it lies, whatever the policy about Telnyx' copies is. The job's subject is its id there.
 */
import { log } from '../log.ts';
import { telnyxOf } from './fetch-recording.ts';
import { DONE, failed, type JobHandler } from './job-handler.ts';

export const discardStray: JobHandler = {
  run: async (context) => {
    const { job } = context;
    log.error('recording.stray', { call_id: job.callId, attempt: job.attempts });
    const gone = await telnyxOf(context).deleteRecording(job.subject);
    return gone.ok ? DONE : failed('not_deleted_at_telnyx');
  },
};
