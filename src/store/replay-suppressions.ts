/**
 * The journal of the do-not-call list into a database that was set back (HS-12, TC-12). First all that was ever lifted, then all rows, each
 * time page by page in the order of the journal: however it is cut into pages, and however often one of them is written, the list is the
 * same in the end.
 */
import { and, inArray, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { suppressions } from './schema.ts';
import { isFirstLift, type SuppressionRow } from './suppression-journal.ts';

const PAGE = 500;

/** Of these rows what was lifted; how many were written. */
export const replayLifted = (db: Database, rows: readonly SuppressionRow[]): Promise<number> =>
  inParts(
    rows.filter(({ liftedAt }) => liftedAt !== null),
    (part) => replayPart(db, part),
  );

/** What D1 lacks. How many were written. A number that is held by another row stays held by it. */
export const replaySuppressions = (db: Database, rows: readonly SuppressionRow[]): Promise<number> =>
  inParts(rows, (part) => replayPart(db, part));

async function inParts(
  rows: readonly SuppressionRow[],
  write: (part: readonly SuppressionRow[]) => Promise<number>,
): Promise<number> {
  let written = 0;
  for (let from = 0; from < rows.length; from += PAGE) written += await write(rows.slice(from, from + PAGE));
  return written;
}

/** Lifting first: it makes room for a newer row of the same number. */
async function replayPart(db: Database, part: readonly SuppressionRow[]): Promise<number> {
  const ids = JSON.stringify(part.map(({ id }) => id));
  const known = await db
    .select()
    .from(suppressions)
    .where(inArray(suppressions.id, sql`(select value from json_each(${ids}))`));
  const byId = new Map(known.map((row) => [row.id, row]));
  const lifted = part.filter((row) => {
    const here = byId.get(row.id);
    if (here === undefined || !isFirstLift(here, row)) return false;
    return here.liftedAt !== row.liftedAt || here.liftSealed !== row.liftSealed;
  });
  const rekeyed = part.filter(({ id, keyId }) => (byId.get(id)?.keyId ?? keyId) !== keyId);
  const missing = part.filter(({ id }) => !byId.has(id));
  let written = 0;
  if (lifted.length > 0) written += (await lift(db, lifted)).meta.changes;
  if (rekeyed.length > 0) written += (await rekey(db, rekeyed)).meta.changes;
  if (missing.length > 0)
    written += (await db.insert(suppressions).select(rowsFromJson(suppressions, missing)).onConflictDoNothing()).meta
      .changes;
  return written;
}

/** Of the row that stands here, what the journal says. */
const given = (rows: readonly SuppressionRow[]) => {
  const all = sql`json_each(${JSON.stringify(rows)}) as r`;
  return {
    all,
    isGiven: sql`${suppressions.id} in (select r.value ->> 'id' from ${all})`,
    one: (name: keyof SuppressionRow): SQL<string> =>
      sql<string>`(select r.value ->> ${name} from ${all} where r.value ->> 'id' = ${suppressions.id})`,
  };
};

function lift(db: Database, rows: readonly SuppressionRow[]) {
  const { isGiven, one } = given(rows);
  return db
    .update(suppressions)
    .set({ liftedAt: sql`${one('liftedAt')}`, liftedBy: one('liftedBy'), liftSealed: one('liftSealed') })
    .where(and(isGiven, or(isNull(suppressions.liftedAt), sql`${suppressions.liftedAt} >= ${one('liftedAt')}`)));
}

/** A row under a key that was given up since would keep everybody from being called. */
function rekey(db: Database, rows: readonly SuppressionRow[]) {
  const { all, isGiven, one } = given(rows);
  const hash = one('phoneHash');
  return db
    .update(suppressions)
    .set({ phoneHash: hash, keyId: one('keyId'), sealed: one('sealed') })
    .where(
      and(
        isGiven,
        ne(suppressions.keyId, one('keyId')),
        or(
          isNotNull(suppressions.liftedAt),
          // A number is held once: by whoever holds it under that key already, or by the last of these.
          sql`not exists (select 1 from suppressions as other
                where other.phone_hash = ${hash} and other.lifted_at is null and other.id != ${suppressions.id})
              and not exists (select 1 from ${all}
                where r.value ->> 'phoneHash' = ${hash} and r.value ->> 'liftedAt' is null and r.value ->> 'id' > ${suppressions.id})`,
        ),
      ),
    );
}
