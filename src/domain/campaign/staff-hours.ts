/** When staff take calls: `Mon-Fri 09:00-17:00`, several parts with commas. The clinic's local time comes from the shell. Pure. */
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];

export interface OpeningHours {
  readonly days: readonly Day[];
  /** Minutes after local midnight; `until` is not included, and 1440 is midnight. */
  readonly from: number;
  readonly until: number;
}

const PART = /^([a-z]{3})(?:-([a-z]{3}))? (\d{2}):(\d{2})-(\d{2}):(\d{2})$/;

/** Null for anything that is not of that form: no hours are better than wrong ones. */
export function parseStaffHours(text: string): readonly OpeningHours[] | null {
  const hours: OpeningHours[] = [];
  for (const part of text.toLowerCase().split(',')) {
    const match = PART.exec(part.trim());
    const days = match === null ? [] : daysBetween(match[1] ?? '', match[2] ?? match[1] ?? '');
    const [from, until] = [minutes(match?.[3], match?.[4]), minutes(match?.[5], match?.[6])];
    if (days.length === 0 || from === null || until === null || from >= until) return null;
    hours.push({ days, from, until });
  }
  return hours;
}

function daysBetween(first: string, last: string): readonly Day[] {
  const [from, to] = [DAYS.indexOf(first as Day), DAYS.indexOf(last as Day)];
  if (from < 0 || to < 0) return [];
  return from <= to ? DAYS.slice(from, to + 1) : [...DAYS.slice(from), ...DAYS.slice(0, to + 1)];
}

function minutes(hour: string | undefined, minute: string | undefined): number | null {
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 1440 ? total : null;
}

/** The opening that is on, or the next of this day, as epoch milliseconds; null when there is none any more today. */
export function staffWindow(
  hours: readonly OpeningHours[],
  local: { readonly day: string; readonly minute: number },
  now: number,
): { readonly from: number; readonly until: number } | null {
  const today = hours
    .filter(({ days, until }) => days.some((day) => day === local.day.toLowerCase()) && until > local.minute)
    .toSorted((a, b) => a.from - b.from);
  const [first, ...others] = today;
  if (first === undefined) return null;
  // Parts that touch are one: nobody is told "closed" at the moment one passes into the other.
  const until = others.reduce((end, part) => (part.from <= end ? Math.max(end, part.until) : end), first.until);
  const at = (minute: number) => now + (minute - local.minute) * 60_000;
  return { from: at(first.from), until: at(until) };
}
