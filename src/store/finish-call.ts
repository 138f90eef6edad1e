/**
 * The end of a call in D1: record, note, log, tasks and what the patient asked for, in one batch, so that there is never a
 * note without its call or a free number before its outcome. Running it again changes nothing.
 */
import { eq } from 'drizzle-orm';
import type { CallLog } from '../domain/intake/call-log.ts';
import type { CallRecord } from '../domain/intake/call-record.ts';
import type { TaskKind } from '../domain/intake/state.ts';
import type { Note } from '../domain/note/note.ts';
import { endAttempt, holdAttempt } from './attempts.ts';
import { insertCallLog, packCallLog } from './call-logs.ts';
import { revokeConsents } from './consents.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { insertNote } from './notes.ts';
import { calls, tasks } from './schema.ts';
import type { DataKey, KeyRing } from './seal.ts';
import { insertSuppression } from './suppressions.ts';

export interface FinishedCall {
  readonly callId: string;
  readonly attemptId: string;
  readonly patientId: string;
  readonly phoneNumber: string;
  readonly record: CallRecord;
  readonly note: Note | null;
  readonly log: CallLog;
  readonly tasks: readonly TaskKind[];
}

/** A callback is owed the same day, a question left open is not as urgent. */
const DUE_AFTER_MS: Readonly<Record<TaskKind, number>> = { callback: 4 * 3_600_000, voice_items: 24 * 3_600_000 };

export async function finishCall(
  db: Database,
  ring: KeyRing,
  dataKey: DataKey,
  call: FinishedCall,
  now: number,
): Promise<void> {
  const { callId, patientId, phoneNumber, record } = call;
  const sealedLog = await packCallLog(dataKey, callId, call.log);
  const optOut =
    record.status === 'opted_out'
      ? [insertSuppression(db, ring, { phoneNumber, reason: 'opted_out', callId }, now)]
      : [];
  const notTheirs =
    record.status === 'wrong_person' ? [revokeConsents(db, ring, patientId, phoneNumber, 'wrong_person', now)] : [];
  const taskRows = call.tasks.map((kind) =>
    db
      .insert(tasks)
      .values({
        id: newId('task', now),
        kind,
        callId,
        patientId,
        status: 'open',
        dueAt: now + DUE_AFTER_MS[kind],
        createdAt: now,
      })
      .onConflictDoNothing(),
  );
  await db.batch([
    db.update(calls).set(record).where(eq(calls.id, callId)),
    ...optOut,
    ...notTheirs,
    ...(call.note === null ? [] : [insertNote(db, dataKey, patientId, call.note, now)]),
    insertCallLog(db, { callId, patientId, sealed: sealedLog, createdAt: now }),
    ...taskRows,
    record.error === 'dial_unknown' ? holdAttempt(db, call.attemptId) : endAttempt(db, call.attemptId, now),
  ]);
}
