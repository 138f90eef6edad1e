/**
 * One event against one record: deduplicated, decided by the core, logged. Pure; the session stores what comes back.
 */
import type { EventEffect } from '../domain/intake/call-log.ts';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import type { CallEvent } from '../domain/intake/event.ts';
import { type CallState, newCall } from '../domain/intake/state.ts';
import { patientLine } from '../domain/intake/transcript.ts';
import { transition } from '../domain/intake/transition.ts';
import type { SessionRecord } from './call-storage.ts';

export const emptyRecord = (plan: CallPlan): SessionRecord => ({
  ...{ state: newCall(plan), pending: [], events: [], transcript: [], savedAt: null },
});

export interface AppliedEvent {
  readonly record: SessionRecord;
  readonly effect: EventEffect;
  /** Whether anything changed that must not be lost; the log line of an event without effect may wait for the next write. */
  readonly mustStore: boolean;
}

export function applyEvent(record: SessionRecord, event: CallEvent, plan: CallPlan): AppliedEvent {
  const seen = record.events.filter(({ event_id }) => event_id === event.id);
  if (seen.length > 0)
    return { record: withDuplicate(record, event, seen.length), effect: 'duplicate', mustStore: false };
  const [state, commands] = transition(record.state, event, plan);
  const changed = commands.length > 0 || !isSame(state, record.state);
  // The newest key alone may be lost: the end of its gather says the same, and rows written are what a call costs.
  const isKeyAlone =
    event.type === 'dtmf.received' && isSame({ ...state, lastKey: record.state.lastKey }, record.state);
  const matters = changed && (commands.length > 0 || !isKeyAlone);
  const effect: EventEffect = changed ? 'applied' : record.state.phase === 'ended' ? 'late' : 'ignored';
  const said = changed || event.type === 'transcription.received' ? patientLine(record.state, event, state) : null;
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
    mustStore: matters || said !== null,
    record: {
      ...record,
      // A call given up that lives after all is not over, whatever was already written of it.
      savedAt: record.state.phase === 'ended' && state.phase !== 'ended' ? null : record.savedAt,
      state,
      pending: [...record.pending, ...commands.map((command) => ({ command, attempts: 0, notBefore: 0 }))],
      events: [...record.events, logged],
      transcript: said === null ? record.transcript : [...record.transcript, said],
    },
  };
}

/** Shown once, however often Telnyx repeats itself; it may wait for the next write. */
function withDuplicate(record: SessionRecord, { id, type, at, receivedAt }: CallEvent, times: number): SessionRecord {
  if (times > 1) return record;
  const again = { event_id: id, type, at, received_at: receivedAt, effect: 'duplicate' as const, commands: [] };
  return { ...record, events: [...record.events, again] };
}

/** Told part by part: a turn leaves most of them the very same. */
function isSame(a: CallState, b: CallState): boolean {
  if (a === b) return true;
  const [before, after] = [Object.entries(a), Object.entries(b)];
  return before.length === after.length && before.every(([name, part]) => isSamePart(part, b[name as keyof CallState]));
}

const isSamePart = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
