/** The permit to dial: order, pace and lines, with every hint free to be lost, late or doubled. Two a second, three lines. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dialer } from '../../src/dialer/dialer.ts';
import { IntakeSession } from '../../src/session/intake-session.ts';
import { catchHints, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { catchLog, config, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
let hints: Hints;
let dialer: ReturnType<typeof dialerNamed>;
let dialers = 0;

beforeEach(() => {
  stopClock();
  lines = catchLog();
  hints = catchHints();
  dialers += 1;
  dialer = dialerNamed(`dialer-${dialers}`);
});
afterEach(restore);

const HINT_AGAIN = 15_000;
const LEASE_CHECK = 120_000;
const { ratePerSecond, maxLiveCalls } = config.dialing;

/** Takes and starts what was hinted, and goes on until nothing more is. */
async function dialHinted(): Promise<string[]> {
  const dialed: string[] = [];
  for (const attempt of hints.take()) {
    if ((await dialer.take(attempt)).permit !== 'granted') continue;
    await dialer.started(attempt);
    dialed.push(attempt);
  }
  return dialed;
}

/** Each test its own sessions. */
const callOf = (attempt: string) => `call_${dialers}-${attempt}`;

/** Three live calls and the rate at rest. */
async function givenBusyLines(): Promise<void> {
  for (const attempt of ['busy-1', 'busy-2', 'busy-3']) {
    await dialer.enqueue(attempt, callOf(attempt));
    await dialHinted();
    later(1000);
  }
  expect(Object.values(await dialer.lines())).toEqual(['started', 'started', 'started']);
}

describe('the order', () => {
  it('takes an attempt once, however often it is enqueued', async () => {
    await dialer.enqueue('a');
    await dialer.enqueue('a');
    expect(hints.take()).toEqual(['a']);
    await dialer.take('a');
    await dialer.enqueue('a');
    expect([hints.take(), await dialer.lines()]).toEqual([[], { a: 'taken' }]);
  });

  it('carries ids only in its hints (T13, LG-01)', async () => {
    await dialer.enqueue('att_1', 'call_1');
    expect(hints.sent).toEqual([{ attempt_id: 'att_1', call_id: 'call_1' }]);
  });

  it('holds while every line is busy: a release hints the one that waited longest', async () => {
    await givenBusyLines();
    for (const attempt of ['a', 'b', 'c']) {
      await dialer.enqueue(attempt);
      later(1);
    }
    expect(hints.take()).toEqual([]);
    await dialer.release('busy-2');
    expect(hints.take()).toEqual(['a']);
    await dialer.take('a');
    later(1000);
    await dialer.release('busy-1');
    expect(hints.take()).toEqual(['b']);
  });

  it('sends a hint a second before its time, and no more than can be dialled by then', async () => {
    for (const attempt of ['a', 'b', 'c']) await dialer.enqueue(attempt);
    expect(hints.take()).toEqual(['a', 'b']);
    await dialer.take('a');
    expect(hints.take()).toEqual([]);
    await dialer.started('a');
    expect(await dialer.alarmAt()).toBe(Date.now() + 1015 - 1000);
    later(20);
    await dialer.alarm();
    expect(hints.take()).toEqual(['c']);
  });

  it('goes on after three seconds when a hint is not taken', async () => {
    for (const attempt of ['a', 'b', 'c']) await dialer.enqueue(attempt);
    expect(hints.take()).toEqual(['a', 'b']);
    expect(await dialer.alarmAt()).toBeLessThanOrEqual(Date.now() + 3000);
    later(2999);
    await dialer.alarm();
    expect(hints.take()).toEqual([]);
    later(1);
    await dialer.alarm();
    expect(hints.take()).toEqual(['c']);
  });

  it('does not spin while many wait for a line', async () => {
    await givenBusyLines();
    for (let n = 0; n < 40; n += 1) await dialer.enqueue(`w-${n}`);
    expect(((await dialer.alarmAt()) ?? 0) - Date.now()).toBeGreaterThanOrEqual(1000);
    later(HINT_AGAIN);
    await dialer.alarm();
    expect(((await dialer.alarmAt()) ?? 0) - Date.now()).toBeGreaterThanOrEqual(1000);
  });

  it('sets no alarm when there is nothing to do', async () => {
    await dialer.enqueue('a');
    await dialer.release('a');
    expect([await dialer.alarmAt(), await dialer.lines()]).toEqual([null, {}]);
  });
});

