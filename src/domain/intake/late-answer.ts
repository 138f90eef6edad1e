/**
 * What still counts when nobody is asked any more: the end of the last question, come after the line broke off, and `*9`,
 * which stops all calls in every state (TC-08). Nothing is asked and nothing is spoken here. Pure.
 */
import { COMMAND_KEY_MS, itemOf, settle } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import { callTexts } from './call-texts.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { readAnswer } from './read-answer.ts';
import { readBirthDate, sameBirthDate } from './read-keys.ts';
import type { CallState, OpenQuestion } from './state.ts';
import { order, saveAgain, stay, type Turn } from './turn.ts';

type GatherEnded = CallEventOf<'gather.ended'>;

/** `*9`, where a `**` before it is a command of its own. */
const STOP = /^(?:[^*]|\*\*)*\*9/;

/** A gather that ended with the line: its keys are no answer (Z5), but an opt-out among them is an opt-out. */
export const asksToStop = ({ step, commandSince }: OpenQuestion, digits: string): boolean =>
  STOP.test(digits) || ((commandSince !== null || step === 'opening') && digits.startsWith('9'));

export function onLateAnswer(state: CallState, event: GatherEnded, plan: CallPlan): Turn {
  const question = state.lastQuestion;
  const seq = event.asked?.seq;
  if (question === null || seq === undefined || (seq !== question.seq && seq !== question.lostSeq)) return stay(state);
  const current: CallState = { ...state, lastQuestion: null };
  if (asksToStop(question, event.digits)) return stopCalls(current, event, plan);
  if (event.status !== 'valid' || question.commandSince !== null) return stay(current);
  const settled = settleLate({ ...current, anyKey: true }, event, plan, question.step);
  return settled === null ? stay(current) : saveAgain(afterNote(settled), event, plan);
}

/** The state with the late answer in it; null when it says nothing there. */
function settleLate(state: CallState, event: GatherEnded, plan: CallPlan, step: string): CallState | null {
  const { digits } = event;
  switch (step) {
    case 'opening':
      return digits === '2' && state.outcome !== 'opted_out' ? { ...state, outcome: 'wrong_person' } : null;
    case 'birth_date': {
      const given = readBirthDate(digits);
      const same = given !== null && sameBirthDate(given, plan.patient.dateOfBirth ?? '');
      return same ? { ...state, identity: 'verified' } : null;
    }
    case 'consent': {
      const proof = { at: event.at, eventId: event.id, wording: callTexts[state.language].consentWording };
      if (digits === '1') return { ...state, consent: { collection: 'given', recording: 'given', ...proof } };
      if (digits === '2') return { ...state, consent: { collection: 'given', recording: 'declined', ...proof } };
      if (digits !== '3') return null;
      return { ...state, outcome: 'declined', consent: { collection: 'declined', recording: 'declined', ...proof } };
    }
    default: {
      const item = itemOf(plan, step);
      const answer = item === undefined ? null : readAnswer(item, digits, state);
      if (answer === null || state.answers[step] !== undefined) return null;
      return settle(state, step, { ...answer, input: 'keys', at: event.at, eventId: event.id });
    }
  }
}

/** A note already written is not rewritten: the answer makes its next version. */
const afterNote = (state: CallState): CallState =>
  state.phase === 'ended' && state.timers.close === undefined
    ? { ...state, noteVersion: state.noteVersion + 1 }
    : state;

function stopCalls(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.outcome === 'opted_out') return stay(state);
  const [saved] = saveAgain(afterNote({ ...state, outcome: 'opted_out', anyKey: true }), event, plan);
  return order([saved, []], event.receivedAt, { name: 'suppress_number' });
}

/**
 * Keys as they are pressed, one event each, in any order. Only `*9` is put together from them, should its gather never speak
 * or speak too late; all else is heard from the gather.
 */
export function noteStar(state: CallState, event: CallEventOf<'dtmf.received'>): CallState {
  const sinceStarMs = state.starAt === null ? Number.POSITIVE_INFINITY : event.at - state.starAt;
  // `**` is a command of its own, and ends there; its two keys may have changed places on the way.
  if (event.digit === '*') return { ...state, starAt: Math.abs(sinceStarMs) <= COMMAND_KEY_MS ? null : event.at };
  const follows = sinceStarMs > 0 && sinceStarMs <= COMMAND_KEY_MS;
  if (event.digit === '9' && (follows || isStopMenu(state, event))) return { ...state, starAt: null, stopHeard: true };
  return follows ? { ...state, starAt: null } : state;
}

/** A bare 9 stops all calls only in the opening and in the command prompt, and only while that one is open. */
function isStopMenu(state: CallState, { asked }: CallEventOf<'dtmf.received'>): boolean {
  const question = state.phase === 'asking' ? state.question : state.lastQuestion;
  if (question === null || asked?.seq !== question.seq) return false;
  return question.commandSince !== null || question.step === 'opening';
}

/** A key where no question is open: during the last words, while the line closes, and after it. */
export function onLateKey(state: CallState, event: CallEventOf<'dtmf.received'>, plan: CallPlan): Turn {
  const heard = noteStar({ ...state, anyKey: true }, event);
  return heard.stopHeard ? stopCalls(heard, event, plan) : stay(heard);
}
