/**
 * Work to be done later, one row each (schema.ts, `jobs`). A row is the truth; a queue message that names it is only a hint, and
 * taking a row is what keeps two from doing the same work: whoever comes second finds it taken.
 */
import { and, asc, desc, eq, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { JobKind } from '../domain/jobs/backoff.ts';
import type { Database } from './database.ts';
import { firstIdAt, newId } from './new-id.ts';
import { jobs } from './schema.ts';

export const JOB_STATUSES = ['waiting', 'done', 'dead'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  /** Opaque id of what it is about: a call, a patient, a key. */
  readonly subject: string;
  readonly callId: string | null;
  readonly status: JobStatus;
  /** Tries begun so far, the present one among them. */
  readonly attempts: number;
  readonly dueAt: number;
  /** Where long work stands, as its own handler writes it: ids, cursors and counts. */
  readonly progress: string | null;
  /** Why the last try failed. */
  readonly code: string | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}
type JobRow = typeof jobs.$inferSelect;

export interface NewJob {
  readonly kind: JobKind;
  readonly subject: string;
  readonly callId?: string;
  /** Epoch milliseconds; now when left out. */
  readonly dueAt?: number;
}

/**
 * For a batch or alone. Work that is there already stays as it is; with `again` it begins anew where it is over or waits after a
 * failure, and is left to whoever does it at this moment.
 */
export function insertJob(db: Database, job: NewJob, now: number, again: 'keep' | 'again' = 'keep') {
  const { kind, subject, callId = null, dueAt = now } = job;
  const row = { id: newId('job', now), kind, subject, callId, status: 'waiting', attempts: 0, dueAt, createdAt: now };
  const insert = db.insert(jobs).values(row);
  return again === 'keep' ? insert.onConflictDoNothing() : insert.onConflictDoUpdate(anew(dueAt));
}

const anew = (dueAt: number) => ({
  target: [jobs.kind, jobs.subject],
  set: { status: 'waiting', attempts: 0, dueAt, progress: null, code: null, endedAt: null },
  setWhere: sql`${jobs.status} != 'waiting' or ${jobs.code} is not null`,
});

/** As with `again`, where `when` holds at that very moment; for a batch or alone. */
export const insertJobWhere = (db: Database, { kind, subject }: NewJob, now: number, when: SQL) =>
  db
    .insert(jobs)
    .select(
      sql`select ${newId('job', now)}, ${kind}, ${subject}, null, 'waiting', 0, ${now}, null, null, ${now}, null where ${when}`,
    )
    .onConflictDoUpdate(anew(now))
    .returning({ id: jobs.id });

/** Part of a statement: the erasure of that patient has begun. */
export const isErasing = (patientId: SQL): SQL =>
  sql`exists (select 1 from jobs where jobs.kind = 'erase_patient' and jobs.subject = ${patientId})`;

/** The job, taken: until `leaseUntil` nobody else gets it. Null: it is not due, taken, or over. */
export async function takeJob(
  db: Database,
  id: string,
  now: number,
  leaseUntil: (kind: JobKind) => number,
): Promise<Job | null> {
  const known = await getJob(db, id);
  if (known === null || known.status !== 'waiting' || known.dueAt > now) return null;
  const [row] = await db
    .update(jobs)
    .set({ attempts: sql`${jobs.attempts} + 1`, dueAt: leaseUntil(known.kind), code: null })
    .where(and(eq(jobs.id, id), eq(jobs.status, 'waiting'), eq(jobs.dueAt, known.dueAt)))
    .returning();
  return row === undefined ? null : opened(row);
}

/** What becomes of a job after a try. */
export type Settlement =
  | { readonly status: 'done' }
  /** `progress` null: sent again, it begins from its beginning. */
  | { readonly status: 'dead'; readonly code: string; readonly progress?: null }
  /** `anew`: the tries so far do not count. */
  | {
      readonly status: 'waiting';
      readonly dueAt: number;
      readonly code: string | null;
      readonly progress?: string | null;
      readonly anew?: true;
    };

/** Only by whoever took it last: a try that outlived its lease has no say any more. False: somebody else has it. */
export async function settleJob(db: Database, job: Job, settlement: Settlement, now: number): Promise<boolean> {
  const { anew = false, ...set } = { anew: undefined, ...settlement };
  const ended = settlement.status === 'waiting' ? {} : { endedAt: now };
  const rows = await db
    .update(jobs)
    .set({ code: null, ...set, ...ended, ...(anew ? { attempts: 0 } : {}) })
    .where(
      and(eq(jobs.id, job.id), eq(jobs.status, 'waiting'), eq(jobs.attempts, job.attempts), eq(jobs.dueAt, job.dueAt)),
    )
    .returning({ id: jobs.id });
  return rows.length > 0;
}

/** For a batch, beside what the progress is of: should the process die now, the next try begins there. */
export const setProgress = (db: Database, id: string, progress: string, where: SQL) =>
  db
    .update(jobs)
    .set({ progress })
    .where(and(eq(jobs.id, id), where));

/** Whether nobody else has had it since. */
export async function isStillTaken(db: Database, { id, attempts, dueAt }: Job): Promise<boolean> {
  const known = await getJob(db, id);
  return known?.status === 'waiting' && known.attempts === attempts && known.dueAt === dueAt;
}

/** A person wants it tried again: what was given up has all its tries again, and goes on where it stood. Null: it is unknown, waits, or is done. */
export async function retryJob(db: Database, id: string, now: number): Promise<Job | null> {
  const [row] = await db
    .update(jobs)
    .set({ status: 'waiting', attempts: 0, dueAt: now, endedAt: null })
    .where(and(eq(jobs.id, id), eq(jobs.status, 'dead')))
    .returning();
  return row === undefined ? null : opened(row);
}

/** A person has seen that there is nothing to be done: why it was given up stays with it. Null: it is not dead. */
export async function dismissJob(db: Database, id: string, now: number): Promise<Job | null> {
  const [row] = await db
    .update(jobs)
    .set({ status: 'done', dueAt: now, endedAt: now })
    .where(and(eq(jobs.id, id), eq(jobs.status, 'dead')))
    .returning();
  return row === undefined ? null : opened(row);
}

export async function getJob(db: Database, id: string): Promise<Job | null> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

export async function findJob(db: Database, kind: JobKind, subject: string): Promise<Job | null> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.subject, subject)))
    .limit(1);
  return row === undefined ? null : opened(row);
}

