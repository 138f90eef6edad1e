/** A time of the clinic, cut and compared: no instant is lost or counted twice, whatever the clocks do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOfDay } from '../../../src/domain/campaign/local-day.ts';
import { daysUpTo, STEPS, spanBefore, stepsOf } from '../../../src/domain/stats/period.ts';

const HOUR = 3_600_000;
const NEW_YORK = 'America/New_York';
const at = (time: string) => Date.parse(time);
const days = (zone: string, first: string, last: string) => ({
  from: boundsOfDay(zone, first)?.from ?? 0,
  to: boundsOfDay(zone, last)?.to ?? 0,
});
const hours = ({ from, to }: { from: number; to: number }) => (to + 1 - from) / HOUR;

describe('the steps of a time', () => {
  it('follow on each other without a gap, from its first instant to its last, in any zone', () => {
    const zones = fc.constantFrom(NEW_YORK, 'Pacific/Honolulu', 'Asia/Kolkata', 'Australia/Lord_Howe', 'no/zone');
    const start = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });
    fc.assert(
      fc.property(zones, start, fc.nat(40 * 24 * HOUR), fc.constantFrom(...STEPS), (zone, from, length, step) => {
        const steps = stepsOf(zone, { from, to: from + length }, step);
        expect(steps[0]?.from).toBe(from);
        expect(steps.at(-1)?.to).toBe(from + length);
        for (const [i, { from: begins, to }] of steps.entries()) {
          expect(to).toBeGreaterThanOrEqual(begins);
          if (i > 0) expect(begins).toBe((steps[i - 1]?.to ?? 0) + 1);
        }
      }),
    );
  });

  it('are days of 23, 24 and 25 hours when the clocks change', () => {
    expect(stepsOf(NEW_YORK, days(NEW_YORK, '2026-03-07', '2026-03-09'), 'day').map(hours)).toEqual([24, 23, 24]);
    expect(stepsOf(NEW_YORK, days(NEW_YORK, '2026-10-31', '2026-11-02'), 'day').map(hours)).toEqual([24, 25, 24]);
    expect(stepsOf(NEW_YORK, days(NEW_YORK, '2026-11-01', '2026-11-01'), 'hour')).toHaveLength(25);
  });

  it('are weeks from Monday, the first and the last cut short', () => {
    // A Thursday to a Tuesday.
    const weeks = stepsOf(NEW_YORK, days(NEW_YORK, '2026-11-05', '2026-11-17'), 'week');
    expect(weeks.map(({ from, to }) => [from, to])).toEqual(
      [
        ['2026-11-05', '2026-11-08'],
        ['2026-11-09', '2026-11-15'],
        ['2026-11-16', '2026-11-17'],
      ].map(([first, last]) => [boundsOfDay(NEW_YORK, first ?? '')?.from, boundsOfDay(NEW_YORK, last ?? '')?.to]),
    );
  });
});

it('the last days of a clinic end with its own today', () => {
  // Late in the evening of the 20th in New York; the morning of the 21st in Kolkata.
  const now = at('2026-11-21T03:00:00Z');
  expect(daysUpTo(NEW_YORK, now, 7)).toEqual(days(NEW_YORK, '2026-11-14', '2026-11-20'));
  expect(daysUpTo('Asia/Kolkata', now, 1)).toEqual(days('Asia/Kolkata', '2026-11-21', '2026-11-21'));
});

describe('the time before', () => {
  it('has as many days of the clinic, though not as many hours', () => {
    const week = days(NEW_YORK, '2026-11-02', '2026-11-08');
    const before = spanBefore(NEW_YORK, week);
    expect(before).toEqual(days(NEW_YORK, '2026-10-26', '2026-11-01'));
    expect(hours(before) - hours(week)).toBe(1);
  });

  it('of a time that is no whole days is as long', () => {
    const noon = at('2026-11-05T17:00:00Z');
    expect(spanBefore(NEW_YORK, { from: noon, to: noon + HOUR - 1 })).toEqual({ from: noon - HOUR, to: noon - 1 });
  });
});
