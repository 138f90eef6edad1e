/** What holds for every area code at any moment, clock changes above all: held against a second opinion, minute by minute. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AREA_CODES, STATE_ZONES } from '../../../src/domain/campaign/area-codes.ts';
import { callableAt, type Place } from '../../../src/domain/campaign/calling-hours.ts';
import { CALLING_HOURS_POLICIES } from '../../../src/domain/campaign/calling-hours-policy.ts';
import {
  CLEARED,
  candidates,
  instant,
  secondOpinion,
  stateAllows,
  VERIFIED,
  wallClock,
} from '../../support/given-place.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const areaCode = fc.constantFrom(...AREA_CODES.keys());
const state = fc.constantFrom(...STATE_ZONES.keys());
const zone = fc.constantFrom(
  ...new Set([...STATE_ZONES.values()].flat()),
  'America/Indiana/Indianapolis',
  'America/Indiana/Knox',
  'America/Puerto_Rico',
  'America/St_Johns',
  'Europe/London',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
);
const place: fc.Arbitrary<Place> = fc.record({
  areaCode,
  state: fc.option(state, { freq: 2 }),
  zone: fc.option(zone, { freq: 2 }),
});
const START = Date.UTC(2026, 0, 3);
const END = Date.UTC(2032, 11, 1);
/** The nights on which American and European clocks change, 2026 to 2029. */
const changes = [2026, 2027, 2028, 2029].flatMap((year) =>
  [2, 9, 10].flatMap((month) =>
    Array.from({ length: 31 }, (_, day) => Date.UTC(year, month, day + 1)).filter(
      (at) => new Date(at).getUTCDay() === 0,
    ),
  ),
);
const moment = fc.oneof(
  fc.integer({ min: START, max: END }),
  fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY, max: 3 * DAY })).map(([at, shift]) => at + shift),
);
const policies = fc.constantFrom(CALLING_HOURS_POLICIES, CLEARED, VERIFIED);
const isOpen = (where: Place, at: number, rules = CALLING_HOURS_POLICIES) => callableAt(where, at, rules).open;

describe('at any moment', () => {
  it('open means: in every zone between 8:00 and 21:00, in every state inside its window and before its last 15 minutes', () => {
    fc.assert(
      fc.property(place, moment, policies, (where, at, rules) => {
        if (!isOpen(where, at, rules)) return;
        const { zones, states } = candidates(where);
        for (const each of zones) {
          const clock = wallClock(each, at);
          expect(clock.minute).toBeGreaterThanOrEqual(8 * 60);
          expect(clock.minute).toBeLessThan(20 * 60 + 45);
          expect(clock.weekday).not.toBe('Sun');
          for (const one of states) expect(stateAllows(one, clock, rules)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('open and closed are what the second opinion says', () => {
    fc.assert(
      fc.property(place, moment, policies, (where, at, rules) => {
        expect(isOpen(where, at, rules)).toBe(secondOpinion(where, at, rules));
      }),
      { numRuns: 3000 },
    );
  });

  it('every area code opens at some minute of an ordinary Wednesday, and at no minute before 8 or after 21 in any of its zones', () => {
    const midnight = instant('America/New_York', '2027-03-17 00:00');
    for (const code of AREA_CODES.keys()) {
      const where = { areaCode: code, state: null, zone: null };
      let opened = 0;
      for (let at = midnight; at < midnight + 30 * 3_600_000; at += 15 * MINUTE) {
        if (!isOpen(where, at, VERIFIED)) continue;
        opened += 1;
        for (const each of candidates(where).zones) {
          const { minute } = wallClock(each, at);
          expect(minute >= 9 * 60 && minute < 20 * 60).toBe(true);
        }
      }
      expect(opened).toBeGreaterThan(8);
    }
  });
});

describe('the next opening', () => {
  it('is open, the millisecond before is not, nor any minute between', () => {
    fc.assert(
      fc.property(place, moment, policies, (where, at, rules) => {
        const hours = callableAt(where, at, rules);
        if (hours.open || hours.nextOpenAt === null) return;
        const next = hours.nextOpenAt;
        expect(next > at && next <= at + 14 * DAY).toBe(true);
        expect(secondOpinion(where, next, rules)).toBe(true);
        expect(isOpen(where, next, rules)).toBe(true);
        expect(isOpen(where, next - 1, rules)).toBe(false);
        for (let before = at; before < next; before += MINUTE) expect(isOpen(where, before, rules)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('asked of the second opinion, no minute between is open either', () => {
    fc.assert(
      fc.property(place, moment, policies, (where, at, rules) => {
        const hours = callableAt(where, at, rules);
        if (hours.open || hours.nextOpenAt === null) return;
        for (let before = at; before < hours.nextOpenAt; before += 5 * MINUTE)
          expect(secondOpinion(where, before, rules)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('null means that no quarter of an hour of the next 14 days is open', () => {
    fc.assert(
      fc.property(areaCode, state, zone, moment, policies, (code, one, own, at, rules) => {
        const where = { areaCode: code, state: one, zone: own };
        const hours = callableAt(where, at, rules);
        if (hours.open || hours.nextOpenAt !== null) return;
        for (let later = at; later <= at + 14 * DAY; later += 15 * MINUTE)
          expect(isOpen(where, later, rules)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('"until" is closed, the millisecond before it is open, and so is every minute from now', () => {
    fc.assert(
      fc.property(place, moment, policies, (where, at, rules) => {
        const hours = callableAt(where, at, rules);
        if (!hours.open) return;
        expect(hours.until).toBeGreaterThan(at);
        expect(isOpen(where, hours.until, rules)).toBe(false);
        expect(isOpen(where, hours.until - 1, rules)).toBe(true);
        for (let later = at; later < hours.until; later += MINUTE) expect(isOpen(where, later, rules)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('more places', () => {
  it('one zone or one state more never opens what was closed, and never brings the next opening forward', () => {
    fc.assert(
      fc.property(areaCode, state, zone, moment, policies, (code, one, own, at, rules) => {
        const bare = { areaCode: code, state: null, zone: null };
        for (const fuller of [
          { ...bare, state: one },
          { ...bare, zone: own },
          { ...bare, state: one, zone: own },
        ]) {
          const [few, many] = [callableAt(bare, at, rules), callableAt(fuller, at, rules)];
          if (many.open) expect(few.open && few.until >= many.until).toBe(true);
          if (!few.open && !many.open && many.nextOpenAt !== null)
            expect(few.nextOpenAt !== null && few.nextOpenAt <= many.nextOpenAt).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a verified row never opens what the outer hours close, an unverified one never what the fallback closes', () => {
    fc.assert(
      fc.property(areaCode, moment, (code, at) => {
        const where = { areaCode: code, state: null, zone: null };
        const clocks = candidates(where).zones.map((each) => wallClock(each, at));
        const within = (from: number, until: number) => clocks.every(({ minute }) => minute >= from && minute < until);
        if (isOpen(where, at, VERIFIED)) expect(within(540, 1185)).toBe(true);
        if (isOpen(where, at, CLEARED)) {
          expect(within(600, 1065)).toBe(true);
          expect(clocks.some(({ weekday }) => weekday === 'Sat' || weekday === 'Sun')).toBe(false);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
