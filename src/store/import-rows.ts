/** Rows of a list that were refused: why, and in which column. As they stood they are sealed under the import's key, kept 30 days. */
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { RowCode } from '../domain/campaign/verdict.ts';
import type { Database } from './database.ts';
import { isWanted, type ListImport } from './imports.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { importRows } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

export interface RejectedRow {
  /** Of the list, from 1; the header is not counted. */
  readonly row: number;
  readonly code: RowCode;
  /** The field or variable at fault; null: the row as a whole. */
  readonly field: string | null;
  readonly cells: readonly string[];
}

const place = (importId: string, row: number) => ({
  table: 'import_rows',
  column: 'sealed',
  row: `${importId} ${row}`,
});

/** For the batch of a page: written if the page is. */
export function insertRejected(
  db: Database,
  dataKey: DataKey,
  item: Pick<ListImport, 'id' | 'rowsRead'>,
  rejected: readonly RejectedRow[],
  now: number,
  wanted: SQL = isWanted(item),
) {
  const rows = rejected.map(({ cells, ...rest }) => ({
    ...{ importId: item.id, ...rest, createdAt: now },
    sealed: seal(dataKey, place(item.id, rest.row), JSON.stringify(cells)),
  }));
  return db.insert(importRows).select(rowsFromJson(importRows, rows, wanted));
}

type ImportRow = typeof importRows.$inferSelect;

export const openRejected = (dataKey: DataKey, { importId, row, sealed }: ImportRow): string[] =>
  JSON.parse(unseal(dataKey, place(importId, row), sealed)) as string[];

/** In the order of the list. */
export async function listRejected(
  db: Database,
  importId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<{ rows: ImportRow[]; next: number | null }> {
  const rows = await db
    .select()
    .from(importRows)
    .where(and(eq(importRows.importId, importId), gt(importRows.row, after)))
    .orderBy(asc(importRows.row))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > page.length ? (page.at(-1)?.row ?? null) : null };
}

/** How many of an import are listed, by code. */
export async function countRejected(db: Database, importId: string): Promise<Record<string, number>> {
  const rows = await db
    .select({ code: importRows.code, n: sql<number>`count(*)` })
    .from(importRows)
    .where(eq(importRows.importId, importId))
    .groupBy(importRows.code);
  return Object.fromEntries(rows.map(({ code, n }) => [code, n]));
}
