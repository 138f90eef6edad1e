/** Every kind of work and who does it. A new kind: a file, a line here, its policy in domain/jobs/backoff.ts. */
import type { JobKind } from '../domain/jobs/backoff.ts';
import { applyRetention } from './apply-retention.ts';
import { deliver } from './deliver.ts';
import { discardRecording } from './discard-recording.ts';
import { discardStray } from './discard-stray.ts';
import { erasePatient } from './erase-patient.ts';
import { fetchRecording } from './fetch-recording.ts';
import { importList } from './import-list.ts';
import type { JobHandler } from './job-handler.ts';
import { rotateKeys } from './rotate-keys.ts';
import { sendEarlier } from './send-earlier.ts';
import { sweepStorage } from './sweep-storage.ts';
import { transcribe } from './transcribe.ts';
import { transcribeRecording } from './transcribe-recording.ts';
import { verifyAuditDaily } from './verify-audit-daily.ts';

export const HANDLERS: Readonly<Record<JobKind, JobHandler>> = {
  fetch_recording: fetchRecording,
  discard_recording: discardRecording,
  discard_stray: discardStray,
  erase_patient: erasePatient,
  rotate_keys: rotateKeys,
  sweep_storage: sweepStorage,
  apply_retention: applyRetention,
  verify_audit: verifyAuditDaily,
  import_list: importList,
  transcribe,
  transcribe_recording: transcribeRecording,
  deliver,
  send_earlier: sendEarlier,
};
