/**
 * Whether lines of the audit are the ones that were written: each follows the one before it, hashes to what it says, and is the line that
 * the writer kept. Names the first line that is not, and what is wrong with it (X12, T07).
 */
import { type AuditRow, type ChainHead, type HashText, hashedText } from './audit-row.ts';

export type BreakKind =
  | 'altered_row'
  | 'missing_row'
  | 'inserted_row'
  | 'cut_tail'
  | 'subject_missing'
  | 'copy_differs';

export interface ChainBreak {
  readonly seq: number;
  readonly kind: BreakKind;
}

/** What only the writer knows. */
export interface KnownChain {
  /** Before its first line: lines up to there are older than the chain. */
  readonly start: ChainHead;
  /** The last line that the table has to hold. */
  readonly head: ChainHead;
  /** Of the lines it still keeps. */
  readonly hashes: ReadonlyMap<number, string>;
}

/** A line as it was read: an old one, or one put in by hand, may lack its hashes. */
export type ReadRow = Omit<AuditRow, 'prevHash' | 'hash'> & {
  readonly prevHash: string | null;
  readonly hash: string | null;
};

/** Everything after `from`, by number. `isLast`: the table holds no more. Answers how far all is well, or where it is not. */
export function checkChain(
  from: ChainHead,
  rows: readonly ReadRow[],
  known: KnownChain,
  { isLast, hashOf }: { readonly isLast: boolean; readonly hashOf: HashText },
): { readonly ok: true; readonly upTo: ChainHead } | { readonly ok: false; readonly found: ChainBreak } {
  const broken = (seq: number, kind: BreakKind) => ({ ok: false, found: { seq, kind } }) as const;
  let last = from;
  for (const row of rows) {
    if (row.seq > known.head.seq) {
      // What is missing before it stands first.
      return last.seq < known.head.seq ? broken(last.seq + 1, 'missing_row') : broken(row.seq, 'inserted_row');
    }
    if (row.seq !== last.seq + 1) return broken(last.seq + 1, 'missing_row');
    const { prevHash, hash } = row;
    if (hash === null || prevHash === null || prevHash !== last.hash) return broken(row.seq, 'altered_row');
    if (hashOf(hashedText({ ...row, prevHash })) !== hash) return broken(row.seq, 'altered_row');
    const kept = row.seq === known.head.seq ? known.head.hash : known.hashes.get(row.seq);
    if (kept !== undefined && kept !== hash) return broken(row.seq, 'altered_row');
    last = { seq: row.seq, hash };
  }
  if (isLast && last.seq < known.head.seq) return broken(last.seq + 1, 'cut_tail');
  return { ok: true, upTo: last };
}
