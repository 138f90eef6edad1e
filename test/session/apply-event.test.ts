/** One event against one record: seen once, applied once, and stored only when something must not be lost. */
import { expect, it } from 'vitest';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { newCall } from '../../src/domain/intake/state.ts';
import { applyEvent } from '../../src/session/apply-event.ts';
import type { SessionRecord } from '../../src/session/call-storage.ts';
import { givenPlan } from '../support/given-plan.ts';

const plan = givenPlan();
const empty: SessionRecord = { state: newCall(plan), pending: [], events: [], transcript: [], savedAt: null };
const event = (id: string, body: object): CallEvent => ({ id, at: 1, receivedAt: 2, ...body }) as CallEvent;
const requested = event('e1', { type: 'call.requested' });

it('applies an event once: the same id again changes nothing and needs no write', () => {
  const first = applyEvent(empty, requested, plan);
  expect([first.effect, first.mustStore, first.record.pending.map(({ command }) => command.name)]).toEqual([
    'applied',
    true,
    ['dial'],
  ]);
  const second = applyEvent(first.record, requested, plan);
  expect([second.effect, second.mustStore]).toEqual(['duplicate', false]);
  expect({ ...second.record, events: [] }).toEqual({ ...first.record, events: [] });
  // Shown to readers, but once: Telnyx may repeat itself as often as it likes.
  const third = applyEvent(second.record, requested, plan);
  expect(third.record.events.map(({ effect }) => effect)).toEqual(['applied', 'duplicate']);
});

it('logs an event without effect, but lets it wait for the next write', () => {
  const { record, effect, mustStore } = applyEvent(empty, event('e1', { type: 'speak.ended' }), plan);
  expect([effect, mustStore, record.events.map(({ event_id }) => event_id)]).toEqual(['ignored', false, ['e1']]);
});

it('forgets that a call was saved when it lives after all', () => {
  const ids = { callControlId: 'a', callLegId: 'b', callSessionId: 'c' };
  const over = { ...newCall(plan), phase: 'ended', outcome: 'dial_unknown', error: 'dial_unknown' } as never;
  const { record } = applyEvent(
    { ...empty, state: over, savedAt: 5 },
    event('e1', { type: 'call.answered', ids }),
    plan,
  );
  expect([record.state.phase, record.savedAt]).toEqual(['asking', null]);
});

it('notes a key of a gather, but lets it wait for the next write: the gather says the same', () => {
  const question = { step: 'birth_date', since: 0, flag: null, failedTries: 0, anyInvalid: false, lostSeq: null };
  const open = { ...question, seq: 3, settling: null, commandSince: null };
  const state = { ...newCall(plan), phase: 'asking', question: open, anyKey: true } as never;
  const asked = { step: 'birth_date', seq: 3 };
  const pressed = event('e1', { type: 'dtmf.received', digit: '5', asked });
  const { record, effect, mustStore } = applyEvent({ ...empty, state }, pressed, plan);
  expect([effect, mustStore, record.state.lastKey]).toEqual(['applied', false, { digit: '5', at: 1 }]);
  const star = event('e2', { type: 'dtmf.received', digit: '*', asked });
  expect(applyEvent(record, star, plan).mustStore).toBe(true);
});
