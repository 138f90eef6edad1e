/** Many rows in one statement and one parameter: D1 allows a hundred parameters, and one string of two megabytes. */
import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** For `insert(table).select(…)`: the rows in the order of the table's columns. `where` may read a row's own values as `r.value ->> 'name'`. */
export function rowsFromJson<T extends SQLiteTable>(
  table: T,
  rows: readonly T['$inferInsert'][],
  where: SQL = sql`true`,
): SQL {
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) => {
    const value = sql`(r.value ->> ${sql.raw(`'${name}'`)})`;
    // A column that a row leaves out has its default, as with a plain insert.
    return column.hasDefault && column.default !== undefined && !(column.default instanceof Object)
      ? sql`coalesce(${value}, ${column.default === true ? 1 : column.default === false ? 0 : column.default})`
      : value;
  });
  return sql`select ${sql.join(columns, sql`, `)} from json_each(${JSON.stringify(rows)}) as r where ${where}`;
}
