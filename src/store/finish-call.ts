/**
 * The end of a call in D1: record, note and its deliveries, log, tasks and what the patient asked for, in one batch, so that there is never a
 * note without its call or a free number before its outcome. Running it again changes nothing.
 */
import { eq, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { SinkName } from '../domain/delivery/sinks.ts';
import type { CallLog } from '../domain/intake/call-log.ts';
import type { CallRecord } from '../domain/intake/call-record.ts';
import type { CallRecording } from '../domain/intake/recording.ts';
import type { TaskKind } from '../domain/intake/state.ts';
import type { Note } from '../domain/note/note.ts';
import { endAttempt, holdAttempt } from './attempts.ts';
import { insertCallLog, packCallLog } from './call-logs.ts';
import { sealNumbers } from './calls.ts';
import { revokeConsents } from './consents.ts';
import type { Database } from './database.ts';
import { insertDeliveries } from './deliveries.ts';
import { insertJob } from './jobs.ts';
import { afterCorrections, insertNote } from './notes.ts';
import { insertRecording, shownRecording } from './recordings.ts';
import { calls } from './schema.ts';
import type { DataKey, KeyRing } from './seal.ts';
import { insertSuppression } from './suppressions.ts';
import { insertTask } from './tasks.ts';

export interface FinishedCall {
  readonly callId: string;
  /** Null for an inbound call. */
  readonly attemptId: string | null;
  /** In whose name the call was begun, and whose it proved to be: of several at one number only the call itself tells. */
  readonly ownerId: string;
  readonly patientId: string;
  readonly externalId: string | null;
  readonly phoneNumber: string;
  readonly clinicNumber: string;
  /** What was asked: of an inbound call that, too, is known only when it is known who rang. */
  readonly questionnaire: { readonly id: string; readonly version: number };
  readonly record: CallRecord;
  /** Telnyx refused the dial: nothing rang. */
  readonly refused: boolean;
  readonly note: Note | null;
  /** How each question went, of a call that leaves a note. */
  readonly itemCodes: string | null;
  /** Who gets the note. */
  readonly sinks: readonly SinkName[];
  readonly recording: CallRecording | null;
  /** Ids of what else was recorded on the leg, and must not stay at Telnyx. */
  readonly strayRecordings: readonly string[];
  readonly log: CallLog;
  readonly tasks: readonly TaskKind[];
}

export async function finishCall(
  db: Database,
  ring: KeyRing,
  dataKey: DataKey,
  call: FinishedCall,
  now: number,
): Promise<void> {
  const { callId, patientId, phoneNumber, record } = call;
  const sealedLog = await packCallLog(dataKey, callId, call.log);
  // Carried out with the outcome it follows from, and once: a later version of the note must not undo what staff corrected since.
  const isNew = await isNewOutcome(db, callId, record.status);
  const optOut =
    isNew && record.status === 'opted_out' && phoneNumber.startsWith('+')
      ? [insertSuppression(db, ring, { phoneNumber, reason: 'opted_out', callId }, now)]
      : [];
  const notTheirs =
    isNew && record.status === 'wrong_person'
      ? [revokeConsents(db, ring, patientId, phoneNumber, 'wrong_person', now)]
      : [];
  const note = call.note === null ? null : await afterCorrections(db, dataKey, call.note);
  const taskRows = call.tasks.map((kind) => insertTask(db, { kind, callId, patientId }, now));
  // A dialled call of the one it was for was made with it; to name it again would move the row in its index.
  const isAsMade = call.attemptId !== null && call.ownerId === patientId;
  const asked = { questionnaireId: call.questionnaire.id, questionnaireVersion: call.questionnaire.version };
  const moved =
    call.ownerId === patientId
      ? {}
      : {
          ...{ patientId, externalId: call.externalId },
          sealed: sealNumbers(dataKey, callId, phoneNumber, call.clinicNumber),
        };
  // Under the number it is written with, which is another when staff have corrected the note meanwhile.
  const handedOn = note === null ? [] : await insertDeliveries(db, { callId, version: note.version }, call.sinks, now);
  await db.batch([
    insertCallLog(db, { callId, patientId, sealed: sealedLog, createdAt: now }),
    ...(call.recording === null ? [] : insertRecording(db, dataKey, { callId, patientId }, call.recording, now)),
    db
      .update(calls)
      .set({
        ...{ ...record, ...moved, itemCodes: call.itemCodes },
        ...(isAsMade ? {} : asked),
        ...(call.recording === null ? {} : shownRecording(callId)),
        ...(note === null ? {} : newestNote(note.version, now)),
      })
      .where(eq(calls.id, callId)),
    ...optOut,
    ...notTheirs,
    ...(note === null ? [] : [insertNote(db, dataKey, patientId, note, now, call.note?.version)]),
    ...handedOn,
    ...call.strayRecordings.map((id) => insertJob(db, { kind: 'discard_stray', subject: id, callId }, now)),
    ...taskRows,
    ...attemptOf(db, call, now),
  ]);
}

/** As the trigger on `notes` would have it, which then finds nothing left to do: so the row is written once. */
function newestNote(version: number, now: number) {
  const isNewer = sql`coalesce(${calls.noteVersion}, 0) < ${version}`;
  const then = <T>(value: T, column: SQLiteColumn) =>
    sql<NonNullable<T>>`case when ${isNewer} then ${value} else ${column} end`;
  return {
    noteVersion: then(version, calls.noteVersion),
    noteAt: then(now, calls.noteAt),
    review: then('unreviewed', calls.review),
    signedBy: then<string | null>(null, calls.signedBy),
    signedAt: then<number | null>(null, calls.signedAt),
  };
}

async function isNewOutcome(db: Database, callId: string, status: CallRecord['status']): Promise<boolean> {
  if (status !== 'opted_out' && status !== 'wrong_person') return true;
  const [row] = await db.select({ status: calls.status }).from(calls).where(eq(calls.id, callId)).limit(1);
  return row?.status !== status;
}

function attemptOf(db: Database, { attemptId, record, refused }: FinishedCall, now: number) {
  if (attemptId === null) return [];
  const times = { dialedAt: refused ? null : record.dialedAt, answeredAt: record.answeredAt };
  return [record.error === 'dial_unknown' ? holdAttempt(db, attemptId, times) : endAttempt(db, attemptId, times, now)];
}
