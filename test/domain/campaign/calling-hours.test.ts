/** When a patient may be called: each state's row at its boundary minutes, zones, changed clocks, holidays, and what nobody knows. */
import { describe, expect, it } from 'vitest';
import { callableAt, type Place } from '../../../src/domain/campaign/calling-hours.ts';
import type { CallingHoursPolicy } from '../../../src/domain/campaign/calling-hours-policy.ts';
import { CLEARED, instant, givenPlace as place, VERIFIED } from '../../support/given-place.ts';

const EAST = 'America/New_York';
const CENTRAL = 'America/Chicago';
const MOUNTAIN = 'America/Denver';
const PACIFIC = 'America/Los_Angeles';
const HAWAII = 'Pacific/Honolulu';
const ALASKA = 'America/Anchorage';

/** `open`, or why not. */
function verdict(where: Place, at: number, policies?: readonly CallingHoursPolicy[]): string {
  const hours = callableAt(where, at, policies);
  return hours.open ? 'open' : hours.reason;
}
function nextOpenAt(where: Place, at: number, policies?: readonly CallingHoursPolicy[]): number | null {
  const hours = callableAt(where, at, policies);
  if (hours.open) throw new Error('open now');
  return hours.nextOpenAt;
}

// 2026-11-30 is a Monday, 12-05 a Saturday, 12-06 a Sunday, 12-25 a Friday.
describe('a verified row (TC-15, TC-14)', () => {
  it.each<[state: string, areaCode: string, zone: string, local: string, expected: string]>([
    ['AL', '205', CENTRAL, '2026-11-30 08:59', 'too_early'],
    ['AL', '205', CENTRAL, '2026-11-30 09:00', 'open'],
    ['AL', '205', CENTRAL, '2026-11-30 19:44', 'open'],
    ['AL', '205', CENTRAL, '2026-11-30 19:45', 'last_minutes'],
    ['AL', '205', CENTRAL, '2026-11-30 20:00', 'too_late'],
    ['AL', '205', CENTRAL, '2026-12-05 12:00', 'open'],
    ['AL', '205', CENTRAL, '2026-12-06 12:00', 'sunday'],
    ['AL', '205', CENTRAL, '2026-12-25 12:00', 'holiday'],
    ['LA', '504', CENTRAL, '2026-11-30 09:00', 'open'],
    ['LA', '504', CENTRAL, '2026-12-06 12:00', 'sunday'],
    ['LA', '504', CENTRAL, '2027-02-09 12:00', 'holiday'], // Mardi Gras
    ['CT', '203', EAST, '2026-11-30 08:59', 'too_early'],
    ['CT', '203', EAST, '2026-11-30 09:00', 'open'],
    ['CT', '203', EAST, '2026-11-30 19:45', 'last_minutes'],
    ['FL', '305', EAST, '2026-11-30 09:59', 'open'],
    ['FL', '305', EAST, '2026-11-30 20:01', 'too_late'],
    ['MD', '301', EAST, '2026-11-30 19:44', 'open'],
    ['MD', '301', EAST, '2026-11-30 20:00', 'too_late'],
    ['MA', '617', EAST, '2026-11-30 19:44', 'open'],
    ['MA', '617', EAST, '2026-11-30 20:00', 'too_late'],
    ['OK', '405', CENTRAL, '2026-11-30 19:44', 'open'],
    ['OK', '405', CENTRAL, '2026-11-30 20:00', 'too_late'],
    ['KY', '502', EAST, '2026-11-30 09:59', 'too_early'],
    ['MI', '313', EAST, '2026-11-30 19:44', 'open'],
    ['MI', '313', EAST, '2026-11-30 20:30', 'too_late'],
    ['MN', '612', CENTRAL, '2026-11-30 09:00', 'open'],
    ['MN', '612', CENTRAL, '2026-11-30 20:30', 'too_late'],
    ['NM', '505', MOUNTAIN, '2026-11-30 09:00', 'open'],
    ['NM', '505', MOUNTAIN, '2026-11-30 20:30', 'too_late'],
    ['MS', '601', CENTRAL, '2026-12-05 12:00', 'open'],
    ['MS', '601', CENTRAL, '2026-12-06 12:00', 'sunday'],
    ['NV', '702', PACIFIC, '2026-11-30 09:00', 'open'],
    ['NV', '702', PACIFIC, '2026-11-30 20:00', 'too_late'],
    ['PA', '215', EAST, '2026-12-05 11:44', 'open'],
    ['PA', '215', EAST, '2026-12-05 11:45', 'last_minutes'],
    ['PA', '215', EAST, '2026-12-05 12:00', 'too_late'],
    ['PA', '215', EAST, '2026-11-30 19:44', 'open'],
    ['PA', '215', EAST, '2026-12-25 12:00', 'holiday'],
    ['RI', '401', EAST, '2026-11-30 09:00', 'open'],
    ['RI', '401', EAST, '2026-11-30 17:44', 'open'],
    ['RI', '401', EAST, '2026-11-30 17:45', 'last_minutes'],
    ['RI', '401', EAST, '2026-11-30 18:00', 'too_late'],
    ['RI', '401', EAST, '2026-11-30 18:01', 'too_late'],
    ['RI', '401', EAST, '2026-12-05 09:59', 'too_early'],
    ['ME', '207', EAST, '2026-11-30 16:44', 'open'],
    ['ME', '207', EAST, '2026-11-30 17:00', 'too_late'],
    ['ME', '207', EAST, '2026-12-05 12:00', 'saturday'],
  ])('of %s, number %s, zone %s, at %s: %s', (_, areaCode, zone, local, expected) => {
    expect(verdict(place(areaCode), instant(zone, local), VERIFIED)).toBe(expected);
  });

  it('opens no wider than 9:00 to 20:00, Monday to Saturday, whatever it says (TC-14)', () => {
    const allDay = { from: 0, until: 1440 };
    const wide = VERIFIED.map((policy) => ({
      ...policy,
      states: [
        {
          state: 'NY',
          hours: { weekdays: allDay, saturday: allDay, sunday: allDay, holidays: 'as_usual' as const },
          verifiedBy: 'Dr. Ada Example',
        },
      ],
    }));
    const at = (local: string) => verdict(place('212'), instant(EAST, local), wide);
    expect(['08:59', '09:00', '19:44', '19:45', '20:00'].map((time) => at(`2026-11-30 ${time}`))).toEqual([
      'too_early',
      'open',
      'open',
      'last_minutes',
      'too_late',
    ]);
    expect([at('2026-12-05 12:00'), at('2026-12-06 12:00')]).toEqual(['open', 'sunday']);
  });
});

