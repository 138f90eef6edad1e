/** The pure parts of `npm run bench`: statistics, verdicts, the table, and the prices of a call. */
import { expect, it } from 'vitest';
import { limitsOf, sharesAt } from '../bench/data/account-limits.ts';
import { loadsOfOne, mostOf, NO_LOADS } from '../bench/loads.ts';
import { costOf, lessUsage, OPERATIONS, PRICES, type Usage } from '../bench/prices.ts';
import { beside, judged, median, percentile, spread } from '../bench/statistics.ts';
import { figure, writeTable } from '../bench/table.ts';

const usage = (some: Partial<Usage> = {}): Usage =>
  ({ ...Object.fromEntries(OPERATIONS.map((name) => [name, 0])), ...some }) as Usage;

it('finds medians and percentiles in any order, between two values where none stands', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), percentile([1, 2, 3, 4, 5], 0.99)]).toEqual([2, 2.5, 4.96]);
  expect(median([])).toBeNaN();
  expect(spread([5, 9, 1])).toEqual({ value: 5, low: 1, high: 9 });
});

it('compares each round with the baseline of the same round, so that a slow minute slows both', () => {
  const row = beside({ name: 'ours', unit: '/s' }, [10, 100, 50], { name: 'theirs', rounds: [20, 200, 100] });
  expect([row.value, row.baseline, row.ratio]).toEqual([50, { name: 'theirs', value: 100 }, 0.5]);
});

it('says whether a target is met, by the value or by the ratio, and never that nothing met it (S1-T8)', () => {
  const row = { name: 'p99', unit: 'ms', ...spread([50]), ratio: 0.7 };
  const target = (op: '<=' | '>=', value: number) => ({ op, value, from: 'design 6' });
  expect(judged(row, target('<=', 50)).met).toBe(true);
  expect(judged(row, target('<=', 49)).met).toBe(false);
  expect(judged(row, target('>=', 0.8), 'ratio').met).toBe(false);
  expect(judged({ ...row, ...spread([]) }, target('<=', 50)).met).toBe(false);
});

it('prints a missed target as missed, with its note below', () => {
  const table = writeTable([
    {
      benchmark: 'webhook',
      rows: [
        judged(
          { name: 'p99', unit: 'ms', value: 61.234, low: 40, high: 80, note: 'a busy machine' },
          { op: '<=', value: 50, from: 'design 6' },
        ),
      ],
    },
  ]);
  expect(table).toMatch(/p99 +61\.2 +40–80 +ms +<= 50 \(design 6\) +missed\n/);
  expect(table).toContain('p99: a busy machine');
  expect([figure(12345.6), figure(0.12345), figure(Number.NaN)]).toEqual(['12,346', '0.123', '–']);
});

it('adds up what a call costs, each operation by its dated price', () => {
  expect(costOf(usage())).toBe(0);
  expect(costOf(usage({ d1RowsWritten: 80, objectRowsWritten: 100 })) * 1000).toBeCloseTo(0.18);
  expect(costOf(usage({ r2ClassA: 1 })) * 1_000_000).toBeCloseTo(4.5);
  expect(lessUsage(usage({ d1RowsRead: 7 }), usage({ d1RowsRead: 5 })).d1RowsRead).toBe(2);
  for (const { source } of Object.values(PRICES)) expect(source).toMatch(/^https:\/\/developers\.cloudflare\.com\//);
});

it('puts the nearest limit of an account first, and says what share of each so many calls take', () => {
  const loads = { ...NO_LOADS, dialerRequests: 10, vaultRequests: 1, queueMessages: 2, d1Requests: 60, d1Writes: 10 };
  const flown = { dialsPerSecond: 29.5, perSecondOverMostLines: 14, perSecondOverFirstLines: 0.14 };
  const limits = limitsOf({ d1Bytes: 10_000, loads: { ...loads, d1Milliseconds: 50 }, ...flown });
  expect(limits.map(({ name, callsADay }) => [name, Math.round(callsADay)]).slice(0, 4)).toEqual([
    ['D1, 10 GB, calls kept 10 years', 400],
    ['D1, 10 GB, after one year', 4000],
    ['Telnyx, 10 calls at once', 4032],
    ['D1, one statement at a time', 288_000],
  ]);
  const [first, second] = sharesAt(limits, 1000);
  expect([first?.share, second?.share]).toEqual([2.5, 0.25]);
  expect(loadsOfOne(loads, NO_LOADS, 2).d1Writes).toBe(5);
  expect(mostOf(loads, { ...NO_LOADS, vaultRequests: 3 })).toMatchObject({ dialerRequests: 10, vaultRequests: 3 });
});
