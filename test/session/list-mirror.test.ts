/** What lists are told of a running call: each change once, one write at a time, and nothing of its end. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type CallState, newCall } from '../../src/domain/intake/state.ts';
import { ListMirror } from '../../src/session/list-mirror.ts';
import { getCall } from '../../src/store/calls.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { catchLog, db, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const blank = newCall({ language: 'en', optOutLine: false });
const ringing: CallState = { ...blank, phase: 'ringing' };
const flag = { rule: 'r', item: 'i', level: 'urgent', at: 0, eventId: 'e', unverified: true, callId: 'c' } as const;

it('tells each status and each red flag once', async () => {
  const { callId } = await givenPlacedCall();
  const mirror = new ListMirror();
  await mirror.tell(testEnv, callId, ringing);
  expect(mirror.tell(testEnv, callId, ringing)).toBeNull();
  await mirror.tell(testEnv, callId, { ...ringing, redFlags: [flag] });
  expect(await getCall(db, ring, callId)).toMatchObject({ status: 'ringing', redFlags: 1 });
});

it('tells nothing while a write is under way, and nothing of the end', async () => {
  const { callId } = await givenPlacedCall();
  const mirror = new ListMirror();
  const first = mirror.tell(testEnv, callId, ringing);
  expect(mirror.tell(testEnv, callId, { ...ringing, redFlags: [flag] })).toBeNull();
  await first;
  expect(mirror.running).toBeNull();
  expect(mirror.tell(testEnv, callId, { ...blank, phase: 'ended', outcome: 'partial' })).toBeNull();
});

it('tells again what could not be told', async () => {
  const { callId } = await givenPlacedCall();
  const mirror = new ListMirror();
  vi.spyOn(testEnv.DB, 'prepare').mockImplementationOnce(() => {
    throw new Error('D1 is down');
  });
  await mirror.tell(testEnv, callId, ringing);
  await mirror.tell(testEnv, callId, ringing);
  expect((await getCall(db, ring, callId))?.status).toBe('ringing');
});
