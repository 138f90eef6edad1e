/** Whether a text is a US telephone number that may be rung, in +E.164. Shared by the API and the dial gate, so both say the same. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

const PREMIUM = /^\+1(900|\d{3}976)/;

/**
 * The canonical form, or null. Only full +E.164 is read: a number without its country says too little. +1 is also Canada's and
 * the Caribbean's; 900 and 976 numbers cost the caller extra (TC-19, T25).
 */
export function usNumber(text: string): string | null {
  if (!/^\+1\d{10}$/.test(text)) return null;
  const parsed = parsePhoneNumberFromString(text);
  return parsed?.country === 'US' && parsed.isValid() && !PREMIUM.test(text) ? parsed.number : null;
}
