/**
 * What a patient may ask for about their own data, and by when it is to be answered (HS-19 to HS-22), in days from the day it was
 * received. Each may be put off once, with a notice to the patient that says why and until when; an erasure has no law to it, so
 * its term is the house's own and is not put off. Pure.
 */
import { DAY_MS } from '../campaign/local-clock.ts';

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

export const dueAt = (kind: RequestKind, receivedAt: number): number => receivedAt + REQUEST_RULES[kind].days * DAY_MS;

/** Null: it was put off already, or cannot be. */
export function extendedDueAt(
  kind: RequestKind,
  { receivedAt, extendedAt }: { readonly receivedAt: number; readonly extendedAt: number | null },
): number | null {
  const { days, extensionDays } = REQUEST_RULES[kind];
  if (extendedAt !== null || extensionDays === 0) return null;
  return receivedAt + (days + extensionDays) * DAY_MS;
}
