/** Work for staff that a call left behind: opened, claimed, done. An urgent one alerts until somebody claims it (CL-03). */
import { and, asc, count, desc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { TaskKind } from '../domain/intake/state.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { calls, tasks } from './schema.ts';

export const TASK_STATUSES = ['open', 'claimed', 'done'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  readonly callId: string;
  readonly patientId: string;
  readonly status: TaskStatus;
  /** Who claimed or finished it: an e-mail address, or a service token's client id. */
  readonly owner: string | null;
  readonly dueAt: number;
  readonly createdAt: number;
  readonly doneAt: number | null;
}
type TaskRow = typeof tasks.$inferSelect;
interface NewTask {
  readonly kind: TaskKind;
  readonly callId: string;
  readonly patientId: string;
}

/** A red flag at once, a callback the same day; what the interview left open is not as urgent. */
const DUE_AFTER_MS: Readonly<Record<TaskKind, number>> = {
  red_flag: 0,
  opt_out_review: 24 * 3_600_000,
  guardian: 4 * 3_600_000,
  callback: 4 * 3_600_000,
  identity: 4 * 3_600_000,
  voice_items: 24 * 3_600_000,
};
const ALERTS: ReadonlySet<TaskKind> = new Set(['red_flag']);

/** For a batch: a task that is there already stays as it is. */
export const insertTask = (db: Database, task: NewTask, now: number) =>
  db.insert(tasks).values(rowOf(task, now)).onConflictDoNothing();

/**
 * While the call still runs. What was claimed or done is open again: something new has happened. With a red flag the call is
 * marked in the same batch, so that lists show it before the call's own record comes. Returns the task's id.
 */
export async function openTask(db: Database, task: NewTask, now: number): Promise<string> {
  const row = rowOf(task, now);
  const insert = db
    .insert(tasks)
    .values(row)
    .onConflictDoUpdate({
      target: [tasks.callId, tasks.kind],
      set: { status: 'open', owner: null, alertAt: row.alertAt, dueAt: row.dueAt, claimedAt: null, doneAt: null },
    })
    .returning({ id: tasks.id });
  const mark = db
    .update(calls)
    .set({ redFlags: sql`max(${calls.redFlags}, 1)` })
    .where(eq(calls.id, task.callId));
  const [[opened]] = await db.batch(task.kind === 'red_flag' ? [insert, mark] : [insert]);
  return opened?.id ?? row.id;
}

const rowOf = ({ kind, callId, patientId }: NewTask, now: number) => ({
  id: newId('task', now),
  ...{ kind, callId, patientId },
  status: 'open',
  dueAt: now + DUE_AFTER_MS[kind],
  createdAt: now,
  alertAt: ALERTS.has(kind) ? now : null,
});

export async function tasksOfCall(db: Database, callId: string): Promise<Task[]> {
  const rows = await db.select().from(tasks).where(eq(tasks.callId, callId)).orderBy(asc(tasks.dueAt));
  return rows.map(opened);
}

/** Of a page of calls. */
export async function tasksOfCalls(db: Database, callIds: readonly string[]): Promise<Task[]> {
  const given = sql`(select value from json_each(${JSON.stringify(callIds)}))`;
  const rows = await db.select().from(tasks).where(sql`${tasks.callId} in ${given}`).orderBy(asc(tasks.dueAt));
  return rows.map(opened);
}

/** By way of their calls; what is done comes last. */
export async function tasksOfPatient(db: Database, patientId: string, limit: number): Promise<Task[]> {
  const rows = await db
    .select()
    .from(tasks)
    .where(sql`${tasks.callId} in (select id from calls where patient_id = ${patientId})`)
    .orderBy(sql`${tasks.status} = 'done'`, asc(tasks.dueAt))
    .limit(limit);
  return rows.map(opened);
}

/** The red-flag tasks of those calls that have one, by call: one page of a list. */
export async function redFlagTasks(db: Database, callIds: readonly string[]): Promise<Map<string, Task>> {
  if (callIds.length === 0) return new Map();
  const ofThese = and(inArray(tasks.callId, [...callIds]), eq(tasks.kind, 'red_flag'));
  const rows = await db.select().from(tasks).where(ofThese);
  return new Map(rows.map((row) => [row.callId, opened(row)]));
}

export interface TaskFilter {
  readonly limit: number;
  /** `at`: when it is due. */
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status: TaskStatus;
  readonly kind?: TaskKind;
}

/** What is due first comes first; of what is done, what was due last. */
export async function listTasks(
  db: Database,
  filter: TaskFilter,
): Promise<{ items: Task[]; nextCursor: TaskFilter['cursor'] }> {
  const { cursor } = filter;
  const isHistory = filter.status === 'done';
  const inOrder = isHistory ? desc : asc;
  const beyond = isHistory ? sql.raw('<') : sql.raw('>');
  const rows = await db
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.status, filter.status),
        filter.kind === undefined ? undefined : eq(tasks.kind, filter.kind),
        cursor === null ? undefined : sql`(${tasks.dueAt}, ${tasks.id}) ${beyond} (${cursor.at}, ${cursor.id})`,
      ),
    )
    .orderBy(inOrder(tasks.dueAt), inOrder(tasks.id))
    .limit(filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { items: page.map(opened), nextCursor: last === undefined ? null : { at: last.dueAt, id: last.id } };
}

