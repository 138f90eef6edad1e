/**
 * The way to a person (CL-07): announced, rung, and back into the interview when nobody answers. Without a number, outside
 * staff hours and after two attempts a callback is promised instead. Pure.
 */
import { askNextItem, leadIn, put, staffAreThere, stopGather } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import { say } from './call-texts.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import type { CallState, StateIn } from './state.ts';
import { stopListening } from './stop-listening.ts';
import { andThen, close, enter, hangUp, order, silenceTimer, stay, type Turn, timerAt, withTask } from './turn.ts';
import { keepWords } from './voice-answer.ts';

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
  const flag = state.phase === 'asking' ? state.question.flag : null;
  // An earlier attempt does not stand in the way of somebody in danger.
  const tried = state.transfers >= (flag === null ? MAX_TRANSFERS : 2 * MAX_TRANSFERS);
  if (!staffAreThere(plan, event) || tried || state.stopHeard) {
    const text = flag?.advice === '988' ? 'staffCallback988' : 'staffCallback';
    return close(withTask(state, 'callback'), event, plan, text, 'partial');
  }
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
export function onStaffHungUp(state: CallState, event: CallEventOf<'staff.hung_up'>, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'transferring':
      // Not rung yet: it is the leg of an earlier attempt.
      if (state.transferSeq === null || isOfAnother(state.transferSeq, event.seq)) return stay(state);
      return backToInterview(state, event, plan);
    case 'bridged':
      return isOfAnother(state.transferSeq, event.seq) ? stay(state) : hangUp(state, event, plan);
    default:
      return stay(state);
  }
}

/** Whether an event tells of the leg of another attempt; one that does not say is believed. */
const isOfAnother = (expected: number | null | undefined, seq: number | null): boolean =>
  seq !== null && typeof expected === 'number' && seq !== expected;

/** RC-06: whoever joins has not agreed to be recorded. */
export function onStaffAnswered(state: CallState, event: CallEventOf<'staff.answered'>, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'transferring':
      return bridge(state, event, plan, event.seq ?? state.transferSeq);
    case 'asking':
      // One we no longer waited for: they talk by now, and nothing is to talk into it.
      if (state.transfers === 0) return stay(state);
      return andThen(stopGather(state, event), (stopped) =>
        bridge({ ...stopped, lastQuestion: state.question }, event, plan, event.seq),
      );
    case 'closing':
      if (state.transfers === 0 || state.outcome !== 'partial') return stay(state);
      return andThen(order([state, []], event.receivedAt, { name: 'playback_stop' }), (stopped) =>
        bridge(stopped, event, plan, event.seq),
      );
    default:
      return stay(state);
  }
}

function bridge(state: CallState, event: CallEvent, plan: CallPlan, transferSeq: number | null): Turn {
  const kept = keepWords(state, plan);
  const voice = kept.voice && { ...kept.voice, until: kept.voice.until ?? event.receivedAt };
  const timers = { bridge: timerAt(event, plan, BRIDGE_CHECK_MS) };
  const bridged = enter({ ...kept, voice }, { phase: 'bridged', transferSeq }, timers);
  return stopListening({ ...bridged, checking: null, lostEvents: 0 }, event);
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
  const promises = state.phase === 'closing' && state.outcome !== 'opted_out';
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
