/** What a timer means: nearly always that an event was lost, so Telnyx is asked before anything is concluded. Pure. */
import { putLost, stopGather } from './ask.ts';
import { begin } from './begin.ts';
import type { CallPlan } from './call-plan.ts';
import { giveUpDial } from './dialing.ts';
import type { CallEventOf } from './event.ts';
import { leaveMessage } from './machine.ts';
import { onMessageEndLost } from './message.ts';
import { recordingOf } from './recording.ts';
import { onNothingHeard } from './settle-item.ts';
import { onUtteranceEnd } from './speech.ts';
import { backToInterview, onBridgeCheck, ringStaff } from './staff.ts';
import type { CallState, StateIn } from './state.ts';
import { andThen, close, end, hangUp, order, stay, type Turn, timerAt, withoutTimer, withTask } from './turn.ts';

/** Telnyx' answer to "is it alive?" is awaited this long before we ask again. */
const CHECK_WAIT_MS = 10_000;
/** So many lost events in a row and the line is not usable. */
const MAX_LOST_EVENTS = 3;
/** A line of which Telnyx says so often that it lives no longer rings. */
const MAX_RING_CHECKS = 3;
/** So many unanswered questions to Telnyx and the call counts as over. */
const MAX_CHECKS = 6;

export function onTimeout(state: CallState, event: CallEventOf<'timeout.fired'>, plan: CallPlan): Turn {
  const dueAt = state.timers[event.timer];
  if (dueAt === undefined || dueAt > event.receivedAt) return stay(state);
  const current = withoutTimer(state, event.timer);
  switch (event.timer) {
    case 'silence':
      if (current.lostEvents < MAX_LOST_EVENTS)
        return check({ ...current, lostEvents: current.lostEvents + 1 }, event, plan);
      return onTooManyLost({ ...current, error: current.error ?? 'events_lost' }, event, plan);
    case 'utterance':
      return current.phase === 'asking' ? onQuiet(current, event, plan) : stay(current);
    case 'limit':
      return onLimit(current, event, plan);
    case 'greeting':
      return current.phase === 'leaving_message' ? leaveMessage(current, event, plan) : stay(current);
    case 'transfer':
      // Neither an answer nor a hang-up of theirs: nobody is there.
      return current.phase === 'transferring' ? backToInterview(current, event, plan) : stay(current);
    case 'bridge':
      return current.phase === 'bridged' ? onBridgeCheck(current, event, plan) : stay(current);
    case 'ring':
    case 'hangup':
      if (current.lostEvents >= MAX_CHECKS)
        return end(current, event, plan, { error: current.error ?? 'hangup_event_lost' });
      return check({ ...current, lostEvents: current.lostEvents + 1 }, event, plan);
    case 'dial_wait':
      return current.phase === 'dialing' ? onDialWait(current, event, plan) : stay(current);
    case 'close':
      return current.phase === 'ended' ? save(current, event) : stay(current);
  }
}

function save(state: CallState, event: CallEventOf<'timeout.fired'>): Turn {
  const saved = order([state, []], event.receivedAt, { name: 'save_note' });
  const leavesWork = recordingOf(state) !== null || state.strayRecordings.length > 0;
  return !leavesWork ? saved : order(saved, event.receivedAt, { name: 'run_jobs' });
}

/** CL-22: the patient is told, and staff will call; a last text that was ordered already is not followed by another. */
function onTooManyLost(state: CallState, event: CallEventOf<'timeout.fired'>, plan: CallPlan): Turn {
  if (state.phase !== 'asking' && state.phase !== 'transferring')
    return hangUp({ ...state, lostEvents: 0 }, event, plan);
  return andThen(stopGather(withTask(state, 'callback'), event), (stopped) =>
    close(stopped, event, plan, 'fault', 'partial'),
  );
}

function onQuiet(state: StateIn<'asking'>, event: CallEventOf<'timeout.fired'>, plan: CallPlan): Turn {
  const { voice, question } = state;
  if (voice?.item === question.step && voice.words.length > 0) return onUtteranceEnd(state, event, plan);
  return question.settling === null ? stay(state) : onNothingHeard(state, event, plan);
}

/** CL-21. While staff are rung it waits for what comes of that. */
function onLimit(state: CallState, event: CallEventOf<'timeout.fired'>, plan: CallPlan): Turn {
  const up: CallState = { ...state, timeUp: true };
  // The emergency text is heard to its end; what follows it is the goodbye.
  if (state.phase !== 'asking' || state.question.step === 'red_flag') return stay(up);
  return andThen(stopGather(up, event), (stopped) => close(stopped, event, plan, 'timeLimit', 'partial'));
}

/** The answer to `retrieve_call`. A question whose end was lost is asked again while the call is alive, and is no try. */
export function onChecked(state: CallState, event: CallEventOf<'call.checked'>, plan: CallPlan): Turn {
  if (state.checking !== event.seq) return stay(state);
  const current: CallState = { ...state, checking: null };
  if (event.alive === false) return end(current, event, plan, { error: current.error ?? 'hangup_event_lost' });
  switch (current.phase) {
    case 'asking':
      return current.question.playing === undefined
        ? putLost(current, event, plan)
        : onMessageEndLost(current, event, plan);
    case 'leaving_message':
    case 'closing':
      return hangUp(current, event, plan);
    case 'transferring':
      // The end of the announcement was lost.
      return current.transferSeq === null ? ringStaff(current, event, plan) : stay(current);
    case 'hanging_up':
      // Only checks without an answer count: while Telnyx says it lives, it is hung up again.
      return event.alive === null ? end(current, event, plan) : hangUp({ ...current, lostEvents: 0 }, event, plan);
    case 'ringing':
      if (event.alive === null) return end(current, event, plan, { error: 'hangup_event_lost' });
      // An inbound call rings until it is answered: the answer was lost.
      if (plan.direction === 'inbound') return begin({ ...current, answeredAt: event.at, lostEvents: 0 }, event, plan);
      // Any other may still ring: asked again, and then it counts as answered, and we were not told.
      if (current.lostEvents < MAX_RING_CHECKS) return stay(current);
      return begin({ ...current, answeredAt: event.at, answerPresumed: true, lostEvents: 0 }, event, plan);
    case 'bridged':
      return event.alive === null ? end(current, event, plan) : stay({ ...current, lostEvents: 0 });
    case 'new':
    case 'dialing':
    case 'ended':
      return stay(current);
  }
}

/** Asks Telnyx whether the call is alive; the timer stays armed in case that answer is lost too. */
function check(state: CallState, event: CallEventOf<'timeout.fired'>, plan: CallPlan): Turn {
  const again = { ...state, timers: { ...state.timers, [event.timer]: timerAt(event, plan, CHECK_WAIT_MS) } };
  const [ordered, commands] = order([again, []], event.receivedAt, { name: 'retrieve_call' });
  return [{ ...ordered, checking: ordered.seq }, commands];
}

function onDialWait(state: StateIn<'dialing'>, event: CallEventOf<'timeout.fired'>, plan: CallPlan): Turn {
  // The order to dial outlived its 50 s before it was ever sent: nobody was rung.
  if (state.dial === 'pending')
    return end({ ...state, outcome: 'dial_refused' }, event, plan, { error: 'dial_not_sent' });
  if (state.lostEvents >= MAX_CHECKS) return giveUpDial(state, event, plan);
  const timers = { ...state.timers, dial_wait: timerAt(event, plan, CHECK_WAIT_MS) };
  const again = { ...state, timers, lostEvents: state.lostEvents + 1 };
  return order([again, []], event.receivedAt, { name: 'find_dial' });
}
