/**
 * Everything that is kept about one patient, call by call, for whoever takes it along: each page is a few statements, so that a patient
 * of many calls can be written out while it is read.
 */
import { and, asc, desc, inArray, isNull, or, sql } from 'drizzle-orm';
import type { CallLog } from '../domain/intake/call-log.ts';
import type { Note } from '../domain/note/note.ts';
import { openCallLog } from './call-logs.ts';
import { type Call, type CallCursor, listCalls } from './calls.ts';
import type { Database } from './database.ts';
import { openNote } from './notes.ts';
import type { PatientKeys } from './patient-keys.ts';
import { type Recording, recordingsOf } from './recordings.ts';
import { type Reviews, reviewsOfCalls } from './reviews.ts';
import { callLogs, dialDecisions, notes } from './schema.ts';
import type { DataKey } from './seal.ts';
import { type Task, tasksOfCalls } from './tasks.ts';

export interface Decision {
  readonly id: string;
  readonly callId: string | null;
  readonly campaignId: string | null;
  readonly moment: string;
  readonly allowed: boolean;
  readonly code: string | null;
  readonly policyVersion: string;
  /** JSON, ids and codes. */
  readonly facts: string;
  readonly decidedAt: number;
}

export interface CallRecords {
  readonly call: Call;
  /** Every version, the newest first. */
  readonly notes: readonly Note[];
  readonly reviews: Reviews;
  readonly log: CallLog | null;
  readonly recording: Recording | null;
  readonly tasks: readonly Task[];
  readonly decisions: readonly Decision[];
}

const PAGE = 25;

/** Newest call first. */
export async function* callRecords(
  db: Database,
  ring: PatientKeys,
  dataKey: DataKey,
  patientId: string,
): AsyncGenerator<readonly CallRecords[], void> {
  let cursor: CallCursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof listCalls>> = await listCalls(db, ring, { limit: PAGE, cursor, patientId });
    cursor = page.nextCursor;
    yield await recordsOf(db, dataKey, page.items);
  } while (cursor !== null);
}

async function recordsOf(db: Database, dataKey: DataKey, calls: readonly Call[]): Promise<CallRecords[]> {
  const ids = calls.map(({ id }) => id);
  const given = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const [noteRows, logRows, decisions, recordings, tasks, reviews] = await Promise.all([
    db.select().from(notes).where(sql`${notes.callId} in ${given}`).orderBy(desc(notes.version)),
    db.select().from(callLogs).where(sql`${callLogs.callId} in ${given}`),
    db
      .select()
      .from(dialDecisions)
      .where(sql`${dialDecisions.callId} in ${given}`)
      .orderBy(asc(dialDecisions.decidedAt)),
    recordingsOf(db, ids),
    tasksOfCalls(db, ids),
    reviewsOfCalls(db, dataKey, ids),
  ]);
  return Promise.all(
    calls.map(async (call) => {
      const log = logRows.find(({ callId }) => callId === call.id);
      return {
        call,
        notes: noteRows.filter(({ callId }) => callId === call.id).map((row) => openNote(dataKey, row)),
        reviews: reviews.get(call.id) ?? { signatures: [], addenda: [] },
        log: log === undefined ? null : await openCallLog(dataKey, call.id, log.sealed),
        recording: recordings.get(call.id) ?? null,
        tasks: tasks.filter(({ callId }) => callId === call.id),
        decisions: decisions.filter(({ callId }) => callId === call.id),
      };
    }),
  );
}

/** Why they were not called, where no call came of it. */
export async function decisionsWithoutCall(db: Database, patientId: string): Promise<Decision[]> {
  const { contactId, callId, patientId: of } = dialDecisions;
  const theirContacts = sql`(select id from contacts where patient_id = ${patientId})`;
  return db
    .select()
    .from(dialDecisions)
    .where(
      and(isNull(callId), or(and(isNull(contactId), inArray(of, [patientId])), sql`${contactId} in ${theirContacts}`)),
    )
    .orderBy(asc(dialDecisions.decidedAt));
}
