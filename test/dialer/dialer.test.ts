/** The permit to dial: order, pace and lines, with every hint free to be lost, late or doubled. Two a second, three lines. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

  it('carries ids only in its hints', async () => {
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

  it('holds for an attempt that was told to wait', async () => {
    await dialer.enqueue('a');
    await dialer.enqueue('b');
    await dialer.enqueue('c');
    expect(hints.take()).toEqual(['a', 'b']);
    later(1000);
    await dialer.alarm();
    expect(hints.take()).toEqual([]);
    await dialer.take('a');
    await dialer.take('b');
    later(1000);
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
    await dialer.enqueue('a');
    await dialer.enqueue('b');
    expect(await dialer.take('a')).toEqual({ permit: 'granted' });
    expect(await dialer.take('b')).toEqual({ permit: 'granted' });
    later(1000);
    expect(await dialer.take('a')).toEqual({ permit: 'granted' });
    await dialer.enqueue('c');
    expect(await dialer.take('c')).toEqual({ permit: 'granted' });
    expect(await dialer.lines()).toEqual({ a: 'taken', b: 'taken', c: 'taken' });
  });

  it('is not given past the cap of live lines, nor before the rate allows', async () => {
    for (const attempt of ['a', 'b', 'c', 'd']) await dialer.enqueue(attempt);
    const now = Date.now();
    expect([await dialer.take('a'), await dialer.take('b')]).toEqual([{ permit: 'granted' }, { permit: 'granted' }]);
    expect(await dialer.take('c')).toEqual({ permit: 'not_before', at: now + 1000 });
    later(1000);
    expect(await dialer.take('c')).toEqual({ permit: 'granted' });
    expect(await dialer.take('d')).toMatchObject({ permit: 'not_before' });
    await dialer.release('a');
    expect(await dialer.take('d')).toEqual({ permit: 'granted' });
  });

  it('keeps rate and cap over hundreds of calls of every length, and loses none', async () => {
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
    await evictDurableObject(dialer.stub);
    expect(await dialer.lines()).toEqual({ a: 'taken', b: 'taken', c: 'waiting' });
    expect(await dialer.take('c')).toMatchObject({ permit: 'not_before' });
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
    for (const attempt of ['stuck-1', 'stuck-2', 'stuck-3']) await dialer.enqueue(attempt);
    later(1000);
    await dialer.alarm();
    expect(hints.take()).toEqual(['stuck-1', 'stuck-2']);
    await dialer.enqueue('fine');
    later(HINT_AGAIN);
    await dialer.alarm();
    expect(hints.take()).toEqual(['stuck-3', 'fine']);
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
