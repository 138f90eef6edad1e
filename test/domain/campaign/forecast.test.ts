/** X9: the forecast, held against a campaign played call by call with outcomes drawn at random. */
import { describe, expect, it } from 'vitest';
import {
  ASSUMED_AVERAGES,
  type CallAverages,
  type ForecastInput,
  forecast,
} from '../../../src/domain/campaign/forecast.ts';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../../src/domain/campaign/retry.ts';

const NOW = Date.parse('2026-12-01T16:00:00Z');
const HOUR = 3_600_000;
const ONCE: RetryPolicy = { budget: 1, rules: {} };
const input = (changes: Partial<ForecastInput> = {}): ForecastInput => ({
  ...{ starts: Array(600).fill(NOW), pacePerSecond: 1, maxLiveCalls: 1000, retry: ONCE, at: NOW },
  averages: ASSUMED_AVERAGES,
  ...changes,
});

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** First come, first served; a dial when the pace allows one and a line is free; lengths of calls within half of their mean. */
function play({ starts, pacePerSecond, maxLiveCalls, averages, retry, at }: ForecastInput, seed: number) {
  const draw = random(seed);
  const waiting = starts.map((start) => ({ at: Math.max(start, at), rings: 0 }));
  const lines: number[] = [];
  let [free, over, calls, seconds] = [at, at, 0, 0];
  while (waiting.length > 0) {
    let first = 0;
    for (let i = 1; i < waiting.length; i += 1) if ((waiting[i]?.at ?? 0) < (waiting[first]?.at ?? 0)) first = i;
    const [contact] = waiting.splice(first, 1);
    if (contact === undefined) break;
    lines.sort((a, b) => a - b);
    while (lines.length > 0 && (lines[0] ?? 0) <= Math.max(free, contact.at)) lines.shift();
    const line = lines.length < maxLiveCalls ? 0 : (lines.shift() ?? 0);
    const dialedAt = Math.max(free, contact.at, line);
    free = dialedAt + 1000 / pacePerSecond;
    const isAnswered = draw() < averages.answeredShare;
    const talk = averages.answeredSeconds * (0.5 + draw());
    const endsAt = dialedAt + (isAnswered ? averages.ringingSeconds + talk : averages.unansweredSeconds) * 1000;
    lines.push(endsAt);
    over = Math.max(over, endsAt);
    calls += 1;
    if (isAnswered) seconds += talk;
    const rule = retry.rules.no_answer;
    const rings = contact.rings + 1;
    if (!isAnswered && rule !== undefined && rings < retry.budget && rings <= rule.most)
      waiting.push({ at: endsAt + rule.delayMinutes * 60_000, rings });
  }
  return { calls, minutes: seconds / 60, lasts: over - at };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('against campaigns played call by call', () => {
  const spread = (count: number, hours: number) =>
    Array.from({ length: count }, (_, i) => NOW + (i * hours * HOUR) / count);
  const unlucky: CallAverages = { ...ASSUMED_AVERAGES, answeredShare: 0.1 };
  it.each<[string, Partial<ForecastInput>]>([
    ['the pace is what holds it up', {}],
    ['the lines are', { maxLiveCalls: 10 }],
    ['one line', { maxLiveCalls: 1, starts: Array(120).fill(NOW) }],
    ['half a call a second, twenty lines', { pacePerSecond: 0.5, maxLiveCalls: 20 }],
    ['retries after four hours', { retry: DEFAULT_RETRY_POLICY }],
    ['retries among the first calls', { retry: DEFAULT_RETRY_POLICY, maxLiveCalls: 3 }],
    ['retries of which most are needed', { retry: DEFAULT_RETRY_POLICY, averages: unlucky, maxLiveCalls: 20 }],
    ['ten rings of half an hour', { retry: { budget: 10, rules: { no_answer: { delayMinutes: 30, most: 9 } } } }],
    ['contacts who may be called later', { starts: spread(600, 5), retry: DEFAULT_RETRY_POLICY, maxLiveCalls: 30 }],
    ['half of them tomorrow', { starts: [...Array(300).fill(NOW), ...Array(300).fill(NOW + 22 * HOUR)] }],
    ['a hundred contacts', { starts: Array(100).fill(NOW), maxLiveCalls: 5, retry: DEFAULT_RETRY_POLICY }],
  ])('it is off by a tenth at most: %s', (_, changes) => {
    const campaign = input(changes);
    const said = forecast(campaign);
    const played = Array.from({ length: 15 }, (__, seed) => play(campaign, seed + 1));
    const error = (value: number, of: number) => Math.abs(value / of - 1);
    expect(error(said.calls, mean(played.map(({ calls }) => calls)))).toBeLessThan(0.1);
    expect(error(said.minutes, mean(played.map(({ minutes }) => minutes)))).toBeLessThan(0.1);
    expect(error((said.finishAt ?? 0) - NOW, mean(played.map(({ lasts }) => lasts)))).toBeLessThan(0.1);
  });
});

it('costs minutes at what a minute costs, from the cheapest to the dearest', () => {
  const averages = { ...ASSUMED_AVERAGES, nanosPerMinute: { low: 2_000_000, high: 50_000_000 } };
  const { calls, minutes, costNanos } = forecast(input({ averages }));
  expect([calls, minutes]).toEqual([600, 1200]);
  expect(costNanos).toEqual({ low: 2_400_000_000, high: 60_000_000_000 });
});

it('nobody to call: no calls, no minutes, no end', () => {
  expect(forecast(input({ starts: [] }))).toEqual({
    ...{ calls: 0, minutes: 0, costNanos: { low: 0, high: 0 }, finishAt: null },
  });
});

it('one contact: a second call is as likely as not, and the end counts on it', () => {
  const one = forecast(input({ starts: [NOW - HOUR], retry: DEFAULT_RETRY_POLICY }));
  expect(one.calls).toBe(2);
  expect((one.finishAt ?? 0) - NOW).toBe(4 * HOUR + 30_000 + 250_000);
});

it('nobody ever answers: everybody rings as often as the policy allows, and no minute is paid', () => {
  const averages = { ...ASSUMED_AVERAGES, answeredShare: 0 };
  expect(forecast(input({ averages, retry: DEFAULT_RETRY_POLICY }))).toMatchObject({
    ...{ calls: 1800, minutes: 0, costNanos: { low: 0, high: 0 } },
  });
});

it('no pace, no end', () => {
  expect(forecast(input({ pacePerSecond: 0 })).finishAt).toBeNull();
  expect(forecast(input({ maxLiveCalls: 0 })).finishAt).toBeNull();
});

it('takes 20,000 contacts', () => {
  const large = input({ starts: Array(20_000).fill(NOW), retry: DEFAULT_RETRY_POLICY, pacePerSecond: 10 });
  expect(forecast(large).calls).toBe(35_000);
});
