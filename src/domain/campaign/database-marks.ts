/**
 * What shows that the database was set back to an earlier time (HS-12): marks in it that only ever grow. Whoever holds the highest that were
 * seen, outside the database, knows that an opt-out, a dial or an erasure may be missing as soon as a lower one is read. Pure.
 */

export interface DatabaseMarks {
  /** Epoch milliseconds, raised by the cron each minute. */
  readonly tide: number;
  /** The highest ids; ids grow with time. Empty: there is none. */
  readonly attempt: string;
  readonly suppression: string;
  /** To which time it was written back from a backup, epoch milliseconds; 0: it never was. */
  readonly restored: number;
}

export const NO_MARKS: DatabaseMarks = { tide: 0, attempt: '', suppression: '', restored: 0 };

/** Whether the database lacks what it has had, or is another one, written back from a backup. */
export const isBehind = (seen: DatabaseMarks, read: DatabaseMarks): boolean =>
  read.tide < seen.tide ||
  read.attempt < seen.attempt ||
  read.suppression < seen.suppression ||
  read.restored !== seen.restored;

/** `read` may be a little older than what was seen meanwhile. */
export const highest = (seen: DatabaseMarks, read: DatabaseMarks): DatabaseMarks => ({
  tide: Math.max(seen.tide, read.tide),
  attempt: later(seen.attempt, read.attempt),
  suppression: later(seen.suppression, read.suppression),
  restored: seen.restored,
});
const later = (...ids: readonly string[]): string => ids.toSorted().at(-1) ?? '';

/** From when on something may be missing, epoch milliseconds: the last time that the database itself knows of. */
export const lostSince = (read: DatabaseMarks): number => Math.max(read.restored, read.tide);
