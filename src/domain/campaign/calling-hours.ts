/**
 * Whether a patient may be called at a moment, and if not, when: steps 9 and 10 of the gate. Where a patient is nobody knows, so every
 * zone and every state that the area code, the address and the patient's own setting make plausible must be open at once (TC-14);
 * what cannot be told is closed for good. Pure: the moment is passed in; the windows come from `calling-hours-policy.ts`.
 */
import { AREA_CODES, STATE_ZONES } from './area-codes.ts';
import {
  CALLING_HOURS_POLICIES,
  type CallingHoursPolicy,
  type DayClosed,
  type Hours,
  hoursOn,
  policyOn,
} from './calling-hours-policy.ts';
import { HOLIDAYS, HOLIDAYS_FROM, HOLIDAYS_UNTIL } from './holidays.ts';
import { clockOf, DAY_MS, isInstant, isoDate, spanAt, weekdayOf, type ZoneClock } from './local-clock.ts';

export interface Place {
  /** The three digits after +1. */
  readonly areaCode: string;
  /** The address's state by its two letters; null without an address. */
  readonly state: string | null;
  /** The patient's own time zone by its IANA name; null when not set. */
  readonly zone: string | null;
}
export type ClosedReason =
  | 'unknown_zone'
  | 'unknown_state'
  | 'no_policy'
  | DayClosed
  | 'too_early'
  | 'too_late'
  | 'last_minutes';

interface Candidates {
  readonly zones: readonly string[];
  readonly states: readonly string[];
}
export type CallingHours =
  /** A call may start from now until `until`, not included: the last minutes are already taken off. */
  | ({ readonly open: true; readonly until: number } & Candidates)
  | ({
      readonly open: false;
      readonly code: 'outside_hours' | 'state_policy';
      readonly reason: ClosedReason;
      /** When a call may start again, as epoch milliseconds; null when not within 14 days, or never. */
      readonly nextOpenAt: number | null;
    } & Candidates);

const SEARCH_MS = 14 * DAY_MS;
const MINUTE_MS = 60_000;

export function callableAt(
  place: Place,
  at: number,
  policies: readonly CallingHoursPolicy[] = CALLING_HOURS_POLICIES,
): CallingHours {
  const { zones, states, unknown } = candidatesOf(place);
  const forGood = (reason: ClosedReason): CallingHours => ({ ...closed(reason), zones, states, nextOpenAt: null });
  if (unknown !== null) return forGood(unknown);
  if (!isInstant(at)) return forGood('no_policy');
  const clocks: ZoneClock[] = [];
  for (const zone of zones) {
    const clock = clockOf(zone);
    if (clock === null) return forGood('unknown_zone');
    clocks.push(clock);
  }
  const rules = rulesOf(policies);

  let worst: ClosedReason | null = null;
  let until = Number.POSITIVE_INFINITY;
  for (const clock of clocks)
    for (const state of states) {
      const reason = whyClosed(rules, clock, state, at);
      if (reason === null) until = Math.min(until, openUntil(rules, clock, state, at));
      else if (worst === null || WORST_FIRST.indexOf(reason) < WORST_FIRST.indexOf(worst)) worst = reason;
    }
  if (worst === null) return { open: true, until, zones, states };
  return { ...closed(worst), zones, states, nextOpenAt: nextOpening(rules, clocks, states, at) };
}

/** Of several reasons the one that lasts longest is told. */
const WORST_FIRST: readonly ClosedReason[] = [
  'no_policy',
  'live_introduction',
  'sunday',
  'saturday',
  'holiday',
  'too_late',
  'last_minutes',
  'too_early',
];

const closed = (reason: ClosedReason) =>
  ({ open: false, code: reason === 'live_introduction' ? 'state_policy' : 'outside_hours', reason }) as const;

/** Every zone and state the patient may be in; the area code must be known, whatever else is. */
function candidatesOf({ areaCode, state, zone }: Place): Candidates & { unknown: ClosedReason | null } {
  const code = AREA_CODES.get(areaCode);
  const zones = new Set(code?.zones);
  const states = new Set(code?.states);
  let unknown: ClosedReason | null = code === undefined ? 'unknown_zone' : null;
  if (state !== null) {
    states.add(state);
    const stateZones = STATE_ZONES.get(state);
    if (stateZones === undefined) unknown ??= 'unknown_state';
    else for (const name of stateZones) zones.add(name);
  }
  if (zone !== null) zones.add(zone);
  return { zones: [...zones], states: [...states], unknown };
}

