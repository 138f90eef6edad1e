/** Rows by the million into a SQLite file: prepared statements, one transaction, indexes and triggers put back when all is in. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type Value = string | number | null;

/** Takes rows as objects of the columns' names; a table's statement is prepared from the first of them. */
export class Filler {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, { readonly columns: string[]; readonly insert: StatementSync }>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  add(table: string, row: Readonly<Record<string, Value>>): void {
    let known = this.#statements.get(table);
    if (known === undefined) {
      const columns = Object.keys(row);
      const marks = columns.map(() => '?').join(', ');
      const insert = this.#db.prepare(`insert into ${table} (${columns.join(', ')}) values (${marks})`);
      known = { columns, insert };
      this.#statements.set(table, known);
    }
    known.insert.run(...known.columns.map((column) => row[column] ?? null));
  }
}

/** Without what every row would have to keep up; afterwards each index is built once, sorted. */
export function inBulk(db: DatabaseSync, fill: (filler: Filler) => void): void {
  const kept = db
    .prepare(
      `select type, name, sql from sqlite_master where type in ('index', 'trigger') and sql is not null
       order by type = 'trigger'`,
    )
    .all() as { type: string; name: string; sql: string }[];
  // Should it fail, the file is thrown away. Without a log beside it every page is written once; to have no journal at all is refused.
  db.exec(
    'pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -400000; pragma temp_store = memory; begin',
  );
  for (const { type, name } of kept) db.exec(`drop ${type} "${name}"`);
  fill(new Filler(db));
  for (const { sql } of kept) db.exec(sql);
  db.exec('commit');
}
