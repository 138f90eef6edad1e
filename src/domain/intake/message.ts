/**
 * What the end of a message leads to: its audio after its text, then the next item. An end nobody told of is survived, audio that
 * cannot be played is tried once more, and then the patient is told that something went wrong (CL-22). Pure.
 */
import { putFree } from './answer.ts';
import { askNextItem, itemOf, put, settle } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { audioOf, playAudio } from './play-message.ts';
import type { MessageItem } from './questionnaire.ts';
import type { Answer, StateIn } from './state.ts';
import { andThen, close, order, stay, type Turn, withTask } from './turn.ts';

type Asking = StateIn<'asking'>;

const MAX_PLAYS = 2;

/** Ends come in the order of what they end: one that occurred before this was put is another's. */
const isOfThis = ({ question }: Asking, { at }: CallEvent): boolean => at >= (question.putAt ?? question.since);

export function onMessageSpoken(state: Asking, event: CallEventOf<'speak.ended'>, plan: CallPlan): Turn {
  if (state.question.playing !== 'text' || !isOfThis(state, event)) return stay(state);
  switch (event.cut) {
    case 'hangup':
      // The hang-up is on its way.
      return stay(state);
    case 'detection':
      return putFree(state, event, plan) ?? goOn(state, event, plan, UNKNOWN);
    default:
      return goOn({ ...state, lostEvents: 0 }, event, plan, HEARD);
  }
}

export function onPlayed(state: Asking, event: CallEventOf<'playback.ended'>, plan: CallPlan): Turn {
  if (state.question.playing !== 'audio' || !isOfThis(state, event)) return stay(state);
  const told: Asking = { ...state, lostEvents: 0 };
  switch (event.status) {
    case 'completed':
      return goOn(told, event, plan, HEARD);
    case 'unknown':
      return goOn(told, event, plan, UNKNOWN);
    case 'lost':
      return onNotPlayed(told, event, plan);
    case 'detection':
      return putFree(told, event, plan) ?? goOn(told, event, plan, UNKNOWN);
    case 'stopped':
    case 'hangup':
      // Of one we stopped ourselves, told late; or the hang-up is on its way.
      return stay(state);
  }
}

/** Most probably it was heard; what may still play of it is stopped before the interview goes on. */
export function onMessageEndLost(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  return andThen(order([state, []], event.receivedAt, { name: 'playback_stop' }), (stopped) =>
    goOn(stopped as Asking, event, plan, UNKNOWN),
  );
}

const HEARD: Answer = { state: 'answered', value: 'heard' };
const UNKNOWN: Answer = { state: 'unknown' };

/** With the audio, when that is what follows; else with the next item. */
function goOn(state: Asking, event: CallEvent, plan: CallPlan, told: Answer): Turn {
  const { step, playing } = state.question;
  const item = itemOf(plan, step) as MessageItem;
  const url = playing === 'text' ? audioOf(item, plan) : null;
  if (url !== null) return playAudio(state, event, plan, item, state.question, url);
  const settled = settle(state, plan, step, { ...told, at: event.at, eventId: event.id });
  return askNextItem(settled, event, plan);
}

function onNotPlayed(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  const failedTries = state.question.failedTries + 1;
  if (failedTries < MAX_PLAYS) return put(state, event, plan, { ...state.question, failedTries }, null);
  const faulty = withTask({ ...state, error: state.error ?? 'message_not_played' }, 'callback');
  return close(faulty, event, plan, 'fault', 'partial');
}
