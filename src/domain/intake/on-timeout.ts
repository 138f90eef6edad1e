/** What a timer means: nearly always that an event was lost, so Telnyx is asked before anything is concluded. Pure. */
import type { CallPlan } from './call-plan.ts';
import { giveUpDial } from './dialing.ts';
import type { CallEventOf } from './event.ts';
import type { CallState, StateIn } from './state.ts';
import { end, hangUp, order, stay, type Turn, timerAt, withoutTimer } from './turn.ts';

/** Telnyx' answer to "is it alive?" is awaited this long before we ask again. */
const CHECK_WAIT_MS = 10_000;
/** So many lost events in a row and the line is not usable. */
const MAX_LOST_EVENTS = 3;
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
      return hangUp({ ...current, error: current.error ?? 'events_lost', lostEvents: 0 }, event, plan);
    case 'ring':
    case 'hangup':
      if (current.lostEvents >= MAX_CHECKS)
        return end(current, event, plan, { error: current.error ?? 'hangup_event_lost' });
      return check({ ...current, lostEvents: current.lostEvents + 1 }, event, plan);
    case 'dial_wait':
      return current.phase === 'dialing' ? onDialWait(current, event, plan) : stay(current);
    case 'close':
      return current.phase === 'ended' ? order([current, []], event.receivedAt, { name: 'save_note' }) : stay(current);
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