describe('the permit', () => {
  it('is granted for one line however often it is asked for', async () => {
    for (const attempt of ['a', 'b', 'c']) await dialer.enqueue(attempt);
    for (const attempt of ['a', 'b', 'a', 'c', 'a']) expect(await dialer.take(attempt)).toEqual({ permit: 'granted' });
    expect(await dialer.lines()).toEqual({ a: 'taken', b: 'taken', c: 'taken' });
  });

  it('is waited for at the counter when it is nearly time, and given then', async () => {
    for (const attempt of ['a', 'b']) await dialer.enqueue(attempt);
    const now = Date.now();
    expect(await dialer.take('a')).toEqual({ permit: 'granted' });
    expect(Date.now()).toBe(now);
    expect(await dialer.take('b')).toEqual({ permit: 'granted' });
    expect(Date.now()).toBe(now + 508);
  });

  it('is not waited for when it takes longer than two seconds: the attempt is hinted again', async () => {
    await dialer.enqueueMany('slow', 2, { pacePerSecond: 0.4, maxLiveCalls: 3 });
    const now = Date.now();
    expect(await dialer.take('slow-0')).toEqual({ permit: 'granted' });
    expect(await dialer.take('slow-1')).toEqual({ permit: 'not_before', at: now + 2538 });
    expect(await dialer.lines()).toEqual({ 'slow-0': 'taken', 'slow-1': 'waiting' });
    hints.take();
    later(1538);
    await dialer.alarm();
    expect(hints.take()).toEqual(['slow-1']);
  });

  it('is not given past the cap of live lines', async () => {
    await givenBusyLines();
    await dialer.enqueue('d');
    expect(await dialer.take('d')).toMatchObject({ permit: 'not_before' });
    expect((await dialer.lines())['d']).toBe('waiting');
    await dialer.release('busy-1');
    expect(await dialer.take('d')).toEqual({ permit: 'granted' });
  });

  it('asked for twice at the same time is given once', async () => {
    for (const attempt of ['a', 'b']) await dialer.enqueue(attempt);
    await dialer.take('a');
    const answers = await runInDurableObject(dialer.stub, (instance: Dialer) =>
      Promise.all([instance.take('b'), instance.take('b')]),
    );
    expect(answers.map(({ permit }) => permit)).toEqual(['granted', 'gone']);
  });

  it('keeps rate and cap over hundreds of calls of every length, and loses none (S2-F8)', async () => {
    const attempts = 120;
    const dialedAt: number[] = [];
    const dialed = new Set<string>();
    const ends: { attempt: string; at: number }[] = [];
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let n = 0; n < attempts; n += 1) await dialer.enqueue(`a-${n}`);
    for (let step = 0; dialed.size < attempts; step += 1) {
      expect(step).toBeLessThan(4000);
      for (const attempt of hints.take()) {
        if (random(10) === 0) continue; // a lost hint
        if ((await dialer.take(attempt)).permit !== 'granted') continue;
        expect(dialed.has(attempt)).toBe(false);
        dialed.add(attempt);
        dialedAt.push(Date.now());
        await dialer.started(attempt);
        ends.push({ attempt, at: Date.now() + random(4000) });
      }
      expect(ends.length).toBeLessThanOrEqual(maxLiveCalls);
      later(50 + random(400));
      for (const { attempt } of ends.filter(({ at }) => at <= Date.now())) {
        ends.splice(
          ends.findIndex((end) => end.attempt === attempt),
          1,
        );
        await dialer.release(attempt);
      }
      if (((await dialer.alarmAt()) ?? Number.POSITIVE_INFINITY) <= Date.now()) await dialer.alarm();
    }
    for (const [i, at] of dialedAt.entries()) {
      const inWindow = dialedAt.slice(0, i + 1).filter((other) => other > at - 1000).length;
      expect(inWindow).toBeLessThanOrEqual(ratePerSecond);
    }
  });

  it('delivered twice: the second message of an attempt that started finds it gone', async () => {
    await dialer.enqueue('a');
    await dialer.take('a');
    await dialer.started('a');
    expect(await dialer.take('a')).toEqual({ permit: 'gone' });
    expect(await dialer.lines()).toEqual({ a: 'started' });
  });

  it('is gone for an attempt that was released or never known', async () => {
    await dialer.enqueue('a');
    await dialer.release('a');
    await dialer.release('a');
    expect([await dialer.take('a'), await dialer.take('never')]).toEqual([{ permit: 'gone' }, { permit: 'gone' }]);
  });

  it('out of order: started after the release does not bring the line back', async () => {
    await dialer.enqueue('a');
    await dialer.take('a');
    await dialer.release('a');
    await dialer.started('a');
    expect([await dialer.lines(), await dialer.alarmAt()]).toEqual([{}, null]);
  });

  it('after eviction: lines, order and the ledger of dials are what they were', async () => {
    for (const attempt of ['a', 'b', 'c']) await dialer.enqueue(attempt);
    await dialer.take('a');
    await dialer.take('b');
    const now = Date.now();
    await evictDurableObject(dialer.stub);
    expect(await dialer.lines()).toEqual({ a: 'taken', b: 'taken', c: expect.stringMatching('waiting|hinted') });
    await dialer.take('c');
    expect(Date.now()).toBe(now + 507);
  });
});

