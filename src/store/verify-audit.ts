/**
 * Holds the audit in D1 against what its object knows and against the copies in R2, a page at a time (X12, T07): what was altered,
 * removed, added or cut off is named by its number. The rules are domain/audit/check-chain.ts.
 */
import { and, asc, desc, eq, gt, lt, lte, sql } from 'drizzle-orm';
import type { ChainHead } from '../domain/audit/audit-row.ts';
import { type ChainBreak, checkChain, type KnownChain, type ReadRow } from '../domain/audit/check-chain.ts';
import type { Env } from '../env.ts';
import { type AuditPart, readAuditPart } from './audit-bucket.ts';
import type { Database } from './database.ts';
import { auditEvents } from './schema.ts';
import { sha256Hex } from './seal.ts';

/** So many lines in one statement, so many statements in one page, and fewer where they are long: a list names hundreds of patients. */
const ROWS = 500;
const READS = 10;
const PAGE_CHARS = 5_000_000;
/** Each is one object in R2. */
const PARTS = 200;

export interface AuditCheck {
  /** How many lines were looked at. */
  readonly checked: number;
  /** Where the next page begins; null: everything was looked at, or a line is not as it was. */
  readonly next: number | null;
  /** The last line that there has to be. */
  readonly head: ChainHead;
  readonly found: ChainBreak | null;
}

/** Lines after `after`; 0: from the beginning. */
export async function verifyAudit(env: Env, db: Database, after: number): Promise<AuditCheck> {
  const log = env.AUDIT_LOG.getByName('audit');
  // Before the object is asked: whatever it has copied by now, it knows of.
  const ends = await endsOf(db);
  const { start, head, mirrored } = await log.standing();
  const from = Math.max(after, start.seq);
  const end = (found: ChainBreak | null, checked: number, next: number | null = null): AuditCheck => ({
    ...{ checked, next, head: mirrored, found },
  });
  if (start.seq === 0 && ends.first !== null && ends.first < 1)
    return end({ seq: ends.first, kind: 'inserted_row' }, 0);
  const anchor = from === start.seq ? start : await hashAt(db, from);
  if (anchor === null) return end({ seq: from, kind: from > head.seq ? 'cut_tail' : 'missing_row' }, 0);
  const { rows, isLast } = await readRows(db, anchor.seq, head.seq);
  // Of lines that are missing by the thousand the first is named: what stands behind so many is not looked at.
  const upTo = Math.min(rows.at(-1)?.seq ?? anchor.seq, anchor.seq + ROWS * READS);
  const kept = await log.hashesAfter(anchor.seq - 1, upTo);
  const known: KnownChain = { head: mirrored, hashes: new Map(kept.map(({ seq, hash }) => [seq, hash])) };
  const chain = checkChain(anchor, rows, known, { isLast, hashOf: sha256Hex });
  const breaks = [
    ...(chain.ok ? [] : [chain.found]),
    ...(await lostSubject(db, anchor.seq, upTo)),
    ...(await copyThatDiffers(env, anchor.seq, upTo, rows)),
    ...(isLast ? await beyond(db, head.seq, ends.last) : []),
  ].toSorted((a, b) => a.seq - b.seq);
  return end(breaks[0] ?? null, rows.length, breaks.length > 0 || isLast ? null : upTo);
}

async function endsOf(db: Database): Promise<{ readonly first: number | null; readonly last: number | null }> {
  const seq = { seq: auditEvents.seq };
  const [[first], [last]] = await db.batch([
    db.select(seq).from(auditEvents).orderBy(asc(auditEvents.seq)).limit(1),
    db.select(seq).from(auditEvents).orderBy(desc(auditEvents.seq)).limit(1),
  ]);
  return { first: first?.seq ?? null, last: last?.seq ?? null };
}

