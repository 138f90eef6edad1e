/** Figures of many calls from their sums. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnalyticsSum, analyticsOf, SUMMED } from '../../../src/domain/stats/call-analytics.ts';

const sum = (changes: Partial<AnalyticsSum> = {}): AnalyticsSum => ({
  ...(Object.fromEntries(SUMMED.map((field) => [field, 0])) as Record<(typeof SUMMED)[number], number>),
  ...{ step: 0, campaignId: null, questionnaireId: 'adult-intake', questionnaireVersion: 1, currency: null },
  ...changes,
});

it('name what each rate is a part of', () => {
  const found = analyticsOf([
    sum({ calls: 10, attempts: 8, reached: 5, consented: 3, refused: 1, completed: 2, redials: 3, seconds: 500 }),
    sum({ calls: 1, attempts: 1, costNanos: 30, currency: 'USD', withCost: 1 }),
  ]);
  expect(found).toMatchObject({
    ...{ calls: 11, attempts: 9, averageSeconds: 100, redialsPerCompleted: 1.5, costPerCompletedNanos: 15 },
    reached: { count: 5, of: 9 },
    consented: { count: 3, of: 4, rate: 0.75 },
    completed: { count: 2, of: 5, rate: 0.4 },
  });
});

it('say no cost of an intake without a completed one, before a cost is known, and in several currencies (S1-M20)', () => {
  const cost = (...sums: Partial<AnalyticsSum>[]) => analyticsOf(sums.map(sum)).costPerCompletedNanos;
  expect(cost({ costNanos: 9, currency: 'USD' })).toBeNull();
  expect(cost({ completed: 1 })).toBeNull();
  expect(cost({ completed: 1, costNanos: 9, currency: 'USD' }, { costNanos: 1, currency: 'EUR' })).toBeNull();
  expect(cost({ completed: 1, costNanos: 9, currency: '*' })).toBeNull();
  expect(cost({ completed: 2, costNanos: 9, currency: 'USD' })).toBe(5);
});

it('of the parts add up to those of the whole', () => {
  const counts = fc.record(Object.fromEntries(SUMMED.map((field) => [field, fc.nat(1000)])));
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 20 }), (rows) => {
      const sums = rows.map((row, step) => sum({ ...row, step }));
      const parts = sums.map((row) => analyticsOf([row]));
      const whole = analyticsOf(sums);
      for (const field of ['calls', 'attempts', 'redials', 'costNanos', 'counted', 'beforeItems', 'uncounted'] as const)
        expect(parts.reduce((all, part) => all + part[field], 0)).toBe(whole[field]);
      for (const field of ['reached', 'consented', 'completed', 'partial', 'flagged', 'voicemail'] as const) {
        expect(parts.reduce((all, part) => all + part[field].count, 0)).toBe(whole[field].count);
        expect(parts.reduce((all, part) => all + part[field].of, 0)).toBe(whole[field].of);
      }
    }),
  );
});
