/**
 * Which limit of one account comes first, and at how many calls: what a call takes, as measured or flown in the same run, against what the
 * platform allows, as its documentation said on the date below. Pure.
 */
import type { Loads } from '../loads.ts';

/** Of one full call. */
export interface CallCost {
  readonly d1Bytes: number;
  readonly loads: Loads;
  /** Calls a second in virtual time, of a list that has no end: over as many lines as there may be, and over those an account begins with. */
  readonly dialsPerSecond: number;
  readonly perSecondOverMostLines: number;
  readonly perSecondOverFirstLines: number;
}

/** Cloudflare's and Telnyx' documentation, 2026-11-22. */
const LIMITS = {
  d1Bytes: 10e9,
  /** "200 to 500 a second with storage writes", and 500 to 1,000 without: the lower ones. */
  writingObjectPerSecond: 200,
  readingObjectPerSecond: 500,
  queueMessagesPerSecond: 5000,
  /** One writer, one statement after the other. */
  d1MillisecondsPerSecond: 1000,
} as const;
/** Lines that Telnyx gives after the second verification, and the most that MAX_LIVE_CALLS takes. */
export const FIRST_LINES = 10;
export const MOST_LINES = 1000;
/** What a write takes at Cloudflare until it is kept in several places, during which the next one waits: assumed, it cannot be measured here. */
export const WRITE_MS = 5;

/** Calls and their notes are kept so long (src/domain/retention/retention-policy.ts). */
const YEARS_KEPT = 10;
const CALLING_DAYS = 250;
const CALLING_SECONDS = 8 * 3600;

export interface Limit {
  readonly name: string;
  /** As many calls as it allows, on a working day of eight hours. */
  readonly callsADay: number;
  readonly change: string;
}

/** The nearest first. */
export function limitsOf({ d1Bytes, loads, ...flown }: CallCost): Limit[] {
  const perSecond = (name: string, callsASecond: number, change: string): Limit => ({
    ...{ name, callsADay: callsASecond * CALLING_SECONDS, change },
  });
  const kept = (years: number) => LIMITS.d1Bytes / d1Bytes / years / CALLING_DAYS;
  const elsewhere = 'logs and notes older than a year to sealed objects in R2, or a database for each year or location';
  return [
    { name: `D1, 10 GB, calls kept ${YEARS_KEPT} years`, callsADay: kept(YEARS_KEPT), change: elsewhere },
    { name: 'D1, 10 GB, after one year', callsADay: kept(1), change: elsewhere },
    perSecond(`Telnyx, ${FIRST_LINES} calls at once`, flown.perSecondOverFirstLines, 'ask Telnyx for more channels'),
    perSecond(
      `MAX_LIVE_CALLS, ${MOST_LINES} at once`,
      flown.perSecondOverMostLines,
      'a worker for each location, with an account of its own',
    ),
    perSecond('Telnyx, 150 dials in 5 s', flown.dialsPerSecond, 'ask Telnyx for more; a second account'),
    perSecond(
      'D1, one statement at a time',
      LIMITS.d1MillisecondsPerSecond / (loads.d1Milliseconds + loads.d1Writes * WRITE_MS),
      'decisions and attempts to a database of their own',
    ),
    perSecond(
      'one Dialer',
      LIMITS.writingObjectPerSecond / loads.dialerRequests,
      'a Dialer for each Telnyx account or caller number, each with its own share of the lines',
    ),
    perSecond(
      'one key vault',
      LIMITS.readingObjectPerSecond / loads.vaultRequests,
      'a vault for each first digit of the patient’s id',
    ),
    perSecond(
      'a queue, 5,000 messages a second',
      LIMITS.queueMessagesPerSecond / loads.queueMessages,
      'a second queue',
    ),
  ].sort((a, b) => a.callsADay - b.callsADay);
}

/** How much of each limit so many calls a day take, the fullest first. */
export const sharesAt = (
  limits: readonly Limit[],
  callsADay: number,
): { readonly name: string; readonly share: number }[] =>
  limits.map(({ name, callsADay: most }) => ({ name, share: callsADay / most })).sort((a, b) => b.share - a.share);
