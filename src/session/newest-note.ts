/** The note of a call from its state, as it stands this moment. */
import type { CallPlan } from '../domain/intake/call-plan.ts';
import type { CallState, Outcome } from '../domain/intake/state.ts';
import { keepWords } from '../domain/intake/voice-answer.ts';
import { type Note, noteOf } from '../domain/note/note.ts';
import type { CallSoFar } from '../store/unfinished-intakes.ts';

/** A note's id comes from its call's, so that writing a version twice is writing it once. */
export function newestNote(state: CallState, plan: CallPlan, now: number): Note {
  const { noteVersion } = state;
  const noteId = `${plan.callId.replace(/^call_/, 'note_')}${noteVersion === 1 ? '' : `.${noteVersion}`}`;
  return noteOf(state, plan, noteId, noteVersion, now, (at) => new Date(at).toISOString());
}

const SETTLED: ReadonlySet<Outcome | null> = new Set(['completed', 'declined', 'opted_out', 'wrong_person']);

/** What was answered, words that nobody has confirmed yet among it. */
export function callSoFar(state: CallState, plan: CallPlan, now: number): CallSoFar {
  const note = state.answeredAt === null ? null : newestNote(keepWords(state, plan), plan, now);
  return { note, settled: SETTLED.has(state.outcome) };
}
