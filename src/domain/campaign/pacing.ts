/**
 * When the next call may be dialled: a rolling ledger of dials against the rate, and live lines against their cap. Pure.
 * The ledger is the only permit; it is taken just before the dial is sent.
 */

/** Telnyx refuses the dial that would pass 150 in any trailing 5 s (429, code 90103). */
const ACCOUNT_WINDOW_MS = 5000;
const ACCOUNT_DIALS_PER_WINDOW = 150;

export interface PacingLimits {
  readonly ratePerSecond: number;
  readonly maxLiveCalls: number;
}
export interface Ledger {
  /** Epoch milliseconds of recent dials, ascending; those older than the longest window may be left out. */
  readonly dialedAt: readonly number[];
  readonly liveCalls: number;
}
export type Permit =
  | { readonly permit: 'granted' }
  /** Ask again no sooner than `at` (epoch milliseconds). */
  | { readonly permit: 'not_before'; readonly at: number };

/** While every line is busy a release wakes the dialer; this is only the wait behind it, and each look costs a row written. */
const LINE_WAIT_MS = 10_000;

export function decidePermit(ledger: Ledger, limits: PacingLimits, now: number): Permit {
  if (ledger.liveCalls >= limits.maxLiveCalls) return { permit: 'not_before', at: now + LINE_WAIT_MS };
  const at = Math.max(
    earliest(ledger.dialedAt, ...ratePerWindow(limits.ratePerSecond), now),
    earliest(ledger.dialedAt, ACCOUNT_DIALS_PER_WINDOW, ACCOUNT_WINDOW_MS, now),
  );
  return at <= now ? { permit: 'granted' } : { permit: 'not_before', at };
}

/** A whole rate is so many a second; half a call a second is one in two seconds. */
function ratePerWindow(ratePerSecond: number): [dials: number, windowMs: number] {
  const dials = Math.max(1, Math.floor(ratePerSecond));
  return [dials, (dials / ratePerSecond) * 1000];
}

/** The first moment at which one more dial leaves at most `dials` in the trailing window. */
function earliest(dialedAt: readonly number[], dials: number, windowMs: number, now: number): number {
  const blocking = dialedAt[dialedAt.length - dials];
  return blocking === undefined ? now : Math.max(now, blocking + windowMs);
}

/** How far back the ledger must remember under these limits. */
export const ledgerWindowMs = (limits: PacingLimits): number =>
  Math.max(ACCOUNT_WINDOW_MS, ratePerWindow(limits.ratePerSecond)[1]);
