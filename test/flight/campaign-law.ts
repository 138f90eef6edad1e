/**
 * The law of the shipped policy in words of its own, for a judge that shares nothing with the gate but the tables of area codes
 * and holidays. Monday to Friday, no holiday, 10:00 to 17:45 (Maine: 16:45) on every wall clock the person may live by, nowhere
 * in California. Per person and per number: one answered call in 24 hours, three in seven days, two unanswered in 24 hours. A
 * consent, or proof of who was on the line, older than 90 days needs an answer of the Reassigned Numbers Database as young.
 */
import { AREA_CODES } from '../../src/domain/campaign/area-codes.ts';
import type { Place } from '../../src/domain/campaign/calling-hours.ts';
import { HOLIDAYS } from '../../src/domain/campaign/holidays.ts';
import { candidates, wallClock } from '../support/given-place.ts';
import { type Campaign, DAY_MS, type Person } from './campaign-people.ts';
import type { Dialled } from './campaign-shell.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** +1, and of no place: valid numbers of no state. */
const NO_PLACE: ReadonlySet<string> = new Set('500 800 833 844 855 866 877 888'.split(' '));

export const isNumber = ({ number }: Person): boolean => {
  const code = number.slice(2, 5);
  return AREA_CODES.has(code) || NO_PLACE.has(code);
};

export function placeOf({ places }: Person, at: number): Place {
  const place = places.filter(({ from }) => from <= at).at(-1)?.place;
  if (place === undefined) throw new Error('a person is somewhere');
  return place;
}

export function whyClosed(place: Place, at: number): 'state_policy' | 'outside_hours' | null {
  const { zones, states } = candidates(place);
  if (!AREA_CODES.has(place.areaCode) || !zones.every(isZone)) return 'outside_hours';
  if (states.includes('CA')) return 'state_policy';
  for (const zone of zones) {
    const { weekday, date, minute } = wallAt(zone, at);
    if (weekday === 'Sat' || weekday === 'Sun' || minute < 10 * 60) return 'outside_hours';
    const holiday = HOLIDAYS.get(date) ?? '';
    for (const state of states) {
      if (holiday === 'US' || holiday.split(' ').includes(state)) return 'outside_hours';
      if (minute >= (state === 'ME' ? 16 : 17) * 60 + 45) return 'outside_hours';
    }
  }
  return null;
}

/** The calls that rang one person, or one number. */
export function isFull(calls: readonly Dialled[], at: number): boolean {
  let [answeredInDay, answeredInWeek, unansweredInDay] = [0, 0, 0];
  for (const { dialedAt, answeredAt } of calls) {
    const hours = (at - (answeredAt ?? dialedAt)) / HOUR_MS;
    if (answeredAt === null) unansweredInDay += hours < 24 ? 1 : 0;
    else {
      answeredInDay += hours < 24 ? 1 : 0;
      answeredInWeek += hours < 168 ? 1 : 0;
    }
  }
  return answeredInDay >= 1 || answeredInWeek >= 3 || unansweredInDay >= 2;
}

/** What one day or week of the calendar, in the zone of the number, holds too much of. */
export function tooManyInCalendar(number: string, calls: readonly Dialled[]): string[] {
  const zone = AREA_CODES.get(number.slice(2, 5))?.zones[0] ?? 'UTC';
  const held = new Map<string, number>();
  for (const { dialedAt, answeredAt } of calls) {
    const { weekday, date } = wallClock(zone, answeredAt ?? dialedAt);
    const week = Date.parse(date) / DAY_MS - ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(weekday);
    const keys = answeredAt === null ? [`2 unanswered on ${date}`] : [`1 answered on ${date}`, `3 in week ${week}`];
    for (const key of keys) held.set(key, (held.get(key) ?? 0) + 1);
  }
  return [...held].flatMap(([most, count]) => (count > Number(most[0]) ? [`${count}, at most ${most}`] : []));
}

/** When the newest consent was given that is in force and covers the purpose. */
export function consentedAt({ consents }: Person, { purpose }: Campaign, at: number): number | null {
  const times = consents
    .filter(({ obtainedAt, expiresAt }) => obtainedAt <= at && (expiresAt ?? Number.POSITIVE_INFINITY) > at)
    .filter(({ purposes }) => purposes.includes(purpose))
    .map(({ obtainedAt }) => obtainedAt);
  return times.length === 0 ? null : Math.max(...times);
}

export function mayBeAnothers(
  { reassigned: { answer, answeredAt } }: Person,
  shownAt: readonly (number | undefined)[],
  at: number,
): boolean {
  const isYoung = (since: number | null | undefined) => since != null && at - since <= 90 * DAY_MS;
  if (answer === 'yes') return true;
  return !shownAt.some(isYoung) && !(answer === 'no' && isYoung(answeredAt));
}

type Wall = ReturnType<typeof wallClock>;
const walls = new Map<string, Map<number, Wall>>();

/** Remembered by the minute: Intl is slow, and everybody is asked about at once. */
function wallAt(zone: string, at: number): Wall {
  const ofZone = walls.get(zone) ?? new Map<number, Wall>();
  walls.set(zone, ofZone);
  const minute = Math.floor(at / MINUTE_MS);
  const wall = ofZone.get(minute) ?? wallClock(zone, at);
  ofZone.set(minute, wall);
  return wall;
}

const zones = new Map<string, boolean>();
function isZone(name: string): boolean {
  const known = zones.get(name);
  if (known !== undefined) return known;
  let isOne = true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
  } catch {
    // A RangeError: Intl knows no such zone.
    isOne = false;
  }
  zones.set(name, isOne);
  return isOne;
}
