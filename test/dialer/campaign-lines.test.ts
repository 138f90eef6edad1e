/** Many lines of many campaigns in one order: limits at the permit, fair shares, nobody held up by another. Two a second, three lines. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dialer } from '../../src/dialer/dialer.ts';
import { catchHints, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { catchLog, later, restore, stopClock, until } from '../support/worker-env.ts';

let hints: Hints;
let dialer: ReturnType<typeof dialerNamed>;
let dialers = 0;

beforeEach(() => {
  stopClock();
  catchLog();
  hints = catchHints();
  dialers += 1;
  dialer = dialerNamed(`campaigns-${dialers}`);
});
afterEach(restore);

const FAST = { pacePerSecond: 30, maxLiveCalls: 100 };
const granted = { permit: 'granted' };
const refused = expect.objectContaining({ permit: 'not_before' });

/** Whatever is hinted is dialled and over at once, until nothing is hinted for so long. */
async function dialAll(forMs: number): Promise<string[]> {
  const dialed: string[] = [];
  const until = Date.now() + forMs;
  while (Date.now() < until) {
    for (const attempt of hints.take()) {
      if ((await dialer.take(attempt)).permit !== 'granted') continue;
      dialed.push(attempt);
      await dialer.started(attempt);
      await dialer.release(attempt);
    }
    later(50);
    await dialer.alarm();
  }
  return dialed;
}
const campaignOf = (attempt: string) => attempt.split('-')[0];

describe('the lines of a campaign', () => {
  it('delivered twice: are known once, and stand where they stood', async () => {
    await dialer.enqueueMany('a', 3, FAST);
    await dialer.enqueueMany('a', 3, FAST);
    expect(await dialer.stub.backlog('a')).toEqual({ waiting: 3, live: 0 });
    await dialer.take('a-0');
    await dialer.enqueueMany('a', 3, FAST);
    expect(await dialer.stub.backlog('a')).toEqual({ waiting: 2, live: 1 });
    // The sweep knows nothing of campaigns.
    await dialer.enqueue('a-1');
    expect(await dialer.stub.backlog('a')).toEqual({ waiting: 2, live: 1 });
  });

  it('are dialled at its own pace', async () => {
    await dialer.enqueueMany('a', 20, { pacePerSecond: 0.5, maxLiveCalls: 3 });
    const from = Date.now();
    const dialed = (await dialAll(10_000)).length;
    expect(dialed).toBe(Math.floor((Date.now() - from) / 2030) + 1);
    expect(await dialer.stub.backlog('a')).toEqual({ waiting: 20 - dialed, live: 0 });
  });

  it('are refused past its own live calls, with lines of the account free (S2-F8)', async () => {
    await dialer.enqueueMany('a', 3, { pacePerSecond: 30, maxLiveCalls: 1 });
    expect(await dialer.take('a-0')).toEqual(granted);
    later(1000);
    expect(await dialer.take('a-1')).toEqual(refused);
    await dialer.release('a-0');
    expect(await dialer.take('a-1')).toEqual(granted);
  });

  it('wait while it has no limits, and go on where they stood', async () => {
    await dialer.enqueueMany('a', 3, FAST);
    expect(hints.take()).toEqual(['a-0', 'a-1']);
    await dialer.stub.setLimits('a', null);
    expect(await dialer.take('a-0')).toEqual(refused);
    await dialer.alarm();
    expect([hints.take(), await dialer.alarmAt()]).toEqual([[], null]);
    await evictDurableObject(dialer.stub);
    expect(await dialer.take('a-1')).toEqual(refused);
    await dialer.stub.setLimits('a', FAST);
    expect(hints.take()).toEqual(['a-0', 'a-1']);
    expect(await dialer.take('a-0')).toEqual(granted);
  });

  it('dropped are gone for whoever has their hint, also at the counter', async () => {
    await dialer.enqueueMany('a', 5, FAST);
    await dialer.take('a-0');
    const answer = await runInDurableObject(dialer.stub, async (instance: Dialer) => {
      const taking = instance.take('a-1');
      const dropped = await instance.dropWaiting('a');
      return { permit: (await taking).permit, dropped };
    });
    expect(answer).toEqual({ permit: 'gone', dropped: ['a-1', 'a-2', 'a-3', 'a-4'] });
    expect(await dialer.take('a-2')).toEqual({ permit: 'gone' });
    expect(await dialer.lines()).toEqual({ 'a-0': 'taken' });
    expect(await dialer.stub.dropWaiting('a')).toEqual([]);
  });

  it('after eviction: limits, pace and what was dialled are what they were', async () => {
    await dialer.enqueueMany('a', 3, { pacePerSecond: 0.4, maxLiveCalls: 2 });
    await dialer.take('a-0');
    const now = Date.now();
    await evictDurableObject(dialer.stub);
    expect(await dialer.take('a-1')).toEqual({ permit: 'not_before', at: now + 2538 });
    expect(await dialer.stub.backlog('a')).toEqual({ waiting: 2, live: 1 });
  });
});

