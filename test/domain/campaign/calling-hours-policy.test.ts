/** The policy as data: what the law's table says, who has verified it, and which version counts on a day. */
import { describe, expect, it } from 'vitest';
import { STATE_ZONES } from '../../../src/domain/campaign/area-codes.ts';
import {
  CALLING_HOURS_POLICIES,
  type CallingHoursPolicy,
  hoursOn,
  policyOn,
} from '../../../src/domain/campaign/calling-hours-policy.ts';
import { VERIFIED } from '../../support/given-place.ts';

const newest = (policies: readonly CallingHoursPolicy[]): CallingHoursPolicy => {
  const policy = policies.at(-1);
  if (policy === undefined) throw new Error('no policy');
  return policy;
};
const shipped = newest(CALLING_HOURS_POLICIES);
const WEEKDAY = { kind: 'weekdays', holiday: false } as const;
const SATURDAY = { kind: 'saturday', holiday: false } as const;
const SUNDAY = { kind: 'sunday', holiday: false } as const;
const HOLIDAY = { kind: 'weekdays', holiday: true } as const;

describe('the shipped policy', () => {
  it('has nothing verified and nothing cleared: that is for named people to do', () => {
    for (const policy of CALLING_HOURS_POLICIES) {
      expect(policy.states.map(({ verifiedBy }) => verifiedBy)).toEqual(policy.states.map(() => null));
      expect(policy.liveIntroduction).toEqual([{ state: 'CA', liveIntroCleared: null }]);
    }
  });

  it('has one row a state, and only of states that exist', () => {
    const states = shipped.states.map(({ state }) => state);
    expect(new Set(states).size).toBe(states.length);
    expect(states.filter((state) => !STATE_ZONES.has(state))).toEqual([]);
  });

  it('never opens a state outside 8:00 to 21:00 (TC-14), nor an unverified one outside the fallback', () => {
    for (const state of STATE_ZONES.keys()) {
      expect([SATURDAY, SUNDAY, HOLIDAY].map((day) => typeof hoursOn(shipped, state, day))).toEqual(
        Array(3).fill('string'),
      );
      const hours = hoursOn(shipped, state, WEEKDAY);
      if (typeof hours === 'string') expect([state, hours]).toEqual(['CA', 'live_introduction']);
      else expect(hours.from >= 600 && hours.until <= 1080 && hours.until > hours.from).toBe(true);
    }
  });
});

it('opens a state that asks for a live introduction once somebody has cleared it, and not before (TC-24)', () => {
  expect(hoursOn(shipped, 'CA', WEEKDAY)).toBe('live_introduction');
  expect(hoursOn(newest(VERIFIED), 'CA', WEEKDAY)).not.toBe('live_introduction');
});

it('the federal hours bind a verified row and an unlisted state, even were nothing else to (TC-14)', () => {
  const allDay = { from: 0, until: 1440 };
  const week = { weekdays: allDay, saturday: allDay, sunday: allDay, holidays: 'as_usual' } as const;
  const loose = { ...newest(VERIFIED), verified: week, fallback: week };
  for (const state of ['NY', 'FL'])
    expect(hoursOn(loose, state, WEEKDAY)).toEqual({ from: 480, until: state === 'FL' ? 1200 : 1260 });
});

// [weekday, Saturday, Sunday, holiday] as hours; TC-15 within the 9 to 20 of TC-14.
describe('a verified row', () => {
  it.each<[string, ...string[]]>([
    ['AL', '9-20', '9-20', 'sunday', 'holiday'],
    ['CT', '9-20', '9-20', 'sunday', '9-20'],
    ['FL', '9-20', '9-20', 'sunday', '9-20'],
    ['KY', '10-20', '10-20', 'sunday', '10-20'],
    ['LA', '9-20', '9-20', 'sunday', 'holiday'],
    ['MA', '9-20', '9-20', 'sunday', '9-20'],
    ['MD', '9-20', '9-20', 'sunday', '9-20'],
    ['ME', '9-17', 'saturday', 'sunday', 'holiday'],
    ['MI', '9-20', '9-20', 'sunday', '9-20'],
    ['MN', '9-20', '9-20', 'sunday', '9-20'],
    ['MS', '9-20', '9-20', 'sunday', '9-20'],
    ['NM', '9-20', '9-20', 'sunday', '9-20'],
    ['NV', '9-20', '9-20', 'sunday', '9-20'],
    ['OK', '9-20', '9-20', 'sunday', '9-20'],
    ['PA', '9-20', '9-12', 'sunday', 'holiday'],
    ['RI', '9-18', '10-17', 'sunday', 'holiday'],
    ['TX, unlisted', '10-18', 'saturday', 'sunday', 'holiday'],
  ])('of %s allows %s, %s, %s, %s', (name, ...expected) => {
    const allowed = [WEEKDAY, SATURDAY, SUNDAY, HOLIDAY].map((day) => {
      const hours = hoursOn(newest(VERIFIED), name.slice(0, 2), day);
      return typeof hours === 'string' ? hours : `${hours.from / 60}-${hours.until / 60}`;
    });
    expect(allowed).toEqual(expected);
  });
});

describe('the version in force', () => {
  const [first, second] = [
    { ...shipped, version: 'first', effectiveFrom: '2026-01-01' },
    { ...shipped, version: 'second', effectiveFrom: '2027-07-01' },
  ];

  it.each<[string, string | undefined]>([
    ['2025-12-31', undefined],
    ['2026-01-01', 'first'],
    ['2027-06-30', 'first'],
    ['2027-07-01', 'second'],
    ['2031-01-01', 'second'],
  ])('on %s is %s, in whatever order they are written', (date, version) => {
    expect(policyOn(date, [first, second])?.version).toBe(version);
    expect(policyOn(date, [second, first])?.version).toBe(version);
  });

  it('is the shipped one today', () => {
    expect(policyOn('2026-11-28')).toBe(shipped);
  });
});
