/** Calls as lists and pages read them. A live call's newest state is its session's; this is what was last written here. */
import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import { type CallRecord, type CallStatus, isLiveStatus, type RecordingStatus } from '../domain/intake/call-record.ts';
import type { Database } from './database.ts';
import { newestOf } from './newest-of.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { calls } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

/** Of the newest note of a call. */
export type ReviewStatus = 'unreviewed' | 'signed';

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
  readonly campaignId: string | null;
  readonly contactId: string | null;
  readonly externalId: string | null;
  readonly createdAt: number;
  readonly recordingBytes: number | null;
  /** Of the newest note; null without one. */
  readonly noteVersion: number | null;
  readonly review: ReviewStatus | null;
  /** Whoever signed that version: an e-mail address, or a service token's client id. */
  readonly signedBy: string | null;
  readonly signedAt: number | null;
}
type CallRow = typeof calls.$inferSelect;

const place = (id: string) => ({ table: 'calls', column: 'sealed', row: id });

export const sealNumbers = (dataKey: DataKey, callId: string, phoneNumber: string, fromNumber: string): string =>
  seal(dataKey, place(callId), JSON.stringify({ phoneNumber, fromNumber }));

export async function getCall(db: Database, ring: PatientKeys, id: string): Promise<Call | null> {
  const rows = await db.select().from(calls).where(eq(calls.id, id)).limit(1);
  return (await openCalls(ring, rows))[0] ?? null;
}

/** Also of one that does not open. Null: there is no such call. */
export async function patientOfCall(db: Database, id: string): Promise<string | null> {
  const [row] = await db.select({ patientId: calls.patientId }).from(calls).where(eq(calls.id, id)).limit(1);
  return row?.patientId ?? null;
}

export interface CallFilter {
  readonly limit: number;
  /** What `nextCursor` gave for the page before; the ids of inbound calls do not rise with time, so it holds both. */
  readonly cursor: CallCursor | null;
  readonly status?: CallStatus;
  readonly flagged?: boolean;
  /** Whether the newest note is signed; a call without a note is neither. */
  readonly reviewed?: boolean;
  readonly patientId?: string;
  readonly campaignId?: string;
  /** What was asked: `<questionnaire>:<version>`. */
  readonly version?: string;
  /** Epoch milliseconds, both included. */
  readonly from?: number;
  readonly to?: number;
}

/** `at`: when the call was asked for. */
export interface CallCursor {
  readonly at: number;
  readonly id: string;
}

/**
 * Newest first. The calls of a patient or a campaign are few already: then no other index is followed; a plus takes a column out of
 * the choice.
 */
export async function listCalls(
  db: Database,
  ring: PatientKeys,
  filter: CallFilter,
): Promise<{ items: Call[]; nextCursor: CallCursor | null }> {
  const isOfFew = filter.patientId !== undefined || filter.campaignId !== undefined;
  const isOverIn = filter.status !== undefined && !isLiveStatus(filter.status) && !isOfFew;
  const ofReview = (review: SQL | undefined) =>
    db
      .select()
      .from(calls)
      .where(
        and(
          review,
          filter.cursor === null
            ? undefined
            : sql`(${calls.createdAt}, ${calls.id}) < (${filter.cursor.at}, ${filter.cursor.id})`,
          filter.status === undefined ? undefined : isOfStatus(filter.status, plus(isOfFew)),
          filter.reviewed === undefined
            ? undefined
            : sql`${plus(isOfFew)}${calls.review} = ${filter.reviewed ? 'signed' : 'unreviewed'}`,
          filter.patientId === undefined ? undefined : eq(calls.patientId, filter.patientId),
          filter.campaignId === undefined ? undefined : eq(calls.campaignId, filter.campaignId),
          filter.version === undefined ? undefined : ofVersion(filter.version, plus(isOfFew)),
          filter.flagged === true ? sql`red_flags > 0` : undefined,
          filter.flagged === false ? sql`red_flags = 0` : undefined,
          filter.from === undefined ? undefined : gte(calls.createdAt, filter.from),
          filter.to === undefined ? undefined : lte(calls.createdAt, filter.to),
        ),
      )
      .orderBy(desc(calls.createdAt), desc(calls.id))
      .limit(filter.limit + 1);
  // Those of one status stand in their index by what has become of the note.
  const each = isOverIn && filter.reviewed === undefined ? [sql`review is null`, ...REVIEWS] : [undefined];
  const rows = await newestOf(db, each.map(ofReview), ({ createdAt: at, id }) => ({ at, id }), filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return {
    items: await openCalls(ring, page),
    nextCursor: last === undefined ? null : { at: last.createdAt, id: last.id },
  };
}

/** `<questionnaire>:<version>`, as an index has it. */
export function ofVersion(version: string, before: SQL): SQL {
  const at = version.lastIndexOf(':');
  const [id, number] = [version.slice(0, at), Number(version.slice(at + 1))];
  return sql`${before}${calls.questionnaireId} = ${id} and ${before}${calls.questionnaireVersion} = ${number}`;
}

/** One by one, for whatever has a note. */
export const REVIEWS = [sql`review = 'unreviewed'`, sql`review = 'signed'`] as const;

/** As the indexes have it: calls that are over by their status, the others, of which there are few, in one. */
const isOfStatus = (status: CallStatus, before: SQL): SQL =>
  isLiveStatus(status)
    ? sql`${before}${calls.endedAt} is null and ${before}${calls.status} = ${status}`
    : sql`${isOver} and ${before}${calls.status} = ${status}`;

/** To be asked for in these words, by which the index of those that are over is known. */
export const isOver = sql`status not in ('queued', 'dialing', 'ringing', 'in_progress')`;

const plus = (isPassedOver: boolean) => sql.raw(isPassedOver ? '+' : '');

/**
 * Where a list shows a running call: a hint for readers, overwritten by the final record and never overwriting it, unless a dial
 * that was given up as unknown lives after all.
 */
export function mirrorRecord(db: Database, callId: string, record: CallRecord) {
  // Named, the end moves the row in its index.
  const { endedAt, ...running } = record;
  return db.batch([
    db
      .update(calls)
      .set(endedAt === null ? running : record)
      .where(and(eq(calls.id, callId), isNull(calls.endedAt))),
    db
      .update(calls)
      .set(record)
      .where(and(eq(calls.id, callId), isNotNull(calls.endedAt), eq(calls.error, 'dial_unknown'))),
  ]);
}

export async function openCalls(ring: PatientKeys, rows: readonly CallRow[]): Promise<Call[]> {
  const keys = await dataKeysOf(
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
    review: row.review as ReviewStatus | null,
  };
}

/** Calls that should have been over by now: their sessions are woken by the sweep. */
export const overdueCalls = (db: Database, createdBefore: number, limit: number) =>
  db
    .select({ id: calls.id })
    .from(calls)
    .where(
      and(
        isNull(calls.endedAt),
        inArray(calls.status, ['dialing', 'ringing', 'in_progress']),
        lt(calls.createdAt, createdBefore),
      ),
    )
    .orderBy(calls.createdAt)
    .limit(limit);

/** Whether an identity check failed on a call of one of these patients. */
export async function identityFailedSince(
  db: Database,
  patients: readonly { readonly id: string }[],
  since: number,
): Promise<boolean> {
  const ids = [...new Set(patients.map(({ id }) => id))];
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(and(inArray(calls.patientId, ids), gte(calls.createdAt, since), eq(calls.identity, 'failed')))
    .limit(1);
  return rows.length > 0;
}
