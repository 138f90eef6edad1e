/** The log of a finished call: events and transcript as one compressed, sealed row. */
import { eq } from 'drizzle-orm';
import type { CallLog } from '../domain/intake/call-log.ts';
import type { Database } from './database.ts';
import { deflated, inflated } from './deflate.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import { callLogs } from './schema.ts';
import { type DataKey, sealBytes, unsealBytes } from './seal.ts';

const place = (callId: string) => ({ table: 'call_logs', column: 'sealed', row: callId });

/** Compressing takes a stream, so it comes before the statement. */
export async function packCallLog(dataKey: DataKey, callId: string, log: CallLog): Promise<string> {
  const packed = await deflated(JSON.stringify(log));
  return sealBytes(dataKey, place(callId), packed).toBase64();
}

/** For a batch: the last log of a call stands. */
export const insertCallLog = (db: Database, row: typeof callLogs.$inferInsert) =>
  db
    .insert(callLogs)
    .values(row)
    .onConflictDoUpdate({ target: callLogs.callId, set: { sealed: row.sealed } });

export async function getCallLog(db: Database, ring: PatientKeys, callId: string): Promise<CallLog | null> {
  const [row] = await db.select().from(callLogs).where(eq(callLogs.callId, callId)).limit(1);
  return row === undefined ? null : openCallLog(await dataKeyOf(ring, row.patientId), callId, row.sealed);
}

export async function openCallLog(dataKey: DataKey, callId: string, sealed: string): Promise<CallLog> {
  const packed = unsealBytes(dataKey, place(callId), sealed);
  return JSON.parse(await inflated(packed)) as CallLog;
}