describe('what is lost', () => {
  it('a hint is sent again by the alarm', async () => {
    await dialer.enqueue('a');
    expect(hints.take()).toEqual(['a']);
    later(HINT_AGAIN - 1);
    await dialer.alarm();
    expect(hints.take()).toEqual([]);
    later(1);
    await dialer.alarm();
    expect(hints.take()).toEqual(['a']);
  });

  it('an attempt that is never taken goes to the end and keeps nobody from the line', async () => {
    for (const attempt of ['stuck', 'stuck too', 'fine']) await dialer.enqueue(attempt);
    expect(hints.take()).toEqual(['stuck', 'stuck too']);
    later(HINT_AGAIN);
    await dialer.alarm();
    expect(hints.take()[0]).toBe('fine');
    later(3000);
    await dialer.alarm();
    expect(hints.take()).toContain('stuck too');
  });

  it('a permit taken by a consumer that died: the attempt is offered again, on one line', async () => {
    await dialer.enqueue('a');
    hints.take();
    await dialer.take('a');
    later(HINT_AGAIN);
    await dialer.alarm();
    expect(hints.take()).toEqual(['a']);
    expect(await dialer.take('a')).toEqual({ permit: 'granted' });
    expect(await dialer.lines()).toEqual({ a: 'taken' });
  });

  it('command failed and the alarm goes on: a queue that refuses the hint loses no attempt', async () => {
    vi.mocked(testEnv.DIAL_QUEUE.send).mockRejectedValueOnce(new Error('queue is down'));
    await dialer.enqueue('a');
    expect(hints.take()).toEqual([]);
    expect(lines).toMatchObject([{ event: 'dialer.hint_failed', attempt_id: 'a' }]);
    later(HINT_AGAIN);
    await dialer.alarm();
    expect(hints.take()).toEqual(['a']);
  });

  it('a release: the session is asked, and the line of a finished call is free again', async () => {
    await givenBusyLines();
    // Its attempt was stopped before it came: the session knows that it is over.
    await testEnv.INTAKE_SESSION.getByName(callOf('busy-2')).requestHangup();
    await dialer.enqueue('next');
    expect(hints.take()).toEqual([]);
    later(LEASE_CHECK);
    await dialer.alarm();
    expect(hints.take()).toEqual(['next']);
    expect(await dialer.lines()).toEqual({ 'busy-1': 'started', 'busy-3': 'started', next: 'hinted' });
    expect(lines).toMatchObject([{ event: 'dialer.lease_recovered', attempt_id: 'busy-2' }]);
  });

  it('a session that cannot answer keeps its line, and the others are looked after', async () => {
    await givenBusyLines();
    await testEnv.INTAKE_SESSION.getByName(callOf('busy-3')).requestHangup();
    vi.spyOn(IntakeSession.prototype, 'isOver').mockImplementationOnce(() => {
      throw new Error('does not open');
    });
    later(LEASE_CHECK);
    await dialer.alarm();
    expect(await dialer.lines()).toEqual({ 'busy-1': 'started', 'busy-2': 'started' });
    expect(((await dialer.alarmAt()) ?? 0) - Date.now()).toBe(LEASE_CHECK);
  });
});
