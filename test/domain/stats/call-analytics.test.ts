/** Figures of many calls from their sums. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnalyticsSum, analyticsOf, SUMMED } from '../../../src/domain/stats/call-analytics.ts';

const sum = (changes: Partial<AnalyticsSum> = {}): AnalyticsSum => ({
  ...(Object.fromEntries(SUMMED.map((field) => [field, 0])) as Record<(typeof SUMMED)[number], number>),
  ...{ step: 0, campaignId: null, questionnaireId: 'adult-intake', questionnaireVersion: 1, currency: 'USD' },
  ...changes,
});

it('name what each rate is a part of', () => {
  const found = analyticsOf([
    sum({ calls: 10, attempts: 8, reached: 5, consented: 3, refused: 1, completed: 2, redials: 3, seconds: 500 }),
    sum({ calls: 1, attempts: 1, costNanos: 30, currency: 'USD', withCost: 1 }),
  ]);
  expect(found).toMatchObject({
    ...{ calls: 11, attempts: 9, averageSeconds: 100, redialsPerCompleted: 1.5 },
    costs: [{ currency: 'USD', nanos: 30, perCompletedNanos: 15 }],
    reached: { count: 5, of: 9 },
    consented: { count: 3, of: 4, rate: 0.75 },
    completed: { count: 2, of: 5, rate: 0.4 },
  });
});

it('say no cost of an intake without a completed one and before a cost is known, and never add currencies (S1-M20)', () => {
  const costs = (...sums: Partial<AnalyticsSum>[]) =>
    analyticsOf(sums.map(sum)).costs.map(({ currency, nanos, perCompletedNanos }) => [
      currency,
      nanos,
      perCompletedNanos,
    ]);
  expect(costs({ costNanos: 9, withCost: 1 })).toEqual([['USD', 9, null]]);
  expect(costs({ completed: 1 })).toEqual([]);
  expect(costs({ completed: 2, costNanos: 9, withCost: 2 })).toEqual([['USD', 9, 5]]);
  expect(
    costs(
      { completed: 1, costNanos: 9, withCost: 1 },
      { costNanos: 1, withCost: 1, currency: 'EUR' },
      { completed: 1 },
    ),
  ).toEqual([
    ['EUR', 1, 1],
    ['USD', 9, 5],
  ]);
});

it('count what writing down recordings took, in dollars whatever the calls were paid in (C76)', () => {
  const euros = sum({ completed: 1, costNanos: 9, withCost: 1, currency: 'EUR', transcriptionNanos: 4 });
  expect(analyticsOf([euros]).costs).toEqual([
    { currency: 'EUR', nanos: 9, transcriptionNanos: 0, ofCalls: 1, perCompletedNanos: 9 },
    { currency: 'USD', nanos: 4, transcriptionNanos: 4, ofCalls: 0, perCompletedNanos: 4 },
  ]);
  expect(analyticsOf([sum({ costNanos: 9, withCost: 1, transcriptionNanos: 4 })]).costs).toMatchObject([{ nanos: 13 }]);
});

it('tell of everybody reached how the call ended, or that it goes on', () => {
  const ends = fc.record({
    ...{ completed: fc.nat(50), partial: fc.nat(50), declined: fc.nat(50), optedOut: fc.nat(50) },
    ...{ wrongPerson: fc.nat(50), identityFailed: fc.nat(50), talking: fc.nat(50) },
  });
  fc.assert(
    fc.property(ends, fc.nat(50), (counts, more) => {
      const reached = Object.values(counts).reduce((a, b) => a + b) + more;
      const found = analyticsOf([sum({ ...counts, reached })]);
      expect(found.otherwise.count).toBe(more);
      const { completed, partial, declined, optedOut, wrongPerson, identityFailed, otherwise } = found;
      const bars = [completed, partial, declined, optedOut, wrongPerson, identityFailed, otherwise];
      expect(bars.reduce((all, { count }) => all + count, found.talking)).toBe(found.reached.count);
    }),
  );
});

it('of the parts add up to those of the whole', () => {
  const counts = fc.record(Object.fromEntries(SUMMED.map((field) => [field, fc.nat(1000)])));
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 20 }), (rows) => {
      const sums = rows.map((row, step) => sum({ ...row, step }));
      const parts = sums.map((row) => analyticsOf([row]));
      const whole = analyticsOf(sums);
      for (const field of ['calls', 'attempts', 'redials', 'counted', 'beforeItems', 'uncounted'] as const)
        expect(parts.reduce((all, part) => all + part[field], 0)).toBe(whole[field]);
      const spent = (of: ReturnType<typeof analyticsOf>) => of.costs.reduce((all, { nanos }) => all + nanos, 0);
      expect(parts.reduce((all, part) => all + spent(part), 0)).toBe(spent(whole));
      for (const field of ['reached', 'consented', 'completed', 'partial', 'flagged', 'voicemail'] as const) {
        expect(parts.reduce((all, part) => all + part[field].count, 0)).toBe(whole[field].count);
        expect(parts.reduce((all, part) => all + part[field].of, 0)).toBe(whole[field].of);
      }
    }),
  );
});
