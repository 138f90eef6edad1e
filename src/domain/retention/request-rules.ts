/**
 * What a patient may ask for about their own data, and by when it is to be answered (HS-19 to HS-22), in days from the day it was
 * received, as the calendar of the clinic counts them: it is in time until that day is over there. Each may be put off once, with a notice to the patient that says why and until when; an erasure has no law to it, so
 * its term is the house's own and is not put off. Pure.
 */
import { endOfDayAfter } from '../campaign/local-day.ts';

export const REQUEST_KINDS = ['access', 'amendment', 'erasure', 'accounting'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export interface RequestRule {
  readonly days: number;
  /** 0: it cannot be put off. */
  readonly extensionDays: number;
  readonly source: string;
}

export const REQUEST_RULES: Readonly<Record<RequestKind, RequestRule>> = {
  access: { days: 30, extensionDays: 30, source: 'HS-19' },
  amendment: { days: 60, extensionDays: 30, source: 'HS-20' },
  erasure: { days: 30, extensionDays: 0, source: 'HS-21' },
  accounting: { days: 60, extensionDays: 30, source: 'HS-22' },
};

/** `zone`: the clinic's. */
export const dueAt = (kind: RequestKind, receivedAt: number, zone: string): number =>
  endOfDayAfter(zone, receivedAt, REQUEST_RULES[kind].days);

/** Null: it was put off already, or cannot be. */
export function extendedDueAt(
  kind: RequestKind,
  { receivedAt, extendedAt }: { readonly receivedAt: number; readonly extendedAt: number | null },
  zone: string,
): number | null {
  const { days, extensionDays } = REQUEST_RULES[kind];
  if (extendedAt !== null || extensionDays === 0) return null;
  return endOfDayAfter(zone, receivedAt, days + extensionDays);
}
