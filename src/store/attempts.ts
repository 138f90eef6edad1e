/** Attempts to dial: one row each, never reused. Ending one frees the number for the next. */
import { and, eq, exists, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { GateCode } from '../domain/campaign/gate.ts';
import type { Database } from './database.ts';
import { attempts, calls, contacts } from './schema.ts';

/** What is free again when an attempt is over. */
const FREE = { reservedNumber: null, reservedPatient: null } as const;

/** When it rang and was answered, epoch milliseconds; a dial that Telnyx refused never rang, and counts for no cap. */
export interface AttemptTimes {
  readonly dialedAt: number | null;
  readonly answeredAt: number | null;
}

export const endAttempt = (db: Database, attemptId: string, times: AttemptTimes, now: number) =>
  db
    .update(attempts)
    .set({ ...FREE, ...times, status: 'ended', endedAt: now })
    .where(and(eq(attempts.id, attemptId), isNull(attempts.endedAt)));

/** A dial nobody knows of may still ring: the number stays reserved until `endUnknown`. */
export const holdAttempt = (db: Database, attemptId: string, times: AttemptTimes) =>
  db
    .update(attempts)
    .set({ ...times, status: 'unknown' })
    .where(and(eq(attempts.id, attemptId), isNull(attempts.endedAt)));

/** Frees the numbers of unknown dials that left before that time, unless their call lives after all. */
export const endUnknown = (db: Database, dialedBefore: number, now: number) =>
  db
    .update(attempts)
    .set({ ...FREE, status: 'ended', endedAt: now })
    .where(
      and(
        eq(attempts.status, 'unknown'),
        isNull(attempts.endedAt),
        exists(
          db
            .select({ one: sql`1` })
            .from(calls)
            .where(and(eq(calls.id, attempts.callId), isNotNull(calls.endedAt), lt(calls.dialedAt, dialedBefore))),
        ),
      ),
    );

/** The gate said no at dial time: the call is `blocked`, the number free again. Never a call that is already under way. */
export const blockAttempt = (db: Database, attemptId: string, callId: string, code: GateCode, now: number) =>
  db.batch([
    db
      .update(attempts)
      .set({ ...FREE, status: 'blocked', endedAt: now })
      .where(and(eq(attempts.id, attemptId), eq(attempts.status, 'queued'))),
    db
      .update(calls)
      .set({ status: 'blocked', error: code, endedAt: now })
      .where(and(eq(calls.id, callId), eq(calls.status, 'queued'))),
  ]);

/** Staff stopped it before it was dialled; the attempt that the dialer must forget, or null when there is none to stop. */
export const cancelUnstarted = (db: Database, callId: string, now: number) =>
  endUnstarted(db, callId, 'canceled', null, now);

/** It can never be dialled: what it needs is gone. */
export const failUnstarted = (db: Database, callId: string, code: string, now: number) =>
  endUnstarted(db, callId, 'failed', code, now);

async function endUnstarted(
  db: Database,
  callId: string,
  status: 'canceled' | 'failed',
  error: string | null,
  now: number,
): Promise<string | null> {
  const [ended] = await db.batch([
    db
      .update(attempts)
      .set({ ...FREE, status, endedAt: now })
      .where(and(eq(attempts.callId, callId), isNull(attempts.endedAt)))
      .returning({ id: attempts.id }),
    db
      .update(calls)
      .set({ status, error, endedAt: now })
      .where(and(eq(calls.id, callId), isNull(calls.endedAt))),
  ]);
  return ended[0]?.id ?? null;
}

/** Attempts still waiting that long after they were made: their way to the dialer may have been lost. */
export const waitingAttempts = (db: Database, createdBefore: number, limit: number) =>
  db
    .select({
      ...{ attemptId: attempts.id, callId: attempts.callId },
      ...{ campaignId: attempts.campaignId, contactId: attempts.contactId },
    })
    .from(attempts)
    .where(and(isNull(attempts.endedAt), eq(attempts.status, 'queued'), lt(attempts.createdAt, createdBefore)))
    .orderBy(attempts.createdAt)
    .limit(limit);

export async function attemptStatus(db: Database, attemptId: string): Promise<string | null> {
  const [row] = await db.select({ status: attempts.status }).from(attempts).where(eq(attempts.id, attemptId)).limit(1);
  return row?.status ?? null;
}

export const markDialing = (db: Database, attemptId: string, now: number) =>
  db
    .update(attempts)
    .set({ status: 'dialing', dialedAt: now })
    .where(and(eq(attempts.id, attemptId), eq(attempts.status, 'queued')));

/**
 * Attempts of a campaign that the dialer gave back before they were taken: no call was made. Their contacts wait again, or are over
 * with the campaign.
 */
export async function cancelQueued(
  db: Database,
  attemptIds: readonly string[],
  contactStatus: 'ready' | 'canceled',
  now: number,
): Promise<void> {
  if (attemptIds.length === 0) return;
  const ids = JSON.stringify(attemptIds);
  // A plus keeps to the ids: of those ever canceled there may be many.
  const queued = (of: SQL) => sql`(select ${of} from attempts as a where +a.status = 'canceled' and a.ended_at = ${now}
    and a.id in (select value from json_each(${ids})))`;
  await db.batch([
    db
      .update(attempts)
      .set({ ...FREE, status: 'canceled', endedAt: now })
      .where(and(sql`${attempts.id} in (select value from json_each(${ids}))`, eq(attempts.status, 'queued'))),
    db
      .update(calls)
      .set({ status: 'canceled', endedAt: now })
      .where(and(sql`${calls.id} in ${queued(sql`a.call_id`)}`, eq(calls.status, 'queued'))),
    db
      .update(contacts)
      .set({ status: contactStatus, code: contactStatus === 'canceled' ? 'canceled' : null, updatedAt: now })
      .where(
        and(
          ...[
            sql`${contacts.id} in ${queued(sql`a.contact_id`)}`,
            sql`${contacts.lastCallId} in ${queued(sql`a.call_id`)}`,
          ],
          sql`+${contacts.status} = 'active'`,
        ),
      ),
  ]);
}
