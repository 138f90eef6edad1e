/**
 * Keys as they are pressed, one event each, in any order. A question hears its keys from its gather; here only what no gather
 * says is put together: the key that completes a `*`, and `*9`, which stops all calls in every state (TC-08). Pure.
 */
import { COMMAND_KEY_MS, stopGather } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import { onCommand } from './commands.ts';
import type { CallEventOf } from './event.ts';
import { backToOpening, takeBack } from './machine.ts';
import type { CallState, StateIn } from './state.ts';
import { andThen, close, stay, stopCalls, type Turn } from './turn.ts';

type Key = CallEventOf<'dtmf.received'>;

/** The event of a key may be stamped a little after the end of the gather it ended; nobody presses twice so fast. */
const SAME_PRESS_MS = 80;

export function onKey(state: CallState, event: Key, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'new':
    case 'dialing':
    case 'ringing':
      return stay(state);
    case 'asking':
      return onKeyAsked(note({ ...state, lostEvents: 0 }, event) as StateIn<'asking'>, event, plan);
    case 'leaving_message': {
      const human = note({ ...state, anyKey: true }, event) as StateIn<'leaving_message'>;
      // The 9 of the opening stops the calls; any other key brings the opening back.
      if (event.digit === '9' && event.asked !== null && event.asked.seq === state.question?.seq)
        return andThen(takeBack(human, event), (stopped) => close(stopped, event, plan, 'optedOut', 'opted_out'));
      return backToOpening(human, event, plan);
    }
    case 'transferring':
    case 'bridged':
    case 'closing':
    case 'hanging_up':
    case 'ended': {
      // No question is open: during the last words, while staff talk, while the line closes, and after it.
      const heard = note({ ...state, anyKey: true }, event);
      return heard.stopHeard ? stopCalls(heard, event, plan) : stay(heard);
    }
  }
}

/** A key outside a gather counts only when it completes a `*`, and one key press counts once. */
function onKeyAsked(state: StateIn<'asking'>, event: Key, plan: CallPlan): Turn {
  const { commandSince, seq } = state.question;
  const heard: StateIn<'asking'> = { ...state, anyKey: true };
  const gapMs = event.digit === '*' ? SAME_PRESS_MS * plan.timerScale : 0;
  const outside = commandSince !== null && event.at > commandSince + gapMs && event.asked?.seq !== seq;
  if (!outside) return stay(heard);
  // The command prompt may already be playing: it goes before the next question, so that one question is open at a time.
  return andThen(stopGather(heard, event), (stopped) =>
    onCommand(stopped as StateIn<'asking'>, event, plan, event.digit),
  );
}

/** What is kept of a key: that it was the newest, and whether `*9` has been pressed. */
function note(state: CallState, event: Key): CallState {
  const newest = state.lastKey === null || event.at > state.lastKey.at;
  return noteStar(newest ? { ...state, lastKey: { digit: event.digit, at: event.at } } : state, event);
}

function noteStar(state: CallState, event: Key): CallState {
  const sinceStarMs = state.starAt === null ? Number.POSITIVE_INFINITY : event.at - state.starAt;
  // `**` is a command of its own, and ends there; its two keys may have changed places on the way.
  if (event.digit === '*') return { ...state, starAt: Math.abs(sinceStarMs) <= COMMAND_KEY_MS ? null : event.at };
  const follows = sinceStarMs > 0 && sinceStarMs <= COMMAND_KEY_MS;
  if (event.digit === '9' && (follows || isStopMenu(state, event))) return { ...state, starAt: null, stopHeard: true };
  return follows ? { ...state, starAt: null } : state;
}

/** A bare 9 stops all calls only in the opening and in the command prompt, and only while that one is open. */
function isStopMenu(state: CallState, { asked }: Key): boolean {
  const question = state.phase === 'asking' ? state.question : state.lastQuestion;
  if (question === null || asked?.seq !== question.seq) return false;
  // Where a number can be keyed in, a 9 may be its first digit.
  return question.commandSince !== null || (question.step === 'opening' && !state.optOutLine);
}
