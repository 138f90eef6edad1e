/** Notes, by call and version; the newest is what readers get. */
import { and, desc, eq } from 'drizzle-orm';
import type { Note } from '../domain/note/note.ts';
import type { Database } from './database.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import { notes } from './schema.ts';
import { type DataKey, seal, unseal } from './seal.ts';

const place = (noteId: string) => ({ table: 'notes', column: 'sealed', row: noteId });

/** For a batch. Written again after a crash it changes nothing: a note version is written once. */
export const insertNote = (db: Database, dataKey: DataKey, patientId: string, note: Note, now: number) =>
  db
    .insert(notes)
    .values({
      id: note.note_id,
      callId: note.call_id,
      version: note.version,
      patientId,
      status: note.status,
      sealed: seal(dataKey, place(note.note_id), JSON.stringify(note)),
      createdAt: now,
    })
    .onConflictDoNothing();

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
