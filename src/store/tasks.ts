/** Work for staff that a call left behind. No patient data: the call says whom it is about. */
import { asc, eq } from 'drizzle-orm';
import type { TaskKind } from '../domain/intake/state.ts';
import type { Database } from './database.ts';
import { tasks } from './schema.ts';

export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  readonly status: 'open' | 'done';
  readonly dueAt: number;
}

export async function tasksOfCall(db: Database, callId: string): Promise<Task[]> {
  const rows = await db.select().from(tasks).where(eq(tasks.callId, callId)).orderBy(asc(tasks.dueAt));
  return rows.map(({ id, kind, status, dueAt }) => ({
    id,
    kind: kind as TaskKind,
    status: status as Task['status'],
    dueAt,
  }));
}
