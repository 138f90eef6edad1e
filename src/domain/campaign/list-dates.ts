/**
 * Days and moments as people write them in lists: ISO, or as Americans do with the month first. A year has four digits: of two
 * nobody can say which century. Pure.
 */
import { DAY_MS, isoDate } from './local-clock.ts';

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const US_DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const TIME = /^T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/** `YYYY-MM-DD`, or null for what is no day. */
export function readDay(text: string): string | null {
  const day = dayIn(text);
  return day === null ? null : isoDate(day);
}

/** Epoch milliseconds; a day alone is its beginning in UTC, the earliest that can be meant in the US. */
export function readMoment(text: string): number | null {
  const time = text.indexOf('T');
  const day = dayIn(time < 0 ? text : text.slice(0, time));
  if (day === null) return null;
  if (time < 0) return day * DAY_MS;
  const [, hour, minute, second = '0', fraction = '', offset = 'Z'] = TIME.exec(text.slice(time)) ?? [];
  if (hour === undefined || minute === undefined) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const ofDay = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  const offsetMs = offset === 'Z' ? 0 : (offset.startsWith('-') ? -minutes : minutes) * 60_000;
  return day * DAY_MS + ofDay + Number(fraction.slice(0, 3).padEnd(3, '0')) - offsetMs;
}

/** Counted from 1970-01-01; a day the calendar does not have comes back as another, and is none. */
function dayIn(text: string): number | null {
  const iso = ISO_DAY.exec(text);
  const us = iso === null ? US_DAY.exec(text) : null;
  const [year, month, day] =
    iso !== null
      ? [Number(iso[1]), Number(iso[2]), Number(iso[3])]
      : us !== null
        ? [Number(us[3]), Number(us[1]), Number(us[2])]
        : [0, 0, 0];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  const counted = dayNumber(year, month, day);
  const two = (value: number) => String(value).padStart(2, '0');
  return isoDate(counted) === `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}` ? counted : null;
}

/** The way back from `isoDate`. */
function dayNumber(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? year : year - 1;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
