/**
 * Whether lines of the audit are the ones that were written: each follows the one before it, hashes to what it says, and is the line that
 * the writer kept. Names the first line that is not, and what is wrong with it (X12, T07).
 */
import { type AuditRow, type ChainHead, type HashText, hashedText } from './audit-row.ts';

export const BREAK_KINDS = [
  'altered_row',
  'missing_row',
  'inserted_row',
  'cut_tail',
  'subject_missing',
  'copy_differs',
] as const;

export interface ChainBreak {
  readonly seq: number;
  readonly kind: (typeof BREAK_KINDS)[number];
}

/** What only the writer knows. */
export interface KnownChain {
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

export type ChainCheck =
  | { readonly ok: true; readonly upTo: ChainHead }
  | { readonly ok: false; readonly found: ChainBreak };

/** Everything after `from`, by number. `isLast`: the table holds no more. Answers how far all is well, or where it is not. */
export function checkChain(
  from: ChainHead,
  rows: readonly ReadRow[],
  { head, hashes }: KnownChain,
  { isLast, hashOf }: { readonly isLast: boolean; readonly hashOf: HashText },
): ChainCheck {
  const broken = (seq: number, kind: ChainBreak['kind']): ChainCheck => ({ ok: false, found: { seq, kind } });
  const kept = (seq: number) => (seq === head.seq ? head.hash : hashes.get(seq));
  const isKept = ({ seq, hash }: ChainHead) => (kept(seq) ?? hash) === hash;
  if (from.seq > 0 && !isKept(from)) return broken(from.seq, 'altered_row');
  let last = from;
  for (const row of rows) {
    if (row.seq !== last.seq + 1) return broken(last.seq + 1, 'missing_row');
    const { seq, prevHash, hash } = row;
    if (hash === null || prevHash !== last.hash || hashOf(hashedText({ ...row, prevHash })) !== hash)
      return broken(seq, 'altered_row');
    last = { seq, hash };
    if (!isKept(last)) return broken(seq, 'altered_row');
  }
  if (isLast && last.seq < head.seq) return broken(last.seq + 1, 'cut_tail');
  return { ok: true, upTo: last };
}