async function hashAt(db: Database, seq: number): Promise<ChainHead | null> {
  const [row] = await db
    .select({ seq: auditEvents.seq, hash: auditEvents.hash })
    .from(auditEvents)
    .where(eq(auditEvents.seq, seq));
  return row === undefined ? null : { seq: row.seq, hash: row.hash ?? '' };
}

async function readRows(
  db: Database,
  after: number,
  upTo: number,
): Promise<{ readonly rows: readonly ReadRow[]; readonly isLast: boolean }> {
  const rows: ReadRow[] = [];
  let length = 0;
  for (let reads = 0; reads < READS && length < PAGE_CHARS; reads += 1) {
    const page = await db
      .select()
      .from(auditEvents)
      .where(and(gt(auditEvents.seq, rows.at(-1)?.seq ?? after), lte(auditEvents.seq, upTo)))
      .orderBy(asc(auditEvents.seq))
      .limit(ROWS);
    rows.push(...page);
    if (page.length < ROWS) return { rows, isLast: true };
    length += page.reduce((sum, { shown }) => sum + (shown?.length ?? 0), 0);
  }
  return { rows, isLast: false };
}

/** A line by which one of its patients is not found. */
async function lostSubject(db: Database, after: number, upTo: number): Promise<ChainBreak[]> {
  const [row] = await db
    .select({ seq: auditEvents.seq })
    .from(auditEvents)
    .where(
      and(
        ...[gt(auditEvents.seq, after), lte(auditEvents.seq, upTo), sql`json_valid(${auditEvents.shown})`],
        sql`exists (select 1 from json_each(${auditEvents.shown}) as id where not exists
              (select 1 from audit_subjects as s where s.patient_id = id.value and s.seq = ${auditEvents.seq}))`,
      ),
    )
    .orderBy(asc(auditEvents.seq))
    .limit(1);
  return row === undefined ? [] : [{ seq: row.seq, kind: 'subject_missing' }];
}

/** A line that stands otherwise in its day's copy, or whose copy cannot be read. */
async function copyThatDiffers(env: Env, after: number, upTo: number, rows: readonly ReadRow[]): Promise<ChainBreak[]> {
  const hashes = new Map(rows.map(({ seq, hash }) => [seq, hash]));
  for (let from = after; from < upTo; ) {
    const parts = await env.AUDIT_LOG.getByName('audit').partsAfter(from, PARTS);
    for (const part of parts.filter(({ first }) => first <= upTo)) {
      const seq = await firstThatDiffers(env.BUCKET, part, after, upTo, hashes);
      if (seq !== null) return [{ seq, kind: 'copy_differs' }];
    }
    from = parts.length < PARTS ? upTo : (parts.at(-1)?.head.seq ?? upTo);
  }
  return [];
}

async function firstThatDiffers(
  bucket: R2Bucket,
  part: AuditPart,
  after: number,
  upTo: number,
  hashes: ReadonlyMap<number, string | null>,
): Promise<number | null> {
  const last = part.head.seq;
  let seq = Math.max(part.first, after + 1);
  for await (const row of readAuditPart(bucket, part, after)) {
    if (seq > upTo && upTo < last) return null;
    const isThat = row !== null && row.seq === seq && (seq !== last || row.hash === part.head.hash);
    // What the database lacks is a break of its own.
    if (!isThat || (hashes.has(seq) && hashes.get(seq) !== row.hash)) return Math.min(seq, last);
    seq += 1;
  }
  return seq <= Math.min(last, upTo) ? seq : null;
}

/** A line after the last one that was ever written. */
async function beyond(db: Database, head: number, last: number | null): Promise<ChainBreak[]> {
  if (last === null || last <= head) return [];
  const [row] = await db
    .select({ seq: auditEvents.seq })
    .from(auditEvents)
    .where(and(gt(auditEvents.seq, head), lt(auditEvents.seq, last + 1)))
    .orderBy(asc(auditEvents.seq))
    .limit(1);
  return [{ seq: row?.seq ?? last, kind: 'inserted_row' }];
}
