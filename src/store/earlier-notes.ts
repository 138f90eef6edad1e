/** Calls of a span of time whose notes a system never got, page by page, and the deliveries that are made of them. */
import { desc, eq, sql } from 'drizzle-orm';
import type { EarlierNotes, EarlierProgress } from '../domain/delivery/earlier-notes.ts';
import type { Database } from './database.ts';
import { deliveryIdOf } from './deliveries.ts';
import { type Job, setProgress } from './jobs.ts';
import { newId } from './new-id.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { deliveries, jobs, notes } from './schema.ts';

interface EarlierNote {
  /** Where it stands in its table: with the time it is in the index, as its id is not. */
  readonly row: number;
  readonly callId: string;
  readonly createdAt: number;
  /** The newest of that call. */
  readonly version: number;
  readonly isThere: boolean;
}

/** The first notes of calls, the oldest first, each with its newest version. In what is asked inside, drizzle names no table: it is named here. */
export async function earlierPage(
  db: Database,
  { sink, from, to }: EarlierNotes,
  { after }: EarlierProgress,
  limit: number,
): Promise<EarlierNote[]> {
  const rows = await db
    .select({
      row: sql<number>`notes.rowid`,
      callId: notes.callId,
      createdAt: notes.createdAt,
      version: sql<number>`(select max(n.version) from notes as n where n.call_id = notes.call_id)`,
      isThere: sql<number>`exists (select 1 from deliveries as d where d.call_id = notes.call_id and d.sink = ${sink})`,
    })
    .from(notes)
    .where(
      sql`${notes.createdAt} >= ${Math.max(from, after.at)} and ${notes.createdAt} < ${to}
        and (${notes.createdAt}, notes.rowid) > (${after.at}, ${after.row})
        and not exists (select 1 from notes as n where n.call_id = notes.call_id and n.version < notes.version)`,
    )
    .orderBy(notes.createdAt, sql`notes.rowid`)
    .limit(limit);
  return rows.map((row) => ({ ...row, isThere: row.isThere === 1 }));
}

/** With how far it is, in one batch. What a call has got meanwhile, or is not there any more, is left alone. The ids of the work. */
export async function sendEarlierPage(
  db: Database,
  job: Job,
  sink: EarlierNotes['sink'],
  page: readonly EarlierNote[],
  progress: EarlierProgress,
  now: number,
): Promise<string[]> {
  const rows = await Promise.all(
    page.map(async ({ callId, version: noteVersion }) => ({
      ...{ id: await deliveryIdOf(callId, noteVersion, sink), callId, noteVersion, sink },
      ...{ status: 'queued', createdAt: now },
    })),
  );
  const work = rows.map(({ id, callId }) => ({
    ...{ id: newId('job', now), kind: 'deliver', subject: id, callId, status: 'waiting' },
    ...{ attempts: 0, dueAt: now, createdAt: now },
  }));
  // Asked again in the statement that writes: a version that came meanwhile goes by itself, and none may go after it.
  const isMissing = sql`(select max(version) from notes where call_id = r.value ->> 'callId') = r.value ->> 'noteVersion'
    and not exists (select 1 from deliveries as d where d.call_id = r.value ->> 'callId' and d.sink = r.value ->> 'sink')`;
  const isMade = sql`exists (select 1 from deliveries where id = r.value ->> 'subject')`;
  const [, made] = await db.batch([
    db
      .insert(deliveries)
      .select(rowsFromJson(deliveries, rows, isMissing))
      .onConflictDoNothing(),
    db
      .insert(jobs)
      .select(rowsFromJson(jobs, work, isMade))
      .onConflictDoNothing()
      .returning({ id: jobs.id }),
    setProgress(db, job.id, JSON.stringify(progress), sql`true`),
  ]);
  return made.map(({ id }) => id);
}

/** Those that were asked for, in the order of their names: each system, its latest span first. */
export const earlierJobs = (db: Database, limit: number) =>
  db.select().from(jobs).where(eq(jobs.kind, 'send_earlier')).orderBy(desc(jobs.subject)).limit(limit);
