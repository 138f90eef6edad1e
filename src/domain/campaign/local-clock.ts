/**
 * Local time by arithmetic: the offsets of a zone, asked of Intl once for eight days and remembered, because a decision is made for
 * every patient of a campaign and Intl takes a hundred times as long. Pure: the caches only remember what is always so.
 */
export const DAY_MS = 86_400_000;

/** Before the year 9892: four digits, so that ISO dates compare as text. A clock beyond it is broken. */
const LAST_MS = 2.5e14;
export const isInstant = (at: number): boolean => Math.abs(at) < LAST_MS;

interface Span {
  /** Epoch milliseconds, not included. */
  readonly until: number;
  readonly offsetMs: number;
}
export interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  readonly spans: Map<number, readonly Span[]>;
}

/** Far less than the time between two changes of any zone's clock. */
const BLOCK_MS = 8 * DAY_MS;
/** Years of blocks; and zones are about 450, but their spellings in patients' records are not ours. */
const MOST_BLOCKS = 500;
const MOST_ZONES = 600;
const clocks = new Map<string, ZoneClock | null>();

/** Null for what is no time zone. */
export function clockOf(zone: string): ZoneClock | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  if (clocks.size >= MOST_ZONES) clocks.clear();
  let clock: ZoneClock | null = null;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    clock = { format, spans: new Map() };
  } catch {
    // A RangeError: Intl knows no such zone.
  }
  clocks.set(zone, clock);
  return clock;
}

/** The offset at an instant, and until when it surely stays. */
export function spanAt(clock: ZoneClock, at: number): Span {
  const block = Math.floor(at / BLOCK_MS);
  let spans = clock.spans.get(block);
  if (spans === undefined) {
    if (clock.spans.size >= MOST_BLOCKS) clock.spans.clear();
    spans = spansOf(clock, block * BLOCK_MS);
    clock.spans.set(block, spans);
  }
  const [first, second] = spans;
  if (first === undefined) throw new Error('a block has a span');
  return second === undefined || at < first.until ? first : second;
}

function spansOf(clock: ZoneClock, from: number): readonly Span[] {
  const until = from + BLOCK_MS;
  const [before, after] = [offsetMs(clock, from), offsetMs(clock, until - 1)];
  if (before === after) return [{ until, offsetMs: before }];
  let [old, changed] = [from, until - 1];
  while (changed - old > 1) {
    const middle = Math.floor((old + changed) / 2);
    if (offsetMs(clock, middle) === before) old = middle;
    else changed = middle;
  }
  return [
    { until: changed, offsetMs: before },
    { until, offsetMs: after },
  ];
}

const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

function offsetMs(clock: ZoneClock, at: number): number {
  const match = OFFSET.exec(clock.format.format(at));
  if (match === null) throw new Error('Intl wrote an offset of an unknown form');
  const [, sign, hour = 0, minute = 0, second = 0] = match;
  const size = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  return sign === '-' ? -size : size;
}

/** 0 is Sunday; days are counted from 1970-01-01, a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/** The ISO date of a day counted from 1970-01-01, in the Gregorian calendar (years counted from March, so that the leap day is last). */
export function isoDate(day: number): string {
  const fromMarch0000 = day + 719_468;
  const era = Math.floor(fromMarch0000 / 146_097);
  const dayOfEra = fromMarch0000 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const calendarMonth = month < 10 ? month + 3 : month - 9;
  const year = yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(calendarMonth)}-${two(dayOfMonth)}`;
}
