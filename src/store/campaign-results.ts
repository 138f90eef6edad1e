/**
 * What became of the people of a campaign, page by page in the order of its list: each with every attempt, its note and what was said.
 * A page is one statement and one question to the vault, so a list of any length is read in the memory of a page.
 */
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { CallLog } from '../domain/intake/call-log.ts';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { Note } from '../domain/note/note.ts';
import type { RecordedSpan } from '../domain/note/recording-offset.ts';
import { openCallLog } from './call-logs.ts';
import { type ContactStatus, openDetails } from './contacts.ts';
import type { Database } from './database.ts';
import { openNote } from './notes.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { openRecordingTranscript, type RecordingTranscript } from './recording-transcripts.ts';
import { attempts, callLogs, calls, contacts, notes, recordings, recordingTranscripts } from './schema.ts';
import { type DataKey, SealError } from './seal.ts';

export interface ResultsFilter {
  /** Of the contact, and of its last call. */
  readonly status?: ContactStatus;
  readonly outcome?: CallStatus;
  /** Without them what the patient said is not even read. */
  readonly withAnswers: boolean;
}
/** A call as it stands in the database; its numbers stay sealed. */
export type ResultCall = Omit<typeof calls.$inferSelect, 'sealed'>;

export interface AttemptResult {
  readonly call: ResultCall;
  /** Null: there is none, or it does not open. */
  readonly note: Note | null;
  readonly log: CallLog | null;
  readonly recording: RecordedSpan | null;
  /** What was written down from the recording. */
  readonly spoken: RecordingTranscript | null;
}
export interface ContactResult {
  readonly id: string;
  readonly row: number;
  readonly status: ContactStatus;
  readonly code: string | null;
  readonly outcome: CallStatus | null;
  /** Null of somebody who was erased, of whom codes and times are left. */
  readonly externalId: string | null;
  readonly phoneNumber: string | null;
  /** In the order they were made. */
  readonly attempts: readonly AttemptResult[];
}

const PAGE = 100;

export async function* campaignResults(
  db: Database,
  ring: PatientKeys,
  campaignId: string,
  filter: ResultsFilter,
): AsyncGenerator<readonly ContactResult[], void> {
  let isRingRight = false;
  for (let after = 0; ; ) {
    const people = byContact(await readPage(db, campaignId, filter, after));
    const last = people.at(-1);
    if (last === undefined) return;
    const keys = await keysOf(ring, people, isRingRight);
    isRingRight ||= keys.size > 0;
    yield await Promise.all(people.map((person) => opened(person, keys)));
    if (people.length < PAGE) return;
    after = last.contact.row;
  }
}

const ofFilter = (campaignId: string, { status, outcome }: Pick<ResultsFilter, 'status' | 'outcome'>) =>
  and(
    eq(contacts.campaignId, campaignId),
    // In the order of the list.
    status === undefined ? undefined : sql`+${contacts.status} = ${status}`,
    outcome === undefined ? undefined : sql`+${contacts.outcome} = ${outcome}`,
  );

/** Everybody that the results name, before any of it is written. */
export async function patientsInResults(
  db: Database,
  campaignId: string,
  filter: Pick<ResultsFilter, 'status' | 'outcome'>,
): Promise<string[]> {
  const rows = await db
    .selectDistinct({ patientId: contacts.patientId })
    .from(contacts)
    .where(ofFilter(campaignId, filter));
  return rows.map(({ patientId }) => patientId);
}

