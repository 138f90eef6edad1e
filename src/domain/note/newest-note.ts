/** The note of a call as it stands this moment: for the database when it is over, for the patient who rings back before that. Pure. */
import { type CallPlan, isStranger } from '../intake/call-plan.ts';
import type { CallStatus } from '../intake/call-record.ts';
import type { CallState } from '../intake/state.ts';
import { keepWords } from '../intake/voice-answer.ts';
import { type Note, noteOf, type ToIso } from './note.ts';

/** Ends after which nothing of the intake is left to go on with; each is an outcome of the call and a status of its row. */
export const SETTLED_STATUSES = ['completed', 'declined', 'opted_out', 'wrong_person'] as const satisfies CallStatus[];
/** Ends that leave something to go on with: it broke off, or reached nobody. */
export const UNFINISHED_STATUSES = ['partial', 'no_answer', 'busy', 'voicemail'] as const satisfies CallStatus[];

export const isSettled = (end: string | null): boolean => SETTLED_STATUSES.some((status) => status === end);

/** A note's id comes from its call's, so that writing a version twice is writing it once. */
export function newestNote(state: CallState, plan: CallPlan, now: number, iso: ToIso): Note {
  const { noteVersion } = state;
  const noteId = `${plan.callId.replace(/^call_/, 'note_')}${noteVersion === 1 ? '' : `.${noteVersion}`}`;
  return noteOf(state, plan, noteId, noteVersion, now, iso);
}

/** A call that is not written down yet; `note` is null when nobody has answered it. */
export interface CallSoFar {
  readonly note: Note | null;
  readonly settled: boolean;
}

/** Null for a stranger's: it asked nothing, and began nothing. Words that nobody has confirmed yet are in the note. */
export function callSoFar(state: CallState, plan: CallPlan, now: number, iso: ToIso): CallSoFar | null {
  if (isStranger(state, plan)) return null;
  const note = state.answeredAt === null ? null : newestNote(keepWords(state, plan), plan, now, iso);
  return { note, settled: isSettled(state.outcome) };
}