export async function getTask(db: Database, id: string): Promise<Task | null> {
  const [row] = await db.select().from(tasks).where(eq(tasks.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

/** Null when it is not open any more: somebody was faster. */
export async function claimTask(db: Database, id: string, owner: string, now: number): Promise<Task | null> {
  const [row] = await db
    .update(tasks)
    .set({ status: 'claimed', owner, claimedAt: now, alertAt: null })
    .where(and(eq(tasks.id, id), eq(tasks.status, 'open')))
    .returning();
  return row === undefined ? null : opened(row);
}

/** By whoever has done it, whether it was claimed before or not; null when it was done already. */
export async function finishTask(db: Database, id: string, owner: string, now: number): Promise<Task | null> {
  const [row] = await db
    .update(tasks)
    .set({ status: 'done', owner: sql`coalesce(${tasks.owner}, ${owner})`, doneAt: now, alertAt: null })
    .where(and(eq(tasks.id, id), inArray(tasks.status, ['open', 'claimed'])))
    .returning();
  return row === undefined ? null : opened(row);
}

/** Tasks staff have to be told of now, those that wait longest first. */
export const dueAlerts = (db: Database, now: number, limit: number) =>
  db
    .select({ id: tasks.id, kind: tasks.kind, callId: tasks.callId })
    .from(tasks)
    .where(lte(tasks.alertAt, now))
    .orderBy(tasks.alertAt)
    .limit(limit);

/** Tasks that nobody has done, and those among them that should have been done by now. */
export async function countTasks(
  db: Database,
  now: number,
): Promise<{ readonly open: number; readonly overdue: number }> {
  const [row] = await db
    .select({ open: count(), overdue: sql<number>`coalesce(sum(${tasks.dueAt} < ${now}), 0)` })
    .from(tasks)
    .where(inArray(tasks.status, ['open', 'claimed']));
  return row ?? { open: 0, overdue: 0 };
}

/** How many alerts nobody has claimed yet, counted up to `limit`. */
export async function countAlerts(db: Database, limit: number): Promise<number> {
  const waiting = db.select({ id: tasks.id }).from(tasks).where(sql`alert_at is not null`).limit(limit);
  return (await waiting).length;
}

/** Told; again at `nextAt`, unless somebody claims it before. */
export const alertAgainAt = (db: Database, id: string, nextAt: number) =>
  db
    .update(tasks)
    .set({ alertAt: nextAt })
    .where(and(eq(tasks.id, id), eq(tasks.status, 'open')));

const opened = (row: TaskRow): Task => ({
  ...{ id: row.id, callId: row.callId, patientId: row.patientId, owner: row.owner },
  ...{ dueAt: row.dueAt, createdAt: row.createdAt, doneAt: row.doneAt },
  kind: row.kind as TaskKind,
  status: row.status as TaskStatus,
});
