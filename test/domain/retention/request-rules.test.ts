import { describe, expect, it } from 'vitest';
import { dueAt, extendedDueAt, REQUEST_KINDS } from '../../../src/domain/retention/request-rules.ts';

const ZONE = 'America/New_York';
const AT = Date.UTC(2026, 11, 2, 9);
/** The day and time there. */
const there = (at: number | null, zone = ZONE) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at ?? 0);

it('is due by the rule of its kind: access 30 days, amendment 60, accounting 60 (HS-19, HS-20, HS-22)', () => {
  const days = Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, there(dueAt(kind, AT, ZONE))]));
  const [thirty, sixty] = ['2027-01-01 23:59:59', '2027-01-31 23:59:59'];
  expect(days).toEqual({ access: thirty, amendment: sixty, erasure: thirty, accounting: sixty });
});

it('can be put off once by 30 days, an erasure not at all (HS-19)', () => {
  const extended = (kind: 'access' | 'amendment' | 'erasure', extendedAt: number | null) =>
    extendedDueAt(kind, { receivedAt: AT, extendedAt }, ZONE);
  expect(there(extended('access', null))).toBe('2027-01-31 23:59:59');
  expect(there(extended('amendment', null))).toBe('2027-03-02 23:59:59');
  expect(extended('access', AT + 1)).toBeNull();
  expect(extended('erasure', null)).toBeNull();
});

describe('the day on which it is due', () => {
  it.each([
    // Clocks go back on November 1st 2026 and forward on March 14th 2027: a day of 25 hours and one of 23.
    ['America/New_York', '2026-10-15T04:00:00Z', '2026-11-14', 'from the first moment of a day, over the change back'],
    ['America/New_York', '2026-10-16T03:59:59Z', '2026-11-14', 'from the last moment of that day'],
    [
      'America/New_York',
      '2027-03-01T05:00:00Z',
      '2027-03-31',
      'from the first moment of a day, over the change forward',
    ],
    ['America/New_York', '2027-03-02T04:59:59Z', '2027-03-31', 'from the last moment of that day'],
    ['America/Los_Angeles', '2026-10-15T07:00:00Z', '2026-11-14', 'in another zone of the United States'],
    ['America/Phoenix', '2026-10-15T07:00:00Z', '2026-11-14', 'where no clock changes'],
    ['America/New_York', '2026-10-02T04:00:00Z', '2026-11-01', 'on the very day of the change back'],
    ['America/New_York', '2027-02-12T05:00:00Z', '2027-03-14', 'on the very day of the change forward'],
  ])('%s, received %s, is %s: %s (HS-19)', (zone, received, day) => {
    const due = dueAt('access', Date.parse(received), zone);
    expect(there(due, zone)).toBe(`${day} 23:59:59`);
    expect(there(due + 1, zone)).toMatch(/ 00:00:00$/);
  });
});