describe('a row that nobody verified, and a state without one (TC-15)', () => {
  it.each<[what: string, areaCode: string, zone: string, local: string, expected: string]>([
    ['KY', '502', EAST, '2026-11-30 09:59', 'too_early'],
    ['CT, whose own row opens at 9', '203', EAST, '2026-11-30 09:30', 'too_early'],
    ['CT', '203', EAST, '2026-11-30 10:00', 'open'],
    ['CT, whose own row ends at 20', '203', EAST, '2026-11-30 17:45', 'last_minutes'],
    ['CT', '203', EAST, '2026-12-05 12:00', 'saturday'],
    ['RI', '401', EAST, '2026-11-30 18:01', 'too_late'],
    ['ME, whose own row ends before the fallback', '207', EAST, '2026-11-30 16:45', 'last_minutes'],
    ['NY, without a row', '212', EAST, '2026-11-30 09:59', 'too_early'],
    ['NY', '212', EAST, '2026-11-30 10:00', 'open'],
    ['NY', '212', EAST, '2026-11-30 17:44', 'open'],
    ['NY', '212', EAST, '2026-11-30 17:45', 'last_minutes'],
    ['NY', '212', EAST, '2026-11-30 18:00', 'too_late'],
    ['NY', '212', EAST, '2026-12-05 12:00', 'saturday'],
    ['NY', '212', EAST, '2026-12-06 12:00', 'sunday'],
    ['NY', '212', EAST, '2026-11-26 12:00', 'holiday'],
  ])('%s: number %s, zone %s, at %s: %s', (_, areaCode, zone, local, expected) => {
    expect(verdict(place(areaCode), instant(zone, local))).toBe(expected);
  });

  it('says until when a call may start: a millisecond before is open, that moment is not', () => {
    const at = instant(EAST, '2026-11-30 11:11');
    const hours = callableAt(place('212'), at);
    expect(hours).toEqual({
      open: true,
      until: instant(EAST, '2026-11-30 17:45'),
      zones: [EAST],
      states: ['NY'],
    });
    expect(verdict(place('212'), instant(EAST, '2026-11-30 17:45') - 1)).toBe('open');
  });
});

