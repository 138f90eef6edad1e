/**
 * Which limit of one account comes first, and at how many calls: what a call takes, as measured, against what the platform allows, as its
 * documentation said on the date below. Pure.
 */

/** Of one call with its note, on the average of a year's outcomes. */
export interface CallCost {
  readonly d1Bytes: number;
  /** Requests of one campaign call to the one Dialer. */
  readonly dialerRequests: number;
  readonly queueMessages: number;
  /** Statements of its batches, one after the other at the one database. */
  readonly d1Milliseconds: number;
}

/** Cloudflare's documentation, 2026-11-22; Telnyx' for the dials. */
const LIMITS = {
  d1Bytes: 10e9,
  /** "200 to 500 a second with storage writes": the lower one. */
  objectRequestsPerSecond: 200,
  queueMessagesPerSecond: 5000,
  /** One writer, one statement after the other. */
  d1MillisecondsPerSecond: 1000,
  dialsPerSecond: 30,
} as const;

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
export function limitsOf(call: CallCost): Limit[] {
  const perSecond = (name: string, callsASecond: number, change: string): Limit => ({
    ...{ name, callsADay: callsASecond * CALLING_SECONDS, change },
  });
  return [
    {
      name: `D1, 10 GB, when calls are kept ${YEARS_KEPT} years`,
      callsADay: LIMITS.d1Bytes / call.d1Bytes / YEARS_KEPT / CALLING_DAYS,
      change: 'logs and notes older than a year to sealed objects in R2, or a database for each year',
    },
    perSecond('Telnyx, 30 dials a second', LIMITS.dialsPerSecond, 'ask Telnyx for more; a second account'),
    perSecond(
      'one Dialer',
      LIMITS.objectRequestsPerSecond / call.dialerRequests,
      'a Dialer for each Telnyx account, each with its own share of the lines',
    ),
    perSecond(
      'D1, one writer',
      LIMITS.d1MillisecondsPerSecond / call.d1Milliseconds,
      'decisions and attempts to a database of their own',
    ),
    perSecond('a queue, 5,000 messages a second', LIMITS.queueMessagesPerSecond / call.queueMessages, 'a second queue'),
  ].sort((a, b) => a.callsADay - b.callsADay);
}