describe('several campaigns', () => {
  it('take turns', async () => {
    for (const id of ['a', 'b', 'c']) await dialer.enqueueMany(id, 10, FAST);
    // The first two left when nobody else was there.
    const turns = (await dialAll(6000)).map(campaignOf).slice(2);
    expect(turns.length).toBeGreaterThanOrEqual(8);
    for (let n = 0; n + 3 <= turns.length; n += 1) expect(new Set(turns.slice(n, n + 3)).size).toBe(3);
  });

  it.each([
    ['its pace', { pacePerSecond: 0.1, maxLiveCalls: 3 }],
    ['its cap', { pacePerSecond: 30, maxLiveCalls: 1 }],
  ])('one at %s holds up neither another nor a single call', async (_, limits) => {
    await dialer.enqueueMany('stuck', 50, limits);
    await dialer.take('stuck-0');
    await dialer.started('stuck-0');
    later(1000);
    await dialer.alarm();
    await dialer.enqueueMany('fine', 10, FAST);
    expect((await dialAll(4000)).filter((attempt) => campaignOf(attempt) === 'fine').length).toBeGreaterThanOrEqual(7);
    await dialer.enqueue('single');
    expect(await dialAll(600)).toContain('single');
  });

  it('make way for a single call, at the counter too', async () => {
    for (const id of ['a', 'b']) await dialer.enqueueMany(id, 10, FAST);
    await dialer.enqueue('single');
    expect(hints.take()).toContain('single');
    await dialer.take('a-0');
    const order: string[] = [];
    // Time stands still until all three are there.
    vi.mocked(scheduler.wait).mockImplementation(() => new Promise((resolve) => setTimeout(resolve, 5)));
    await runInDurableObject(dialer.stub, async (instance: Dialer) => {
      const taking = ['a-1', 'b-0', 'single'].map(async (attempt) => {
        if ((await instance.take(attempt)).permit === 'granted') order.push(attempt);
      });
      later(510);
      await until(() => order.length === 1);
      later(2000);
      await Promise.all(taking);
    });
    expect(order[0]).toBe('single');
  });

  it('command failed, alarm reruns it: no line is lost with its hint or the object, and none is dialled twice (X10)', async () => {
    for (const id of ['a', 'b']) await dialer.enqueueMany(id, 8, FAST);
    const dialed: string[] = [];
    let seed = 7;
    const oneIn = (count: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % count === 0;
    };
    for (let step = 0; step < 600 && dialed.length < 16; step += 1) {
      for (const attempt of hints.take()) {
        if (oneIn(3)) continue; // lost
        const times = oneIn(2) ? 2 : 1; // doubled
        for (let time = 0; time < times; time += 1) {
          const { permit } = await dialer.take(attempt);
          if (permit === 'granted') {
            dialed.push(attempt);
            await dialer.started(attempt);
          }
        }
      }
      later(200);
      if (oneIn(5)) await evictDurableObject(dialer.stub);
      for (const attempt of dialed) await dialer.release(attempt);
      await dialer.alarm();
    }
    expect(dialed.toSorted()).toEqual([...new Set(dialed)].toSorted());
    expect(dialed).toHaveLength(16);
  });
});

describe('Telnyx’ refusals', () => {
  it('for the rate slow the dialing down, over an eviction, until it has recovered', async () => {
    expect(await dialer.stub.status()).toMatchObject({ ratePerSecond: 2, maxLiveCalls: 3, slowedUntil: null });
    await dialer.stub.throttled('90103');
    await dialer.stub.throttled('90103');
    await evictDurableObject(dialer.stub);
    const status = await dialer.stub.status();
    expect(status).toMatchObject({ ratePerSecond: 1, maxLiveCalls: 3 });
    await dialer.enqueueMany('a', 10, FAST);
    const from = Date.now();
    expect(await dialAll(4000)).toHaveLength(Math.floor((Date.now() - from) / 1015) + 1);
    later((status.slowedUntil ?? 0) - Date.now());
    expect(await dialer.stub.status()).toMatchObject({ ratePerSecond: 2, slowedUntil: null });
  });

  it('for channels leave fewer lines', async () => {
    await dialer.enqueueMany('a', 5, FAST);
    for (const attempt of ['a-0', 'a-1', 'a-2']) await dialer.take(attempt);
    await dialer.stub.throttled('90041');
    await dialer.release('a-2');
    later(1000);
    expect(await dialer.take('a-3')).toEqual(refused);
    await dialer.release('a-1');
    expect(await dialer.take('a-3')).toEqual(granted);
  });
});
