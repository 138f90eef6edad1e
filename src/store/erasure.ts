/** What the erasure of a patient asks of D1: their calls by the page, and at the end every row that is about them. */
import { and, asc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm';
import { stripConsents } from './consents.ts';
import type { Database } from './database.ts';
import { cancelDeliveries } from './deliveries.ts';
import { blankDisclosures } from './disclosures.ts';
import { blankHolds, isHeld, standingHold } from './holds.ts';
import { blankAnswersOf } from './idempotency-keys.ts';
import { findJob, insertJob, insertJobWhere, isOfCalls, type Job } from './jobs.ts';
import { type By, blankRequests, endErasureRequest } from './patient-requests.ts';
import {
  attempts,
  callLogs,
  calls,
  contacts,
  deliveries,
  jobs,
  notes,
  patients,
  recordings,
  recordingTranscripts,
  reviews,
  tasks,
} from './schema.ts';

export interface CallOfPatient {
  readonly id: string;
  readonly createdAt: number;
}

/** Where a page of calls ends: `<created_at>.<id>`, as the index has them. */
export const pageEnd = (page: readonly CallOfPatient[]): string => {
  const last = page.at(-1);
  return last === undefined ? '' : `${last.createdAt}.${last.id}`;
};

/** `after`: what `pageEnd` gave; empty: from the beginning. */
const afterThat = (after: string) => {
  const [at = '', id = ''] = after.split('.');
  return sql`(${calls.createdAt}, ${calls.id}) > (${Number(at)}, ${id})`;
};

const page = (db: Database, where: SQL | undefined, after: string, limit: number): Promise<CallOfPatient[]> =>
  db
    .select({ id: calls.id, createdAt: calls.createdAt })
    .from(calls)
    .where(and(where, afterThat(after)))
    .orderBy(asc(calls.createdAt), asc(calls.id))
    .limit(limit);

export const callsOfPatient = (db: Database, patientId: string, after: string, limit: number) =>
  page(db, eq(calls.patientId, patientId), after, limit);

export const recentInboundCalls = (db: Database, since: number, after: string, limit: number) =>
  page(db, eq(calls.direction, 'inbound'), after === '' ? `${since}.` : after, limit);

/** In the books it stood under another name. */
export const giveCall = (db: Database, callId: string, patientId: string) =>
  db.update(calls).set({ patientId }).where(eq(calls.id, callId));

/** What was recorded of a call and may still lie at Telnyx; `endedAt`: epoch milliseconds. */
export interface AtTelnyx {
  readonly telnyxId: string | null;
  readonly legId: string | null;
  readonly endedAt: number;
}

/** Of every call whose patient agreed to be recorded, or of which a recording is known: a webhook may not have come yet. */
export async function recordingsAtTelnyx(db: Database, patientId: string): Promise<AtTelnyx[]> {
  const rows = await db
    .select({
      ...{ telnyxId: recordings.telnyxId, legId: calls.callLegId, endedAt: calls.endedAt },
      createdAt: calls.createdAt,
    })
    .from(calls)
    .leftJoin(recordings, eq(recordings.callId, calls.id))
    .where(
      and(
        eq(calls.patientId, patientId),
        or(eq(calls.consentRecording, 'given'), isNotNull(recordings.id)),
        isNull(recordings.deletedAtTelnyxAt),
      ),
    );
  return rows.map(({ createdAt, ...row }) => ({ ...row, endedAt: row.endedAt ?? createdAt }));
}

/** A red flag of theirs that nobody has seen to: whoever erases them would hide it. */
export async function openRedFlagOf(db: Database, patientId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: tasks.id })
    .from(tasks)
    .innerJoin(calls, eq(calls.id, tasks.callId))
    .where(and(eq(calls.patientId, patientId), eq(tasks.kind, 'red_flag'), eq(tasks.status, 'open')))
    .limit(1);
  return row?.id ?? null;
}

/** Which of these, who were erased, still have rows: a database that was restored to before. */
export async function returnedPatients(db: Database, ids: readonly string[]): Promise<string[]> {
  const given = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const [rows, theirCalls] = await Promise.all([
    db.select({ id: patients.id }).from(patients).where(sql`${patients.id} in ${given}`),
    db.selectDistinct({ id: calls.patientId }).from(calls).where(sql`${calls.patientId} in ${given}`),
  ]);
  return [...new Set([...rows, ...theirCalls].map(({ id }) => id))];
}

/** Which of these calls are still there. */
export async function keptCalls(db: Database, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const given = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const rows = await db.select({ id: calls.id }).from(calls).where(sql`${calls.id} in ${given}`);
  return new Set(rows.map(({ id }) => id));
}

