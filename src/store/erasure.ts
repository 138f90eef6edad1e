/** What the erasure of a patient asks of D1: their calls by the page, and at the end every row that is about them. */
import { and, asc, eq, gt, gte, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { insertJob, type Job } from './jobs.ts';
import { attempts, callLogs, calls, consents, jobs, notes, patients, recordings, tasks } from './schema.ts';

export interface CallOfPatient {
  readonly id: string;
}

/** By id, so that a page may begin anywhere. */
export const callsOfPatient = (
  db: Database,
  patientId: string,
  after: string,
  limit: number,
): Promise<CallOfPatient[]> =>
  db
    .select({ id: calls.id })
    .from(calls)
    .where(and(eq(calls.patientId, patientId), gt(calls.id, after)))
    .orderBy(asc(calls.id))
    .limit(limit);

export const recentInboundCalls = (
  db: Database,
  since: number,
  after: string,
  limit: number,
): Promise<CallOfPatient[]> =>
  db
    .select({ id: calls.id })
    .from(calls)
    .where(and(gte(calls.createdAt, since), eq(calls.direction, 'inbound'), gt(calls.id, after)))
    .orderBy(asc(calls.id))
    .limit(limit);

/** In the books it stood under another name. */
export const giveCall = (db: Database, callId: string, patientId: string) =>
  db.update(calls).set({ patientId }).where(eq(calls.id, callId));

/** Recordings whose copy may still lie at Telnyx, and the legs they are of. */
export const recordingsAtTelnyx = (db: Database, patientId: string) =>
  db
    .select({ telnyxId: recordings.telnyxId, legId: calls.callLegId })
    .from(recordings)
    .innerJoin(calls, eq(calls.id, recordings.callId))
    .where(and(eq(recordings.patientId, patientId), isNull(recordings.deletedAtTelnyxAt)));

/** Which of these, who were erased, still have rows: a database that was restored to before. */
export async function returnedPatients(db: Database, ids: readonly string[]): Promise<string[]> {
  const given = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const [rows, theirCalls] = await Promise.all([
    db.select({ id: patients.id }).from(patients).where(sql`${patients.id} in ${given}`),
    db.selectDistinct({ id: calls.patientId }).from(calls).where(sql`${calls.patientId} in ${given}`),
  ]);
  return [...new Set([...rows, ...theirCalls].map(({ id }) => id))];
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

export const insertErasure = (db: Database, patientId: string, now: number) =>
  insertJob(db, { kind: 'erase_patient', subject: patientId }, now, 'again');

/** Suppressions, dial decisions and attempts stay: they hold ids, codes and keyed hashes, and are the proof of what was done. */
export async function deletePatientRows(db: Database, patientId: string, now: number): Promise<void> {
  const theirCalls = sql`(select id from calls where patient_id = ${patientId})`;
  const aboutCalls: Job['kind'][] = ['fetch_recording', 'discard_recording'];
  await db.batch([
    db.delete(notes).where(sql`${notes.callId} in ${theirCalls}`),
    db.delete(callLogs).where(sql`${callLogs.callId} in ${theirCalls}`),
    db.delete(tasks).where(sql`${tasks.callId} in ${theirCalls}`),
    db.delete(jobs).where(and(inArray(jobs.kind, aboutCalls), sql`${jobs.callId} in ${theirCalls}`)),
    // A dial that is held as unknown is freed by its call, which goes; and the number it holds is the patient's.
    db
      .update(attempts)
      .set({ status: 'ended', reservedNumber: null, endedAt: now })
      .where(and(sql`${attempts.callId} in ${theirCalls}`, isNotNull(attempts.reservedNumber))),
    db.delete(recordings).where(eq(recordings.patientId, patientId)),
    db.delete(consents).where(eq(consents.patientId, patientId)),
    db.delete(calls).where(eq(calls.patientId, patientId)),
    db.delete(patients).where(eq(patients.id, patientId)),
  ]);
}