describe('every plausible zone and state', () => {
  it.each<[what: string, Place, zone: string, local: string, expected: string]>([
    [
      'a Florida number with a California address, 9:59 in California',
      place('305', 'CA'),
      PACIFIC,
      '2026-11-30 09:59',
      'too_early',
    ],
    ['the same at 10:00 there', place('305', 'CA'), PACIFIC, '2026-11-30 10:00', 'open'],
    ['the same at 17:45 in Florida', place('305', 'CA'), EAST, '2026-11-30 17:45', 'last_minutes'],
    ["Florida's panhandle, 10:00 Eastern", place('850'), EAST, '2026-11-30 10:00', 'too_early'],
    ["Florida's panhandle, 10:00 Central", place('850'), CENTRAL, '2026-11-30 10:00', 'open'],
    ["Florida's panhandle, 17:45 Eastern", place('850'), EAST, '2026-11-30 17:45', 'last_minutes'],
    ['its overlay', place('448'), EAST, '2026-11-30 10:00', 'too_early'],
    ['southern Indiana', place('812'), EAST, '2026-11-30 10:30', 'too_early'],
    ['its overlay', place('930'), EAST, '2026-11-30 10:30', 'too_early'],
    ['Indianapolis without an address', place('317'), EAST, '2026-11-30 10:30', 'open'],
    ['Indianapolis with an Indiana address', place('317', 'IN'), EAST, '2026-11-30 10:30', 'too_early'],
    ['western Kentucky', place('270'), EAST, '2026-11-30 10:30', 'too_early'],
    ['its overlay', place('364'), EAST, '2026-11-30 10:30', 'too_early'],
    ['South Dakota', place('605'), CENTRAL, '2026-11-30 10:30', 'too_early'],
    ['eastern Oregon', place('541'), MOUNTAIN, '2026-11-30 10:30', 'too_early'],
    ['its overlay', place('458'), MOUNTAIN, '2026-11-30 10:30', 'too_early'],
    ['Idaho', place('208'), MOUNTAIN, '2026-11-30 10:30', 'too_early'],
    ['a patient who set another zone', place('212', 'NY', PACIFIC), EAST, '2026-11-30 12:59', 'too_early'],
    ['the same when it is open there too', place('212', 'NY', PACIFIC), EAST, '2026-11-30 13:00', 'open'],
    ['a patient in Berlin, 17:45 there', place('212', 'NY', 'Europe/Berlin'), EAST, '2026-11-30 11:45', 'last_minutes'],
    ['a patient in Berlin, 17:44 there', place('212', 'NY', 'Europe/Berlin'), EAST, '2026-11-30 11:44', 'open'],
    ['a patient in India, half an hour off', place('202', null, 'Asia/Kolkata'), EAST, '2026-11-30 10:30', 'too_late'],
  ])('%s', (_, where, zone, local, expected) => {
    expect(verdict(where, instant(zone, local), CLEARED)).toBe(expected);
  });

  it('names them, each once: area code, address, own setting', () => {
    expect(callableAt(place('305', 'CA', MOUNTAIN), instant(EAST, '2026-11-30 12:00'))).toMatchObject({
      zones: [EAST, PACIFIC, MOUNTAIN],
      states: ['FL', 'CA'],
    });
  });

  it('of several reasons the one that lasts longest is told', () => {
    const nine = instant(EAST, '2026-11-30 09:00');
    expect(verdict(place('212'), nine)).toBe('too_early');
    expect(verdict(place('212', 'NY', 'Asia/Tokyo'), nine)).toBe('too_late');
    expect(verdict(place('212', 'NY', 'Asia/Tokyo'), instant(EAST, '2026-12-04 12:00'))).toBe('saturday');
    expect(verdict(place('303', 'UT'), instant(MOUNTAIN, '2026-07-24 09:00'))).toBe('holiday');
  });

  it('has no opening at all when the zones have no hour in common', () => {
    const at = instant(EAST, '2026-11-30 12:00');
    expect(nextOpenAt(place('212', 'NY', 'Asia/Tokyo'), at)).toBeNull();
  });
});

