/**
 * Uploaded audio that is written down, one row each. A row is over once: what was said is stored in the same write that says it is
 * done, and only while it is not; a try that comes back late changes nothing.
 */
import { and, desc, eq, getTableColumns, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { UploadFormat } from '../domain/audio/recognise-audio.ts';
import type { Transcript } from '../domain/transcription/transcript.ts';
import type { TranscriberName } from '../domain/transcription/transcription-setting.ts';
import type { Database } from './database.ts';
import { deflated, inflated } from './deflate.ts';
import { insertJob } from './jobs.ts';
import { newId } from './new-id.ts';
import { dataKeysOf, type PatientKeys, storeKeys } from './patient-keys.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { jobs, transcriptions } from './schema.ts';
import { type DataKey, newDataKey, seal, sealBytes, unseal, unsealBytes } from './seal.ts';

export const TRANSCRIPTION_STATUSES = ['queued', 'running', 'done', 'failed'] as const;
export type TranscriptionStatus = (typeof TRANSCRIPTION_STATUSES)[number];

export interface Transcription {
  readonly id: string;
  readonly status: TranscriptionStatus;
  /** Why the last try failed. */
  readonly code: string | null;
  /** Null: its key is gone. */
  readonly fileName: string | null;
  /** As whoever sent it said. */
  readonly language: string | null;
  readonly engine: TranscriberName | null;
  readonly format: UploadFormat;
  readonly bytes: number;
  /** Of the audio, hex. */
  readonly sha256: string;
  readonly durationMs: number | null;
  readonly createdBy: string;
  /** The name that colleagues see. */
  readonly ownerName: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
}
/** With what was said; null while it is not done. */
export interface Transcribed extends Transcription {
  readonly transcript: Transcript | null;
}
type Row = typeof transcriptions.$inferSelect;

const namePlace = (id: string) => ({ table: 'transcriptions', column: 'sealed', row: id });
const resultPlace = (id: string) => ({ table: 'transcriptions', column: 'result_sealed', row: id });

/** Its id and key, which is in the vault from here. */
export async function newTranscription(ring: PatientKeys, now: number): Promise<{ id: string; dataKey: DataKey }> {
  const id = newId('trn', now);
  const dataKey = newDataKey();
  await storeKeys(ring, [{ patientId: id, dataKey }]);
  return { id, dataKey };
}

export type SameAudio = Pick<Transcription, 'createdBy' | 'sha256' | 'language'>;
const isSame = ({ createdBy, sha256, language }: SameAudio, since: number): SQL =>
  sql`${transcriptions.createdBy} = ${createdBy} and ${transcriptions.sha256} = ${sha256}
    and ${transcriptions.language} is ${language} and ${transcriptions.createdAt} > ${since}`;

/** The newest that this person sent since then of the same audio; null: none. */
export async function findSame(db: Database, audio: SameAudio, since: number): Promise<string | null> {
  const [row] = await db
    .select({ id: transcriptions.id })
    .from(transcriptions)
    .where(isSame(audio, since))
    .orderBy(desc(transcriptions.createdAt))
    .limit(1);
  return row?.id ?? null;
}

export interface NewTranscription
  extends Pick<
    Transcription,
    'id' | 'language' | 'format' | 'bytes' | 'sha256' | 'durationMs' | 'createdBy' | 'ownerName'
  > {
  readonly fileName: string;
}

/** The row and the work, in one step; the audio lies in R2 by then. False: the same audio is there since `since`. */
export async function storeTranscription(
  db: Database,
  dataKey: DataKey,
  { fileName, ...given }: NewTranscription,
  since: number,
  now: number,
): Promise<boolean> {
  const sealed = seal(dataKey, namePlace(given.id), fileName);
  const row = { ...given, sealed, status: 'queued', createdAt: now } satisfies typeof transcriptions.$inferInsert;
  const isFirst = sql`not exists (select 1 from transcriptions where ${isSame(given, since)})`;
  const [stored] = await db.batch([
    db
      .insert(transcriptions)
      .select(rowsFromJson(transcriptions, [row], isFirst))
      .returning({ id: transcriptions.id }),
    // Of a row that was not stored it finds nothing to do.
    insertJob(db, { kind: 'transcribe', subject: given.id }, now),
  ]);
  return stored.length > 0;
}

export async function getTranscription(db: Database, ring: PatientKeys, id: string): Promise<Transcribed | null> {
  const [row] = await db.select().from(transcriptions).where(eq(transcriptions.id, id)).limit(1);
  if (row === undefined) return null;
  const keys = await dataKeysOf(ring, [id]);
  return withTranscript(keys, row);
}

export interface TranscriptionFilter {
  readonly limit: number;
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status: TranscriptionStatus | null;
}

/** What was said may be long, and a list does not show it. */
const { resultSealed: _, ...LISTED } = getTableColumns(transcriptions);

/** Newest first. */
export async function listTranscriptions(
  db: Database,
  ring: PatientKeys,
  { limit, cursor, status }: TranscriptionFilter,
): Promise<{ items: Transcription[]; nextCursor: TranscriptionFilter['cursor'] }> {
  const rows = await db
    .select(LISTED)
    .from(transcriptions)
    .where(and(status === null ? undefined : eq(transcriptions.status, status), isOlder(cursor)))
    .orderBy(desc(transcriptions.createdAt), desc(transcriptions.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const keys = await dataKeysOf(
    ring,
    page.map(({ id }) => id),
  );
  return {
    items: page.map((row) => opened(keys, row)),
    nextCursor: last === undefined ? null : { at: last.createdAt, id: last.id },
  };
}

const isOlder = (cursor: TranscriptionFilter['cursor']) =>
  cursor === null ? undefined : sql`(${transcriptions.createdAt}, ${transcriptions.id}) < (${cursor.at}, ${cursor.id})`;

/** Held at once: each may be hours of talk. */
const RESULTS_A_PAGE = 20;

/** Everything, the newest first, page by page. */
export async function* allTranscribed(db: Database, ring: PatientKeys): AsyncGenerator<Transcribed[], void> {
  let cursor: TranscriptionFilter['cursor'] = null;
  do {
    const rows: Row[] = await db
      .select()
      .from(transcriptions)
      .where(isOlder(cursor))
      .orderBy(desc(transcriptions.createdAt), desc(transcriptions.id))
      .limit(RESULTS_A_PAGE);
    const keys = await dataKeysOf(
      ring,
      rows.map(({ id }) => id),
    );
    yield await Promise.all(rows.map((row) => withTranscript(keys, row)));
    const last = rows.length < RESULTS_A_PAGE ? undefined : rows.at(-1);
    cursor = last === undefined ? null : { at: last.createdAt, id: last.id };
  } while (cursor !== null);
}

/** A try begins. False: it is done, or was deleted. */
export async function beginTry(db: Database, id: string, engine: TranscriberName): Promise<boolean> {
  const rows = await db
    .update(transcriptions)
    .set({ status: 'running', engine, endedAt: null })
    .where(and(eq(transcriptions.id, id), ne(transcriptions.status, 'done')))
    .returning({ id: transcriptions.id });
  return rows.length > 0;
}

/** What was said, and that it is done. False: it was done already, or was deleted meanwhile. */
export async function storeTranscript(
  db: Database,
  dataKey: DataKey,
  { id, durationMs }: Pick<Transcription, 'id' | 'durationMs'>,
  transcript: Transcript,
  now: number,
): Promise<boolean> {
  const packed = await deflated(JSON.stringify(transcript));
  const rows = await db
    .update(transcriptions)
    .set({
      ...{ status: 'done', code: null, endedAt: now },
      resultSealed: sealBytes(dataKey, resultPlace(id), packed).toBase64(),
      durationMs: transcript.durationMs ?? durationMs,
    })
    .where(and(eq(transcriptions.id, id), ne(transcriptions.status, 'done')))
    .returning({ id: transcriptions.id });
  return rows.length > 0;
}

/** A try failed: it waits for the next one, or was given up. */
export async function markFailedTry(
  db: Database,
  id: string,
  { status, code }: { readonly status: 'queued' | 'failed'; readonly code: string },
  now: number,
): Promise<void> {
  await db
    .update(transcriptions)
    .set({ status, code, endedAt: status === 'failed' ? now : null })
    .where(and(eq(transcriptions.id, id), ne(transcriptions.status, 'done')));
}

/**
 * What was given up is tried again, with all its tries. False: it is not failed. Whoever gave it up may not have settled the work yet: it
 * is taken from them, and what they settle then changes nothing.
 */
export async function retryTranscription(db: Database, id: string, now: number): Promise<boolean> {
  const hasFailed = sql`exists (select 1 from transcriptions where id = ${id} and status = 'failed')`;
  const anew = { status: 'waiting', attempts: 0, dueAt: now, code: null, endedAt: null };
  const [, , rows] = await db.batch([
    // Work that was done long ago is forgotten. Of a file that is done it finds nothing to do.
    insertJob(db, { kind: 'transcribe', subject: id }, now),
    db
      .update(jobs)
      .set(anew)
      .where(and(eq(jobs.kind, 'transcribe'), eq(jobs.subject, id), hasFailed)),
    db
      .update(transcriptions)
      .set({ status: 'queued', code: null, endedAt: null })
      .where(and(eq(transcriptions.id, id), eq(transcriptions.status, 'failed')))
      .returning({ id: transcriptions.id }),
  ]);
  return rows.length > 0;
}

/** Its row and its work. False: there is none. Key and audio go beside this. */
export async function deleteTranscriptionRow(db: Database, id: string): Promise<boolean> {
  const [rows] = await db.batch([
    db.delete(transcriptions).where(eq(transcriptions.id, id)).returning({ id: transcriptions.id }),
    db.delete(jobs).where(and(eq(jobs.kind, 'transcribe'), eq(jobs.subject, id))),
  ]);
  return rows.length > 0;
}

/** Those that were sent before then, the oldest first. */
export async function transcriptionsBefore(db: Database, before: number, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: transcriptions.id })
    .from(transcriptions)
    .where(lt(transcriptions.createdAt, before))
    .orderBy(transcriptions.createdAt, transcriptions.id)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Those of these that are there. */
export async function knownTranscriptions(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .select({ id: transcriptions.id })
    .from(transcriptions)
    .where(sql`${transcriptions.id} in (select value from json_each(${JSON.stringify(ids)}))`);
  return new Set(rows.map(({ id }) => id));
}

async function withTranscript(keys: ReadonlyMap<string, DataKey>, row: Row): Promise<Transcribed> {
  const key = keys.get(row.id);
  const transcript =
    key === undefined || row.resultSealed === null
      ? null
      : (JSON.parse(await inflated(unsealBytes(key, resultPlace(row.id), row.resultSealed))) as Transcript);
  return { ...opened(keys, row), transcript };
}

function opened(keys: ReadonlyMap<string, DataKey>, row: Omit<Row, 'resultSealed'>): Transcription {
  const key = keys.get(row.id);
  const { sealed, id, code, language, bytes, sha256, durationMs, createdBy, ownerName, createdAt, endedAt } = row;
  return {
    ...{ id, code, language, bytes, sha256, durationMs, createdBy, ownerName, createdAt, endedAt },
    status: row.status as TranscriptionStatus,
    engine: row.engine as TranscriberName | null,
    format: row.format as UploadFormat,
    fileName: key === undefined ? null : unseal(key, namePlace(id), sealed),
  };
}
