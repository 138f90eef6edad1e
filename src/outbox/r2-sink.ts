/**
 * The archive in our own bucket: a copy of each version of a note that does not hang on the database, sealed under its patient's key like
 * everything else there (HS-04, X13). It asks nobody outside.
 */

import { putArchived } from '../store/archive-bucket.ts';
import { dataKeyOf, type PatientKeys } from '../store/patient-keys.ts';
import { probeBucket } from '../store/probe-bucket.ts';
import type { Sink, SinkOutcome } from './sink.ts';

const nobody = { httpStatus: null, retryAfterMs: null } as const;
const delivered: SinkOutcome = { kind: 'delivered', ...nobody };

export const r2Sink = (bucket: R2Bucket, keyRing: PatientKeys): Sink => ({
  ...{ name: 'r2', host: 'archive in R2', hasKey: false, isSigned: false },
  keepsNewest: false,
  tellsRecording: false,
  deliver: async (_, { call, transcripts, intake_data }) => {
    const note = {
      ...{ callId: call.call_id, createdAt: Date.parse(call.created_at) },
      ...{ version: intake_data.version, patientId: call.patient_id },
    };
    const dataKey = await dataKeyOf(keyRing, call.patient_id);
    // What was written down from a recording goes with its audio, long before the archive does.
    const live = transcripts.items.filter(({ source }) => source === 'live');
    const lines = { ...transcripts, items: live, from_recording: null };
    try {
      await putArchived(bucket, note, dataKey, JSON.stringify({ call, transcripts: lines, intake_data }));
      return delivered;
    } catch {
      return { kind: 'try_again', code: 'not_written', ...nobody };
    }
  },
  test: async () => {
    const { code } = await probeBucket(bucket, 'archive/probe-');
    return code === null ? delivered : { kind: 'try_again', code, ...nobody };
  },
});
