/**
 * One event against one record: deduplicated, decided by the core, logged. Pure; the session stores what comes back.
 */
import type { EventEffect } from '../domain/intake/call-log.ts';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import type { CallEvent } from '../domain/intake/event.ts';
import { keyedLine } from '../domain/intake/transcript.ts';
import { transition } from '../domain/intake/transition.ts';
import type { SessionRecord } from './call-storage.ts';

export interface AppliedEvent {
  readonly record: SessionRecord;
  readonly effect: EventEffect;
  /** Whether anything changed that must not be lost; the log line of an event without effect may wait for the next write. */
  readonly mustStore: boolean;
}

export function applyEvent(record: SessionRecord, event: CallEvent, plan: CallPlan): AppliedEvent {
  if (record.events.some(({ event_id }) => event_id === event.id))
    return { record, effect: 'duplicate', mustStore: false };
  const [state, commands] = transition(record.state, event, plan);
  const changed = commands.length > 0 || JSON.stringify(state) !== JSON.stringify(record.state);
  const effect: EventEffect = changed ? 'applied' : record.state.phase === 'ended' ? 'late' : 'ignored';
  const keyed = changed ? keyedLine(record.state, event) : null;
  const logged = {
    event_id: event.id,
    type: event.type,
    at: event.at,
    received_at: event.receivedAt,
    effect,
    commands: commands.map(({ name }) => name),
  };
  return {
    effect,
    mustStore: changed,
    record: {
      ...record,
      // A call given up that lives after all is not over, whatever was already written of it.
      savedAt: record.state.phase === 'ended' && state.phase !== 'ended' ? null : record.savedAt,
      state,
      pending: [...record.pending, ...commands.map((command) => ({ command, attempts: 0, notBefore: 0 }))],
      events: [...record.events, logged],
      transcript: keyed === null ? record.transcript : [...record.transcript, keyed],
    },
  };
}