/** Contacts by their row of the list, calls by way of the attempts, whose index knows the contact. */
export function readPage(db: Database, campaignId: string, filter: ResultsFilter, after: number) {
  const page = db
    .select()
    .from(contacts)
    .where(and(ofFilter(campaignId, filter), gt(contacts.row, after)))
    .orderBy(asc(contacts.row))
    .limit(PAGE)
    .as('page');
  const said = (on: SQL) => (filter.withAnswers ? on : and(on, sql`false`));
  const newest = sql`${notes.version} = (select max(v.version) from notes as v where v.call_id = ${calls.id})`;
  return db
    .select({
      contact: {
        ...{ id: page.id, row: page.row, patientId: page.patientId, externalId: page.externalId, sealed: page.sealed },
        ...{ status: page.status, code: page.code, outcome: page.outcome },
      },
      call: calls,
      note: { id: notes.id, patientId: notes.patientId, sealed: notes.sealed },
      log: { patientId: callLogs.patientId, sealed: callLogs.sealed },
      recording: { startedAt: recordings.startedAt, durationMs: recordings.durationMs },
      spoken: recordingTranscripts,
    })
    .from(page)
    .leftJoin(attempts, eq(attempts.contactId, page.id))
    .leftJoin(calls, eq(calls.id, attempts.callId))
    .leftJoin(notes, and(said(eq(notes.callId, calls.id)), newest))
    .leftJoin(callLogs, said(eq(callLogs.callId, calls.id)))
    .leftJoin(recordings, said(eq(recordings.callId, calls.id)))
    .leftJoin(recordingTranscripts, said(eq(recordingTranscripts.callId, calls.id)));
}
type Row = Awaited<ReturnType<typeof readPage>>[number];
type CalledRow = Row & { readonly call: NonNullable<Row['call']> };

interface Person {
  readonly contact: Row['contact'];
  readonly called: CalledRow[];
}

function byContact(rows: readonly Row[]): Person[] {
  const people = new Map<string, Person>();
  for (const row of rows) {
    const person = people.get(row.contact.id) ?? { contact: row.contact, called: [] };
    people.set(row.contact.id, person);
    if (isCalled(row)) person.called.push(row);
  }
  for (const { called } of people.values())
    called.sort((a, b) => a.call.createdAt - b.call.createdAt || (a.call.id < b.call.id ? -1 : 1));
  return [...people.values()].sort((a, b) => a.contact.row - b.contact.row);
}

const isCalled = (row: Row): row is CalledRow => row.call !== null;

/** Once a key has opened it is not the ring that is wrong: what does not open from there on is damage to a few, and hides nobody else. */
async function keysOf(
  ring: PatientKeys,
  people: readonly Person[],
  isRingRight: boolean,
): Promise<Map<string, DataKey>> {
  const ids = people.flatMap(({ contact, called }) => [
    contact.patientId,
    ...called.flatMap(({ note, log, spoken }) => [note?.patientId, log?.patientId, spoken?.patientId]),
  ]);
  try {
    return await dataKeysOf(
      ring,
      ids.filter((id) => id !== undefined),
    );
  } catch (error) {
    if (isRingRight && error instanceof SealError && error.code === 'not_openable') return new Map();
    throw error;
  }
}

async function opened({ contact, called }: Person, keys: ReadonlyMap<string, DataKey>): Promise<ContactResult> {
  const { id, row, status, code, outcome, externalId, patientId } = contact;
  const details = await unlessSealed(keys.get(patientId), (key) => openDetails(contact, key));
  return {
    ...{ id, row, code, status: status as ContactStatus, outcome: outcome as CallStatus | null },
    ...{ externalId: details === null ? null : externalId, phoneNumber: details?.phoneNumber ?? null },
    attempts: await Promise.all(called.map((each) => openedAttempt(each, keys))),
  };
}

async function openedAttempt(
  { call: { sealed: _, ...call }, note, log, recording, spoken }: CalledRow,
  keys: ReadonlyMap<string, DataKey>,
): Promise<AttemptResult> {
  return {
    ...{ call, recording },
    note: note && (await unlessSealed(keys.get(note.patientId), (key) => openNote(key, note))),
    spoken: spoken && (await unlessSealed(keys.get(spoken.patientId), (key) => openRecordingTranscript(key, spoken))),
    log: log && (await unlessSealed(keys.get(log.patientId), (key) => openCallLog(key, call.id, log.sealed))),
  };
}

/** Null where the key is gone or the text is damaged: a blank, so that the others can be read. */
async function unlessSealed<T>(key: DataKey | undefined, open: (key: DataKey) => T | Promise<T>): Promise<T | null> {
  try {
    return key === undefined ? null : await open(key);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
