/**
 * The tables of an empty database: by the migrations the first time a runtime is asked, and then at once, as they came to be. Migrating
 * anew for each of two hundred files took longer than many of the files.
 */
import { applyD1Migrations, type D1Migration } from 'cloudflare:test';

/** In the runtime, and not in this module: some files evaluate their modules anew. */
const runtime = globalThis as { statementsOfTables?: readonly string[] };

export async function makeTables(database: D1Database, migrations: D1Migration[]): Promise<void> {
  if (runtime.statementsOfTables !== undefined) {
    await database.batch(runtime.statementsOfTables.map((statement) => database.prepare(statement)));
    return;
  }
  await applyD1Migrations(database, migrations);
  runtime.statementsOfTables = await statementsOf(database);
}

interface Made {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Rows go in before the triggers, which would speak of them, and after the tables. */
async function statementsOf(database: D1Database): Promise<string[]> {
  const { results } = await database
    .prepare(
      `select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%' and name not like '_cf_%'`,
    )
    .all<Made>();
  const of = (...types: string[]) => results.filter(({ type }) => types.includes(type));
  const rows = await Promise.all(of('table').map(({ name }) => insertsInto(database, name)));
  return [of('table'), rows.flat(), of('index', 'view'), of('trigger')]
    .flat()
    .map((each) => (typeof each === 'string' ? each : each.sql));
}

async function insertsInto(database: D1Database, table: string): Promise<string[]> {
  const { results: columns } = await database
    .prepare(`select name from pragma_table_info('${table}')`)
    .all<{ name: string }>();
  const values = columns.map(({ name }) => `quote("${name}")`).join(` || ', ' || `);
  const { results } = await database.prepare(`select ${values} as made from "${table}"`).all<{ made: string }>();
  return results.map(({ made }) => `insert into "${table}" values (${made})`);
}
