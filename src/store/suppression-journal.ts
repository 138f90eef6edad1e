/**
 * The do-not-call list's copy in R2, as it was added to and lifted (HS-12, T23): objects `suppressions/<id>.ndjson`, each some rows as they
 * stand in D1, sealed. A row that is lifted or brought under another key is written again, in a later object. Written or read twice is
 * harmless. What is missing in a database that was set back is read from here, page by page in the order of the keys.
 */
import { asc, inArray, lte, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { suppressionChanges, suppressions } from './schema.ts';

export type SuppressionRow = typeof suppressions.$inferSelect;

export const JOURNAL_PREFIX = 'suppressions/';
const PAGE = 500;
const PAGE_OBJECTS = 20;
/** At least one object is read, however large. */
const PAGE_BYTES = 1_000_000;

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
  await putJournal(bucket, `${JOURNAL_PREFIX}${newId('sup', now)}.ndjson`, rows);
  await db.delete(suppressionChanges).where(lte(suppressionChanges.seq, last.seq));
  return rows.length;
}

export async function putJournal(bucket: R2Bucket, key: string, rows: readonly SuppressionRow[]): Promise<void> {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await bucket.put(key, lines.join(''), { httpMetadata: { contentType: 'application/x-ndjson' } });
}

/** Null: it is gone, and what it held stands in a later object (merge-journal.ts). */
export async function readJournalObject(bucket: R2Bucket, key: string): Promise<SuppressionRow[] | null> {
  const object = await bucket.get(key);
  if (object === null) return null;
  const lines = (await object.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as SuppressionRow);
}

export interface JournalPage {
  readonly rows: readonly SuppressionRow[];
  readonly objects: number;
  /** After which key the next page begins; null: that was the last. */
  readonly next: string | null;
}

/** The objects after that key, a few at a time. */
export async function readJournalPage(
  bucket: R2Bucket,
  after: string | null,
  most: number = PAGE_OBJECTS,
): Promise<JournalPage> {
  const from = after === null ? {} : { startAfter: after };
  const listed = await bucket.list({ prefix: JOURNAL_PREFIX, limit: most, ...from });
  const rows: SuppressionRow[] = [];
  let [objects, bytes] = [0, 0];
  for (const { key, size } of listed.objects) {
    bytes += size;
    if (objects > 0 && bytes > PAGE_BYTES) break;
    rows.push(...((await readJournalObject(bucket, key)) ?? []));
    objects += 1;
  }
  const isLast = objects === listed.objects.length && !listed.truncated;
  return { rows: newestOf(rows), objects, next: isLast ? null : (listed.objects[objects - 1]?.key ?? null) };
}

/** Each row as it was last written; once it was lifted it stays so, by the first lift, whoever wrote it again afterwards. */
export function newestOf(writes: readonly SuppressionRow[]): SuppressionRow[] {
  const rows = new Map<string, SuppressionRow>();
  for (const row of writes) {
    const before = rows.get(row.id);
    const { liftedAt, liftedBy, liftSealed } = before === undefined || isFirstLift(before, row) ? row : before;
    rows.set(row.id, { ...row, liftedAt, liftedBy, liftSealed });
  }
  return [...rows.values()];
}

/** Whether what a later write says of the lift counts: it is the first there is, or the same, brought under another key since. */
export const isFirstLift = (
  before: Pick<SuppressionRow, 'liftedAt'>,
  { liftedAt }: Pick<SuppressionRow, 'liftedAt'>,
): boolean => liftedAt !== null && (before.liftedAt === null || liftedAt <= before.liftedAt);
