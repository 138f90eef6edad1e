/**
 * The intake call as a state machine: (state, event, plan) → [state, commands]. Pure: no clock, ids or I/O; session/ stores
 * the state and runs the commands. Unexpected events leave the state as it is and yield no command, because Telnyx may
 * deliver late, twice or out of order.
 */
import { onKeys, putFree } from './answer.ts';
import { put, stopGather, voiceItemOf } from './ask.ts';
import { begin } from './begin.ts';
import { type CallPlan, hidesNumber, planFor } from './call-plan.ts';
import { onCommandDelayed, onCommandDropped, onCommandFailed } from './command-result.ts';
import { onCommand } from './commands.ts';
import { onCostReported } from './cost.ts';
import { onDialEvent, outcomeSoFar, wasGivenUp } from './dialing.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { asksToStop, onLateAnswer } from './late-answer.ts';
import { onKey, useStar } from './loose-keys.ts';
import { backToOpening, onDetected, onGreetingEnded, takeBack } from './machine.ts';
import { onMessageSpoken, onPlayed } from './message.ts';
import { onChecked, onTimeout } from './on-timeout.ts';
import { stopKeyedAt, stopOwnCalls } from './opt-out-line.ts';
import { readKeys } from './read-keys.ts';
import { onRecordingFailed, onRecordingSaved } from './recording.ts';
import { awaitWords, onHeard } from './speech.ts';
import { onStaffAnswered, onStaffHungUp, ringStaff } from './staff.ts';
import type { CallState, StateIn } from './state.ts';
import { andThen, close, end, enter, hangUp, saveAgain, stay, type Turn } from './turn.ts';

export function transition(state: CallState, event: CallEvent, callPlan: CallPlan): Turn {
  const plan = planFor(state, callPlan);
  switch (event.type) {
    case 'call.requested':
    case 'dial.sent':
    case 'dial.accepted':
    case 'dial.refused':
    case 'dial.unknown':
    case 'dial.checked':
    case 'call.initiated':
    case 'call.received':
      return onDialEvent(state, event, plan);
    case 'call.answered':
      return onAnswered(state, event, plan);
    case 'gather.ended':
      return onGatherEnded(state, event, plan);
    case 'dtmf.received':
      return onKey(state, event, plan);
    case 'speak.ended':
      return onSpoken(state, event, plan);
    case 'playback.ended':
      return state.phase === 'asking' ? onPlayed(state, event, plan) : stay(state);
    case 'machine.detected':
      return onDetected(state, event, plan);
    case 'greeting.ended':
      return onGreetingEnded(state, event, plan);
    case 'call_screening.detected':
      // A human is near: what was begun for a machine is taken back.
      if (state.phase === 'leaving_message') return backToOpening(state, event, plan);
      // Detection begins again; what it said so far was of the phone, not of its owner.
      return stay({ ...state, detected: null });
    case 'transcription.received':
      return onHeard(state, event, plan);
    case 'staff.answered':
      return onStaffAnswered(state, event, plan);
    case 'staff.hung_up':
      return onStaffHungUp(state, event, plan);
    case 'recording.saved':
      return onRecordingSaved(state, event, plan);
    case 'recording.failed':
      return onRecordingFailed(state, event, plan);
    case 'cost.reported':
      return onCostReported(state, event, plan);
    case 'call.hangup':
      return onHangup(state, event, plan);
    case 'call.checked':
      return onChecked(state, event, plan);
    case 'command.failed':
      return onCommandFailed(state, event, plan);
    case 'command.delayed':
      return onCommandDelayed(state, event, plan);
    case 'command.dropped':
      return onCommandDropped(state, event, plan);
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
      if (!wasGivenUp(state)) return onLateAnswered(state, event, plan);
      break;
    case 'asking':
    case 'leaving_message':
    case 'transferring':
    case 'bridged':
    case 'closing':
    case 'hanging_up':
      return stay({ ...state, answeredAt: state.answeredAt ?? event.at, ids: state.ids ?? event.ids });
  }
  const live: CallState = {
    ...state,
    ids: event.ids,
    dialedAt: state.dialedAt ?? event.at,
    answeredAt: event.at,
    outcome: outcomeSoFar(state),
    error: null,
    endedAt: null,
    lostEvents: 0,
  };
  return live.hangupWanted ? hangUp(live, event, plan) : begin(live, event, plan);
}

/** The hang-up was faster: somebody did answer, so the call is one that broke off. */
function onLateAnswered(state: CallState, event: CallEventOf<'call.answered'>, plan: CallPlan): Turn {
  if (state.answeredAt !== null || state.hangup === null) return stay(state);
  return saveAgain({ ...state, answeredAt: event.at, outcome: state.outcome ?? 'partial' }, event, plan);
}