/** Whether the patient has a row, also one that nobody can open any more. */
export async function patientExists(db: Database, patientId: string): Promise<boolean> {
  const rows = await db.select({ id: patients.id }).from(patients).where(eq(patients.id, patientId)).limit(1);
  return rows.length > 0;
}

/** One of the patient's calls that runs or waits to be dialled; it must be over before anything is erased. */
export async function liveCallOf(db: Database, patientId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: calls.id })
    .from(calls)
    .where(and(eq(calls.patientId, patientId), inArray(calls.status, ['queued', 'dialing', 'ringing', 'in_progress'])))
    .limit(1);
  return row?.id ?? null;
}

/** Of somebody whose key is gone already: no hold keeps what nobody can open. */
export const insertErasure = (db: Database, patientId: string, now: number) =>
  insertJob(db, { kind: 'erase_patient', subject: patientId }, now, 'again');

/**
 * Begins it unless a hold stands at that very moment: the row of the work is written before the key goes, and no hold is placed once it
 * is there (store/holds.ts). Null: one stands, and nothing was begun.
 */
export async function beginErasure(db: Database, patientId: string, now: number): Promise<Job | null> {
  return begun(db, patientId, await insertUnlessHeld(db, patientId, now));
}

/** The same on the second person's word, which ends the request in the same batch. `answered`: it was over already, and nothing was begun. */
export async function beginApprovedErasure(
  db: Database,
  { id, patientId }: { readonly id: string; readonly patientId: string },
  by: By,
  now: number,
): Promise<Job | 'answered' | null> {
  const approved = sql`exists (select 1 from patient_requests where id = ${id} and status = 'done')`;
  const [ended, inserted] = await db.batch([
    endErasureRequest(db, id, by, now, sql`not ${isHeld(sql`${patientId}`)}`),
    insertUnlessHeld(db, patientId, now, approved),
  ]);
  if (ended.length > 0 || inserted.length > 0) return begun(db, patientId, inserted);
  return (await standingHold(db, patientId)) === null ? 'answered' : null;
}

const insertUnlessHeld = (db: Database, patientId: string, now: number, when: SQL = sql`true`) =>
  insertJobWhere(
    db,
    { kind: 'erase_patient', subject: patientId },
    now,
    sql`not ${isHeld(sql`${patientId}`)} and ${when}`,
  );

/** Nothing was written: it is under way already, or a hold stands. */
async function begun(db: Database, patientId: string, inserted: readonly unknown[]): Promise<Job | null> {
  if (inserted.length === 0 && (await standingHold(db, patientId)) !== null) return null;
  return findJob(db, 'erase_patient', patientId);
}

/**
 * Suppressions, dial decisions, what was handed on and disclosed, attempts and consents stay, the last two without their number and consents
 * without their patient: ids, times and codes, the proof of what was done.
 */
export async function deletePatientRows(db: Database, patientId: string, now: number): Promise<void> {
  const theirCalls = sql`(select id from calls where patient_id = ${patientId})`;
  await db.batch([
    db.delete(notes).where(sql`${notes.callId} in ${theirCalls}`),
    db.delete(reviews).where(sql`${reviews.callId} in ${theirCalls}`),
    db.delete(callLogs).where(sql`${callLogs.callId} in ${theirCalls}`),
    db.delete(tasks).where(sql`${tasks.callId} in ${theirCalls}`),
    // What lies at Telnyx is the erasure's to see to from here; what was handed on stays on record, and nothing more is.
    db.delete(jobs).where(isOfCalls(theirCalls)),
    cancelDeliveries(db, sql`${deliveries.callId} in ${theirCalls}`, now),
    // A dial that is held as unknown is freed by its call, which goes; and no key of the ring reaches the number's hash any more.
    db
      .update(attempts)
      .set({
        reservedNumber: null,
        reservedPatient: null,
        phoneHash: null,
        status: sql`case when ${attempts.endedAt} is null then 'ended' else ${attempts.status} end`,
        endedAt: sql`coalesce(${attempts.endedAt}, ${now})`,
      })
      .where(sql`${attempts.callId} in ${theirCalls}`),
    db.delete(recordings).where(sql`${recordings.callId} in ${theirCalls}`),
    stripConsents(db, patientId, now),
    db.delete(recordingTranscripts).where(eq(recordingTranscripts.patientId, patientId)),
    db.delete(contacts).where(eq(contacts.patientId, patientId)),
    blankAnswersOf(db, patientId),
    blankHolds(db, patientId),
    blankRequests(db, patientId, now),
    blankDisclosures(db, patientId),
    db.delete(calls).where(eq(calls.patientId, patientId)),
    db.delete(patients).where(eq(patients.id, patientId)),
  ]);
}
