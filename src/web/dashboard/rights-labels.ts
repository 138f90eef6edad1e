/** The words for what patients ask for, for holds and for disclosures. */
import type { RequestKind } from '../../domain/retention/request-rules.ts';
import type { DisclosedThing, DisclosurePurpose } from '../../store/disclosures.ts';
import type { HoldReason } from '../../store/holds.ts';
import type { RequestStatus } from '../../store/patient-requests.ts';

export const REQUEST_LABELS: Readonly<Record<RequestKind, string>> = {
  access: 'A copy of their record',
  amendment: 'A correction of their record',
  erasure: 'To be erased',
  accounting: 'To whom their record went',
};
export const REQUEST_STATUS_LABELS: Readonly<Record<RequestStatus, string>> = {
  open: 'Open',
  done: 'Done',
  denied: 'Denied',
  withdrawn: 'Withdrawn',
  ended: 'Ended by erasure',
};
export const HOLD_LABELS: Readonly<Record<HoldReason, string>> = {
  litigation: 'Litigation',
  investigation: 'Investigation',
  audit: 'Audit',
  complaint: 'Complaint',
  other: 'Other reason',
};
export const DISCLOSURE_LABELS: Readonly<Record<DisclosurePurpose, string>> = {
  legal: 'Legal',
  public_health: 'Public health',
  oversight: 'Health oversight',
  law_enforcement: 'Law enforcement',
  research: 'Research',
  other: 'Other',
};
export const DISCLOSED_LABELS: Readonly<Record<DisclosedThing, string>> = {
  export: 'The whole record',
  note: 'A note',
  recording: 'A recording',
  other: 'Something else',
};
