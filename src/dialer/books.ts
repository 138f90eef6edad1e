/** What the order of turns and the permit need of the books of campaigns. */
import type { Pacer } from '../domain/campaign/pacing.ts';
import type { Book } from './line-table.ts';

/** A hint not taken by then no longer keeps the others back. */
export const HINT_LATE_MS = 3000;

export const waitingIn = ({ waiting, hinted }: Book): number => waiting + hinted.size;

/** Hints that are late count no more, or one lost message would keep a slow campaign from its pace. */
export const aheadIn = ({ hinted }: Book, now: number): number => {
  let ahead = 0;
  for (const at of hinted.values()) if (at > now - HINT_LATE_MS) ahead += 1;
  return ahead;
};

export const pacerOf = ({ limits, dialedAt, liveCalls }: Book): Pacer | null =>
  limits === null
    ? null
    : { ratePerSecond: limits.pacePerSecond, maxLiveCalls: limits.maxLiveCalls, dialedAt, liveCalls };

export const waitingOf = (book: Book, now: number) => ({
  campaignId: book.campaignId,
  pacer: pacerOf(book),
  ahead: aheadIn(book, now),
  turn: book.turn,
});
