/**
 * Whether and when a contact is rung again (C41, C42, U3–U5): by what came of the last call, within one budget for all of them, and
 * always inside the calling hours. "No opening" and "the campaign is over by then" are ends, not errors. Pure.
 */
import { type CallStatus, isLiveStatus } from '../intake/call-record.ts';
import { callableAt, type Place } from './calling-hours.ts';
import type { LimitCode } from './slow-down.ts';

export const RETRYABLE = ['no_answer', 'busy', 'voicemail', 'failed', 'partial'] as const;
export type RetryableOutcome = (typeof RETRYABLE)[number];

export interface RetryRule {
  readonly delayMinutes: number;
  /** So often an attempt may follow this outcome. */
  readonly most: number;
}
export interface RetryPolicy {
  /** So often the contact may ring in all, whatever came of it; rules do not add up (U3). */
  readonly budget: number;
  /** An outcome without a rule is not rung again. */
  readonly rules: Readonly<Partial<Record<RetryableOutcome, RetryRule>>>;
}

/**
 * For a clinic: who does not answer is tried at another time of day, a busy line is free in half an hour, a voicemail is given a day
 * to ring back. Who broke off was reached, and can ring back; staff see the note. The gate's own caps hold beside it.
 */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  budget: 3,
  rules: {
    no_answer: { delayMinutes: 240, most: 2 },
    busy: { delayMinutes: 30, most: 2 },
    voicemail: { delayMinutes: 24 * 60, most: 1 },
    failed: { delayMinutes: 60, most: 1 },
  },
};

const MOST_RINGS = 10;
const LONGEST_DELAY_MINUTES = 30 * 24 * 60;

/** Null for anything that is not a policy within its limits. */
export function checkRetryPolicy(value: unknown): RetryPolicy | null {
  if (!isObject(value) || !hasOnly(value, ['budget', 'rules'])) return null;
  const { budget, rules } = value;
  if (!isWhole(budget, 1, MOST_RINGS) || !isObject(rules) || !hasOnly(rules, RETRYABLE)) return null;
  const checked: Partial<Record<RetryableOutcome, RetryRule>> = {};
  for (const outcome of RETRYABLE) {
    if (!Object.hasOwn(rules, outcome)) continue;
    const rule = rules[outcome];
    if (!isObject(rule) || !hasOnly(rule, ['delayMinutes', 'most'])) return null;
    const { delayMinutes, most } = rule;
    if (!isWhole(delayMinutes, 0, LONGEST_DELAY_MINUTES) || !isWhole(most, 0, MOST_RINGS)) return null;
    checked[outcome] = { delayMinutes, most };
  }
  return { budget, rules: checked };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** A misspelt outcome would be a rule that never applies. */
const hasOnly = (value: object, keys: readonly string[]): boolean =>
  Object.keys(value).every((key) => keys.includes(key));
const isWhole = (value: unknown, from: number, to: number): value is number =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to;

export interface EndedAttempt {
  readonly status: CallStatus;
  /** Of the call, with `telnyx_` before Telnyx' own codes. */
  readonly error: string | null;
  /**
   * Telnyx took the dial, or may have: `dial_unknown` counts as dialled. What it refused, or the gate, rang nowhere and costs no
   * budget (U5).
   */
  readonly rang: boolean;
  /** Since it was last made ready by people; this one included. */
  readonly rings: number;
  /** Calls to this contact that ended like this one, and rang or did not as it did; this one included. */
  readonly sameOutcome: number;
  readonly policy: RetryPolicy;
  /** Nobody is dialled from then on, epoch milliseconds. */
  readonly endsAt: number | null;
  readonly callingHours: 'policy' | 'always';
  readonly place: Place;
  readonly at: number;
}
export type DoneCode =
  | 'complete'
  /** Reached, refused, or not theirs: never rung again by this campaign, by a redial neither. */
  | 'outcome_final'
  | 'budget_used'
  | 'most_retries'
  | 'no_window'
  | 'campaign_ended';
export type AfterAttempt =
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'done'; readonly code: DoneCode };

const done = (code: DoneCode): AfterAttempt => ({ kind: 'done', code });

/** Too many dials, requests or channels: it is not the contact's doing, and nothing is broken. */
export const CROWDED: ReadonlySet<string> = new Set<`telnyx_${LimitCode}`>([
  ...(['telnyx_90103', 'telnyx_10011', 'telnyx_http_429'] as const),
  ...(['telnyx_90041', 'telnyx_90042', 'telnyx_90043', 'telnyx_D1', 'telnyx_D2', 'telnyx_D3'] as const),
]);
const MINUTE_MS = 60_000;
/** What never rang comes back in a minute, then in two, and so on; three hours in all, and then something is wrong for good. */
const LONGEST_UNRUNG_MINUTES = 15;
const MOST_UNRUNG = 20;

/** Refused because there was too much at once; the call never was. */
export const isCrowded = ({ status, error }: Pick<EndedAttempt, 'status' | 'error'>): boolean =>
  status === 'failed' && error !== null && CROWDED.has(error);

export function afterAttempt(attempt: EndedAttempt): AfterAttempt {
  const { status, error, rang, rings, sameOutcome, policy, at } = attempt;
  if (status === 'completed') return done('complete');
  // The gate said no at the last moment, and says why when it is asked again.
  if (!rang && (status === 'blocked' || isCrowded(attempt))) {
    if (sameOutcome >= MOST_UNRUNG) return done('most_retries');
    const minutes = Math.max(1, Math.min(sameOutcome, LONGEST_UNRUNG_MINUTES));
    return within(attempt, at + minutes * MINUTE_MS);
  }
  // An attempt that is over while its call never said so broke down.
  const outcome = isLiveStatus(status) ? 'failed' : status;
  if (error === 'identity_failed' || !isRetryable(outcome)) return done('outcome_final');
  if (rings >= policy.budget) return done('budget_used');
  // What rang before people made it ready again does not count.
  const same = rang ? Math.min(sameOutcome, rings) : sameOutcome;
  const rule = policy.rules[outcome];
  if (rule === undefined || same > rule.most) return done('most_retries');
  return within(attempt, at + rule.delayMinutes * MINUTE_MS);
}

const isRetryable = (status: CallStatus): status is RetryableOutcome =>
  (RETRYABLE as readonly CallStatus[]).includes(status);

/** Moved to the next opening (U4). */
function within({ callingHours, place, endsAt }: EndedAttempt, wanted: number): AfterAttempt {
  if (endsAt !== null && wanted >= endsAt) return done('campaign_ended');
  if (callingHours === 'always') return { kind: 'retry', at: wanted };
  const hours = callableAt(place, wanted);
  const at = hours.open ? wanted : hours.nextOpenAt;
  if (at === null) return done('no_window');
  return endsAt !== null && at >= endsAt ? done('campaign_ended') : { kind: 'retry', at };
}
