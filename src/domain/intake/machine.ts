/**
 * Answering machines. The opening is spoken at the answer and waits for no verdict (TC-16); a verdict stops it, the message
 * follows the greeting. A key means a human, whatever a verdict says, before it or after. Pure.
 */
import { fresh, put, stopGather } from './ask.ts';
import { begin } from './begin.ts';
import type { CallPlan } from './call-plan.ts';
import { say } from './call-texts.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import type { Questionnaire } from './questionnaire.ts';
import type { CallState, StateIn } from './state.ts';
import { andThen, enter, hangUp, order, saveAgain, silenceTimer, stay, type Turn, timerAt } from './turn.ts';

/** Telnyx searches for the beep 30 s; an event lost, the message is spoken all the same. */
const GREETING_LOST_MS = 40_000;

export function onDetected(state: CallState, event: CallEventOf<'machine.detected'>, plan: CallPlan): Turn {
  switch (event.verdict) {
    case 'human':
      return answeredAfterAll(state.anyKey ? state : { ...state, detected: 'human' }, event, plan);
    case 'not_sure':
      // Taken for a human, as Telnyx advises: a pause in what is heard is then no greeting that ends.
      return answeredAfterAll(state.anyKey ? state : { ...state, detected: state.detected ?? 'not_sure' }, event, plan);
    case 'silence':
      return answeredAfterAll(state, event, plan);
    case 'machine':
      return onMachine(state, event, plan, plan.questionnaire.voicemail);
    case 'fax':
      // Nobody reads a message left on a fax.
      return state.phase === 'leaving_message' ? hangUp(state, event, plan) : onMachine(state, event, plan, 'silence');
  }
}

/** Only a call that was answered has a verdict: where the answer itself was not told, the opening begins now. */
function answeredAfterAll(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const untold = state.phase === 'ringing' && state.ids !== null && !state.hangupWanted;
  return untold ? begin({ ...state, answeredAt: event.at, lostEvents: 0 }, event, plan) : stay(state);
}

function onMachine(state: CallState, event: CallEvent, plan: CallPlan, says: Questionnaire['voicemail']): Turn {
  if (state.anyKey || plan.direction === 'inbound') return stay(state);
  const found: CallState = { ...state, detected: 'machine', outcome: 'voicemail' };
  switch (state.phase) {
    case 'ringing':
      // Only a call that was answered has a verdict: the answer itself was not told.
      if (says === 'silence') return hangUp({ ...found, answeredAt: event.at }, event, plan);
      return stay(awaitGreeting({ ...found, answeredAt: event.at }, event, plan, null));
    case 'asking':
    case 'closing': {
      if (says === 'silence') return hangUp(found, event, plan);
      const question = state.phase === 'asking' ? state.question : null;
      const stopped =
        state.phase === 'asking'
          ? stopGather(found, event)
          : order([found, []], event.receivedAt, { name: 'playback_stop' });
      return andThen(stopped, (current) => stay(awaitGreeting(current, event, plan, question)));
    }
    case 'hanging_up':
    case 'ended':
      // The verdict came after the end of a call in which nobody pressed a key.
      if (state.answeredAt === null || state.outcome !== 'partial') return stay(state);
      return saveAgain(found, event, plan);
    case 'new':
    case 'dialing':
    case 'leaving_message':
    case 'transferring':
    case 'bridged':
      return stay(state);
  }
}

function awaitGreeting(
  state: CallState,
  event: CallEvent,
  plan: CallPlan,
  question: StateIn<'leaving_message'>['question'],
): CallState {
  const waiting = { phase: 'leaving_message', question, speakSeq: null, speakAt: event.receivedAt } as const;
  const timers = { greeting: timerAt(event, plan, GREETING_LOST_MS) };
  return { ...enter(state, waiting, timers), checking: null };
}

/** The beep, or the silence after it. It can be the only event a machine gives (facts: beep before a verdict). */
export function onGreetingEnded(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.anyKey || state.detected === 'human' || state.detected === 'not_sure' || plan.direction === 'inbound')
    return stay(state);
  if (state.phase !== 'leaving_message') {
    return andThen(onMachine(state, event, plan, plan.questionnaire.voicemail), (found) =>
      found.phase === 'leaving_message' ? leaveMessage(found, event, plan) : stay(found),
    );
  }
  return leaveMessage(state, event, plan);
}

/** TC-13, HS-16: name, number, how to stop the calls; nothing of the patient. */
export function leaveMessage(state: StateIn<'leaving_message'>, event: CallEvent, plan: CallPlan): Turn {
  if (state.speakSeq !== null) return stay(state);
  const payload = say(plan, state.language, 'voicemail');
  const [ordered, commands] = order([state, []], event.receivedAt, {
    name: 'speak',
    payload,
    language: state.language,
  });
  const { question } = state;
  const speaking = { phase: 'leaving_message', question, speakSeq: ordered.seq, speakAt: event.receivedAt } as const;
  return [enter(ordered, speaking, silenceTimer(event, plan, payload, 0)), commands];
}

/** The message is for nobody: it is stopped, and the verdict forgotten. */
export function takeBack(state: StateIn<'leaving_message'>, event: CallEvent): Turn {
  const human: CallState = { ...state, detected: null, outcome: null };
  return state.speakSeq === null ? stay(human) : order([human, []], event.receivedAt, { name: 'playback_stop' });
}

/** Somebody is there after all: a key, or a phone that asks who is calling. The opening begins again. */
export function backToOpening(state: StateIn<'leaving_message'>, event: CallEvent, plan: CallPlan): Turn {
  // The stopped gather may have had the key: its end still counts.
  const opening = { ...fresh('opening', event.receivedAt), lostSeq: state.question?.seq ?? null };
  return andThen(takeBack(state, event), (current) => put(current, event, plan, opening, null));
}
