/** Local time by arithmetic against Intl and Date themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOf, DAY_MS, isoDate, spanAt, weekdayOf } from '../../../src/domain/campaign/local-clock.ts';
import { wallClock } from '../../support/given-place.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

describe('days counted from 1970', () => {
  it('have the date and the weekday that Date gives them, from the year 0 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (day) => {
        const date = new Date(day * DAY_MS);
        expect(isoDate(day)).toBe(date.toISOString().slice(0, 10));
        expect(weekdayOf(day)).toBe(date.getUTCDay());
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['2026-02-28', '2028-02-29', '2028-03-01', '2000-02-29', '2100-03-01', '2032-12-31'])('%s', (date) => {
    expect(isoDate(Date.parse(date) / DAY_MS)).toBe(date);
  });
});

describe('the clock of a zone', () => {
  it('shows what the clock on the wall shows, in every zone there is', () => {
    const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'US/Eastern', '+05:30'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: Date.UTC(2033, 0, 1) }), (zone, at) => {
        const clock = clockOf(zone);
        if (clock === null) throw new Error(`${zone} is a zone`);
        const span = spanAt(clock, at);
        expect(span.until).toBeGreaterThan(at);
        const local = at + span.offsetMs;
        const day = Math.floor(local / DAY_MS);
        expect({
          weekday: WEEKDAYS[weekdayOf(day)],
          date: isoDate(day),
          minute: Math.floor((local - day * DAY_MS) / 60_000),
        }).toEqual(wallClock(zone, at));
      }),
      { numRuns: 2000 },
    );
  });

  it('changes at the very millisecond', () => {
    const change = Date.UTC(2027, 2, 14, 7);
    const clock = clockOf('America/New_York');
    if (clock === null) throw new Error('a zone');
    expect(spanAt(clock, change - 1)).toEqual({ until: change, offsetMs: -5 * 3_600_000 });
    expect(spanAt(clock, change).offsetMs).toBe(-4 * 3_600_000);
  });

  it.each(['', 'America/Gotham', 'Eastern', 'New York'])('there is none for %j', (zone) => {
    expect(clockOf(zone)).toBeNull();
  });
});
