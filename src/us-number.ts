/** Whether a text is a US telephone number that may be rung, in +E.164. Shared by the API and the dial gate, so both say the same. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { NANP_METADATA } from './nanp-metadata.ts';

const PREMIUM = /^\+1(900|\d{3}976)/;

/**
 * The canonical form, or null. Only full +E.164 is read: a number without its country says too little. +1 is also Canada's and
 * the Caribbean's; 900 and 976 numbers cost the caller extra (TC-19, T25).
 */
export function usNumber(text: string): string | null {
  if (!/^\+1\d{10}$/.test(text)) return null;
  const parsed = parsePhoneNumberFromString(text, NANP_METADATA);
  return parsed?.country === 'US' && parsed.isValid() && !PREMIUM.test(text) ? parsed.number : null;
}

export const isUsNumber = (text: string): boolean => usNumber(text) === text;

/** As people write them in lists: `(202) 555-0143`, `202.555.0143`, `1-202-555-0143`. No words, extensions or letters for digits. */
const AS_WRITTEN = /^(\+?1)?[ .\-()\u00A0\u2010-\u2013]*(\d[ .\-()\u00A0\u2010-\u2013]*){10}$/;

/** The canonical form of a number as it stands in a list, or null. Without a country code it is taken for one of the US. */
export function readUsNumber(text: string): string | null {
  if (text.length > 40 || !AS_WRITTEN.test(text)) return null;
  const digits = text.replace(/\D/g, '');
  return usNumber(digits.length === 10 ? `+1${digits}` : `+${digits}`);
}
