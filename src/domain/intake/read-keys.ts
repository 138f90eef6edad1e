/**
 * What a patient's keys mean for the question that is open (design: two key contexts, CL-06).
 * Menus take one digit; in numeric entry plain digits are data and any `*` drops the entry and starts a command.
 */
import type { GatherStatus } from './event.ts';

/** The event of a key may be stamped a little after the end of the gather it ended; nobody presses twice so fast. */
export const SAME_PRESS_MS = 80;

export type Keys =
  | { readonly kind: 'silence' }
  | { readonly kind: 'invalid' }
  /** `#` alone. */
  | { readonly kind: 'pound' }
  /** `key` is null while the key after `*` has not come yet. */
  | { readonly kind: 'command'; readonly key: string | null }
  | { readonly kind: 'digits'; readonly digits: string };

/** Z5: only `valid` carries an answer; `#` alone may come as `valid` or `invalid`, without digits. */
export function readKeys(status: GatherStatus, digits: string): Keys {
  const star = digits.indexOf('*');
  if (star >= 0) return { kind: 'command', key: digits[star + 1] ?? null };
  switch (status) {
    case 'valid':
      return digits === '' ? { kind: 'pound' } : { kind: 'digits', digits };
    case 'timeout':
      return digits === '' ? { kind: 'silence' } : { kind: 'invalid' };
    case 'invalid':
      return digits === '' ? { kind: 'pound' } : { kind: 'invalid' };
    case 'other':
    case 'call_hangup':
    case 'cancelled':
    case 'cancelled_amd':
      return { kind: 'invalid' };
  }
}

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `04121980` → `1980-04-12`; null for anything that is no calendar day. */
export function readBirthDate(digits: string): string | null {
  const match = /^(\d{2})(\d{2})(\d{4})$/.exec(digits);
  if (!match) return null;
  const [month, day, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && !leap ? 28 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return day >= 1 && day <= days ? `${match[3]}-${match[1]}-${match[2]}` : null;
}

/** Compares every character, so that the time taken says nothing about how much matched (HS-15). */
export function sameBirthDate(given: string, onFile: string): boolean {
  let difference = given.length ^ onFile.length;
  for (let i = 0; i < onFile.length; i += 1) difference |= given.charCodeAt(i) ^ onFile.charCodeAt(i);
  return difference === 0;
}
