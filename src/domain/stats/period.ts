/** A time of the clinic cut into hours, days or weeks, and the time before it to compare with. A day is 23, 24 or 25 hours long. Pure. */
import { readMoment } from '../campaign/list-dates.ts';
import { DAY_MS, isoDate, weekdayOf } from '../campaign/local-clock.ts';
import { boundsOfDay, type DayBounds, dayAt } from '../campaign/local-day.ts';
import { HOUR_MS } from './call-outcomes.ts';

export const STEPS = ['hour', 'day', 'week'] as const;
export type Step = (typeof STEPS)[number];

/** Epoch milliseconds, both included. */
export type TimeSpan = DayBounds;

const numberOf = (day: string): number => (readMoment(day) ?? 0) / DAY_MS;
const endOfDay = (zone: string, day: string, otherwise: number): number => boundsOfDay(zone, day)?.to ?? otherwise;

/** `days` days of the clinic, the last of them that of `at`. */
export function daysUpTo(zone: string, at: number, days: number): TimeSpan {
  const last = numberOf(dayAt(zone, at));
  const first = boundsOfDay(zone, isoDate(last - days + 1));
  return { from: first?.from ?? at, to: endOfDay(zone, isoDate(last), at) };
}

/** In their order, without a gap; the first and the last may be cut short by the time itself. A week begins on Monday. */
export function stepsOf(zone: string, { from, to }: TimeSpan, step: Step): readonly TimeSpan[] {
  const steps: TimeSpan[] = [];
  for (let at = from; at <= to; ) {
    const end = Math.max(at, Math.min(to, endOfStep(zone, at, step)));
    steps.push({ from: at, to: end });
    at = end + 1;
  }
  return steps;
}

function endOfStep(zone: string, at: number, step: Step): number {
  if (step === 'hour') return at + HOUR_MS - 1;
  const day = numberOf(dayAt(zone, at));
  const last = step === 'day' ? day : day + ((7 - weekdayOf(day)) % 7);
  return endOfDay(zone, isoDate(last), at + DAY_MS - 1);
}

/** As many days of the clinic as the time has; of a time that is not made of whole days, as many milliseconds. */
export function spanBefore(zone: string, { from, to }: TimeSpan): TimeSpan {
  const [first, last] = [dayAt(zone, from), dayAt(zone, to)];
  const isWhole = boundsOfDay(zone, first)?.from === from && boundsOfDay(zone, last)?.to === to;
  const days = numberOf(last) - numberOf(first) + 1;
  const start = isWhole ? boundsOfDay(zone, isoDate(numberOf(first) - days))?.from : undefined;
  return { from: start ?? from - (to - from + 1), to: from - 1 };
}
