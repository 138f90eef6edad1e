/**
 * The intake call as a state machine: (state, event, plan) → [state, commands]. Pure: no clock, ids or I/O; session/ stores
 * the state and runs the commands. Unexpected events leave the state as it is and yield no command, because Telnyx may
 * deliver late, twice or out of order.
 */
import { onCommand, onKeys, onLooseKey } from './answer.ts';
import { ask, awaitAnew, put, putLost } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import { onDialEvent, wasGivenUp } from './dialing.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { asksToStop, noteStar, onLateAnswer, onLateKey } from './late-answer.ts';
import { onTimeout } from './on-timeout.ts';
import { readKeys } from './read-keys.ts';
import type { CallState, StateIn } from './state.ts';
import { awaitHangup, close, closeAnew, end, hangUp, order, saveAgain, stay, type Turn, withTask } from './turn.ts';

export function transition(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  switch (event.type) {
    case 'call.requested':
    case 'dial.sent':
    case 'dial.accepted':
    case 'dial.refused':
    case 'dial.unknown':
    case 'dial.checked':
    case 'call.initiated':
      return onDialEvent(state, event, plan);
    case 'call.answered':
      return onAnswered(state, event, plan);
    case 'gather.ended':
      return onGatherEnded(state, event, plan);
    case 'dtmf.received':
      return onKey(state, event, plan);
    case 'speak.ended':
      return state.phase === 'closing' ? hangUp(state, event, plan) : stay(state);
    case 'recording.saved':
      return saveAgain({ ...state, recording: { id: event.recordingId, durationMs: event.durationMs } }, event, plan);
    case 'call.hangup':
      return onHangup(state, event, plan);
    case 'call.checked':
      return onChecked(state, event, plan);
    case 'command.failed':
      return onCommandFailed(state, event, plan);
    case 'command.delayed':
      return onCommandDelayed(state, event, plan);
    case 'command.dropped':
      if (event.name !== 'record_start' || state.recorder !== 'on') return stay(state);
      return saveAgain({ ...state, recorder: 'failed' }, event, plan);
    case 'hangup.requested':
      return onHangupRequested(state, event, plan);
    case 'timeout.fired':
      return onTimeout(state, event, plan);
  }
}

/** TC-16: the opening starts at the answer; nothing is waited for. A second `call.answered` finds another phase and does nothing. */
function onAnswered(state: CallState, event: CallEventOf<'call.answered'>, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'new':
    case 'dialing':
    case 'ringing':
      break;
    case 'ended':
      // A dial we had given up as unknown is alive after all: the same attempt, adopted.
      if (!wasGivenUp(state)) return stay(state);
      break;
    case 'asking':
    case 'closing':
    case 'hanging_up':
      return stay({ ...state, answeredAt: state.answeredAt ?? event.at, ids: state.ids ?? event.ids });
  }
  const live: CallState = {
    ...state,
    ids: event.ids,
    dialedAt: state.dialedAt ?? event.at,
    answeredAt: event.at,
    outcome: state.hangupWanted ? 'canceled' : null,
    error: null,
    endedAt: null,
    lostEvents: 0,
  };
  return live.hangupWanted ? hangUp(live, event, plan) : ask(live, event, plan, 'opening');
}

function onKey(state: CallState, event: CallEventOf<'dtmf.received'>, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'new':
    case 'dialing':
    case 'ringing':
      return stay(state);
    case 'asking': {
      const heard = noteStar({ ...state, lostEvents: 0 }, event) as StateIn<'asking'>;
      return onLooseKey(heard, event, plan, event.digit, event.asked?.seq ?? null);
    }
    case 'closing':
    case 'hanging_up':
    case 'ended':
      return onLateKey(state, event, plan);
  }
}

function onGatherEnded(state: CallState, event: CallEventOf<'gather.ended'>, plan: CallPlan): Turn {
  if (state.phase !== 'asking') return onLateAnswer(state, event, plan);
  const { seq, lostSeq } = state.question;
  if (lostSeq !== null && event.asked?.seq === lostSeq && event.status === 'valid')
    return onLostEnd(state, event, plan);
  if (
    lostSeq !== null &&
    event.asked?.seq === lostSeq &&
    asksToStop({ ...state.question, commandSince: null }, event.digits)
  ) {
    return close(state, event, plan, 'optedOut', 'opted_out');
  }
  if (event.asked?.seq !== seq) return stay(state);
  const current = { ...state, lostEvents: 0 };
  switch (event.status) {
    case 'call_hangup':
      // The hang-up is on its way. What it cut off is kept, should its keys have asked to stop.
      return asksToStop(current.question, event.digits) ? stay({ ...current, stopHeard: true }) : stay(current);
    case 'cancelled':
      return stay(current);
    case 'cancelled_amd':
      return put(current, event, plan, current.question, null);
    case 'valid':
    case 'invalid':
    case 'timeout':
    case 'other': {
      if (current.question.commandSince === null) {
        return onKeys(current, event, plan, readKeys(event.status, event.digits));
      }
      return onCommand(current, event, plan, event.status === 'valid' ? event.digits : null);
    }
  }
}

