/**
 * What is known of the recording of each call; the audio itself lies in R2 (recording-bucket.ts). One row a call, with the proof of
 * consent it rests on. A row without that proof is `quarantined`: its audio is neither fetched nor played.
 */
import { and, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { RecordingStatus } from '../domain/intake/call-record.ts';
import type { CallRecording, ConsentProof } from '../domain/intake/recording.ts';
import type { AudioFormat } from '../domain/intake/state.ts';
import type { Database } from './database.ts';
import { insertJob } from './jobs.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import type { ReadableRecording, StoredAudio } from './recording-bucket.ts';
import { deleteRecordingTranscript, insertRecordingTranscript } from './recording-transcripts.ts';
import { calls, recordings } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

export interface Recording {
  readonly id: string;
  readonly callId: string;
  readonly patientId: string;
  readonly status: Exclude<RecordingStatus, 'none'> | 'quarantined';
  /** Why it is not there. */
  readonly reason: string | null;
  readonly telnyxId: string | null;
  /** Whether an address is sealed here, and when we learned of it. */
  readonly linkAt: number | null;
  readonly format: AudioFormat | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly durationMs: number | null;
  /** Epoch milliseconds: offsets count from here. */
  readonly startedAt: number | null;
  readonly proof: ConsentProof | null;
  readonly fetchedAt: number | null;
  readonly deletedAtTelnyxAt: number | null;
}
type RecordingRow = typeof recordings.$inferSelect;

const place = (id: string) => ({ table: 'recordings', column: 'sealed', row: id });

/** Why one is not there any more that was: the policy of retention. */
export const KEPT_ITS_TIME = 'kept_its_time';

/** From its call's, so that writing it twice is writing it once. */
export const recordingIdOf = (callId: string): string => callId.replace(/^call_/, 'rec_');
const callIdOf = (recordingId: string): string => recordingId.replace(/^rec_/, 'call_');

/**
 * For the batch that writes down the end of a call, before the call: the row, and the work of fetching or discarding it.
 * Written again with news it only adds; what is stored stays stored, and what had been given up for want of news is tried again.
 */
export function insertRecording(
  db: Database,
  dataKey: DataKey,
  { callId, patientId }: { readonly callId: string; readonly patientId: string },
  recording: CallRecording,
  now: number,
) {
  const { proof, link } = recording;
  const id = recordingIdOf(callId);
  const row = {
    ...{ id, callId, patientId, createdAt: now },
    ...(proof === null ? { status: 'quarantined', reason: 'no_consent_proof' } : { status: 'pending', reason: null }),
    ...{ telnyxId: recording.id, format: recording.format },
    ...{ durationMs: recording.durationMs, startedAt: recording.startedAt, linkAt: recording.linkAt },
    sealed: proof === null || link === null ? null : seal(dataKey, place(id), link),
    ...{ consentEventId: proof?.eventId ?? null, consentAt: proof?.at ?? null, consentKey: proof?.key ?? null },
    ...{ consentWording: proof?.wording ?? null, consentWordingHash: proof?.wordingHash ?? null },
  };
  // Its webhook need not name it: an address is news as well.
  const isNews = sql`((${recordings.telnyxId} is null and excluded.telnyx_id is not null)
    or (${recordings.linkAt} is null and excluded.link_at is not null))`;
  const told = (column: keyof RecordingRow) =>
    sql`coalesce(${recordings[column]}, excluded.${sql.identifier(recordings[column].name)})`;
  const insert = db
    .insert(recordings)
    .values(row)
    .onConflictDoUpdate({
      target: recordings.callId,
      set: {
        status: sql`case when ${recordings.status} = 'failed' and ${isNews} then 'pending' else ${recordings.status} end`,
        reason: sql`case when ${recordings.status} = 'failed' and ${isNews} then null else ${recordings.reason} end`,
        sealed: sql`case when ${recordings.status} = 'ready' then null else coalesce(excluded.sealed, ${recordings.sealed}) end`,
        linkAt: sql`coalesce(excluded.link_at, ${recordings.linkAt})`,
        telnyxId: told('telnyxId'),
        format: told('format'),
        durationMs: told('durationMs'),
        startedAt: told('startedAt'),
      },
    });
  const kind = proof === null ? ('discard_recording' as const) : ('fetch_recording' as const);
  return [insert, insertJob(db, { kind, subject: callId, callId }, now, 'again')] as const;
}

/** What lists and pages of calls show follows the row. */
export function shownRecording(callId: string) {
  const of = <T>(column: string) =>
    sql<T>`(select ${sql.raw(column)} from recordings where recordings.call_id = ${callId})`;
  return {
    recordingStatus: of<string>(`case status when 'quarantined' then 'failed' else status end`),
    recordingDurationMs: of<number | null>('duration_ms'),
    recordingBytes: of<number | null>('bytes'),
  };
}
const showRecording = (db: Database, callId: string) =>
  db
    .update(calls)
    .set(shownRecording(callId))
    .where(and(eq(calls.id, callId), sql`exists (select 1 from recordings where recordings.call_id = ${callId})`));

export async function getRecording(db: Database, callId: string): Promise<Recording | null> {
  const [row] = await db.select().from(recordings).where(eq(recordings.callId, callId)).limit(1);
  return row === undefined ? null : opened(row);
}

/** Of a page of calls, by call. */
export async function recordingsOf(db: Database, callIds: readonly string[]): Promise<Map<string, Recording>> {
  const rows = await db
    .select()
    .from(recordings)
    .where(sql`${recordings.callId} in (select value from json_each(${JSON.stringify(callIds)}))`);
  return new Map(rows.map((row) => [row.callId, opened(row)]));
}

/** The signed address, unless it has been used already. */
export async function recordingLink(db: Database, ring: PatientKeys, callId: string): Promise<string | null> {
  const [row] = await db.select().from(recordings).where(eq(recordings.callId, callId)).limit(1);
  if (row === undefined || row.sealed === null) return null;
  return unseal(await dataKeyOf(ring, row.patientId), place(row.id), row.sealed);
}

/** Only with everything a reader needs to check what it reads, and only beside its proof. */
export function readable({ id, callId, status, bytes, sha256, proof }: Recording): ReadableRecording | null {
  if (status !== 'ready' || bytes === null || sha256 === null || proof === null) return null;
  return { id, callId, bytes, sha256 };
}

export interface FetchedAudio extends StoredAudio {
  readonly telnyxId: string | null;
  readonly format: AudioFormat;
  readonly durationMs: number;
  readonly startedAt: number | null;
}

/**
 * False: it was erased while it was fetched, and so must be what was stored. `transcribedFor`: the patient whose it is, when it is to be written
 * down.
 */
export async function markReady(
  db: Database,
  callId: string,
  audio: FetchedAudio,
  now: number,
  transcribedFor: string | null = null,
): Promise<boolean> {
  const [rows] = await db.batch([
    db
      .update(recordings)
      .set({
        ...{ status: 'ready', reason: null, sealed: null, fetchedAt: now },
        ...{ bytes: audio.bytes, sha256: audio.sha256, format: audio.format, durationMs: audio.durationMs },
        telnyxId: sql`coalesce(${recordings.telnyxId}, ${audio.telnyxId})`,
        startedAt: sql`coalesce(${recordings.startedAt}, ${audio.startedAt})`,
      })
      .where(and(eq(recordings.callId, callId), ne(recordings.status, 'quarantined')))
      .returning({ id: recordings.id }),
    showRecording(db, callId),
    ...(transcribedFor === null ? [] : insertRecordingTranscript(db, { callId, patientId: transcribedFor }, now)),
  ]);
  return rows.length > 0;
}

/** Given up, or shown to be damaged. */
export const markFailed = (db: Database, callId: string, reason: string) =>
  db.batch([
    db
      .update(recordings)
      .set({ status: 'failed', reason })
      .where(and(eq(recordings.callId, callId), ne(recordings.status, 'quarantined'))),
    showRecording(db, callId),
  ]);

/** What was stored is not what it was: it is fetched once more, while Telnyx still has it. */
export const markPending = (db: Database, callId: string) =>
  db.batch([
    db.update(recordings).set({ status: 'pending' }).where(eq(recordings.callId, callId)),
    showRecording(db, callId),
  ]);

/** It proved to be audio that no consent covers: neither fetched nor kept, and deleted at Telnyx. */
export const quarantine = (db: Database, callId: string, reason: string, now: number) =>
  db.batch([
    db.update(recordings).set({ status: 'quarantined', reason, sealed: null }).where(eq(recordings.callId, callId)),
    deleteRecordingTranscript(db, callId),
    insertJob(db, { kind: 'discard_recording', subject: callId, callId }, now, 'again'),
    showRecording(db, callId),
  ]);

/** A person wants it fetched again. False: there is nothing to fetch. */
export async function fetchAgain(db: Database, callId: string, now: number): Promise<boolean> {
  const [rows] = await db.batch([
    db
      .update(recordings)
      .set({ status: 'pending', reason: null })
      .where(and(eq(recordings.callId, callId), eq(recordings.status, 'failed')))
      .returning({ id: recordings.id }),
    insertJob(db, { kind: 'fetch_recording', subject: callId, callId }, now, 'again'),
    showRecording(db, callId),
  ]);
  return rows.length > 0;
}

/** Found by its leg: its webhook did not name it, or never came. */
export const rememberTelnyxId = (db: Database, callId: string, telnyxId: string) =>
  db
    .update(recordings)
    .set({ telnyxId })
    .where(and(eq(recordings.callId, callId), isNull(recordings.telnyxId)));

export const markDeletedAtTelnyx = (db: Database, callId: string, now: number) =>
  db.update(recordings).set({ deletedAtTelnyxAt: now }).where(eq(recordings.callId, callId));

/** Of these recordings, those whose audio may lie in R2; the rest of what lies there is nobody's. */
export async function keptRecordings(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .select({ id: recordings.id })
    .from(recordings)
    .where(
      and(
        sql`${recordings.callId} in (select value from json_each(${JSON.stringify(ids.map(callIdOf))}))`,
        gt(recordings.consentAt, 0),
        // What was only taken for damaged may be whole.
        or(inArray(recordings.status, ['pending', 'ready']), inArray(recordings.reason, ['corrupt', 'missing'])),
      ),
    );
  return new Set(rows.map(({ id }) => id));
}

function opened(row: RecordingRow): Recording {
  const {
    consentEventId: eventId,
    consentAt: at,
    consentKey: key,
    consentWording,
    consentWordingHash,
    sealed: _,
    ...rest
  } = row;
  const isProof =
    eventId !== null && at !== null && key !== null && consentWording !== null && consentWordingHash !== null;
  return {
    ...rest,
    status: row.status as Recording['status'],
    format: row.format as AudioFormat | null,
    proof: isProof
      ? ({ eventId, at, key, wording: consentWording, wordingHash: consentWordingHash } as ConsentProof)
      : null,
  };
}
