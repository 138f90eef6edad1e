/**
 * From the order to dial to the first ring. Dial is sent once per attempt: only a 4xx (408 aside) is a definite no; after
 * anything unclear we wait for a webhook that carries our id, then ask Telnyx, and count the attempt as dialled. Pure.
 */
import type { CallPlan } from './call-plan.ts';
import { planProblem } from './check-plan.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import type { TelnyxIds } from './ids.ts';
import type { CallState, Outcome } from './state.ts';
import { LONGEST_COMMAND_AGE_MS } from './still-wanted.ts';
import { end, enter, hangUp, order, stay, type Turn, timerAt } from './turn.ts';

/** How long an unanswered dial waits for a webhook before Telnyx is asked. */
export const DIAL_WAIT_MS = 30_000;
/** TC-17: at least 15 s or four rings; sent as `timeout_secs`. */
export const RING_TIMEOUT_SECONDS = 30;
/** Ring time and a margin for the hang-up event. */
const RING_LOST_MS = (RING_TIMEOUT_SECONDS + 10) * 1000;

type DialEvent = CallEventOf<
  | 'call.requested'
  | 'call.received'
  | 'dial.sent'
  | 'dial.accepted'
  | 'dial.refused'
  | 'dial.unknown'
  | 'dial.checked'
  | 'call.initiated'
>;

export function onDialEvent(state: CallState, event: DialEvent, plan: CallPlan): Turn {
  switch (event.type) {
    case 'call.requested':
      if (state.phase !== 'new') return stay(state);
      return refuse(state, event, plan) ?? order([orderedDial(state, event), []], event.receivedAt, { name: 'dial' });
    case 'call.received':
      return state.phase === 'new' ? answer(state, event, plan, event.ids) : stay(state);
    case 'dial.sent':
    case 'dial.unknown':
      if (state.phase !== 'dialing') return stay(state);
      return stay(awaitDial(state, event, plan, event.type === 'dial.sent' ? 'sent' : 'unknown'));
    case 'dial.accepted':
    case 'call.initiated':
      return adopt(state, event, plan, event.ids);
    case 'dial.refused':
      if (state.phase !== 'dialing') return stay(state);
      return end({ ...state, outcome: 'dial_refused' }, event, plan, { error: event.code });
    case 'dial.checked':
      if (state.phase !== 'dialing') return stay(state);
      if (event.ids !== null) return adopt(state, event, plan, event.ids);
      return giveUpDial(state, event, plan);
  }
}

/** An order to dial ages like any other (the 50 s rule is never scaled); then it will never be sent, and the call is over. */
function orderedDial(state: CallState, event: CallEvent): CallState {
  return enter(state, { phase: 'dialing', dial: 'pending' }, { dial_wait: event.receivedAt + LONGEST_COMMAND_AGE_MS });
}

/** Nobody is rung to hear half a sentence. */
function refuse(state: CallState, event: CallEvent, plan: CallPlan): Turn | null {
  const problem = planProblem(plan);
  return problem && end({ ...state, outcome: 'dial_refused' }, event, plan, { error: problem });
}

/** Somebody rings us: the call is ours to command only once it is answered. */
function answer(state: CallState, event: CallEvent, plan: CallPlan, ids: TelnyxIds): Turn {
  const ringing = enter({ ...state, ids }, { phase: 'ringing' }, { ring: timerAt(event, plan, RING_LOST_MS) });
  return order([ringing, []], event.receivedAt, { name: 'answer' });
}

/** Nobody knows the dial: counted as dialled. Whoever asked for the hang-up meanwhile gets what they asked for. */
export function giveUpDial(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const outcome = state.hangupWanted ? 'canceled' : 'dial_unknown';
  return end({ ...state, outcome }, event, plan, { error: 'dial_unknown' });
}

/** A dial we gave up that proves to be alive is the same attempt; one whose hang-up is known as well is over. */
export const wasGivenUp = (state: CallState): boolean =>
  state.phase === 'ended' && state.error === 'dial_unknown' && state.hangup === null;

/** Of a call that is alive, or alive again: open, but for what was wished meanwhile. */
export function outcomeSoFar({ outcome, hangupWanted }: CallState): Outcome | null {
  if (outcome === 'opted_out') return outcome;
  return hangupWanted ? 'canceled' : null;
}

/** Even a dial whose reply is still expected has its timer: the process may die before the reply comes. */
function awaitDial(state: CallState, event: CallEvent, plan: CallPlan, dial: 'sent' | 'unknown'): CallState {
  const dialed = { ...state, dialedAt: state.dialedAt ?? event.at };
  return enter(dialed, { phase: 'dialing', dial }, { dial_wait: timerAt(event, plan, DIAL_WAIT_MS) });
}

/** The dial reached Telnyx: from its answer, from a webhook that was faster, or found when asked. */
function adopt(state: CallState, event: CallEvent, plan: CallPlan, ids: TelnyxIds): Turn {
  const revived = wasGivenUp(state) && event.type === 'call.initiated';
  if (state.phase !== 'dialing' && state.phase !== 'new' && !revived) {
    return stay(state.ids === null ? { ...state, ids } : state);
  }
  const known: CallState = {
    ...state,
    ids,
    dialedAt: state.dialedAt ?? event.at,
    outcome: outcomeSoFar(state),
    error: null,
    endedAt: null,
    lostEvents: 0,
  };
  if (known.hangupWanted) return hangUp(known, event, plan);
  return stay(enter(known, { phase: 'ringing' }, { ring: timerAt(event, plan, RING_LOST_MS) }));
}