/** The end that was believed lost came after all; what was put in its place is stopped. */
function onLostEnd(state: StateIn<'asking'>, event: CallEventOf<'gather.ended'>, plan: CallPlan): Turn {
  const current = { ...state, lostEvents: 0, question: { ...state.question, lostSeq: null } };
  const [stopped, stop] = order([current, []], event.receivedAt, { name: 'gather_stop' });
  const [next, commands] = onKeys(stopped as StateIn<'asking'>, event, plan, readKeys(event.status, event.digits));
  return [next, [...stop, ...commands]];
}

/** TC-18: the line is released at once and nothing more is ordered. */
function onHangup(state: CallState, event: CallEventOf<'call.hangup'>, plan: CallPlan): Turn {
  const hangup = { cause: event.cause, source: event.source, sipCause: event.sipCause };
  if (state.phase === 'ended')
    return state.hangup === null ? saveAgain({ ...state, hangup }, event, plan) : stay(state);
  return end(state, event, plan, { hangup });
}

/** The answer to `retrieve_call`. A question whose end was lost is asked again while the call is alive, and is no try. */
function onChecked(state: CallState, event: CallEventOf<'call.checked'>, plan: CallPlan): Turn {
  if (state.checking !== event.seq) return stay(state);
  const current: CallState = { ...state, checking: null };
  if (event.alive === false) return end(current, event, plan, { error: current.error ?? 'hangup_event_lost' });
  switch (current.phase) {
    case 'asking':
      return putLost(current, event, plan);
    case 'closing':
      return hangUp(current, event, plan);
    case 'hanging_up':
      // Only checks without an answer count: while Telnyx says it lives, it is hung up again.
      return event.alive === null ? end(current, event, plan) : hangUp({ ...current, lostEvents: 0 }, event, plan);
    case 'ringing':
      if (event.alive === null) return end(current, event, plan, { error: 'hangup_event_lost' });
      // It cannot ring so long: it was answered, and we were not told.
      return ask({ ...current, answeredAt: event.at, lostEvents: 0 }, event, plan, 'opening');
    case 'new':
    case 'dialing':
    case 'ended':
      return stay(current);
  }
}

function onCommandFailed(state: CallState, event: CallEventOf<'command.failed'>, plan: CallPlan): Turn {
  if (state.phase === 'ended' || state.phase === 'new' || state.phase === 'dialing') return stay(state);
  // 90018 on any command is a normal end: the other side was faster.
  if (event.reason === 'call_ended')
    return state.phase === 'hanging_up' ? stay(state) : awaitHangup(state, event, plan);
  if (state.phase === 'asking' && state.question.seq === event.seq) {
    // CL-22: never dead air. The question cannot be put, so the patient is told, and staff will call.
    return close(withTask({ ...state, error: event.code }, 'callback'), event, plan, 'fault', 'partial');
  }
  if (state.phase === 'closing' && state.speakSeq === event.seq)
    return hangUp({ ...state, error: state.error ?? event.code }, event, plan);
  const recorder = event.name === 'record_start' && state.recorder === 'on' ? 'failed' : state.recorder;
  return stay({ ...state, recorder, error: state.error ?? `${event.name}_refused` });
}

function onCommandDelayed(state: CallState, event: CallEventOf<'command.delayed'>, plan: CallPlan): Turn {
  if (state.phase === 'asking' && state.question.seq === event.seq) return stay(awaitAnew(state, event, plan));
  if (state.phase === 'closing' && state.speakSeq === event.seq) return stay(closeAnew(state, event, plan));
  return stay(state);
}

function onHangupRequested(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  switch (state.phase) {
    case 'new':
      return end({ ...state, outcome: 'canceled' }, event, plan);
    case 'dialing':
      if (state.dial === 'pending') return end({ ...state, outcome: 'canceled' }, event, plan);
      return stay({ ...state, hangupWanted: true, outcome: 'canceled' });
    case 'ringing':
      return hangUp({ ...state, outcome: 'canceled' }, event, plan);
    case 'asking':
    case 'closing':
      return hangUp(state, event, plan);
    case 'hanging_up':
    case 'ended':
      return stay(state);
  }
}