/** Of the calls that `calls` selects: most are about the call itself or one of its deliveries, and known by that. */
export const isOfCalls = (calls: SQL): SQL => sql`(
  (${jobs.kind} in ('fetch_recording', 'discard_recording', 'transcribe_recording') and ${jobs.subject} in ${calls})
  or (${jobs.kind} = 'deliver' and ${jobs.subject} in (select id from deliveries where call_id in ${calls}))
  or (${jobs.kind} = 'discard_stray' and ${jobs.callId} in ${calls}))`;

export async function jobsOfCall(db: Database, callId: string): Promise<Job[]> {
  const rows = await db
    .select()
    .from(jobs)
    .where(isOfCalls(sql`(${callId})`));
  return rows.map(opened);
}

/** Jobs to be hinted at now, those that wait longest first. */
export const dueJobs = (db: Database, now: number, limit: number) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(sql`status = 'waiting'`, lte(jobs.dueAt, now)))
    .orderBy(jobs.dueAt, jobs.id)
    .limit(limit);

/** What was done that long ago interests nobody. It was put in before that, which its id says. */
export const forgetDone = (db: Database, before: number, limit: number) =>
  db
    .delete(jobs)
    .where(
      sql`${jobs.id} in (select id from jobs where id < ${firstIdAt('job', before)} and status = 'done' and due_at < ${before} limit ${limit})`,
    );

export interface JobFilter {
  readonly limit: number;
  /** `at`: when it is due; what is done goes by its id alone. */
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status: JobStatus;
}

const comma = sql`, `;
/** Written out, for by these words the index is known that holds only those. */
const OF_STATUS: Readonly<Record<JobStatus, SQL>> = {
  waiting: sql`status = 'waiting'`,
  done: sql`status = 'done'`,
  dead: sql`status = 'dead'`,
};

/** What waits, by the time it is due; what was given up, the newest first; what is done, what was put in last first. */
export async function listJobs(
  db: Database,
  filter: JobFilter,
): Promise<{ items: Job[]; nextCursor: JobFilter['cursor'] }> {
  const { cursor, status, limit } = filter;
  const isWaiting = status === 'waiting';
  const inOrder = isWaiting ? asc : desc;
  const by = status === 'done' ? [jobs.id] : [jobs.dueAt, jobs.id];
  const beyond = sql.raw(isWaiting ? '>' : '<');
  const seen = status === 'done' ? [cursor?.id] : [cursor?.at, cursor?.id];
  const rows = await db
    .select()
    .from(jobs)
    .where(
      and(
        OF_STATUS[status],
        cursor === null
          ? undefined
          : sql`(${sql.join(by, comma)}) ${beyond} (${sql.join(
              seen.map((value) => sql`${value}`),
              comma,
            )})`,
      ),
    )
    .orderBy(...by.map(inOrder))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { items: page.map(opened), nextCursor: last === undefined ? null : { at: last.dueAt, id: last.id } };
}

/** How many dead letters wait for somebody, counted up to `limit`. `but`: of every kind but this. */
export async function countDeadJobs(db: Database, limit: number, but?: JobKind): Promise<number> {
  const isCounted = and(sql`status = 'dead'`, but === undefined ? undefined : ne(jobs.kind, but));
  const rows = await db.select({ id: jobs.id }).from(jobs).where(isCounted).limit(limit);
  return rows.length;
}

const opened = (row: JobRow): Job => ({ ...row, kind: row.kind as JobKind, status: row.status as JobStatus });
