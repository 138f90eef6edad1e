/**
 * What was written down from the recordings of calls, one row each (schema.ts). It is heard piece by piece: each piece is one write that
 * says where the next begins, and only follows upon the piece before it, so that a try that comes back late changes nothing.
 */
import { and, eq, ne, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { SpokenLine } from '../domain/transcription/align-segments.ts';
import type { TranscriptSegment } from '../domain/transcription/transcript.ts';
import type { TranscriberName } from '../domain/transcription/transcription-setting.ts';
import type { Database } from './database.ts';
import { deflated, inflated } from './deflate.ts';
import { insertJob } from './jobs.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { jobs, recordings, recordingTranscripts } from './schema.ts';
import { type DataKey, sealBytes, unsealBytes } from './seal.ts';
import { TRANSCRIPTION_STATUSES, type TranscriptionStatus } from './transcriptions.ts';

/** Where the next piece begins, and what was heard before it. */
export interface HeardSoFar {
  readonly channel: number;
  /** The first frame of the next piece. */
  readonly fromFrame: number;
  readonly fromMs: number;
  /** Where the last piece was cut through talk; null: where it was quiet. */
  readonly cutMs: number | null;
  /** By channel. */
  readonly segments: readonly (readonly TranscriptSegment[])[];
}
const NOTHING_HEARD: HeardSoFar = { channel: 0, fromFrame: 0, fromMs: 0, cutMs: null, segments: [[]] };

export interface RecordingTranscript {
  readonly callId: string;
  readonly patientId: string;
  readonly status: TranscriptionStatus;
  /** Why the last try failed. */
  readonly code: string | null;
  readonly engine: TranscriberName | null;
  readonly language: string | null;
  readonly pieces: number;
  /** Of both channels together. */
  readonly audioMs: number;
  readonly costNanos: number | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** Empty until it is done. */
  readonly lines: readonly SpokenLine[];
  readonly soFar: HeardSoFar;
}
type Row = typeof recordingTranscripts.$inferSelect;
interface Contents {
  readonly lines: readonly SpokenLine[];
  readonly soFar: HeardSoFar | null;
}

const place = (callId: string) => ({ table: 'recording_transcripts', column: 'sealed', row: callId });

/** Audio with its proof of consent, and no other. */
const isThere = (callId: string) =>
  sql`exists (select 1 from ${recordings} where ${recordings.callId} = ${callId} and ${recordings.status} = 'ready'
    and ${recordings.consentAt} is not null)`;

/** For the batch that says that the audio is there, after it. What has been begun stays. */
export function insertRecordingTranscript(
  db: Database,
  { callId, patientId }: Pick<RecordingTranscript, 'callId' | 'patientId'>,
  now: number,
) {
  const row = { callId, patientId, status: 'queued', pieces: 0, audioMs: 0, createdAt: now } as const;
  return [
    db
      .insert(recordingTranscripts)
      .select(rowsFromJson(recordingTranscripts, [row], isThere(callId)))
      .onConflictDoNothing()
      .returning({ callId: recordingTranscripts.callId }),
    // Of a row that was not made it finds nothing to do.
    insertJob(db, { kind: 'transcribe_recording', subject: callId, callId }, now),
  ] as const;
}

export async function getRecordingTranscript(
  db: Database,
  ring: PatientKeys,
  callId: string,
): Promise<RecordingTranscript | null> {
  const [row] = await db.select().from(recordingTranscripts).where(eq(recordingTranscripts.callId, callId)).limit(1);
  return row === undefined ? null : openRecordingTranscript(await dataKeyOf(ring, row.patientId), row);
}

/** Of a page of calls of one patient, by call. */
export async function recordingTranscriptsOf(
  db: Database,
  dataKey: DataKey,
  callIds: readonly string[],
): Promise<Map<string, RecordingTranscript>> {
  const rows = await db
    .select()
    .from(recordingTranscripts)
    .where(sql`${recordingTranscripts.callId} in (select value from json_each(${JSON.stringify(callIds)}))`);
  const items = await Promise.all(rows.map((row) => openRecordingTranscript(dataKey, row)));
  return new Map(items.map((item) => [item.callId, item]));
}

const isUnderWay = (callId: string) =>
  and(eq(recordingTranscripts.callId, callId), ne(recordingTranscripts.status, 'done'));

/** A try begins. False: it is done, or has gone with its audio. */
export async function beginPiece(db: Database, callId: string, engine: TranscriberName): Promise<boolean> {
  const rows = await db
    .update(recordingTranscripts)
    .set({ status: 'running', engine, endedAt: null })
    .where(isUnderWay(callId))
    .returning({ callId: recordingTranscripts.callId });
  return rows.length > 0;
}

/** What an engine was paid for: nothing, where there was nothing to hear. */
export interface Listened {
  readonly audioMs: number;
  /** Null: not known. */
  readonly costNanos: number | null;
  readonly language: string | null;
}

/** One piece was heard; `lines`: it was the last. False: somebody else was first, or it has gone with its audio. `also`: after it, in one batch. */
export async function storePiece(
  db: Database,
  dataKey: DataKey,
  { callId, pieces }: Pick<RecordingTranscript, 'callId' | 'pieces'>,
  heard: { readonly soFar: HeardSoFar } | { readonly lines: readonly SpokenLine[] },
  { audioMs, costNanos, language }: Listened,
  now: number,
  also: readonly BatchItem<'sqlite'>[] = [],
): Promise<boolean> {
  const isLast = 'lines' in heard;
  const contents: Contents = isLast ? { lines: heard.lines, soFar: null } : { lines: [], soFar: heard.soFar };
  const packed = await deflated(JSON.stringify(contents));
  const { audioMs: before, costNanos: cost } = recordingTranscripts;
  const piece = db
    .update(recordingTranscripts)
    .set({
      ...{ pieces: pieces + 1, code: null, status: isLast ? 'done' : 'running', endedAt: isLast ? now : null },
      sealed: sealBytes(dataKey, place(callId), packed).toBase64(),
      audioMs: sql`${before} + ${Math.round(audioMs)}`,
      ...(costNanos === null ? {} : { costNanos: sql`coalesce(${cost}, 0) + ${costNanos}` }),
      ...(language === null ? {} : { language }),
    })
    .where(and(isUnderWay(callId), eq(recordingTranscripts.pieces, pieces)))
    .returning({ callId: recordingTranscripts.callId });
  const [rows] = await db.batch([piece, ...also]);
  return rows.length > 0;
}

/** A try failed: it waits for the next one, or was given up. */
export async function markPieceFailed(
  db: Database,
  callId: string,
  { status, code }: { readonly status: 'queued' | 'failed'; readonly code: string },
  now: number,
): Promise<void> {
  await db
    .update(recordingTranscripts)
    .set({ status, code, endedAt: status === 'failed' ? now : null })
    .where(isUnderWay(callId));
}

/**
 * A person wants it written down: what was given up goes on where it stood, with all its tries, and what was never asked for is begun. False:
 * it is done or under way. Whoever gave it up may not have settled the work yet: it is taken from them.
 */
export async function retryRecordingTranscript(
  db: Database,
  owner: Pick<RecordingTranscript, 'callId' | 'patientId'>,
  now: number,
): Promise<boolean> {
  const { callId } = owner;
  const isOver = sql`not exists (select 1 from recording_transcripts where call_id = ${callId} and status != 'failed')`;
  const anew = { status: 'waiting', attempts: 0, dueAt: now, code: null, endedAt: null };
  const [again, , made] = await db.batch([
    db
      .update(jobs)
      .set(anew)
      .where(and(eq(jobs.kind, 'transcribe_recording'), eq(jobs.subject, callId), isOver))
      .returning({ id: jobs.id }),
    db
      .update(recordingTranscripts)
      .set({ status: 'queued', code: null, endedAt: null })
      .where(and(eq(recordingTranscripts.callId, callId), eq(recordingTranscripts.status, 'failed'))),
    ...insertRecordingTranscript(db, owner, now),
  ]);
  return again.length > 0 || made.length > 0;
}

/** Its audio is not to be had any more. */
export const deleteRecordingTranscript = (db: Database, callId: string) =>
  db.delete(recordingTranscripts).where(eq(recordingTranscripts.callId, callId));

export async function openRecordingTranscript(dataKey: DataKey, row: Row): Promise<RecordingTranscript> {
  const { sealed, ...rest } = row;
  const contents: Contents =
    sealed === null
      ? { lines: [], soFar: null }
      : JSON.parse(await inflated(unsealBytes(dataKey, place(row.callId), sealed)));
  return {
    ...rest,
    status: TRANSCRIPTION_STATUSES.find((status) => status === row.status) ?? 'failed',
    engine: row.engine as TranscriberName | null,
    lines: contents.lines,
    soFar: contents.soFar ?? NOTHING_HEARD,
  };
}
