/** The one alarm of a call: each move is a row written, and a lost one would be a call left open. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, later, restore, stopClock } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const settings = (call: SessionUnderTest) =>
  runInDurableObject(call.stub, (_, { storage }) => vi.spyOn(storage, 'setAlarm'));
const answer = async (call: SessionUnderTest, digits: string) => {
  const sent = call.telnyx.requests.length;
  expect(await call.receive(call.event('call.gather.ended', { digits, status: 'valid' }))).toBe('applied');
  await vi.waitFor(() => expect(call.telnyx.requests.length).toBeGreaterThan(sent));
};

it('does not move with the questions of a talk, and is set once when it rings', async () => {
  const call = await givenSession();
  await call.consented();
  const set = await settings(call);
  for (const digits of ['2', '7', '2']) {
    later(8000);
    await answer(call, digits);
  }
  expect(set).not.toHaveBeenCalled();
  later(6000);
  await call.alarm();
  expect(set).toHaveBeenCalledTimes(1);
});

it('while a question waits to be sent rings within half a minute, before the question is too old', async () => {
  const call = await givenSession();
  await call.consented();
  later(20_000);
  await answer(call, '2');
  await call.crash();
  const at = Number(await call.alarmAt());
  expect(at - Date.now()).toBeLessThanOrEqual(30_000);
  later(at - Date.now());
  await call.alarm();
  const [...ids] = call.telnyx.commandIds('gather_using_speak').slice(-2);
  expect(ids[0]).toBe(ids[1]);
});

it('that fails is set again, after eviction too', async () => {
  const call = await givenSession();
  await call.consented();
  await call.evict();
  await runInDurableObject(call.stub, (_, { storage: { kv } }) => {
    vi.spyOn(kv, 'put').mockImplementation(() => {
      throw new Error('disk full');
    });
  });
  later(80_000);
  await expect(call.alarm()).rejects.toThrow('disk full');
  expect(await call.alarmAt()).toBe(Date.now() + 10_000);
});
