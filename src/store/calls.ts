/** Calls as lists and pages read them. A live call's newest state is its session's; this is what was last written here. */
import { and, desc, eq, gte, inArray, isNull, lt, or } from 'drizzle-orm';
import type { CallRecord, CallStatus, RecordingStatus } from '../domain/intake/call-record.ts';
import type { Database } from './database.ts';
import { firstIdAt } from './new-id.ts';
import { dataKeysOf } from './patient-keys.ts';
import { calls } from './schema.ts';
import { type DataKey, type KeyRing, seal, unseal } from './seal.ts';

export interface Call extends CallRecord {
  readonly id: string;
  readonly patientId: string;
  readonly direction: string;
  /** Both +E.164. */
  readonly phoneNumber: string;
  readonly fromNumber: string;
  readonly questionnaireId: string;
  readonly questionnaireVersion: number;
  readonly attempt: number;
  readonly externalId: string | null;
  readonly createdAt: number;
}
type CallRow = typeof calls.$inferSelect;

const place = (id: string) => ({ table: 'calls', column: 'sealed', row: id });

export const sealNumbers = (dataKey: DataKey, callId: string, phoneNumber: string, fromNumber: string): string =>
  seal(dataKey, place(callId), JSON.stringify({ phoneNumber, fromNumber }));

export async function getCall(db: Database, ring: KeyRing, id: string): Promise<Call | null> {
  const rows = await db.select().from(calls).where(eq(calls.id, id)).limit(1);
  return (await open(db, ring, rows))[0] ?? null;
}

export interface CallFilter {
  readonly limit: number;
  /** The id of the last call already seen; ids rise with time. */
  readonly cursor: string | null;
  readonly status?: CallStatus;
  readonly patientId?: string;
  /** Epoch milliseconds, both included. */
  readonly from?: number;
  readonly to?: number;
}

/** Newest first. */
export async function listCalls(
  db: Database,
  ring: KeyRing,
  filter: CallFilter,
): Promise<{ items: Call[]; nextCursor: string | null }> {
  const rows = await db
    .select()
    .from(calls)
    .where(
      and(
        filter.cursor === null ? undefined : lt(calls.id, filter.cursor),
        filter.status === undefined ? undefined : eq(calls.status, filter.status),
        filter.patientId === undefined ? undefined : eq(calls.patientId, filter.patientId),
        filter.from === undefined ? undefined : gte(calls.id, firstIdAt('call', filter.from)),
        filter.to === undefined ? undefined : lt(calls.id, firstIdAt('call', filter.to + 1)),
      ),
    )
    .orderBy(desc(calls.id))
    .limit(filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  return {
    items: await open(db, ring, page),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

/**
 * Where a list shows a running call: a hint for readers, overwritten by the final record and never overwriting it, unless a dial
 * that was given up as unknown lives after all.
 */
export const mirrorRecord = (db: Database, callId: string, record: CallRecord) =>
  db
    .update(calls)
    .set(record)
    .where(and(eq(calls.id, callId), or(isNull(calls.endedAt), eq(calls.error, 'dial_unknown'))));

async function open(db: Database, ring: KeyRing, rows: readonly CallRow[]): Promise<Call[]> {
  const keys = await dataKeysOf(
    db,
    ring,
    rows.map((row) => row.patientId),
  );
  return rows.flatMap((row) => {
    const key = keys.get(row.patientId);
    return key === undefined ? [] : [opened(row, key)];
  });
}

function opened(row: CallRow, key: DataKey): Call {
  const { sealed, ...rest } = row;
  const numbers = JSON.parse(unseal(key, place(row.id), sealed)) as { phoneNumber: string; fromNumber: string };
  return {
    ...rest,
    ...numbers,
    status: row.status as CallStatus,
    identity: row.identity as Call['identity'],
    answeredBy: row.answeredBy as Call['answeredBy'],
    consentCollection: row.consentCollection as Call['consentCollection'],
    consentRecording: row.consentRecording as Call['consentRecording'],
    recordingStatus: row.recordingStatus as RecordingStatus,
  };
}

/** Calls that should have been over by now: their sessions are woken by the sweep. */
export const overdueCalls = (db: Database, createdBefore: number, limit: number) =>
  db
    .select({ id: calls.id })
    .from(calls)
    .where(
      and(inArray(calls.status, ['dialing', 'ringing', 'in_progress']), lt(calls.id, firstIdAt('call', createdBefore))),
    )
    .orderBy(calls.id)
    .limit(limit);
