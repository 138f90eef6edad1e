/** Notes, by call and version; the newest is what readers get. */
import { and, asc, desc, eq, gte, isNotNull, lte, type SQL, sql } from 'drizzle-orm';
import type { SinkName } from '../domain/delivery/sinks.ts';
import { keepCorrections } from '../domain/note/correct-note.ts';
import type { Note } from '../domain/note/note.ts';
import type { ReviewStatus } from './calls.ts';
import { ofVersion, REVIEWS } from './calls.ts';
import type { Database } from './database.ts';
import { insertDeliveries } from './deliveries.ts';
import { newestOf } from './newest-of.ts';
import { dataKeyOf, dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { calls, notes } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

const place = (noteId: string) => ({ table: 'notes', column: 'sealed', row: noteId });

/**
 * For a batch. Written again after a crash it changes nothing: a note version is written once. Another note of the same version, which
 * staff made meanwhile, is an error: the call's account has to follow it.
 */
export const insertNote = (
  db: Database,
  dataKey: DataKey,
  patientId: string,
  note: Note,
  now: number,
  sessionVersion: number = note.version,
) =>
  db
    .insert(notes)
    .values({ ...rowOf(dataKey, patientId, note, now), sessionVersion })
    .onConflictDoNothing({ target: notes.id });

const rowOf = (dataKey: DataKey, patientId: string, note: Note, now: number) => ({
  id: note.note_id,
  callId: note.call_id,
  version: note.version,
  patientId,
  status: note.status,
  sealed: seal(dataKey, place(note.note_id), JSON.stringify(note)),
  createdAt: now,
});

/**
 * The call's own account as it is to be written: behind whatever staff have put right since the one before, and with it. Null: this
 * account is there already.
 */
export async function afterCorrections(db: Database, dataKey: DataKey, note: Note): Promise<Note | null> {
  const { id, version, sessionVersion } = notes;
  const rows = await db
    .select({ id, version, sessionVersion })
    .from(notes)
    .where(eq(notes.callId, note.call_id))
    .orderBy(desc(version));
  if (rows.some((row) => row.sessionVersion === note.version)) return null;
  const [newest] = rows;
  if (newest === undefined || rows.every((row) => row.sessionVersion !== null)) return note;
  const [row] = await db.select({ id, sealed: notes.sealed }).from(notes).where(eq(id, newest.id)).limit(1);
  if (row === undefined) return note;
  const next = Math.max(note.version, newest.version + 1);
  const kept = keepCorrections(note, openNote(dataKey, row));
  return { ...kept, version: next, note_id: `${note.note_id.replace(/\.\d+$/, '')}.${next}` };
}

/** With its deliveries. False: there is a newer version than the one it was made from. Judged by the statement itself. */
export async function insertCorrectedNote(
  db: Database,
  dataKey: DataKey,
  patientId: string,
  note: Note,
  sinks: readonly SinkName[],
  now: number,
): Promise<boolean> {
  const row = rowOf(dataKey, patientId, note, now);
  const insert = db
    .insert(notes)
    .select(
      // In the order of the table's columns.
      sql`select ${row.id}, ${row.callId}, ${row.version}, null, ${row.patientId}, ${row.status}, ${row.sealed}, ${now}
        where exists (select 1 from ${calls} where id = ${row.callId} and note_version = ${row.version - 1})`,
    )
    .onConflictDoNothing()
    .returning({ id: notes.id });
  // Where that version was somebody else's, theirs are there: these change nothing.
  const handedOn = await insertDeliveries(db, { callId: row.callId, version: row.version }, sinks, now);
  const [written] = await db.batch([insert, ...handedOn]);
  return written.length > 0;
}

export async function getNote(db: Database, ring: PatientKeys, callId: string): Promise<Note | null> {
  const [row] = await db.select().from(notes).where(eq(notes.callId, callId)).orderBy(desc(notes.version)).limit(1);
  return row === undefined ? null : openNote(await dataKeyOf(ring, row.patientId), row);
}

/** The note as it was handed on under that version. */
export async function getNoteVersion(
  db: Database,
  ring: PatientKeys,
  callId: string,
  version: number,
): Promise<Note | null> {
  const [row] = await db
    .select()
    .from(notes)
    .where(and(eq(notes.callId, callId), eq(notes.version, version)))
    .limit(1);
  return row === undefined ? null : openNote(await dataKeyOf(ring, row.patientId), row);
}

export const openNote = (dataKey: DataKey, { id, sealed }: { readonly id: string; readonly sealed: string }): Note =>
  JSON.parse(unseal(dataKey, place(id), sealed)) as Note;

export const NOTE_STATUSES = ['complete', 'partial', 'declined'] as const satisfies readonly Note['status'][];
export type NoteStatus = Note['status'];

/** Of the newest version, for those of a page of calls that have one. */
export async function noteStatuses(db: Database, callIds: readonly string[]): Promise<Map<string, NoteStatus>> {
  const rows = await db
    .select({ callId: notes.callId, status: notes.status })
    .from(notes)
    .where(sql`${notes.callId} in (select value from json_each(${JSON.stringify(callIds)}))`)
    .orderBy(asc(notes.version));
  return new Map(rows.map(({ callId, status }) => [callId, status as NoteStatus]));
}

/** What a list says of a note: nothing of what the patient said. */
export interface ListedNote {
  readonly id: string;
  readonly version: number;
  readonly callId: string;
  readonly patientId: string;
  readonly externalId: string | null;
  readonly status: Note['status'];
  readonly redFlags: number;
  readonly review: ReviewStatus | null;
  readonly signedBy: string | null;
  readonly signedAt: number | null;
  readonly createdAt: number;
}

export interface NoteFilter {
  readonly limit: number;
  /** What `nextCursor` gave for the page before: a moment of the last note already seen, and its call. */
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status?: Note['status'];
  readonly flagged?: boolean;
  readonly reviewed?: boolean;
  readonly patientId?: string;
  /** What was asked: `<questionnaire>:<version>`. */
  readonly version?: string;
  /** When it was written, epoch milliseconds, both included. */
  readonly from?: number;
  readonly to?: number;
}

interface NotePage<Item> {
  readonly items: Item[];
  readonly nextCursor: NoteFilter['cursor'];
}

/** The newest note of each call, the last written first. The calls know when that was, and have the indexes. */
export const listNotes = (db: Database, filter: NoteFilter): Promise<NotePage<ListedNote>> =>
  notesBy(db, filter, 'note');

/** By when the note was written, or the call was begun: the first moves with each further version, the other never. */
async function notesBy(db: Database, filter: NoteFilter, order: 'note' | 'call'): Promise<NotePage<ListedNote>> {
  const by = order === 'note' ? calls.noteAt : calls.createdAt;
  // Beside another order it is looked at and not searched by, else all that it finds were sorted for each page.
  const noteAt = order === 'note' ? sql`${calls.noteAt}` : sql`+${calls.noteAt}`;
  const { cursor, patientId, version, reviewed, flagged, status, from, to } = filter;
  const { externalId, redFlags, review, signedBy, signedAt } = calls;
  const ofReview = (reviewIs: SQL | undefined) =>
    db
      .select({
        ...{ id: notes.id, version: notes.version, patientId: calls.patientId, externalId },
        ...{ status: notes.status, redFlags, review, signedBy, signedAt, createdAt: notes.createdAt },
        // Under names of their own: in a batch two columns of one name are one.
        callId: sql<string>`${calls.id}`.as('of_call'),
        at: sql<number | null>`${by}`.as('at_moment'),
      })
      .from(calls)
      .innerJoin(notes, and(eq(notes.callId, calls.id), eq(notes.version, calls.noteVersion)))
      .where(
        and(
          isNotNull(calls.noteAt),
          reviewIs,
          cursor === null ? undefined : sql`(${by}, ${calls.id}) < (${cursor.at}, ${cursor.id})`,
          patientId === undefined ? undefined : eq(calls.patientId, patientId),
          // Those of one patient are few already.
          reviewed === undefined
            ? undefined
            : sql`${sql.raw(patientId === undefined ? '' : '+')}${calls.review} = ${reviewed ? 'signed' : 'unreviewed'}`,
          // In the order of notes, which the index of versions does not have.
          version === undefined ? undefined : ofVersion(version, sql.raw('+')),
          flagged === undefined ? undefined : sql`(${calls.redFlags} > 0) = ${flagged ? 1 : 0}`,
          status === undefined ? undefined : eq(notes.status, status),
          from === undefined ? undefined : gte(noteAt, from),
          to === undefined ? undefined : lte(noteAt, to),
        ),
      )
      .orderBy(desc(by), desc(calls.id))
      .limit(filter.limit + 1);
  // Those of one patient are found by them; all others stand in their index by whether they are signed.
  const each = reviewed === undefined && patientId === undefined ? REVIEWS : [undefined];
  const placeOf = ({ at, callId: id }: { at: number | null; callId: string }) => ({ at: at ?? 0, id });
  const found = await newestOf(db, each.map(ofReview), placeOf, filter.limit + 1);
  const rows = found.slice(0, filter.limit);
  const last = found.length > rows.length ? rows.at(-1) : undefined;
  return {
    items: rows.map(({ at: _, ...row }) => ({
      ...row,
      status: row.status as Note['status'],
      review: row.review as ReviewStatus | null,
    })),
    nextCursor: last === undefined ? null : { at: last.at ?? 0, id: last.callId },
  };
}

export interface WholeNote {
  readonly listed: ListedNote;
  readonly note: Note;
}

/**
 * The same with what the patients said, for a file, the newest call first: a file takes a while, and a note that gets another version
 * meanwhile stays in its place and is in it once. Of one whose key is gone nothing is left to say.
 */
export async function listWholeNotes(
  db: Database,
  ring: PatientKeys,
  filter: NoteFilter,
): Promise<NotePage<WholeNote>> {
  const { items, nextCursor } = await notesBy(db, filter, 'call');
  const ids = JSON.stringify(items.map(({ id }) => id));
  const rows = await db
    .select({ id: notes.id, patientId: notes.patientId, sealed: notes.sealed })
    .from(notes)
    .where(sql`${notes.id} in (select value from json_each(${ids}))`);
  const keys = await dataKeysOf(
    ring,
    rows.map(({ patientId }) => patientId),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const whole = items.flatMap((listed): WholeNote[] => {
    const row = byId.get(listed.id);
    const key = row === undefined ? undefined : keys.get(row.patientId);
    return row === undefined || key === undefined ? [] : [{ listed, note: openNote(key, row) }];
  });
  return { items: whole, nextCursor };
}