/** Ends of speech come in the order of the speech: one that occurred before the order is another's. */
function onSpoken(state: CallState, event: CallEventOf<'speak.ended'>, plan: CallPlan): Turn {
  if (state.staleSpeech) {
    const { staleSpeech: _, ...current } = state;
    return stay(current as CallState);
  }
  switch (state.phase) {
    case 'asking':
      return onMessageSpoken(state, event, plan);
    case 'closing':
      return event.at >= state.speakAt ? hangUp(state, event, plan) : stay(state);
    case 'leaving_message':
      return state.speakSeq !== null && event.at >= state.speakAt ? hangUp(state, event, plan) : stay(state);
    case 'transferring':
      return state.transferSeq === null && event.at >= state.speakAt ? ringStaff(state, event, plan) : stay(state);
    default:
      return stay(state);
  }
}

function onGatherEnded(state: CallState, event: CallEventOf<'gather.ended'>, plan: CallPlan): Turn {
  if (state.phase === 'leaving_message') return onMachineKeys(state, event, plan);
  if (state.phase !== 'asking') return onLateAnswer(state, event, plan);
  const { seq, lostSeq } = state.question;
  if (lostSeq !== null && event.asked?.seq === lostSeq && event.status === 'valid')
    return onLostEnd(state, event, plan);
  if (
    lostSeq !== null &&
    event.asked?.seq === lostSeq &&
    asksToStop({ ...state.question, commandSince: null }, event.digits)
  ) {
    return andThen(stopGather(state, event), (stopped) => stopOwnCalls(stopped as StateIn<'asking'>, event, plan));
  }
  if (event.asked?.seq !== seq || state.question.settling !== null) return stay(state);
  const current = { ...state, lostEvents: 0 };
  switch (event.status) {
    case 'call_hangup':
      // The hang-up is on its way. What it cut off is kept, should its keys have asked to stop.
      if (asksToStop(current.question, event.digits))
        return stay({ ...current, stopHeard: !hidesNumber(plan), anyKey: true });
      return stopKeyedAt(current, event, current.question.step, event.digits) ?? stay(current);
    case 'cancelled':
      return onCutShort(current, event, plan);
    case 'cancelled_amd':
      return put(current, event, plan, current.question, null);
    case 'valid':
    case 'invalid':
    case 'timeout':
    case 'other': {
      if (current.question.commandSince === null) {
        return onKeys(current, event, plan, readKeys(event.status, event.digits));
      }
      return onCommand(useStar(current, event), event, plan, event.status === 'valid' ? event.digits : null);
    }
  }
}

/** A question we never stopped was cut short: it is put again at once, or nothing would be heard until its silence is noticed. */
function onCutShort(state: StateIn<'asking'>, event: CallEventOf<'gather.ended'>, plan: CallPlan): Turn {
  const { question, voice } = state;
  // Older than the question itself: the end of the one before.
  if (event.at < (question.putAt ?? question.since)) return stay(state);
  if (asksToStop(question, event.digits)) return stopOwnCalls({ ...state, anyKey: true }, event, plan);
  const said = voiceItemOf(plan, question.step)?.id === question.step && voice?.item === question.step;
  if (said && voice.words.length > 0) return awaitWords(state, event, plan, 'silence');
  return putFree(state, event, plan) ?? stay(state);
}

/** The end that was believed lost came after all; what was put in its place is stopped. */
function onLostEnd(state: StateIn<'asking'>, event: CallEventOf<'gather.ended'>, plan: CallPlan): Turn {
  const current = { ...state, lostEvents: 0, question: { ...state.question, lostSeq: null } };
  return andThen(stopGather(current, event), (stopped) =>
    onKeys(stopped as StateIn<'asking'>, event, plan, readKeys(event.status, event.digits)),
  );
}

/** The keys of the opening were faster than the verdict that took their owner for a machine. */
function onMachineKeys(state: StateIn<'leaving_message'>, event: CallEventOf<'gather.ended'>, plan: CallPlan): Turn {
  const { question } = state;
  if (question === null || event.asked?.seq !== question.seq || event.digits === '') return stay(state);
  if (event.status !== 'valid' && event.status !== 'invalid' && event.status !== 'timeout')
    return asksToStop(question, event.digits)
      ? andThen(takeBack({ ...state, anyKey: true }, event), (human) =>
          close(human, event, plan, 'optedOut', 'opted_out'),
        )
      : stay(state);
  return andThen(takeBack({ ...state, anyKey: true }, event), (current) => {
    const asking = enter(current, { phase: 'asking', question }) as StateIn<'asking'>;
    return onKeys(asking, event, plan, readKeys(event.status, event.digits));
  });
}

/** TC-18: the line is released at once and nothing more is ordered. */
function onHangup(state: CallState, event: CallEventOf<'call.hangup'>, plan: CallPlan): Turn {
  const hangup = { cause: event.cause, source: event.source, sipCause: event.sipCause };
  if (state.phase === 'ended')
    return state.hangup === null ? saveAgain({ ...state, hangup }, event, plan) : stay(state);
  return end(state, event, plan, { hangup });
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
    case 'leaving_message':
    case 'transferring':
    case 'bridged':
    case 'closing':
      return hangUp(state, event, plan);
    case 'hanging_up':
    case 'ended':
      return stay(state);
  }
}
