/** A list of 2,000 dialled in virtual time: the pace, the lines and the account's window are kept, and everybody is rung once. */
import { expect, it } from 'vitest';
import { flyPacing, type PacingCase } from './pacing-flight.ts';

const list = (ratePerSecond: number, maxLiveCalls: number, people = 2000): PacingCase => ({
  ...{ seed: 1, people, ratePerSecond, maxLiveCalls },
});

it.each([
  [1, 100, 'rate'],
  [5, 500, 'rate'],
  [5, 100, 'lines'],
  [30, 3000, 'rate'],
  [100, 3000, 'window'],
] as const)(
  'at %i a second over %i lines, hang-ups late, doubled and lost: no second has a call too many, nobody is rung twice (X10, S2-F8)',
  async (rate, lines, bound) => {
    const flown = await flyPacing(list(rate, lines, rate > 30 ? 1000 : 2000));
    expect(flown.problems).toEqual([]);
    expect([flown.bound, flown.refused]).toEqual([bound, { rate: 0, channels: 0 }]);
    expect(flown.perSecond / flown.possible).toBeGreaterThan(0.93);
  },
);

it('given fewer channels than it was told, it learns to do with those, and rings everybody once (X10)', async () => {
  const flown = await flyPacing({ ...list(5, 400), channels: 100 });
  expect(flown.problems).toEqual([]);
  expect(flown.mostLive).toBe(100);
  expect(flown.refused.channels).toBeGreaterThan(0);
  // Each refusal costs a call that has to be tried again.
  expect(flown.refused.channels).toBeLessThan(400);
});

it.each<[string, NonNullable<PacingCase['miskept']>, RegExp]>([
  ['a line more than there are', (pacer) => ({ ...pacer, liveCalls: pacer.liveCalls - 1 }), /61 calls lived at once/],
  ['a dial forgotten', (pacer) => ({ ...pacer, dialedAt: pacer.dialedAt.slice(0, -1) }), /6 were dialled within a s/],
])('finds a ledger with %s', async (_, miskept, problem) => {
  const flown = await flyPacing({ ...list(5, 60), channels: 1000, miskept });
  expect(flown.problems.join()).toMatch(problem);
});
