/**
 * Everything that is kept about one patient, call by call, for whoever takes it along: each page is a few statements, so that a patient
 * of many calls can be written out while it is read.
 */
import { and, asc, desc, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import type { CallLog } from '../domain/intake/call-log.ts';
import type { Note } from '../domain/note/note.ts';
import { openCallLog } from './call-logs.ts';
import { type Call, type CallCursor, listCalls } from './calls.ts';
import { type ContactDetails, type ContactRow, openDetails } from './contacts.ts';
import type { Database } from './database.ts';
import { openNote } from './notes.ts';
import type { PatientKeys } from './patient-keys.ts';
import { type RecordingTranscript, recordingTranscriptsOf } from './recording-transcripts.ts';
import { type Recording, recordingsOf } from './recordings.ts';
import { type Reviews, reviewsOfCalls } from './reviews.ts';
import { callLogs, contacts, deliveries, dialDecisions, notes } from './schema.ts';
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
  /** What was written down from it. */
  readonly spoken: RecordingTranscript | null;
  readonly tasks: readonly Task[];
  readonly decisions: readonly Decision[];
  readonly deliveries: readonly Delivered[];
}

/** A version of its note on its way to a system of the clinic. */
export type Delivered = Pick<
  typeof deliveries.$inferSelect,
  'id' | 'callId' | 'noteVersion' | 'sink' | 'status' | 'endedAt' | 'deliveredAt'
>;

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
  const [noteRows, logRows, decisions, recordings, tasks, reviews, handedOn, spoken] = await Promise.all([
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
    db.select().from(deliveries).where(sql`${deliveries.callId} in ${given}`).orderBy(asc(deliveries.noteVersion)),
    recordingTranscriptsOf(db, dataKey, ids),
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
        spoken: spoken.get(call.id) ?? null,
        tasks: tasks.filter(({ callId }) => callId === call.id),
        decisions: decisions.filter(({ callId }) => callId === call.id),
        deliveries: handedOn.filter(({ callId }) => callId === call.id),
      };
    }),
  );
}

/** The newest note and the log of each call of a page, opened when they are asked for: they are the longest of it. */
export async function notesAndLogs(db: Database, dataKey: DataKey, callIds: readonly string[]) {
  const given = sql`(select value from json_each(${JSON.stringify(callIds)}))`;
  const newest = sql`(select note_version from calls where calls.id = ${notes.callId})`;
  const [noteRows, logRows] = await Promise.all([
    db.select().from(notes).where(sql`${notes.callId} in ${given} and ${notes.version} = ${newest}`),
    db.select().from(callLogs).where(sql`${callLogs.callId} in ${given}`),
  ]);
  return async (callId: string): Promise<{ readonly note: Note | null; readonly log: CallLog | null }> => {
    const note = noteRows.find((row) => row.callId === callId);
    const log = logRows.find((row) => row.callId === callId);
    return {
      note: note === undefined ? null : openNote(dataKey, note),
      log: log === undefined ? null : await openCallLog(dataKey, callId, log.sealed),
    };
  };
}

/** Why they were not called, where no call came of it. */
export async function decisionsWithoutCall(db: Database, patientId: string): Promise<Decision[]> {
  const { contactId, callId, patientId: of } = dialDecisions;
  const theirContacts = sql`(select id from contacts where patient_id = ${patientId})`;
  return db
    .select()
    .from(dialDecisions)
    .where(
      or(
        and(isNull(callId), isNull(contactId), inArray(of, [patientId])),
        and(isNull(callId), sql`${contactId} in ${theirContacts}`),
      ),
    )
    .orderBy(asc(dialDecisions.decidedAt));
}

/** A place of theirs in the list of a campaign. */
export interface CampaignPlace
  extends Pick<ContactRow, 'id' | 'campaignId' | 'status' | 'code' | 'outcome' | 'createdAt'> {
  readonly variables: ContactDetails['variables'];
}

export async function campaignsOfPatient(db: Database, dataKey: DataKey, patientId: string): Promise<CampaignPlace[]> {
  const rows = await db
    .select()
    .from(contacts)
    .where(eq(contacts.patientId, patientId))
    .orderBy(desc(contacts.createdAt))
    .limit(MOST_CAMPAIGNS);
  return rows.map(({ id, campaignId, status, code, outcome, createdAt, sealed }) => ({
    ...{ id, campaignId, status, code, outcome, createdAt },
    variables: openDetails({ id, sealed }, dataKey).variables,
  }));
}
const MOST_CAMPAIGNS = 1000;
