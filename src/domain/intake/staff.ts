/**
 * The way to a person (CL-07): announced, rung, and back into the interview when nobody answers. Without a number, outside
 * staff hours and after two attempts a callback is promised instead. Pure.
 */
import { askNextItem, itemOf, leadIn, put, putInstead } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import { say } from './call-texts.ts';
import type { CallEvent } from './event.ts';
import type { CallState, StateIn } from './state.ts';
import { stopListening } from './stop-listening.ts';
import { andThen, close, enter, hangUp, order, silenceTimer, stay, type Turn, timerAt, withTask } from './turn.ts';

/** How long staff are rung. */
const RING_SECONDS = 30;
/** Ring time, early media and a margin for the event. */
const TRANSFER_LOST_MS = (RING_SECONDS + 15) * 1000;
const MAX_TRANSFERS = 2;
/** A talk between people is only looked at so often, in case the end of it was never heard. */
const BRIDGE_CHECK_MS = 15 * 60_000;
/** So many without an answer of Telnyx, and the line counts as dead. */
const MAX_BRIDGE_CHECKS = 4;

type Back = StateIn<'transferring'>['back'];

/** `back`: the question to go on with when nobody answers. */
export function toStaff(state: CallState, event: CallEvent, plan: CallPlan, back: Back): Turn {
  const { staff } = plan;
  const open = staff !== null && event.receivedAt >= staff.from && event.receivedAt < staff.until;
  if (!open || state.transfers >= MAX_TRANSFERS || state.stopHeard)
    return close(withTask(state, 'callback'), event, plan, 'staffCallback', 'partial');
  const payload = say(plan, state.language, 'hold');
  const [ordered, commands] = order([{ ...state, transfers: state.transfers + 1 }, []], event.receivedAt, {
    name: 'speak',
    payload,
    language: state.language,
  });
  // Words that are said to staff, or while they are rung, are no answer.
  const voice = ordered.voice && { ...ordered.voice, until: ordered.voice.until ?? event.receivedAt };
  const spoken = { speakSeq: ordered.seq, speakAt: event.receivedAt, transferSeq: null };
  const transferring = enter(
    ordered,
    { phase: 'transferring', back, ...spoken },
    silenceTimer(event, plan, payload, 0),
  );
  return [{ ...transferring, voice, checking: null, lastQuestion: null }, commands];
}

/** The announcement has been heard: staff are rung. */
export function ringStaff(state: StateIn<'transferring'>, event: CallEvent, plan: CallPlan): Turn {
  if (plan.staff === null) return backToInterview(state, event, plan);
  const [ordered, commands] = order([state, []], event.receivedAt, {
    name: 'transfer',
    to: plan.staff.number,
    timeoutSeconds: RING_SECONDS,
  });
  const { back, speakSeq, speakAt } = state;
  const ringing = { phase: 'transferring', back, speakSeq, speakAt, transferSeq: ordered.seq } as const;
  return [enter(ordered, ringing, { transfer: timerAt(event, plan, TRANSFER_LOST_MS) }), commands];
}

/** Staff did not answer, or the talk is over: Telnyx then ends our leg with theirs, and if it does not, we do. */
export function onStaffHungUp(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'transferring':
      // Not rung yet: it is the leg of an earlier attempt.
      return state.transferSeq === null ? stay(state) : backToInterview(state, event, plan);
    case 'bridged':
      return hangUp(state, event, plan);
    default:
      return stay(state);
  }
}

/** RC-06: whoever joins has not agreed to be recorded. */
export function onStaffAnswered(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  // One we no longer waited for: the interview goes on, but nobody is recorded who joins.
  if (state.phase === 'asking' && state.transfers > 0)
    return andThen(stopListening(state, event), (stopped) => withoutWords(stopped as StateIn<'asking'>, event, plan));
  if (state.phase !== 'transferring') return stay(state);
  const bridged = enter(state, { phase: 'bridged' }, { bridge: timerAt(event, plan, BRIDGE_CHECK_MS) });
  return stopListening({ ...bridged, lostEvents: 0 }, event);
}

/** An open voice item is passed over: nobody listens any more. */
function withoutWords(state: StateIn<'asking'>, event: CallEvent, plan: CallPlan): Turn {
  const voice = itemOf(plan, state.question.step)?.type === 'voice' && state.transcriber !== 'on';
  return voice ? putInstead(state, event, plan, state.question) : stay(state);
}

/** CL-07: said, promised, and on with the interview; never dead air, never a loop. */
export function backToInterview(state: StateIn<'transferring'>, event: CallEvent, plan: CallPlan): Turn {
  const { back } = state;
  const promised = withTask(state, 'callback');
  if (back === null) return close(promised, event, plan, 'staffCallback', 'partial');
  const goesOn = back === 'next' ? askNextItem(promised, event, plan) : put(promised, event, plan, back, null);
  return sayWhy(goesOn, plan);
}

/** Before the question that is put next; in the place of the goodbye when none is left. */
function sayWhy(turn: Turn, plan: CallPlan): Turn {
  const [state, commands] = leadIn(turn, plan, 'staffBusy');
  const promises = state.outcome !== 'opted_out';
  const payload = say(plan, state.language, 'staffCallback');
  return [state, commands.map((command) => (promises && command.name === 'speak' ? { ...command, payload } : command))];
}

/** A talk that lasts: is the line still there? */
export function onBridgeCheck(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  if (state.lostEvents >= MAX_BRIDGE_CHECKS) return hangUp(state, event, plan);
  const timers = { ...state.timers, bridge: timerAt(event, plan, BRIDGE_CHECK_MS) };
  const again = { ...state, timers, lostEvents: state.lostEvents + 1 };
  return andThen(order([again, []], event.receivedAt, { name: 'retrieve_call' }), (ordered) =>
    stay({ ...ordered, checking: ordered.seq }),
  );
}
