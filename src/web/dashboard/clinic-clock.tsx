/** Times as the clinic's wall clock shows them; the machine-readable one stays UTC. */
export interface ClinicClock {
  readonly dateTime: (at: number) => string;
  readonly time: (at: number) => string;
  /** With its year, also today: for what is read on another day, or on paper. */
  readonly dated: (at: number) => string;
  /** Short name of the zone at that moment, such as `EST`: a call of July was on summer time, whenever it is looked at. */
  readonly zone: (at: number) => string;
  /** `New York time`, which holds all year. */
  readonly zoneName: string;
  /** `Nov 23`, with its year when that is another; `Today`. */
  readonly date: (at: number) => string;
  /** `Nov 23`. */
  readonly day: (at: number) => string;
  /** `2:05 PM`. */
  readonly minute: (at: number) => string;
  /** `2 PM`. */
  readonly hour: (at: number) => string;
  /** `Monday, November 23`. */
  readonly longDate: (at: number) => string;
  /** `2026-11-23`, as a date field takes it. */
  readonly today: string;
  readonly isoDay: (at: number) => string;
}

export function clinicClock(timeZone: string, now: number): ClinicClock {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-US', { timeZone, ...options });
  const clockTime = { hour: 'numeric', minute: '2-digit' } as const;
  const day = format({ month: 'short', day: 'numeric' });
  const dayOfYear = format({ month: 'short', day: 'numeric', year: 'numeric' });
  const minutes = format(clockTime);
  const seconds = format({ ...clockTime, second: '2-digit' });
  const hour = format({ hour: 'numeric' });
  const longDate = format({ weekday: 'long', month: 'long', day: 'numeric' });
  const year = format({ year: 'numeric' });
  const today = dayOfYear.format(now);
  const dateOf = (at: number): string => {
    if (dayOfYear.format(at) === today) return 'Today';
    return year.format(at) === year.format(now) ? day.format(at) : dayOfYear.format(at);
  };
  const zoned = format({ timeZoneName: 'short' });
  const isoDay = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return {
    dateTime: (at) => `${dateOf(at)}, ${minutes.format(at)}`,
    time: (at) => seconds.format(at),
    dated: (at) => `${dayOfYear.format(at)}, ${minutes.format(at)}`,
    zone: (at) => zoned.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
    zoneName: `${timeZone.slice(timeZone.lastIndexOf('/') + 1).replaceAll('_', ' ')} time`,
    date: dateOf,
    day: (at) => day.format(at),
    minute: (at) => minutes.format(at),
    hour: (at) => hour.format(at),
    longDate: (at) => longDate.format(at),
    today: isoDay.format(now),
    isoDay: (at) => isoDay.format(at),
  };
}

/** `3:04`, `1:02:09`. */
export function spokenLength(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

interface MomentView {
  readonly at: number | null;
  readonly clock: ClinicClock;
  /** The day alone, for what is due on a day. */
  readonly dayOnly?: boolean;
  /** The time alone, with seconds. */
  readonly exact?: boolean;
  /** With its year, also today. */
  readonly dated?: boolean;
  /** With the zone of that moment behind it. */
  readonly zoned?: boolean;
}

/** A moment in the clinic's time; `—` when it has not come. */
export const Moment = ({ at, clock, dayOnly, exact, dated, zoned }: MomentView) =>
  at === null ? (
    <span class="absent">—</span>
  ) : (
    <time datetime={new Date(at).toISOString()}>
      {dayOnly ? clock.date(at) : exact ? clock.time(at) : dated ? clock.dated(at) : clock.dateTime(at)}
      {zoned ? ` ${clock.zone(at)}` : ''}
    </time>
  );
