/**
 * The end of the last question, come after the line broke off: what was answered counts, and so does an opt-out. Nothing is
 * asked and nothing is spoken here. Pure.
 */
import { withConsent } from './answer.ts';
import { confirmedBy, itemOf, passOver, settle } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { stopKeyedAt } from './opt-out-line.ts';
import { newFlagsOfAnswer, raise } from './raise-flags.ts';
import { readAnswer } from './read-answer.ts';
import { readBirthDate, sameBirthDate } from './read-keys.ts';
import type { Answer, CallState, OpenQuestion } from './state.ts';
import { andThen, saveAgain, stay, stopCalls, type Turn } from './turn.ts';
import { keepWords } from './voice-answer.ts';

type GatherEnded = CallEventOf<'gather.ended'>;

/** `*9`, where a `**` before it is a command of its own. */
const STOP = /^(?:[^*]|\*\*)*\*9/;

/** A gather that ended with the line: its keys are no answer (Z5), but an opt-out among them is an opt-out. */
export const asksToStop = ({ step, commandSince }: OpenQuestion, digits: string): boolean =>
  STOP.test(digits) || ((commandSince !== null || step === 'opening') && /^9#?$/.test(digits));

export function onLateAnswer(state: CallState, event: GatherEnded, plan: CallPlan): Turn {
  const question = state.lastQuestion;
  const seq = event.asked?.seq;
  if (question === null || seq === undefined || (seq !== question.seq && seq !== question.lostSeq)) return stay(state);
  const current: CallState = { ...state, lastQuestion: null };
  if (asksToStop(question, event.digits)) return stopCalls(current, event, plan);
  const keyed = stopKeyedAt(current, event, question.step, event.digits);
  if (keyed !== null) return keyed;
  if (event.status !== 'valid') return stay(current);
  // A key means a human, whatever was taken for a machine.
  const found = current.outcome === 'voicemail';
  const heard: CallState = { ...current, anyKey: true, ...(found ? { outcome: 'partial', detected: null } : {}) };
  if (asksToSkip(question, event.digits)) return skipLate(heard, event, plan, question.step) ?? stay(current);
  if (question.commandSince !== null) return stay(current);
  return settleLate(heard, event, plan, question.step) ?? (found ? saveAgain(heard, event, plan) : stay(current));
}

const asksToSkip = ({ commandSince }: OpenQuestion, digits: string): boolean =>
  commandSince === null ? digits === '*7' : digits === '7';

/** The turn with the late answer in it; null when it says nothing there. */
function settleLate(state: CallState, event: GatherEnded, plan: CallPlan, step: string): Turn | null {
  const { digits } = event;
  switch (step) {
    case 'opening': {
      const wrong = digits === '2' && plan.direction === 'outbound' && state.outcome !== 'opted_out';
      return wrong ? saveAgain({ ...state, outcome: 'wrong_person' }, event, plan) : null;
    }
    case 'birth_date': {
      const given = readBirthDate(digits);
      const same =
        given !== null && state.identity !== 'failed' && sameBirthDate(given, plan.patient.dateOfBirth ?? '');
      return same && plan.direction === 'outbound' ? saveAgain({ ...state, identity: 'verified' }, event, plan) : null;
    }
    case 'consent': {
      const consented = withConsent(state, event, plan, digits);
      // What was agreed once stands.
      if (consented === null || state.consent.collection !== 'not_asked') return null;
      const declines = digits === '3' && state.outcome !== 'opted_out';
      return saveAgain(declines ? { ...consented, outcome: 'declined' } : consented, event, plan);
    }
    default: {
      const item = confirmedBy(step);
      return item === null
        ? settleLateItem(state, event, plan, step)
        : settleLateConfirm(state, event, plan, item, digits);
    }
  }
}

function settleLateItem(state: CallState, event: CallEvent & GatherEnded, plan: CallPlan, step: string): Turn | null {
  const item = itemOf(plan, step);
  const context = { language: state.language, today: plan.today };
  const read = item === undefined ? null : readAnswer(item, event.digits, context);
  if (read === null || state.answers[step] !== undefined) return null;
  const answer: Answer = { ...read, input: 'keys', entry: event.digits, at: event.at, eventId: event.id };
  const settled = settle(state, plan, step, answer);
  const flags = newFlagsOfAnswer(settled, plan, step, answer);
  const flagged =
    flags.length === 0 ? stay(settled) : raise(settled, event, plan, flags, { item: step, unverified: false });
  // An alarm left the call unfinished.
  return andThen(flagged, (current) => saveAgain(flags.length === 0 ? finished(current, plan) : current, event, plan));
}

/** The last answer of the interview, and nothing was left to ask: that the line broke off takes nothing from it. */
function finished(state: CallState, plan: CallPlan): CallState {
  if (state.outcome !== 'partial') return state;
  const { state: passed, next } = passOver(state, plan);
  return next === null ? { ...passed, outcome: 'completed' } : state;
}

/** What was read back was kept, or not, with the last key before the line broke off. */
function settleLateConfirm(
  state: CallState,
  event: GatherEnded,
  plan: CallPlan,
  item: string,
  digit: string,
): Turn | null {
  const { [item]: _, ...others } = state.answers;
  const open: CallState = { ...state, answers: others };
  if (digit === '1') return saveAgain(finished(keepWords(open, plan, true), plan), event, plan);
  // To be said again, and there was no time for it: what was read back was not what was meant.
  if (digit === '2') return saveAgain({ ...open, voice: null }, event, plan);
  return digit === '3' ? skipLate(state, event, plan, item) : null;
}

/** `step`: an item, or its read-back. */
function skipLate(state: CallState, event: GatherEnded, plan: CallPlan, step: string): Turn | null {
  const item = confirmedBy(step) ?? step;
  if (itemOf(plan, item) === undefined) return null;
  const skipped: Answer = { state: 'skipped', input: 'keys', at: event.at, eventId: event.id };
  return saveAgain(finished(settle(state, plan, item, skipped), plan), event, plan);
}
