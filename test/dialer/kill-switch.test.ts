/** TC-27: after the stop nothing is granted, whatever was hinted, leased or asked for, until somebody resumes. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dialer } from '../../src/dialer/dialer.ts';
import { catchHints, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { catchLog, later, restore, START, stopClock } from '../support/worker-env.ts';

let hints: Hints;
let dialer: ReturnType<typeof dialerNamed>;
let dialers = 0;

beforeEach(async () => {
  stopClock();
  catchLog();
  hints = catchHints();
  dialers += 1;
  dialer = dialerNamed(`stopped-${dialers}`);
  await dialer.enqueueMany('a', 10, { pacePerSecond: 30, maxLiveCalls: 100 });
});
afterEach(restore);

const stop = () => dialer.stub.stop({ by: 'admin@clinic.example', now: Date.now() });
const refused = expect.objectContaining({ permit: 'not_before' });

describe('the kill switch (TC-27, T20, S1-J2)', () => {
  it('holds for what was hinted before, at once', async () => {
    expect(hints.take()).toEqual(['a-0', 'a-1']);
    await stop();
    expect(await dialer.take('a-0')).toEqual(refused);
    expect((await dialer.lines())['a-0']).toBe('waiting');
  });

  it('holds for whoever stands at the counter', async () => {
    await dialer.take('a-0');
    const permit = await runInDurableObject(dialer.stub, async (instance: Dialer) => {
      const taking = instance.take('a-1');
      await instance.stop({ by: 'admin', now: Date.now() });
      return taking;
    });
    expect(permit).toEqual(refused);
    expect((await dialer.lines())['a-1']).toBe('waiting');
  });

  it('holds for a lease whose holder asks again, and leaves it to its session', async () => {
    await dialer.take('a-0');
    await stop();
    later(1000);
    expect(await dialer.take('a-0')).toEqual(refused);
    expect((await dialer.lines())['a-0']).toBe('taken');
    expect(await dialer.stub.liveCalls()).toEqual(['call_a-0']);
    await dialer.started('a-0');
    await dialer.release('a-0');
    expect(await dialer.stub.liveCalls()).toEqual([]);
  });

  it('sends no hint for what comes after it, single or not, and sets no alarm for it', async () => {
    hints.take();
    await stop();
    await dialer.enqueue('single');
    await dialer.enqueueMany('b', 5, { pacePerSecond: 5, maxLiveCalls: 5 });
    await dialer.release('a-0');
    later(60_000);
    await dialer.alarm();
    expect([hints.take(), await dialer.alarmAt()]).toEqual([[], null]);
    for (const attempt of ['single', 'b-0', 'a-1']) expect(await dialer.take(attempt)).toEqual(refused);
  });

  it('still looks after the lines that are live', async () => {
    await dialer.take('a-0');
    await dialer.started('a-0');
    await stop();
    later(120_000);
    await dialer.alarm();
    expect(((await dialer.alarmAt()) ?? 0) - Date.now()).toBe(120_000);
  });

  it('after eviction holds, with who stopped and when', async () => {
    await stop();
    later(5000);
    await evictDurableObject(dialer.stub);
    expect(await dialer.stub.isStopped()).toBe(true);
    expect(await dialer.stub.status()).toMatchObject({
      ...{ stoppedAt: START, stoppedBy: 'admin@clinic.example', waiting: 10, live: 0 },
    });
    expect(await dialer.take('a-0')).toEqual(refused);
  });

  it('delivered twice keeps the first', async () => {
    await stop();
    later(5000);
    await dialer.stub.stop({ by: 'somebody else', now: Date.now() });
    expect(await dialer.stub.status()).toMatchObject({ stoppedAt: START, stoppedBy: 'admin@clinic.example' });
  });

  it('lifted goes on where it was, also twice', async () => {
    hints.take();
    await stop();
    await dialer.stub.resume({ by: 'admin' });
    await dialer.stub.resume({ by: 'admin' });
    expect(await dialer.stub.isStopped()).toBe(false);
    expect(hints.take()).toEqual(['a-0', 'a-1']);
    expect(await dialer.take('a-0')).toEqual({ permit: 'granted' });
  });

  it('is effective within one call of the counter when many are under way (≤ 5 s)', async () => {
    await dialer.enqueueMany('b', 100, { pacePerSecond: 30, maxLiveCalls: 100 });
    const attempts = Array.from({ length: 10 }, (_, n) => `b-${n}`);
    const waits = vi.mocked(scheduler.wait);
    const permits = await runInDurableObject(dialer.stub, async (instance: Dialer) => {
      await instance.take('b-99');
      // Time stands still: all of them wait.
      waits.mockImplementation(() => new Promise((resolve) => setTimeout(resolve, 20)));
      const taking = attempts.map((attempt) => instance.take(attempt));
      await instance.stop({ by: 'admin', now: Date.now() });
      later(5000);
      return Promise.all(taking);
    });
    expect(permits.every(({ permit }) => permit === 'not_before')).toBe(true);
  });
});
