/** The call as people and the database see it: one flat record read off the state. Pure. */
import { isBeforeConsent } from './before-consent.ts';
import { type CallPlan, isStranger } from './call-plan.ts';
import type { CallState } from './state.ts';

/** The dispositions of a call. */
export const CALL_STATUSES = [
  'queued',
  'dialing',
  'ringing',
  'in_progress',
  'completed',
  'partial',
  'declined',
  'voicemail',
  'no_answer',
  'busy',
  'failed',
  'blocked',
  'canceled',
  'opted_out',
  'wrong_person',
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

const LIVE: ReadonlySet<CallStatus> = new Set(['queued', 'dialing', 'ringing', 'in_progress']);
export const isLiveStatus = (status: CallStatus): boolean => LIVE.has(status);

export type RecordingStatus = 'none' | 'pending' | 'ready' | 'failed';

/** Times are epoch milliseconds. */
export interface CallRecord {
  readonly status: CallStatus;
  readonly language: string;
  readonly identity: 'verified' | 'failed' | 'not_checked';
  readonly answeredBy: 'human' | 'machine' | 'unknown';
  readonly consentCollection: 'given' | 'declined' | 'not_asked';
  readonly consentRecording: 'given' | 'declined' | 'not_asked';
  readonly consentAt: number | null;
  readonly dialedAt: number | null;
  readonly answeredAt: number | null;
  /** From the answer until Telnyx took the first words (TC-16); null: not yet, or never. */
  readonly greetingDelayMs: number | null;
  readonly endedAt: number | null;
  readonly hangupCause: string | null;
  readonly hangupSource: string | null;
  readonly sipHangupCause: string | null;
  readonly error: string | null;
  readonly recordingStatus: RecordingStatus;
  readonly recordingId: string | null;
  readonly recordingDurationMs: number | null;
  readonly redFlags: number;
  readonly costNanos: number | null;
  readonly costCurrency: string | null;
  readonly callControlId: string | null;
  readonly callLegId: string | null;
  readonly callSessionId: string | null;
}

export function callRecord(state: CallState): CallRecord {
  return {
    status: statusOf(state),
    language: state.language,
    identity: state.identity,
    answeredBy: state.anyKey ? 'human' : answererOf(state),
    consentCollection: state.consent.collection,
    consentRecording: state.consent.recording,
    consentAt: state.consent.at,
    dialedAt: state.dialedAt,
    answeredAt: state.answeredAt,
    greetingDelayMs: state.greetingDelayMs,
    endedAt: state.endedAt,
    hangupCause: state.hangup?.cause ?? null,
    hangupSource: state.hangup?.source ?? null,
    sipHangupCause: state.hangup?.sipCause ?? null,
    error: state.error,
    recordingStatus: recordingStatusOf(state),
    recordingId: state.recording?.id ?? null,
    recordingDurationMs: state.recording?.durationMs ?? null,
    redFlags: state.redFlags.length,
    costNanos: state.cost?.nanos ?? null,
    costCurrency: state.cost?.currency ?? null,
    callControlId: state.ids?.callControlId ?? null,
    callLegId: state.ids?.callLegId ?? null,
    callSessionId: state.ids?.callSessionId ?? null,
  };
}

const answererOf = ({ detected }: CallState): CallRecord['answeredBy'] =>
  detected === null || detected === 'not_sure' ? 'unknown' : detected;

export function statusOf(state: CallState): CallStatus {
  switch (state.phase) {
    case 'new':
      return 'queued';
    case 'dialing':
      return 'dialing';
    case 'ringing':
      return 'ringing';
    case 'asking':
    case 'leaving_message':
    case 'transferring':
    case 'bridged':
    case 'closing':
      return 'in_progress';
    case 'hanging_up':
      return state.answeredAt === null ? 'ringing' : 'in_progress';
    case 'ended':
      return finalStatusOf(state);
  }
}

function finalStatusOf(state: CallState): CallStatus {
  switch (state.outcome) {
    case 'completed':
    case 'partial':
    case 'declined':
    case 'wrong_person':
    case 'opted_out':
    case 'canceled':
    case 'voicemail':
      return state.outcome;
    case 'identity_failed':
    case 'dial_refused':
    case 'dial_unknown':
      return 'failed';
    case null:
      return unansweredStatus(state.hangup?.cause ?? null);
  }
}

/** Z6: Telnyx says `user_busy`, never `busy`. A person who rejects the ringing call, or whom we stop ringing, did not answer it. */
function unansweredStatus(cause: string | null): CallStatus {
  switch (cause) {
    case 'user_busy':
      return 'busy';
    case 'timeout':
    case 'no_answer':
    case 'call_rejected':
    case 'normal_clearing':
    case 'originator_cancel':
      return 'no_answer';
    default:
      return 'failed';
  }
}

/** What was saved counts for more than what we believe of the recorder. */
export function recordingStatusOf(state: CallState): Exclude<RecordingStatus, 'ready'> {
  // Audio nobody agreed to is not to be had.
  if (state.recording !== null) {
    const isEarly = isBeforeConsent(state.recording.startedAt, state.consent.at);
    return state.consent.recording === 'given' && !isEarly ? 'pending' : 'failed';
  }
  switch (state.recorder) {
    case 'off':
      return 'none';
    case 'on':
    case 'stopped':
      return 'pending';
    case 'failed':
      return 'failed';
  }
}

/** Which ends leave a note: every talk with the patient, even an empty one. Not strangers, not calls nobody answered. */
export function leavesNote(state: CallState, plan: CallPlan): boolean {
  const status = statusOf(state);
  if (isStranger(state, plan)) return false;
  return status === 'completed' || status === 'partial' || status === 'declined' || status === 'opted_out';
}

/** Talk time, whole seconds; 0 for a call nobody answered. */
export function durationSeconds(times: Pick<CallRecord, 'answeredAt' | 'endedAt'>): number {
  if (times.answeredAt === null || times.endedAt === null) return 0;
  return Math.max(0, Math.round((times.endedAt - times.answeredAt) / 1000));
}
