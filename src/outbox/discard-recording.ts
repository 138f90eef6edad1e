/**
 * Telnyx recorded, and nobody has agreed: a setting in the portal, say. The audio is not fetched, whatever the policy about Telnyx'
 * copies is, and it is deleted where it lies. The row stays, quarantined: it shows that it happened.
 */
import { log } from '../log.ts';
import { getCall } from '../store/calls.ts';
import { getRecording, markDeletedAtTelnyx } from '../store/recordings.ts';
import { telnyxOf } from './fetch-recording.ts';
import { DONE, failed, type JobHandler } from './job-handler.ts';

export const discardRecording: JobHandler = {
  run: async (context) => {
    const { db, config, job } = context;
    const recording = await getRecording(db, job.subject);
    if (recording?.status !== 'quarantined' || recording.deletedAtTelnyxAt !== null) return DONE;
    const telnyx = telnyxOf(context);
    let id = recording.telnyxId;
    if (id === null) {
      const legId = (await getCall(db, config.keyRing, job.subject))?.callLegId ?? null;
      const found = legId === null ? null : await telnyx.findRecording(legId);
      if (found !== null && !found.ok) return failed(`telnyx_${found.failure.code}`);
      id = found?.value?.id ?? null;
    }
    if (id === null) return failed('not_found');
    const gone = await telnyx.deleteRecording(id);
    if (!gone.ok) return failed(`telnyx_${gone.failure.code}`);
    await markDeletedAtTelnyx(db, job.subject, Date.now());
    log.error('recording.without_consent', { call_id: job.subject });
    return DONE;
  },
};
