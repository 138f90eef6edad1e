/**
 * The do-not-call list's copy in R2, as it was added to and lifted (HS-12, T23): objects `suppressions/<id>.ndjson`, each a few rows as they
 * stand in D1, sealed. They are never changed: a row that is lifted or brought under another key is written again, in a later object.
 * Written twice is harmless. What is missing in a database that was set back is read from here.
 */
import { and, asc, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { suppressionChanges, suppressions } from './schema.ts';

export type SuppressionRow = typeof suppressions.$inferSelect;

const PREFIX = 'suppressions/';
const PAGE = 500;

/** What changed and is not there yet; how many rows. Put first, and only then taken off the list of changes. */
export async function journalSuppressions(db: Database, bucket: R2Bucket, now: number): Promise<number> {
  const changes = await db.select().from(suppressionChanges).orderBy(asc(suppressionChanges.seq)).limit(PAGE);
  const last = changes.at(-1);
  if (last === undefined) return 0;
  const ids = [...new Set(changes.map(({ suppressionId }) => suppressionId))];
  const given = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const rows = await db
    .select()
    .from(suppressions)
    .where(inArray(suppressions.id, given))
    .orderBy(asc(suppressions.id));
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await bucket.put(`${PREFIX}${newId('sup', now)}.ndjson`, lines.join(''), {
    httpMetadata: { contentType: 'application/x-ndjson' },
  });
  await db.delete(suppressionChanges).where(lte(suppressionChanges.seq, last.seq));
  return rows.length;
}

/** Each row as it was last written; once it was lifted it stays so, whoever wrote it again afterwards. */
export async function readJournal(bucket: R2Bucket): Promise<Map<string, SuppressionRow>> {
  const rows = new Map<string, SuppressionRow>();
  let cursor: string | undefined;
  do {
    const listed = await bucket.list({ prefix: PREFIX, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of listed.objects) {
      const object = await bucket.get(key);
      for (const line of object === null ? [] : (await object.text()).split('\n')) {
        if (line === '') continue;
        const row = JSON.parse(line) as SuppressionRow;
        const { liftedAt, liftedBy, liftSealed } = rows.get(row.id) ?? row;
        rows.set(row.id, row.liftedAt === null ? { ...row, liftedAt, liftedBy, liftSealed } : row);
      }
    }
    cursor = listed.truncated ? listed.cursor : undefined;
  } while (cursor !== undefined);
  return rows;
}

/** What D1 lacks: rows, and that some of its own were lifted. How many were written. A number that is held by another row stays held by it. */
export async function replaySuppressions(db: Database, rows: readonly SuppressionRow[]): Promise<number> {
  let written = 0;
  for (let from = 0; from < rows.length; from += PAGE) {
    const page = rows.slice(from, from + PAGE);
    const lifted = page.filter(({ liftedAt }) => liftedAt !== null);
    const one = sql`select r.value from json_each(${JSON.stringify(lifted)}) as r where r.value ->> 'id' = ${suppressions.id}`;
    const [marked, added] = await db.batch([
      db
        .update(suppressions)
        .set({
          liftedAt: sql`(select value ->> 'liftedAt' from (${one}))`,
          liftedBy: sql`(select value ->> 'liftedBy' from (${one}))`,
          liftSealed: sql`(select value ->> 'liftSealed' from (${one}))`,
        })
        .where(
          and(
            isNull(suppressions.liftedAt),
            sql`${suppressions.id} in (select r.value ->> 'id' from json_each(${JSON.stringify(lifted)}) as r)`,
          ),
        ),
      db.insert(suppressions).select(rowsFromJson(suppressions, page)).onConflictDoNothing(),
    ]);
    written += marked.meta.changes + added.meta.changes;
  }
  return written;
}