describe('clocks that change', () => {
  /** Monday to Friday around a change, on both sides of it: the same wall-clock minute opens. */
  it.each<[zone: string, areaCode: string]>([
    [EAST, '212'],
    [CENTRAL, '312'],
    [MOUNTAIN, '303'],
    [PACIFIC, '206'],
    ['America/Phoenix', '602'],
    [HAWAII, '808'],
  ])('%s opens at 10:00 of its own clock, before and after', (zone, areaCode) => {
    for (const change of [
      ['2026-03-06', '2026-03-09'],
      ['2026-10-29', '2026-11-02'],
      ['2027-03-12', '2027-03-15'],
      ['2027-11-05', '2027-11-08'],
      ['2028-03-10', '2028-03-13'],
      ['2028-11-03', '2028-11-06'],
    ])
      for (const day of change) {
        const opening = instant(zone, `${day} 10:00`);
        expect(verdict(place(areaCode), opening - 1)).toBe('too_early');
        expect(callableAt(place(areaCode), opening)).toMatchObject({ open: true, until: opening + 7.75 * 3_600_000 });
      }
  });

  it.each<[what: string, zone: string, areaCode: string, from: string, to: string, hours: number]>([
    ['an hour shorter in spring', EAST, '212', '2026-03-06 17:45', '2026-03-09 10:00', 63.25],
    ['an hour longer in autumn', EAST, '212', '2026-10-30 17:45', '2026-11-02 10:00', 65.25],
    ['as long as ever in Arizona', 'America/Phoenix', '602', '2027-03-12 17:45', '2027-03-15 10:00', 64.25],
    ['as long as ever in Hawaii', HAWAII, '808', '2027-11-05 17:45', '2027-11-08 10:00', 64.25],
  ])('the weekend is %s', (_, zone, areaCode, from, to, hours) => {
    const at = instant(zone, from);
    expect(nextOpenAt(place(areaCode), at)).toBe(instant(zone, to));
    expect(nextOpenAt(place(areaCode), at)).toBe(at + hours * 3_600_000);
  });

  it('asked within the hour that comes twice, both times it is told the same opening', () => {
    const first = instant(EAST, '2027-11-07 01:30');
    for (const at of [first, first + 3_600_000])
      expect(nextOpenAt(place('212'), at)).toBe(instant(EAST, '2027-11-08 10:00'));
  });

  it('asked at the edge of the hour that never comes, it is told the opening after it', () => {
    const edge = instant(EAST, '2027-03-14 01:59') + 60_000;
    for (const at of [edge - 1, edge]) expect(nextOpenAt(place('212'), at)).toBe(instant(EAST, '2027-03-15 10:00'));
  });

  it('the Navajo part of Arizona counts in summer: an hour between the two clocks', () => {
    expect(verdict(place('928'), instant(MOUNTAIN, '2027-07-01 10:30'))).toBe('too_early');
    expect(verdict(place('928'), instant('America/Phoenix', '2027-07-01 10:00'))).toBe('open');
    expect(verdict(place('928'), instant(MOUNTAIN, '2027-07-01 17:45'))).toBe('last_minutes');
    expect(verdict(place('928'), instant(MOUNTAIN, '2027-01-06 10:00'))).toBe('open');
  });

  it("Alaska waits for its westernmost island's clock", () => {
    expect(verdict(place('907'), instant(ALASKA, '2026-12-02 10:30'))).toBe('too_early');
    expect(verdict(place('907'), instant('America/Adak', '2026-12-02 10:00'))).toBe('open');
    expect(verdict(place('907'), instant(ALASKA, '2026-12-02 17:45'))).toBe('last_minutes');
  });

  describe('on the Sunday itself, were Sundays open', () => {
    const [shipped] = CLEARED;
    if (shipped === undefined) throw new Error('no policy');
    const daily = (from: number, until: number): readonly CallingHoursPolicy[] => {
      const day = { from: from * 60, until: until * 60 };
      const week = { weekdays: day, saturday: day, sunday: day, holidays: 'as_usual' } as const;
      return [{ ...shipped, federal: week, verified: week, fallback: week, states: [] }];
    };

    it.each(['2027-03-14', '2027-11-07'])('%s opens at 10:00 when asked before the clock changes', (day) => {
      const at = instant(EAST, `${day} 00:30`);
      expect(nextOpenAt(place('212'), at, daily(10, 18))).toBe(instant(EAST, `${day} 10:00`));
    });

    it.each(['2027-03-14', '2027-11-07'])('%s: an opening goes on over the change to its own end', (day) => {
      const at = instant(EAST, `${day} 00:30`);
      expect(callableAt(place('212'), at, daily(0, 24))).toMatchObject({
        open: true,
        until: instant(EAST, `${day} 23:45`),
      });
    });

    it('an hour that comes twice opens twice, and one that never comes opens nothing', () => {
      const first = instant(EAST, '2027-11-07 01:20');
      for (const at of [first, first + 3_600_000])
        expect(callableAt(place('212'), at, daily(1, 2))).toMatchObject({ open: true, until: at + 25 * 60_000 });
      expect(nextOpenAt(place('212'), first + 30 * 60_000, daily(1, 2))).toBe(first + 40 * 60_000);
      const before = instant(EAST, '2027-03-13 12:00');
      expect(nextOpenAt(place('212'), before, daily(2, 3))).toBe(instant(EAST, '2027-03-15 02:00'));
    });
  });
});

