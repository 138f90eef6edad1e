/**
 * One kind of list that is taken out as a file: for whom it is, what it can be narrowed down by, which columns somebody gets, and how its
 * rows are read, page by page. Whatever a page needs is asked for all of its rows at once.
 */
import type * as z from 'zod';
import type { Role } from '../store/staff.ts';
import type { Actor } from './context.ts';
import type { Ask } from './route.ts';

/** Several are one cell of a sheet, and stay several in JSON. */
export type ExportCell = string | number | boolean | readonly string[] | null;

export interface ExportColumn<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ExportCell;
}

export interface ExportPage {
  /** In the order of the columns. */
  readonly rows: readonly (readonly ExportCell[])[];
  /** Whom the page shows. */
  readonly patientIds: readonly string[];
}

export type ExportAsk = Pick<Ask, 'c' | 'db' | 'config' | 'actor' | 'now'>;
type Roles = Pick<Actor, 'roles'>;

export interface ExportKind {
  readonly roles: readonly [Role, ...Role[]];
  readonly filters: z.ZodObject;
  readonly columns: (actor: Roles) => readonly string[];
  /** `filters` as the schema gave them. */
  readonly pages: (ask: ExportAsk, filters: never, columns: readonly string[]) => AsyncGenerator<ExportPage, void>;
}

/** A page of rows as the store gives it. */
interface Read<Row, Cursor> {
  readonly items: readonly Row[];
  readonly nextCursor: Cursor | null;
}

interface KindOf<Row, Filters extends z.ZodObject, Cursor> {
  readonly roles: readonly [Role, ...Role[]];
  readonly filters: Filters;
  /** Those that this person may see. */
  readonly columns: (actor: Roles) => readonly ExportColumn<Row>[];
  readonly read: (ask: ExportAsk, filters: z.output<Filters>, cursor: Cursor | null) => Promise<Read<Row, Cursor>>;
  readonly patientsOf: (row: Row) => string | null;
}

export function exportKind<Row, Filters extends z.ZodObject, Cursor>(kind: KindOf<Row, Filters, Cursor>): ExportKind {
  async function* pages(
    ask: ExportAsk,
    filters: z.output<Filters>,
    names: readonly string[],
  ): AsyncGenerator<ExportPage, void> {
    const all = kind.columns({ roles: ask.actor.ownRoles ?? ask.actor.roles });
    const columns = names.flatMap((name) => all.find((column) => column.name === name) ?? []);
    let cursor: Cursor | null = null;
    do {
      const page: Read<Row, Cursor> = await kind.read(ask, filters, cursor);
      cursor = page.nextCursor;
      yield {
        rows: page.items.map((row) => columns.map(({ cell }) => cell(row))),
        patientIds: [...new Set(page.items.flatMap((row) => kind.patientsOf(row) ?? []))],
      };
    } while (cursor !== null);
  }
  return {
    ...{ roles: kind.roles, filters: kind.filters, pages },
    columns: (actor) => kind.columns(actor).map(({ name }) => name),
  };
}

export const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** What was asked for, without what was not: a filter that is `undefined` is not the same as none. */
export const given = <T extends object>(filters: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
