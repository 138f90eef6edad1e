/** Attempts to dial: one row each, never reused. Ending one frees the number for the next. */
import { and, eq, isNull, lt } from 'drizzle-orm';
import type { GateCode } from '../domain/campaign/gate.ts';
import type { Database } from './database.ts';
import { attempts, calls } from './schema.ts';

export const endAttempt = (db: Database, attemptId: string, now: number) =>
  db
    .update(attempts)
    .set({ status: 'ended', reservedNumber: null, endedAt: now })
    .where(and(eq(attempts.id, attemptId), isNull(attempts.endedAt)));

/** The gate said no at dial time: the call is `blocked`, the number free again. Never a call that is already under way. */
export const blockAttempt = (db: Database, attemptId: string, callId: string, code: GateCode, now: number) =>
  db.batch([
    db
      .update(attempts)
      .set({ status: 'blocked', reservedNumber: null, endedAt: now })
      .where(and(eq(attempts.id, attemptId), eq(attempts.status, 'queued'))),
    db
      .update(calls)
      .set({ status: 'blocked', error: code, endedAt: now })
      .where(and(eq(calls.id, callId), eq(calls.status, 'queued'))),
  ]);

/** Staff stopped it before it was dialled; the attempt that the dialer must forget, or null when there is none to stop. */
export async function cancelQueued(db: Database, callId: string, now: number): Promise<string | null> {
  const [canceled] = await db.batch([
    db
      .update(attempts)
      .set({ status: 'canceled', reservedNumber: null, endedAt: now })
      .where(and(eq(attempts.callId, callId), isNull(attempts.endedAt)))
      .returning({ id: attempts.id }),
    db
      .update(calls)
      .set({ status: 'canceled', endedAt: now })
      .where(and(eq(calls.id, callId), isNull(calls.endedAt))),
  ]);
  return canceled[0]?.id ?? null;
}

/** Attempts still waiting that long after they were made: their way to the dialer may have been lost. */
export const waitingAttempts = (db: Database, createdBefore: number, limit: number) =>
  db
    .select({ attemptId: attempts.id, callId: attempts.callId })
    .from(attempts)
    .where(and(eq(attempts.status, 'queued'), lt(attempts.createdAt, createdBefore)))
    .orderBy(attempts.createdAt)
    .limit(limit);

export async function attemptStatus(db: Database, attemptId: string): Promise<string | null> {
  const [row] = await db.select({ status: attempts.status }).from(attempts).where(eq(attempts.id, attemptId)).limit(1);
  return row?.status ?? null;
}

export const markDialing = (db: Database, attemptId: string) =>
  db
    .update(attempts)
    .set({ status: 'dialing' })
    .where(and(eq(attempts.id, attemptId), eq(attempts.status, 'queued')));
