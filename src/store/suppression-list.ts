/** The do-not-call list as people read it, and the one way off it: newer evidence, by a named person (TC-12). */
import { and, desc, eq, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { suppressions } from './schema.ts';
import { type KeyRing, openOrNull, sealUnderRing, searchHashes, unsealUnderRing } from './seal.ts';
import { insertSuppression, liftedPlace, listedPlace, type NewSuppression, numberIn } from './suppressions.ts';

export interface Suppression {
  readonly id: string;
  /** +E.164; null: it does not open with the keys of this installation, and while it stands nobody is called. */
  readonly phoneNumber: string | null;
  /** A word of SUPPRESSION_REASONS. */
  readonly reason: string;
  /** What somebody said about it. */
  readonly statement: string | null;
  readonly callId: string | null;
  /** The name of whoever put it there; null: the person called did. */
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly liftedAt: number | null;
  /** The name; null although lifted: the number stood there twice, and another row holds it. */
  readonly liftedBy: string | null;
  readonly liftEvidence: string | null;
}
type Row = typeof suppressions.$inferSelect;

export interface SuppressionFilter {
  readonly limit: number;
  /** The id of the last row already seen. */
  readonly cursor: string | null;
  readonly active?: boolean;
}

const isListed = (active: boolean): SQL => (active ? isNull(suppressions.liftedAt) : isNotNull(suppressions.liftedAt));

/** Newest first. */
export async function listSuppressions(
  db: Database,
  ring: KeyRing,
  { cursor, active, limit }: SuppressionFilter,
): Promise<{ items: Suppression[]; nextCursor: string | null }> {
  const rows = await db
    .select()
    .from(suppressions)
    .where(
      and(
        cursor === null ? undefined : lt(suppressions.id, cursor),
        active === undefined ? undefined : isListed(active),
      ),
    )
    .orderBy(desc(suppressions.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return {
    items: page.map((row) => opened(ring, row)),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

export interface SuppressionCounts {
  readonly active: number;
  readonly lifted: number;
}

export async function countSuppressions(db: Database): Promise<SuppressionCounts> {
  const count = (active: boolean) => db.$count(suppressions, isListed(active));
  const [active, lifted] = await Promise.all([count(true), count(false)]);
  return { active, lifted };
}

export async function getSuppression(db: Database, ring: KeyRing, id: string): Promise<Suppression | null> {
  const [row] = await db.select().from(suppressions).where(eq(suppressions.id, id)).limit(1);
  return row === undefined ? null : opened(ring, row);
}

/** Of one number, what holds it first, then what was lifted, newest first; at most `limit` of each. */
export async function suppressionsOf(
  db: Database,
  ring: KeyRing,
  phoneNumber: string,
  limit: number,
): Promise<Suppression[]> {
  // Each by an index of its own: a number is on the list once, and may have been lifted often.
  const found = await Promise.all([
    rowsOf(db, ring, phoneNumber, true, limit),
    rowsOf(db, ring, phoneNumber, false, limit),
  ]);
  return found.flat().map((row) => opened(ring, row));
}

/** The row that holds the number now. */
export async function activeSuppression(db: Database, ring: KeyRing, phoneNumber: string): Promise<Suppression | null> {
  const [row] = await rowsOf(db, ring, phoneNumber, true, 1);
  return row === undefined ? null : opened(ring, row);
}

async function rowsOf(
  db: Database,
  ring: KeyRing,
  phoneNumber: string,
  active: boolean,
  limit: number,
): Promise<Row[]> {
  const hashes = JSON.stringify(searchHashes(ring, 'phone', phoneNumber));
  const rows = await db
    .select()
    .from(suppressions)
    .where(and(sql`${suppressions.phoneHash} in (select value from json_each(${hashes}))`, isListed(active)))
    .limit(MOST_OF_ONE);
  return rows.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}
const MOST_OF_ONE = 500;

/** The row that holds the number from now on: a new one, or the one that did already. */
export async function suppressNumber(
  db: Database,
  ring: KeyRing,
  given: NewSuppression,
  now: number,
): Promise<{ readonly row: Suppression; readonly isNew: boolean }> {
  // Looked for first: under an earlier key of the ring it would not be in the way of a second row.
  const known = await activeSuppression(db, ring, given.phoneNumber);
  if (known !== null) return { row: known, isNew: false };
  const [added] = await insertSuppression(db, ring, given, now).returning({ id: suppressions.id });
  const row = await activeSuppression(db, ring, given.phoneNumber);
  if (row === null) throw new Error('a number that was just put on the list is not on it');
  return { row, isNew: row.id === added?.id };
}

/** What a named person has against an earlier word of the one who is called. */
export interface LiftEvidence {
  readonly evidence: string;
  /** When it was given, epoch milliseconds: only what is newer than the row lifts it. */
  readonly obtainedAt: number;
  readonly liftedBy: string;
}
export type Lifted =
  | { readonly ok: true; readonly row: Suppression }
  | { readonly ok: false; readonly code: 'not_found' | 'already_lifted' | 'not_newer' | 'unreadable' };

/** Takes the number off the list, also where it stands there under an earlier key of the ring. */
export async function liftSuppression(
  db: Database,
  ring: KeyRing,
  id: string,
  { evidence, obtainedAt, liftedBy }: LiftEvidence,
  now: number,
): Promise<Lifted> {
  const row = await getSuppression(db, ring, id);
  if (row === null) return { ok: false, code: 'not_found' };
  if (row.liftedAt !== null) return { ok: false, code: 'already_lifted' };
  if (row.phoneNumber === null) return { ok: false, code: 'unreadable' };
  const holding = await rowsOf(db, ring, row.phoneNumber, true, MOST_OF_ONE);
  if (holding.some(({ createdAt }) => createdAt > obtainedAt)) return { ok: false, code: 'not_newer' };
  const lift = (each: Row) =>
    db
      .update(suppressions)
      .set({ liftedAt: now, liftedBy, liftSealed: sealUnderRing(ring, liftedPlace(each.id), evidence) })
      .where(and(eq(suppressions.id, each.id), isNull(suppressions.liftedAt)))
      .returning({ id: suppressions.id });
  const [first, ...others] = holding.map(lift);
  const done = first === undefined ? [] : await db.batch([first, ...others]);
  if (!done.flat().some((lifted) => lifted.id === id)) return { ok: false, code: 'already_lifted' };
  return { ok: true, row: { ...row, liftedAt: now, liftedBy, liftEvidence: evidence } };
}

function opened(ring: KeyRing, row: Row): Suppression {
  const text = openOrNull(() => unsealUnderRing(ring, listedPlace(row.id), row.sealed));
  const phoneNumber = text === null ? null : numberIn(text);
  const { id, reason, callId, createdBy, createdAt, liftedAt, liftedBy, liftSealed } = row;
  return {
    ...{ id, phoneNumber, reason, callId, createdBy, createdAt, liftedAt, liftedBy },
    statement: text === null || text === phoneNumber ? null : text.slice(numberIn(text).length + 1),
    liftEvidence: liftSealed === null ? null : openOrNull(() => unsealUnderRing(ring, liftedPlace(id), liftSealed)),
  };
}
