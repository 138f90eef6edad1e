import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOfDay, dayAt } from '../../../src/domain/campaign/local-day.ts';

const HOUR_MS = 3_600_000;
const ZONES = ['America/New_York', 'America/Phoenix', 'Pacific/Honolulu', 'America/St_Johns', 'UTC'] as const;
const hours = (zone: string, day: string) => {
  const bounds = boundsOfDay(zone, day);
  return bounds === null ? null : (bounds.to + 1 - bounds.from) / HOUR_MS;
};

describe('a day of a zone', () => {
  it('is 24 hours long, 23 when the clock goes on and 25 when it goes back', () => {
    expect(hours('America/New_York', '2026-11-28')).toBe(24);
    expect(hours('America/New_York', '2026-03-08')).toBe(23);
    expect(hours('America/New_York', '2026-11-01')).toBe(25);
  });

  it('begins at midnight there', () => {
    expect(boundsOfDay('America/New_York', '2026-07-04')?.from).toBe(Date.parse('2026-07-04T04:00:00Z'));
    expect(boundsOfDay('America/New_York', '2026-11-01')?.from).toBe(Date.parse('2026-11-01T04:00:00Z'));
    expect(boundsOfDay('Pacific/Honolulu', '2026-11-01')?.from).toBe(Date.parse('2026-11-01T10:00:00Z'));
  });

  it('is nothing for what is no day or no zone', () => {
    for (const day of ['2026-13-01', '2026-02-29', '2026-00-10', '2026-1-1', 'today'])
      expect(boundsOfDay('America/New_York', day)).toBeNull();
    expect(boundsOfDay('America/New_York', '2028-02-29')).not.toBeNull();
    expect(boundsOfDay('Moon/Tranquility', '2026-11-01')).toBeNull();
  });

  it('holds exactly the instants whose date it is', () => {
    const at = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) });
    fc.assert(
      fc.property(at, fc.constantFrom(...ZONES), (instant, zone) => {
        const bounds = boundsOfDay(zone, dayAt(zone, instant));
        const written = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(instant);
        expect(dayAt(zone, instant)).toBe(written);
        expect(bounds !== null && bounds.from <= instant && instant <= bounds.to).toBe(true);
        expect(dayAt(zone, (bounds?.from ?? 0) - 1)).not.toBe(written);
        expect(dayAt(zone, (bounds?.to ?? 0) + 1)).not.toBe(written);
      }),
      { numRuns: 500 },
    );
  });
});
