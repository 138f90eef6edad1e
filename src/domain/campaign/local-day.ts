/** Days of a time zone as spans of time: a day begins with its first instant there and is 23, 24 or 25 hours long. */
import { readDay, readMoment } from './list-dates.ts';
import { clockOf, DAY_MS, isoDate, spanAt } from './local-clock.ts';

export interface DayBounds {
  /** Epoch milliseconds; both belong to the day. */
  readonly from: number;
  readonly to: number;
}

/** `day`: `YYYY-MM-DD`. Null for what is no day or no zone. */
export function boundsOfDay(zone: string, day: string): DayBounds | null {
  const midnight = readDay(day) === day ? readMoment(day) : null;
  if (midnight === null || clockOf(zone) === null) return null;
  return { from: startOf(zone, midnight), to: startOf(zone, midnight + DAY_MS) - 1 };
}

/** `YYYY-MM-DD` there at that instant; UTC's for what is no zone. */
export const dayAt = (zone: string, at: number): string => isoDate(numberAt(zone, at));

/** The `count` days up to that of `at`, oldest first. */
export function lastDays(zone: string, at: number, count: number): readonly string[] {
  const today = numberAt(zone, at);
  return Array.from({ length: count }, (_, i) => isoDate(today - count + 1 + i));
}

/** The last instant there of the day that comes `days` days after that of `at`, however long the days between are. */
export const endOfDayAfter = (zone: string, at: number, days: number): number =>
  startOf(zone, (numberAt(zone, at) + days + 1) * DAY_MS) - 1;

/** Days from 1970-01-01. */
function numberAt(zone: string, at: number): number {
  const clock = clockOf(zone);
  return Math.floor((clock === null ? at : at + spanAt(clock, at).offsetMs) / DAY_MS);
}

/** The first instant whose local date is that of `midnight`, which is written as if the zone were UTC. */
function startOf(zone: string, midnight: number): number {
  const clock = clockOf(zone);
  if (clock === null) return midnight;
  // Any two offsets of a zone lie within a day of UTC's: the clock change nearest to this midnight is seen from either side.
  const guesses = [midnight - DAY_MS, midnight + DAY_MS].map((near) => midnight - spanAt(clock, near).offsetMs);
  const isThere = (at: number) => at + spanAt(clock, at).offsetMs >= midnight;
  const before = Math.min(...guesses);
  return isThere(before) ? before : Math.max(...guesses);
}
