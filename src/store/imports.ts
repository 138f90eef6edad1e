/**
 * Lists on their way into a campaign, the patients or the do-not-call list: how far each has been read, and what came of it. `rows_read` is also the
 * fence: a page of rows is written only by whoever read it from where the last one ended, while the import still wants it.
 */
import { and, eq, inArray, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Column } from '../domain/campaign/import-columns.ts';
import type { ListedPerson } from '../domain/campaign/verdict.ts';
import type { Database } from './database.ts';
import { insertJob } from './jobs.ts';
import { newId } from './new-id.ts';
import { type PatientKeys, storeKeys } from './patient-keys.ts';
import { campaigns, contacts, importRows, imports } from './schema.ts';
import { type DataKey, newDataKey, seal, unseal } from './seal.ts';

export const IMPORT_KINDS = ['campaign', 'suppressions', 'patients'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];
export type ImportStatus = 'reading' | 'done' | 'failed' | 'canceled';

/** How the file is read; without patient data. */
export interface ListLayout {
  readonly columns: readonly Column[];
  /** Null: one number on each line. */
  readonly delimiter: ',' | ';' | '\t' | null;
  /** Of the file as it was sent; what is stored is UTF-8. */
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Where the first row after the header begins, in bytes. */
  readonly bodyOffset: number;
  readonly requiredVariables: readonly string[];
  /** Of the do-not-call list: the code that stands with each number. */
  readonly reason: string | null;
}
/** What is known of a list beside its rows. */
export interface ListSecrets {
  readonly headers: readonly string[];
  /** Stated for all rows. */
  readonly consent: ListedPerson['consent'];
}
export interface ListImport {
  readonly id: string;
  readonly kind: ImportKind;
  readonly campaignId: string | null;
  readonly status: ImportStatus;
  readonly code: string | null;
  readonly format: 'csv' | 'txt';
  readonly layout: ListLayout;
  /** Sealed ListSecrets; null once nothing of the import is kept. */
  readonly sealed: string | null;
  readonly bytes: number;
  /** Blank ones too. */
  readonly rowsRead: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

const place = (id: string) => ({ table: 'imports', column: 'sealed', row: id });

export const openSecrets = (dataKey: DataKey, { id, sealed }: Pick<ListImport, 'id' | 'sealed'>): ListSecrets =>
  sealed === null ? { headers: [], consent: null } : (JSON.parse(unseal(dataKey, place(id), sealed)) as ListSecrets);

/** Its id and key, which is in the vault from here. */
export async function newImport(ring: PatientKeys, now: number): Promise<{ id: string; dataKey: DataKey }> {
  const id = newId('imp', now);
  const dataKey = newDataKey();
  await storeKeys(ring, [{ patientId: id, dataKey }]);
  return { id, dataKey };
}

export interface NewImport
  extends Pick<ListImport, 'id' | 'kind' | 'campaignId' | 'format' | 'layout' | 'bytes' | 'createdBy'> {
  readonly secrets: ListSecrets;
}

/** The import and the work of reading it, in one step; its file lies in R2 by then. */
export async function storeImport(db: Database, dataKey: DataKey, given: NewImport, now: number): Promise<void> {
  const { layout, secrets, ...rest } = given;
  const sealed = seal(dataKey, place(given.id), JSON.stringify(secrets));
  await db.batch([
    db.insert(imports).values({ ...rest, status: 'reading', mapping: JSON.stringify(layout), sealed, createdAt: now }),
    insertJob(db, { kind: 'import_list', subject: given.id }, now),
  ]);
}

export async function getImport(db: Database, id: string): Promise<ListImport | null> {
  const [row] = await db.select().from(imports).where(eq(imports.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

/** The list of a campaign. */
export async function importOf(db: Database, campaignId: string): Promise<string | null> {
  const [row] = await db.select({ id: imports.id }).from(imports).where(eq(imports.campaignId, campaignId)).limit(1);
  return row?.id ?? null;
}

const opened = ({ mapping, ...row }: typeof imports.$inferSelect): ListImport => ({
  ...row,
  kind: row.kind as ImportKind,
  status: row.status as ImportStatus,
  format: row.format as ListImport['format'],
  layout: JSON.parse(mapping) as ListLayout,
});

/** Holds while nobody else has written the page and nobody has called the import or its campaign off; for each statement of a page. */
export const isWanted = ({ id, rowsRead }: Pick<ListImport, 'id' | 'rowsRead'>) => sql`exists (
  select 1 from imports as i left join campaigns as c on c.id = i.campaign_id
  where i.id = ${id} and i.status = 'reading' and i.rows_read = ${rowsRead}
    and (i.campaign_id is null or c.status = 'importing'))`;

/** How far it has been read. */
export type ImportCounts = Pick<ListImport, 'rowsRead' | 'accepted' | 'rejected'>;

/** The last statement of a page. It returns where the import stands from there, if the page was written. */
export const advanceImport = (
  db: Database,
  read: ListImport,
  page: { readonly rows: number; readonly accepted: number; readonly rejected: number },
  wanted: SQL = isWanted(read),
) =>
  db
    .update(imports)
    .set({
      rowsRead: sql`${imports.rowsRead} + ${page.rows}`,
      accepted: sql`${imports.accepted} + ${page.accepted}`,
      rejected: sql`${imports.rejected} + ${page.rejected}`,
    })
    .where(and(eq(imports.id, read.id), wanted))
    .returning({ rowsRead: imports.rowsRead, accepted: imports.accepted, rejected: imports.rejected });

/** The import is over, and its campaign is a draft, or cannot be one. */
export async function endImport(
  db: Database,
  item: Pick<ListImport, 'id' | 'campaignId'>,
  end: { readonly status: 'done' | 'failed'; readonly code: string | null },
  now: number,
): Promise<void> {
  await db.batch([
    ...campaignAfter(db, item, end.status === 'done' ? 'draft' : 'failed', now),
    db
      .update(imports)
      .set({ status: end.status, code: end.code, endedAt: now })
      .where(and(eq(imports.id, item.id), eq(imports.status, 'reading'))),
  ] as unknown as Parameters<Database['batch']>[0]);
}

/** False: it is over already. Who was taken in is not called; patients and their consents stay. */
export async function cancelImport(
  db: Database,
  item: Pick<ListImport, 'id' | 'campaignId'>,
  now: number,
): Promise<boolean> {
  const ended = db
    .update(imports)
    .set({ status: 'canceled', endedAt: now })
    .where(and(eq(imports.id, item.id), eq(imports.status, 'reading')))
    .returning({ id: imports.id });
  const [rows] = await db.batch([ended, ...campaignAfter(db, item, 'canceled', now)]);
  return rows.length > 0;
}

function campaignAfter(
  db: Database,
  { campaignId }: Pick<ListImport, 'campaignId'>,
  status: 'draft' | 'failed' | 'canceled',
  now: number,
) {
  if (campaignId === null) return [];
  const isImporting = sql`exists (select 1 from campaigns where id = ${campaignId} and status = 'importing')`;
  return [
    ...(status === 'draft'
      ? []
      : [
          db
            .update(contacts)
            .set({ status: 'canceled', code: 'canceled', updatedAt: now })
            .where(and(eq(contacts.campaignId, campaignId), eq(contacts.status, 'ready'), isImporting)),
        ]),
    db
      .update(campaigns)
      .set({
        status,
        statusReason: status === 'draft' ? null : status === 'failed' ? 'import_failed' : 'by_staff',
        endedAt: status === 'draft' ? null : now,
      })
      .where(and(eq(campaigns.id, campaignId), eq(campaigns.status, 'importing'))),
  ];
}

/** How many rows of a campaign's lists were refused, by code; those too many to be listed were beyond the limit. */
export async function rejectedOf(db: Database, campaignId: string): Promise<Record<string, number>> {
  const [listed, sums] = await Promise.all([
    db
      .select({ code: importRows.code, n: sql<number>`count(*)` })
      .from(importRows)
      .innerJoin(imports, eq(imports.id, importRows.importId))
      .where(eq(imports.campaignId, campaignId))
      .groupBy(importRows.code),
    db
      .select({ rejected: sql<number>`coalesce(sum(${imports.rejected}), 0)` })
      .from(imports)
      .where(and(eq(imports.campaignId, campaignId), isNotNull(imports.sealed))),
  ]);
  const counts = Object.fromEntries(listed.map(({ code, n }) => [code, n]));
  const unlisted = (sums[0]?.rejected ?? 0) - listed.reduce((sum, { n }) => sum + n, 0);
  return unlisted > 0 ? { ...counts, too_many_rows: (counts['too_many_rows'] ?? 0) + unlisted } : counts;
}

/** Of those of these that are known. */
export async function statusesOf(db: Database, ids: readonly string[]): Promise<Map<string, ImportStatus>> {
  const rows = await db
    .select({ id: imports.id, status: imports.status })
    .from(imports)
    .where(sql`${imports.id} in (select value from json_each(${JSON.stringify(ids)}))`);
  return new Map(rows.map(({ id, status }) => [id, status as ImportStatus]));
}

/** Those that ended that long ago and of which something is still kept, the oldest first. */
export async function importsToForget(db: Database, before: number, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: imports.id })
    .from(imports)
    .where(and(lt(imports.createdAt, before), lt(imports.endedAt, before), isNotNull(imports.sealed)))
    .orderBy(imports.createdAt, imports.id)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Refused rows and what was sealed; how many there were stays. Their key goes beside this. */
export async function forgetImports(db: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.batch([
    db.delete(importRows).where(inArray(importRows.importId, [...ids])),
    db
      .update(imports)
      .set({ sealed: null })
      .where(inArray(imports.id, [...ids])),
  ]);
}
