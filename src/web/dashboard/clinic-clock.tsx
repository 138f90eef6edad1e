/** Times as the clinic's wall clock shows them; the machine-readable one stays UTC. */
export interface ClinicClock {
  readonly dateTime: (at: number) => string;
  readonly time: (at: number) => string;
  /** Short name of the zone, such as `EST`. */
  readonly zone: string;
}

export function clinicClock(timeZone: string, now: number): ClinicClock {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-US', { timeZone, ...options });
  const clockTime = { hour: 'numeric', minute: '2-digit' } as const;
  const day = format({ month: 'short', day: 'numeric' });
  const dayOfYear = format({ month: 'short', day: 'numeric', year: 'numeric' });
  const minutes = format(clockTime);
  const seconds = format({ ...clockTime, second: '2-digit' });
  const year = format({ year: 'numeric' });
  const today = dayOfYear.format(now);
  const dateOf = (at: number): string => {
    if (dayOfYear.format(at) === today) return 'Today';
    return year.format(at) === year.format(now) ? day.format(at) : dayOfYear.format(at);
  };
  const parts = format({ timeZoneName: 'short' }).formatToParts(now);
  return {
    dateTime: (at) => `${dateOf(at)}, ${minutes.format(at)}`,
    time: (at) => seconds.format(at),
    zone: parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
  };
}

/** `3:04`, `1:02:09`. */
export function spokenLength(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A moment in the clinic's time; `—` when it has not come. */
export const Moment = ({ at, clock, exact }: { at: number | null; clock: ClinicClock; exact?: boolean }) =>
  at === null ? (
    <span class="absent">—</span>
  ) : (
    <time datetime={new Date(at).toISOString()}>{exact ? clock.time(at) : clock.dateTime(at)}</time>
  );
