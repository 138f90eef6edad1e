/**
 * When the next call may be dialled: a rolling ledger of dials against the rate, and live lines against their cap. Pure.
 * The account is one pacer, each campaign another; a permit needs all that concern it, and is taken just before the dial is sent.
 */

/**
 * Telnyx refuses the dial that would pass 150 in any trailing 5 s (429, code 90103). A little is left: what leaves evenly
 * arrives unevenly, and 150 that come closer together would be one too many.
 */
const ACCOUNT_WINDOW_MS = 5075;
const ACCOUNT_DIALS_PER_WINDOW = 150;

/** The beat is slower than the rate by so much, so that lateness can be made up for. Half a call in a second at 30 a second. */
const SPARE = 1.015;
/** A dial late by less moves none of those after it; one that is later moves them all. */
const FORGIVEN_MS = 250;
/** While every line is busy a release wakes the dialer; this is only the wait behind it, and each look costs a row written. */
export const LINE_WAIT_MS = 10_000;
/** How long a dial must be remembered; the last one longer, because it alone bounds rates under two a second. */
export const LEDGER_MS = ACCOUNT_WINDOW_MS;

export interface PacingLimits {
  readonly ratePerSecond: number;
  readonly maxLiveCalls: number;
}
export interface Pacer extends PacingLimits {
  /** Epoch milliseconds of recent dials, ascending. */
  readonly dialedAt: readonly number[];
  readonly liveCalls: number;
}
export type Permit =
  | { readonly permit: 'granted' }
  /** Ask again no sooner than `at` (epoch milliseconds). */
  | { readonly permit: 'not_before'; readonly at: number };

export function decidePermit(pacers: readonly Pacer[], now: number): Permit {
  if (pacers.some((pacer) => !hasLine(pacer, 0))) return { permit: 'not_before', at: now + LINE_WAIT_MS };
  const at = Math.max(now, ...pacers.map((pacer) => earliestDial(pacer, 0, now)));
  return at <= now ? { permit: 'granted' } : { permit: 'not_before', at };
}

/** Whether one more fits when `ahead` others have their lines. */
export const hasLine = ({ liveCalls, maxLiveCalls }: Pacer, ahead: number): boolean => liveCalls + ahead < maxLiveCalls;

/** The first moment, by the rate alone, for whoever comes after `ahead` others that dial as soon as they may. */
export function earliestDial({ dialedAt, ratePerSecond }: Pacer, ahead: number, now: number): number {
  const planned = dialedAt.slice(-ACCOUNT_DIALS_PER_WINDOW);
  for (let others = 0; others < ahead; others += 1) planned.push(earliest(planned, ratePerSecond, now));
  return earliest(planned, ratePerSecond, now);
}

/** The first moment at which one more dial leaves every trailing window within its bounds, evenly spread. */
function earliest(dialedAt: readonly number[], ratePerSecond: number, now: number): number {
  // A whole rate is so many a second; half a call a second is one in two seconds.
  const dials = Math.max(1, Math.floor(ratePerSecond));
  const windowMs = (dials / ratePerSecond) * 1000;
  const ago = (count: number): number => dialedAt[dialedAt.length - count] ?? Number.NEGATIVE_INFINITY;
  const at = Math.max(
    now,
    ago(dials) + windowMs,
    ago(ACCOUNT_DIALS_PER_WINDOW) + ACCOUNT_WINDOW_MS,
    nextBeat(dialedAt, dials, (windowMs / dials) * SPARE),
  );
  return Math.ceil(at);
}

/** Whoever was late leaves the beat as it was: those behind close up, else each delay would cost all that follow. */
function nextBeat(dialedAt: readonly number[], lastDials: number, intervalMs: number): number {
  let beat = Number.NEGATIVE_INFINITY;
  for (let i = Math.max(0, dialedAt.length - lastDials); i < dialedAt.length; i += 1) {
    const at = dialedAt[i] ?? beat;
    const lateMs = at - beat;
    beat = (lateMs >= 0 && lateMs <= FORGIVEN_MS ? beat : at) + intervalMs;
  }
  return beat;
}
