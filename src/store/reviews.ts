/**
 * Signatures under notes, and what was added to them (C28). One signature a version of a note; nothing is changed or taken back. The
 * call's own row says whether its newest note is signed (triggers of the schema), so that lists are read by index.
 */
import { asc, eq, sql } from 'drizzle-orm';
import { type Call, type CallCursor, listCalls } from './calls.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import { calls, reviews } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

interface ReviewRow {
  readonly id: string;
  readonly noteVersion: number;
  /** Opaque, and as colleagues know them. */
  readonly actorId: string;
  readonly actorName: string;
  readonly createdAt: number;
}
export type Signature = ReviewRow;
export interface Addendum extends ReviewRow {
  readonly text: string;
}
/** In the order they were made. */
export interface Reviews {
  readonly signatures: readonly Signature[];
  readonly addenda: readonly Addendum[];
}

const place = (id: string) => ({ table: 'reviews', column: 'sealed', row: id });

export async function reviewsOfCall(db: Database, ring: PatientKeys, callId: string): Promise<Reviews> {
  const rows = await db
    .select()
    .from(reviews)
    .where(eq(reviews.callId, callId))
    .orderBy(asc(reviews.createdAt), asc(reviews.id));
  const sealed = rows.find((row) => row.sealed !== null);
  const dataKey = sealed === undefined ? null : await dataKeyOf(ring, sealed.patientId);
  return opened(dataKey, rows);
}

/** Of a page of calls of one patient, by call. */
export async function reviewsOfCalls(
  db: Database,
  dataKey: DataKey,
  callIds: readonly string[],
): Promise<Map<string, Reviews>> {
  const rows = await db
    .select()
    .from(reviews)
    .where(sql`${reviews.callId} in (select value from json_each(${JSON.stringify(callIds)}))`)
    .orderBy(asc(reviews.createdAt), asc(reviews.id));
  return new Map([...Map.groupBy(rows, ({ callId }) => callId)].map(([id, of]) => [id, opened(dataKey, of)]));
}

function opened(dataKey: DataKey | null, rows: readonly (typeof reviews.$inferSelect)[]): Reviews {
  return {
    signatures: rows.filter(({ kind }) => kind === 'signature').map(shown),
    addenda: rows.flatMap((row) =>
      row.sealed === null || dataKey === null
        ? []
        : [{ ...shown(row), text: unseal(dataKey, place(row.id), row.sealed) }],
    ),
  };
}

const shown = ({ id, noteVersion, actorId, actorName, createdAt }: typeof reviews.$inferSelect): ReviewRow => ({
  ...{ id, noteVersion, actorId, actorName, createdAt },
});

interface NewReview {
  readonly callId: string;
  readonly patientId: string;
  readonly noteVersion: number;
  readonly actor: { readonly id: string; readonly name: string };
}
export interface NewSignature extends NewReview {
  /** The calls whose red flags the note names. */
  readonly flagCalls: readonly string[];
  readonly addendum: string | null;
}

/**
 * False: nothing was written, because somebody had signed, the note had changed, or a red flag was open. All three are judged by the
 * statement itself, so that no flag and no later note slips in between.
 */
export async function insertSignature(
  db: Database,
  dataKey: DataKey,
  { addendum, flagCalls, ...row }: NewSignature,
  now: number,
): Promise<boolean> {
  const id = newId('rev', now);
  const sign = db
    .insert(reviews)
    .select(
      sql`select ${valuesOf(id, row, 'signature', null, now)}
        where exists (select 1 from ${calls} where id = ${row.callId} and note_version = ${row.noteVersion})
        and not exists (
          select 1 from tasks where kind = 'red_flag' and status = 'open'
            and call_id in (select value from json_each(${JSON.stringify(flagCalls)})))`,
    )
    .onConflictDoNothing()
    .returning({ id: reviews.id });
  if (addendum === null) return (await sign).length > 0;
  const addendumId = newId('rev', now);
  const add = db.insert(reviews).select(
    sql`select ${valuesOf(addendumId, row, 'addendum', seal(dataKey, place(addendumId), addendum), now)}
        where exists (select 1 from reviews where id = ${id})`,
  );
  const [signed] = await db.batch([sign, add]);
  return signed.length > 0;
}

/** In the order of the table's columns. */
const valuesOf = (id: string, row: NewReview, kind: 'signature' | 'addendum', sealed: string | null, now: number) =>
  sql`${id}, ${row.callId}, ${row.noteVersion}, ${row.patientId}, ${kind}, ${row.actor.id}, ${row.actor.name}, ${sealed}, ${now}`;

export async function insertAddendum(
  db: Database,
  dataKey: DataKey,
  { actor, ...row }: NewReview,
  text: string,
  now: number,
): Promise<void> {
  const id = newId('rev', now);
  const by = { actorId: actor.id, actorName: actor.name };
  await db
    .insert(reviews)
    .values({ id, ...row, ...by, kind: 'addendum', sealed: seal(dataKey, place(id), text), createdAt: now });
}

/** How many notes wait for a signature, counted up to `most`. */
export async function countUnreviewed(db: Database, most: number): Promise<number> {
  const waiting = db.select({ id: calls.id }).from(calls).where(sql`${calls.review} = 'unreviewed'`).limit(most);
  return (await waiting).length;
}

/** The calls whose newest note nobody has signed, newest first. */
export const listUnreviewed = (
  db: Database,
  ring: PatientKeys,
  { limit, cursor }: { readonly limit: number; readonly cursor: CallCursor | null },
): Promise<{ items: Call[]; nextCursor: CallCursor | null }> => listCalls(db, ring, { limit, cursor, reviewed: false });
