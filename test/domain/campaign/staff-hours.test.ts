/** When staff take calls: what is written, and the opening that counts at a moment of the clinic's day. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStaffHours, staffWindow } from '../../../src/domain/campaign/staff-hours.ts';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'];

describe('staff hours', () => {
  it.each<[string, object[]]>([
    ['Mon-Fri 09:00-17:00', [{ days: WEEKDAYS, from: 540, until: 1020 }]],
    ['mon-fri 09:00-17:00', [{ days: WEEKDAYS, from: 540, until: 1020 }]],
    ['Sat 10:00-12:30', [{ days: ['sat'], from: 600, until: 750 }]],
    ['Mon-Sun 00:00-24:00', [{ days: [...WEEKDAYS, 'sat', 'sun'], from: 0, until: 1440 }]],
    ['Fri-Mon 08:00-09:00', [{ days: ['fri', 'sat', 'sun', 'mon'], from: 480, until: 540 }]],
    ['Sun-Sun 08:00-09:00', [{ days: ['sun'], from: 480, until: 540 }]],
    [
      'Mon-Thu 08:00-12:00, Mon-Thu 13:00-17:00,Fri 08:00-12:00',
      [
        { days: ['mon', 'tue', 'wed', 'thu'], from: 480, until: 720 },
        { days: ['mon', 'tue', 'wed', 'thu'], from: 780, until: 1020 },
        { days: ['fri'], from: 480, until: 720 },
      ],
    ],
  ])('%s is read', (text, expected) => {
    expect(parseStaffHours(text)).toEqual(expected);
  });

  it.each([
    '',
    'always',
    'Mon-Fri',
    '09:00-17:00',
    'Mon-Fri 9:00-17:00',
    'Mon-Fri 09:00',
    'Mon-Fri 09:00-17:00,',
    'Mon-Fri 17:00-09:00',
    'Mon-Fri 09:00-09:00',
    'Mon-Fri 09:60-17:00',
    'Mon-Fri 09:00-24:01',
    'Mon-Fri 09:00-25:00',
    'Mon-Foo 09:00-17:00',
    'Monday-Friday 09:00-17:00',
    'Mo-Fr 09:00-17:00',
    'Mon–Fri 09:00–17:00',
    'Mon-Fri 09:00-17:00; Sat 10:00-12:00',
    'Mon-Fri 09:00-17:00 EST',
  ])('%j is no form of hours, and none are better than wrong ones', (text) => {
    expect(parseStaffHours(text)).toBeNull();
  });
});

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 23, 15);
const split = parseStaffHours('Mon-Fri 09:00-12:00, Mon-Fri 13:00-17:00') ?? [];
const at = (day: string, hour: number, minute = 0, hours = split) =>
  staffWindow(hours, { day, minute: hour * 60 + minute }, NOW);

describe('the opening of a moment', () => {
  it.each<[string, number, number, { from: number; until: number } | null]>([
    ['Mon', 8, 59, { from: 1, until: 181 }],
    ['Mon', 9, 0, { from: 0, until: 180 }],
    ['Mon', 11, 59, { from: -179, until: 1 }],
    ['Mon', 12, 0, { from: 60, until: 300 }],
    ['Fri', 16, 59, { from: -239, until: 1 }],
    ['Mon', 17, 0, null],
    ['Mon', 23, 59, null],
    ['Sat', 10, 0, null],
  ])('%s %i:%i', (day, hour, minute, expected) => {
    const minutes = expected && { from: NOW + expected.from * MINUTE, until: NOW + expected.until * MINUTE };
    expect(at(day, hour, minute)).toEqual(minutes);
  });

  it('is the same in whatever case the day is written, and does not depend on the order of the parts', () => {
    expect(at('MON', 10)).toEqual(at('mon', 10));
    expect(at('Mon', 10, 0, split.toReversed())).toEqual(at('Mon', 10));
  });

  it('never begins after it ends, and ends in the future', () => {
    const day = fc.constantFrom('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun');
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 1439 }), (name, minute) => {
        const window = staffWindow(split, { day: name, minute }, NOW);
        expect(window === null || (window.from < window.until && window.until > NOW)).toBe(true);
      }),
    );
  });
});
