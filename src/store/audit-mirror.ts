/**
 * The copy of the audit in D1, which lists and reports read. Only the Durable Object AuditLog writes here; a line that is there already
 * stays as it is, so writing one again is harmless.
 */
import { and, desc, eq, isNull, lte, or, sql } from 'drizzle-orm';
import type { AuditRow, ChainHead } from '../domain/audit/audit-row.ts';
import type { Database } from './database.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { auditEvents, auditSubjects } from './schema.ts';

/** Lines that follow each other. `follows`: whether the line before them is there, with the hash they name. */
export async function mirrorRows(
  db: Database,
  rows: readonly AuditRow[],
): Promise<{ readonly written: number; readonly follows: boolean }> {
  const [first] = rows;
  if (first === undefined) return { written: 0, follows: true };
  const listed = rows.filter(({ shown }) => shown !== null).map(({ seq, shown }) => ({ seq, shown }));
  const [before, inserted] = await db.batch([
    db
      .select({ seq: auditEvents.seq })
      .from(auditEvents)
      .where(
        and(eq(auditEvents.seq, first.seq - 1), or(eq(auditEvents.hash, first.prevHash), isNull(auditEvents.hash))),
      ),
    db.insert(auditEvents).select(rowsFromJson(auditEvents, rows)).onConflictDoNothing(),
    ...(listed.length === 0
      ? []
      : [
          db
            .insert(auditSubjects)
            .select(
              sql`select id.value, line.value ->> 'seq' from json_each(${JSON.stringify(listed)}) as line,
                  json_each(line.value ->> 'shown') as id where true`,
            )
            .onConflictDoNothing(),
        ]),
  ]);
  return { written: inserted.meta.changes, follows: before.length > 0 || first.seq === 1 };
}

/** The last line there is, up to that one; null: none. */
export async function lastMirrored(db: Database, upTo: number): Promise<ChainHead | null> {
  const [row] = await db
    .select({ seq: auditEvents.seq, hash: auditEvents.hash })
    .from(auditEvents)
    .where(lte(auditEvents.seq, upTo))
    .orderBy(desc(auditEvents.seq))
    .limit(1);
  return row === undefined ? null : { seq: row.seq, hash: row.hash ?? '' };
}
