/** Which changes of the tables this version brings, and which the database has had: wrangler notes each by the name of its file. */
import { sql } from 'drizzle-orm';
import journal from '../../migrations/meta/_journal.json' with { type: 'json' };
import type { Database } from './database.ts';

export const MIGRATIONS: readonly string[] = journal.entries.map(({ tag }) => `${tag}.sql`);

export async function appliedMigrations(db: Database): Promise<readonly string[]> {
  const rows = await db.all<{ name: string }>(sql`select name from d1_migrations order by id`);
  return rows.map(({ name }) => name);
}