/** One state's day in milliseconds after local midnight; a call may start from `from` until `lastStart`, not included. */
type Window = { readonly from: number; readonly lastStart: number; readonly until: number } | DayClosed | 'no_policy';
interface Rules {
  readonly policies: readonly CallingHoursPolicy[];
  /** By state, then by day counted from 1970. */
  readonly windows: Map<string, Map<number, Window>>;
}
const remembered = new WeakMap<readonly CallingHoursPolicy[], Rules>();

function rulesOf(policies: readonly CallingHoursPolicy[]): Rules {
  let rules = remembered.get(policies);
  if (rules === undefined) {
    rules = { policies, windows: new Map() };
    remembered.set(policies, rules);
  }
  return rules;
}

function windowOn({ policies, windows }: Rules, state: string, day: number): Window {
  let days = windows.get(state);
  if (days === undefined) {
    days = new Map();
    windows.set(state, days);
  }
  const known = days.get(day);
  if (known !== undefined) return known;
  const window = makeWindow(policies, state, day);
  // Only days of the holiday table are kept, so the map cannot grow beyond it.
  if (window !== 'no_policy') days.set(day, window);
  return window;
}

function makeWindow(policies: readonly CallingHoursPolicy[], state: string, day: number): Window {
  const date = isoDate(day);
  // Where the holidays are not known there are no hours either.
  const policy = date < HOLIDAYS_FROM || date > HOLIDAYS_UNTIL ? null : policyOn(date, policies);
  if (policy === null) return 'no_policy';
  const weekday = weekdayOf(day);
  const hours = hoursOn(policy, state, {
    kind: weekday === 0 ? 'sunday' : weekday === 6 ? 'saturday' : 'weekdays',
    holiday: isHoliday(date, state),
  });
  return typeof hours === 'string' ? hours : windowFrom(hours, policy.lastMinutes);
}

const windowFrom = ({ from, until }: Hours, lastMinutes: number): Window => ({
  from: from * MINUTE_MS,
  lastStart: (until - lastMinutes) * MINUTE_MS,
  until: until * MINUTE_MS,
});

function isHoliday(date: string, state: string): boolean {
  const places = HOLIDAYS.get(date);
  return places !== undefined && (places === 'US' || places.split(' ').includes(state));
}

/** Null when a call may start as far as this state's hours in this zone go. */
function whyClosed(rules: Rules, clock: ZoneClock, state: string, at: number): ClosedReason | null {
  const local = at + spanAt(clock, at).offsetMs;
  const day = Math.floor(local / DAY_MS);
  const window = windowOn(rules, state, day);
  if (typeof window === 'string') return window;
  const time = local - day * DAY_MS;
  if (time < window.from) return 'too_early';
  if (time < window.lastStart) return null;
  return time < window.until ? 'last_minutes' : 'too_late';
}

/** The end of the opening that is on. A zone may change its clock within it, so it is followed from span to span. */
function openUntil(rules: Rules, clock: ZoneClock, state: string, at: number): number {
  let now = at;
  do {
    const span = spanAt(clock, now);
    const local = now + span.offsetMs;
    const day = Math.floor(local / DAY_MS);
    const window = windowOn(rules, state, day);
    if (typeof window === 'string') return now;
    const end = now + (window.lastStart - (local - day * DAY_MS));
    if (end <= span.until) return end;
    now = span.until;
  } while (whyClosed(rules, clock, state, now) === null);
  return now;
}

/** Steps to where each closed zone and state may open, until one step finds them all open. */
function nextOpening(rules: Rules, clocks: readonly ZoneClock[], states: readonly string[], at: number): number | null {
  let now = at;
  for (let before = Number.NaN; now !== before; ) {
    before = now;
    for (const clock of clocks)
      for (const state of states)
        while (whyClosed(rules, clock, state, now) !== null) {
          now = nextChance(rules, clock, state, now);
          if (now > at + SEARCH_MS) return null;
        }
  }
  return now;
}

/** The first later moment at which a closed state and zone may be open: today's opening, the next midnight, or a changed clock. */
function nextChance(rules: Rules, clock: ZoneClock, state: string, at: number): number {
  const span = spanAt(clock, at);
  const local = at + span.offsetMs;
  const day = Math.floor(local / DAY_MS);
  const time = local - day * DAY_MS;
  const window = windowOn(rules, state, day);
  const next = typeof window !== 'string' && time < window.from ? window.from : DAY_MS;
  return Math.min(at + (next - time), span.until);
}
