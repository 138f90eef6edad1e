/** Days as the clinic has them: a date field gives a day, a list is asked for moments. */
import { clockOf, spanAt } from '../../domain/campaign/local-clock.ts';

const DAY_MS = 86_400_000;

/** The first and the last millisecond of `YYYY-MM-DD` in a time zone. */
export function dayIn(timeZone: string, day: string): { readonly from: number; readonly to: number } {
  const utc = Date.parse(`${day}T00:00:00Z`);
  return { from: midnight(timeZone, utc), to: midnight(timeZone, utc + DAY_MS) - 1 };
}

function midnight(timeZone: string, utc: number): number {
  const clock = clockOf(timeZone);
  if (clock === null) return utc;
  // The offset of about that time; on a day the clocks change it may be another one at midnight.
  const near = utc - spanAt(clock, utc).offsetMs;
  return utc - spanAt(clock, near).offsetMs;
}
