import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOfDay } from '../../../src/domain/campaign/local-day.ts';
import { CALL_STATUSES, isLiveStatus } from '../../../src/domain/intake/call-record.ts';
import { bySteps, type CallSum, figuresOf, HOUR_MS, stepFor } from '../../../src/domain/stats/call-outcomes.ts';

const sum = (changes: Partial<CallSum> = {}): CallSum => ({
  ...{ step: 0, status: 'completed', calls: 1, answered: 0, notDialled: 0 },
  ...{ consented: 0, refused: 0, flagged: 0, answeredSeconds: 0 },
  ...changes,
});

describe('figures', () => {
  it('add up', () => {
    const found = figuresOf([
      sum({ calls: 3, answered: 3, consented: 3, answeredSeconds: 540, flagged: 1 }),
      sum({ status: 'declined', calls: 1, answered: 1, refused: 1, answeredSeconds: 60 }),
      sum({ status: 'busy', calls: 2 }),
      sum({ status: 'ringing', calls: 1 }),
    ]);
    expect(found).toEqual({
      total: 7,
      byStatus: { completed: 3, declined: 1, busy: 2, ringing: 1 },
      byOutcome: { completed: 3, reached: 1, not_reached: 2, under_way: 1 },
      ...{ notDialled: 0, answered: 4, consented: 3, refused: 1, flagged: 1 },
      ...{ consentRate: 0.75, completionRate: 0.75, averageSeconds: 150 },
    });
  });

  it('know no rate of nobody: a busy line is neither a consent nor a refusal (S1-E12)', () => {
    const found = figuresOf([sum({ status: 'busy', calls: 5 })]);
    expect([found.consentRate, found.completionRate, found.averageSeconds]).toEqual([null, null, null]);
  });

  it('count as reached whoever a person answered for, however the call ended, and nobody else (S1-E12)', () => {
    for (const status of CALL_STATUSES.filter((each) => !isLiveStatus(each) && each !== 'completed')) {
      expect([status, figuresOf([sum({ status, calls: 6, answered: 6 })]).byOutcome.reached]).toEqual([status, 6]);
      expect([status, figuresOf([sum({ status, calls: 6 })]).byOutcome.not_reached]).toEqual([status, 6]);
    }
  });

  it('count a call that was canceled before its dial in no bar', () => {
    const found = figuresOf([sum({ status: 'canceled', calls: 3, notDialled: 2 })]);
    expect(found).toMatchObject({ total: 3, notDialled: 2, byOutcome: { reached: 0, not_reached: 1 } });
  });

  it('count each status once, and as under way exactly what is (S1-E12)', () => {
    for (const status of CALL_STATUSES) {
      const { byOutcome } = figuresOf([sum({ status })]);
      expect(Object.values(byOutcome).reduce((a, b) => a + b)).toBe(1);
      expect(byOutcome.under_way === 1).toBe(isLiveStatus(status));
    }
  });
});

const sums = fc.array(
  fc.record({
    ...{ step: fc.nat(24 * 9 - 1), status: fc.constantFrom(...CALL_STATUSES), calls: fc.integer({ min: 1, max: 50 }) },
    ...{ answered: fc.nat(50), notDialled: fc.nat(50), consented: fc.nat(50), refused: fc.nat(50), flagged: fc.nat(5) },
    answeredSeconds: fc.nat(9000),
  }),
);

describe('periods', () => {
  const zone = 'America/New_York';
  // The clock goes back within these nine days.
  const from = boundsOfDay(zone, '2026-10-28')?.from ?? 0;
  const to = from + 24 * 9 * HOUR_MS - 1;

  it('lose no call, whatever they are cut by', () => {
    fc.assert(
      fc.property(sums, (rows) => {
        const total = figuresOf(rows).total;
        const periods = bySteps(rows, from, to, HOUR_MS);
        expect(periods.reduce((all, period) => all + period.total, 0)).toBe(total);
      }),
    );
  });

  it('are there also without a call, in order', () => {
    expect(bySteps([], from, to, HOUR_MS)).toHaveLength(24 * 9);
  });
});

it('a chart has at most 60 bars, of the shortest step that does it', () => {
  const MINUTE_MS = 60_000;
  expect(stepFor(10 * MINUTE_MS)).toBe(MINUTE_MS);
  expect(stepFor(HOUR_MS)).toBe(MINUTE_MS);
  expect(stepFor(HOUR_MS + 1)).toBe(5 * MINUTE_MS);
  expect(stepFor(48 * HOUR_MS)).toBe(HOUR_MS);
  fc.assert(
    fc.property(fc.nat(10 * 366 * 24 * HOUR_MS), (lengthMs) => {
      expect(lengthMs / stepFor(lengthMs)).toBeLessThanOrEqual(60);
    }),
  );
});
