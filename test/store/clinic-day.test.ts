/** The clinic's own day, on the days the clocks change too. The platform's time zones, in workerd. */
import { describe, expect, it } from 'vitest';
import { parseStaffHours } from '../../src/domain/campaign/staff-hours.ts';
import { clinicDate, staffToday } from '../../src/store/clinic-day.ts';
import { config } from '../support/worker-env.ts';

const HOUR = 3_600_000;
const clinicWith = (hours: string, timeZone = 'America/New_York') => ({
  ...config.clinic,
  timeZone,
  staff: { number: '+12025550109', hours: parseStaffHours(hours) ?? [] },
});
const isOpen = (clinic: typeof config.clinic, now: number) => {
  const staff = staffToday(clinic, now);
  return staff !== null && now >= staff.from && now < staff.until;
};

describe('the date at the clinic', () => {
  it.each([
    ['America/New_York', '2026-11-20T04:59:59Z', '2026-11-19'],
    ['America/New_York', '2026-11-20T05:00:00Z', '2026-11-20'],
    ['America/New_York', '2026-07-20T03:59:59Z', '2026-07-19'],
    ['Pacific/Honolulu', '2026-01-01T09:59:59Z', '2025-12-31'],
    ['America/Phoenix', '2026-07-01T07:00:00Z', '2026-07-01'],
  ])('in %s at %s', (timeZone, time, date) => {
    expect(clinicDate(timeZone, Date.parse(time))).toBe(date);
  });
});

describe('staff', () => {
  it('without a number are nowhere', () => {
    expect(staffToday({ ...config.clinic, staff: null }, Date.now())).toBeNull();
  });

  it('are where they are in their hours of the clinic, not of the server', () => {
    const clinic = clinicWith('Mon-Fri 09:00-17:00');
    const monday = Date.UTC(2026, 10, 23);
    expect(isOpen(clinic, monday + 14 * HOUR - 1)).toBe(false);
    expect(isOpen(clinic, monday + 14 * HOUR)).toBe(true);
    expect(isOpen(clinic, monday + 22 * HOUR - 1)).toBe(true);
    expect(isOpen(clinic, monday + 22 * HOUR)).toBe(false);
    // Friday evening there is Saturday here already.
    expect(isOpen(clinicWith('Fri 18:00-22:00', 'America/Los_Angeles'), Date.UTC(2026, 10, 28, 3))).toBe(true);
  });

  it('that open later today can be reached by a call that lasts until then', () => {
    const now = Date.UTC(2026, 10, 23, 13, 55);
    expect(staffToday(clinicWith('Mon-Fri 09:00-17:00'), now)).toEqual({
      ...{ number: '+12025550109', from: Date.UTC(2026, 10, 23, 14), until: Date.UTC(2026, 10, 23, 22) },
    });
  });

  it.each([
    ['the day before the clocks go forward', '2026-03-07', 14],
    ['the day the clocks go forward', '2026-03-08', 13],
    ['the day after', '2026-03-09', 13],
    ['the day before the clocks go back', '2026-10-31', 13],
    ['the day the clocks go back', '2026-11-01', 14],
    ['the day after that', '2026-11-02', 14],
  ])('on %s are there from nine o’clock of that day', (_, date, utcHour) => {
    const clinic = clinicWith('Mon-Sun 09:00-17:00');
    const opens = Date.parse(`${date}T00:00:00Z`) + utcHour * HOUR;
    expect([isOpen(clinic, opens - 1), isOpen(clinic, opens)]).toEqual([false, true]);
    expect([isOpen(clinic, opens + 8 * HOUR - 1), isOpen(clinic, opens + 8 * HOUR)]).toEqual([true, false]);
  });

  it('in the hour that comes twice are judged by what the clock on the wall says', () => {
    const clinic = clinicWith('Sun 01:00-01:30');
    const first = Date.UTC(2026, 10, 1, 5, 15);
    expect([first, first + HOUR].map((now) => isOpen(clinic, now))).toEqual([true, true]);
    expect([first + 30 * 60_000, first + 2 * HOUR].map((now) => isOpen(clinic, now))).toEqual([false, false]);
  });
});
