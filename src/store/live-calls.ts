/** The calls of this moment, for whoever looks; how each stands its session knows better. */
import { and, asc, inArray, isNull, lt, ne } from 'drizzle-orm';
import type { CallStatus } from '../domain/intake/call-record.ts';
import { type Call, openCalls } from './calls.ts';
import type { Database } from './database.ts';
import type { PatientKeys } from './patient-keys.ts';
import { calls } from './schema.ts';

const LIVE = ['queued', 'dialing', 'ringing', 'in_progress'] as const satisfies readonly CallStatus[];

/** Those that wait longest first, those that only wait in line last. */
export async function listLiveCalls(db: Database, ring: PatientKeys, limit: number): Promise<readonly Call[]> {
  const [onTheLine, queued] = await db.batch([
    db
      .select()
      .from(calls)
      .where(and(isNull(calls.endedAt), inArray(calls.status, LIVE), ne(calls.status, 'queued')))
      .orderBy(asc(calls.createdAt))
      .limit(limit),
    db
      .select()
      .from(calls)
      .where(and(isNull(calls.endedAt), inArray(calls.status, ['queued'])))
      .orderBy(asc(calls.createdAt))
      .limit(limit),
  ]);
  return openCalls(ring, [...onTheLine, ...queued].slice(0, limit));
}

/** Counted up to `limit`. */
export async function countLiveCalls(db: Database, limit: number): Promise<number> {
  const isLive = and(isNull(calls.endedAt), inArray(calls.status, LIVE));
  const rows = await db.select({ id: calls.id }).from(calls).where(isLive).limit(limit);
  return rows.length;
}

/** No call lasts so long: Telnyx ends each after an hour, and its session asks long before. */
const STUCK_AFTER_MS = 75 * 60_000;

/** Calls that ought to be over and are not; their ids, the oldest first. */
export async function stuckCalls(db: Database, now: number, limit: number): Promise<readonly string[]> {
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(
      and(
        isNull(calls.endedAt),
        inArray(calls.status, ['dialing', 'ringing', 'in_progress']),
        lt(calls.createdAt, now - STUCK_AFTER_MS),
      ),
    )
    .orderBy(asc(calls.createdAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}
