/**
 * The marks by which a database that was set back is known (domain/campaign/database-marks.ts): the one that the cron raises, and the one
 * that is left where retention removes the rows it was read from.
 */
import { and, eq, lt, sql } from 'drizzle-orm';
import type { DatabaseMarks } from '../domain/campaign/database-marks.ts';
import type { Database } from './database.ts';
import { signs } from './schema.ts';

/** One statement, by primary keys: asked with every dial. */
export async function readMarks(db: Database): Promise<DatabaseMarks> {
  const [row] = await db.all<DatabaseMarks>(sql`select
    coalesce((select at from signs where name = 'tide'), 0) as tide,
    coalesce((select at from signs where name = 'restored'), 0) as restored,
    max(coalesce((select max(id) from attempts), ''),
      coalesce((select code from signs where name = 'attempts_removed'), '')) as attempt,
    coalesce((select max(id) from suppressions), '') as suppression`);
  if (row === undefined) throw new Error('the database gave no marks');
  return row;
}

/**
 * Only from where it was read: a database that was set back in between keeps its old one. And only up: a run of the cron may come late, after
 * the next one. False: it was not raised.
 */
export async function raiseTide(db: Database, from: number, now: number): Promise<boolean> {
  if (from === 0) await db.insert(signs).values({ name: 'tide', at: 0, code: null }).onConflictDoNothing();
  const raised = await db
    .update(signs)
    .set({ at: now })
    .where(and(eq(signs.name, 'tide'), eq(signs.at, from), lt(signs.at, now)))
    .returning({ at: signs.at });
  return raised.length > 0;
}

/**
 * To be done in one batch with, and before, whatever removes attempts that were kept their time: where nobody was dialled for as long, the
 * newest goes too, and without this a quiet clinic looked like a database that was set back.
 */
export const keepAttemptMark = (db: Database, removedBefore: number) =>
  db
    .insert(signs)
    .values({ name: 'attempts_removed', at: removedBefore, code: sql`(select max(id) from attempts)` })
    .onConflictDoUpdate({
      target: signs.name,
      set: { at: removedBefore, code: sql`excluded.code` },
      setWhere: sql`excluded.code > coalesce(${signs.code}, '')`,
    });
