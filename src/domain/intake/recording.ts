/** The recording of a call as the core knows it: what Telnyx tells of it, and the proof that the patient agreed to it (X1). Pure. */
import { isBeforeConsent } from './before-consent.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import type { CallState, SavedRecording } from './state.ts';
import { saveAgain, stay, type Turn } from './turn.ts';

/**
 * That and how the patient agreed: the key, when, in which event, to which words. Audio is kept only beside one. Made by
 * `consentProof` alone.
 */
export interface ConsentProof {
  readonly eventId: string;
  readonly at: number;
  readonly key: string;
  /** Version of the words, and their hash. */
  readonly wording: string;
  readonly wordingHash: string;
  readonly __proof: never;
}

/** Null: there is no proof, whatever else is known. */
export function consentProof({ consent }: Pick<CallState, 'consent'>): ConsentProof | null {
  const { recording, eventId, at, key, wording, wordingHash } = consent;
  if (recording !== 'given') return null;
  if (eventId === null || at === null || key === null || wording === null || wordingHash === null) return null;
  return { eventId, at, key, wording, wordingHash } as ConsentProof;
}

/** A recording to be fetched, or, without a proof, to be kept from everybody. */
export interface CallRecording extends SavedRecording {
  readonly proof: ConsentProof | null;
}

const UNTOLD: SavedRecording = { id: null, startedAt: null, durationMs: null, format: null, link: null, linkAt: null };

/** Null: nothing was recorded. Of one that ran and that nobody told of only its call is known. */
export function recordingOf(state: CallState): CallRecording | null {
  const ran = state.recorder === 'on' || state.recorder === 'stopped';
  if (state.recording === null && !ran) return null;
  const recording = state.recording ?? UNTOLD;
  const isEarly = isBeforeConsent(recording.startedAt, state.consent.at);
  return { ...recording, proof: isEarly ? null : consentProof(state) };
}

/** There is one recording of a call. What is told of it twice changes nothing; what is told in parts is put together. */
export function onRecordingSaved(state: CallState, event: CallEventOf<'recording.saved'>, plan: CallPlan): Turn {
  const known = state.recording ?? UNTOLD;
  if (known.id !== null && event.recordingId !== null && known.id !== event.recordingId)
    return onOtherSaved(state, event, plan, known.id, event.recordingId);
  const told: SavedRecording = {
    id: event.recordingId ?? known.id,
    startedAt: event.startedAt ?? known.startedAt,
    durationMs: event.durationMs ?? known.durationMs,
    format: event.format ?? known.format,
    ...(event.link === null
      ? { link: known.link, linkAt: known.linkAt }
      : { link: event.link, linkAt: event.receivedAt }),
  };
  const isNews = told.id !== known.id || told.startedAt !== known.startedAt || told.durationMs !== known.durationMs;
  if (state.recording !== null && !isNews) {
    // What no note tells of is added, and makes no version of it; a link that is known already stays, and so does its age.
    const { link, linkAt } = known.link === null ? told : known;
    return stay({ ...state, recording: { ...known, format: known.format ?? told.format, link, linkAt } });
  }
  return saveAgain({ ...state, recording: told }, event, plan);
}

/** Of two the one that was begun after the consent is the call's; the other is a stray, to be deleted at Telnyx. */
function onOtherSaved(
  state: CallState,
  event: CallEventOf<'recording.saved'>,
  plan: CallPlan,
  knownId: string,
  otherId: string,
): Turn {
  if (state.strayRecordings.includes(otherId)) return stay(state);
  const { at } = state.consent;
  const isBetter = isBeforeConsent(state.recording?.startedAt ?? null, at) && !isBeforeConsent(event.startedAt, at);
  const strayRecordings = [...state.strayRecordings, isBetter ? knownId : otherId];
  if (!isBetter) return saveAgain({ ...state, strayRecordings }, event, plan);
  return onRecordingSaved({ ...state, strayRecordings, recording: null }, event, plan);
}

export function onRecordingFailed(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.recording !== null || state.recorder === 'failed') return stay(state);
  return saveAgain({ ...state, recorder: 'failed', error: state.error ?? 'recording_failed' }, event, plan);
}