describe('holidays', () => {
  it.each<[what: string, local: string]>([
    ['Thanksgiving', '2026-11-26 12:00'],
    ['Christmas', '2026-12-25 12:00'],
    ['the Friday before a Saturday Fourth', '2026-07-03 12:00'],
    ['the Monday after a Sunday Fourth', '2027-07-05 12:00'],
    ['the Friday before a Saturday New Year, of the year before', '2027-12-31 12:00'],
    ['Juneteenth', '2028-06-19 12:00'],
  ])('%s is closed from coast to coast', (_, local) => {
    for (const [areaCode, zone] of [
      ['212', EAST],
      ['312', CENTRAL],
      ['303', MOUNTAIN],
      ['206', PACIFIC],
      ['808', HAWAII],
    ] as const)
      expect(verdict(place(areaCode), instant(zone, local))).toBe('holiday');
  });

  it("counts one state's holiday there and nowhere else", () => {
    expect(verdict(place('801'), instant(MOUNTAIN, '2026-07-24 12:00'))).toBe('holiday');
    expect(verdict(place('303'), instant(MOUNTAIN, '2026-07-24 12:00'))).toBe('open');
    expect(verdict(place('303', 'UT'), instant(MOUNTAIN, '2026-07-24 12:00'))).toBe('holiday');
  });

  it('finds the opening after a long weekend', () => {
    expect(nextOpenAt(place('212'), instant(EAST, '2027-07-02 17:50'))).toBe(instant(EAST, '2027-07-06 10:00'));
  });

  it('is closed for good past the last year whose holidays are known', () => {
    expect(callableAt(place('212'), instant(EAST, '2033-01-05 12:00'))).toMatchObject({
      open: false,
      reason: 'no_policy',
      nextOpenAt: null,
    });
    expect(nextOpenAt(place('212'), instant(EAST, '2032-12-30 18:00'))).toBeNull();
  });
});

