/** Days and times as they are typed. A day that the calendar does not have is refused: `Date` would make another one of it. */
import { usageError } from './exit-codes.ts';

const TYPED =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;
const DAY_LENGTH = 10;

/** A day begins where whoever types it is. */
export function isoTime(text: string): string {
  if (text === 'now') return new Date().toISOString();
  const [year, month, day] = calendarDay(text);
  const at = text.length === DAY_LENGTH ? new Date(year, month - 1, day) : new Date(text);
  if (Number.isNaN(at.getTime())) throw noTime(text);
  return at.toISOString();
}

/** For what is asked by the clinic's own days: the day stays a day. */
export const dayOrTime = (text: string): string => {
  if (text.length !== DAY_LENGTH) return isoTime(text);
  calendarDay(text);
  return text;
};

/** A day alone: of a birth, or the first of a week. */
export function typedDay(text: string): string {
  if (text.length !== DAY_LENGTH) throw usageError(`“${text}” is no day. Write it as 2026-11-28.`);
  calendarDay(text);
  return text;
}

function calendarDay(text: string): readonly [year: number, month: number, day: number] {
  const typed = TYPED.exec(text);
  if (typed === null) throw noTime(text);
  const [year = 0, month = 0, day = 0] = typed.slice(1).map(Number);
  const found = new Date(Date.UTC(year, month - 1, day));
  // Date takes the years 0 to 99 for those of the last century.
  const isThere = year > 99 && found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
  if (!isThere) throw usageError(`“${text.slice(0, DAY_LENGTH)}” is no day of the calendar.`);
  return [year, month, day];
}

const noTime = (text: string) => usageError(`“${text}” is no time. Write 2026-11-28, 2026-11-28T09:30, or now.`);