describe('what cannot be told', () => {
  const noon = instant(EAST, '2026-11-30 12:00');
  it.each<[what: string, Place, reason: string]>([
    ['an area code of Puerto Rico', place('787'), 'unknown_zone'],
    ['of Guam', place('671'), 'unknown_zone'],
    ['of Canada', place('416'), 'unknown_zone'],
    ['of Jamaica', place('876', 'NY', EAST), 'unknown_zone'],
    ['toll-free', place('800'), 'unknown_zone'],
    ['personal', place('500'), 'unknown_zone'],
    ['not assigned', place('999', 'NY'), 'unknown_zone'],
    ['empty', place(''), 'unknown_zone'],
    ['a name every object has', place('constructor'), 'unknown_zone'],
    ['a zone that is none', place('212', 'NY', 'America/Gotham'), 'unknown_zone'],
    ['an empty zone', place('212', 'NY', ''), 'unknown_zone'],
    ['a territory as the address', place('212', 'PR'), 'unknown_state'],
    ['a state in small letters', place('212', 'ny'), 'unknown_state'],
    ['an empty state', place('212', ''), 'unknown_state'],
  ])('%s is closed for good', (_, where, reason) => {
    expect(callableAt(where, noon)).toMatchObject({ open: false, code: 'outside_hours', reason, nextOpenAt: null });
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    9e15,
    -1,
    0,
    // As text the year 20290 lies between 2026 and 2032.
    Date.UTC(20_290, 0, 4, 17),
  ])('a clock that says %s opens nothing', (at) => {
    expect(callableAt(place('212', 'NY'), at)).toMatchObject({ open: false, reason: 'no_policy', nextOpenAt: null });
  });

  it('before the first policy is closed, and told when that begins', () => {
    expect(callableAt(place('212'), instant(EAST, '2025-12-31 12:00'))).toMatchObject({
      open: false,
      code: 'outside_hours',
      reason: 'no_policy',
      nextOpenAt: instant(EAST, '2026-01-02 10:00'),
    });
  });

  it('before the first year whose holidays are known nothing opens, whatever a policy says', () => {
    const early = CLEARED.map((policy) => ({ ...policy, effectiveFrom: '2020-01-01' }));
    expect(verdict(place('212'), instant(EAST, '2025-12-30 12:00'), early)).toBe('no_policy');
  });

  it.each<[what: string, effectiveFrom: string, opens: boolean]>([
    ['within 14 days is told', '2026-12-14', true],
    ['later is not', '2026-12-15', false],
  ])('an opening %s', (_, effectiveFrom, opens) => {
    const later = CLEARED.map((policy) => ({ ...policy, effectiveFrom }));
    expect(nextOpenAt(place('212'), noon, later)).toBe(opens ? instant(EAST, `${effectiveFrom} 10:00`) : null);
  });

  it('with no policy at all nothing opens', () => {
    expect(callableAt(place('212'), noon, [])).toMatchObject({ open: false, reason: 'no_policy', nextOpenAt: null });
  });
});

describe('California (TC-24)', () => {
  const noon = instant(PACIFIC, '2026-11-30 12:00');
  it.each<[what: string, Place]>([
    ['by area code', place('415')],
    ['by address', place('305', 'CA')],
  ])('is blocked %s until counsel has cleared it', (_, where) => {
    expect(callableAt(where, noon)).toMatchObject({
      open: false,
      code: 'state_policy',
      reason: 'live_introduction',
      nextOpenAt: null,
    });
    expect(verdict(where, noon, CLEARED)).toBe('open');
  });

  it('says so at any hour, Sundays too', () => {
    expect(verdict(place('415'), instant(PACIFIC, '2026-12-06 03:00'))).toBe('live_introduction');
  });

  it('is told when a later policy clears it', () => {
    const [shipped] = CLEARED;
    if (shipped === undefined) throw new Error('no policy');
    const blocked = { ...shipped, liveIntroduction: [{ state: 'CA', liveIntroCleared: null }] };
    const later = { ...shipped, effectiveFrom: '2026-12-02' };
    expect(nextOpenAt(place('415'), noon, [blocked, later])).toBe(instant(PACIFIC, '2026-12-02 10:00'));
  });
});
