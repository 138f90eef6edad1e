/** /api/intake-notes: the newest note of each call, without what the patient said, and the JSON Schema of a whole note. */
import * as z from 'zod';
import { iso, reviewSummary } from '../../call-json.ts';
import { type ListedNote, listNotes, NOTE_STATUSES } from '../../store/notes.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { DEFAULT_LIMIT, flag, limit, patientId, time } from './fields.ts';
import { noteJsonSchema } from './note-schema.ts';

const listedNote = z
  .strictObject({
    note_id: z.string(),
    version: z.int().min(1),
    call_id: z.string().describe('The note itself: /api/calls/{call_id}/intake-data.'),
    patient_id: z.string(),
    external_id: z.string().nullable(),
    status: z.enum(NOTE_STATUSES),
    red_flags: z.int().min(0),
    review: z.strictObject({
      status: z.enum(['unreviewed', 'signed']),
      by: z.string().nullable(),
      at: z.iso.datetime().nullable(),
    }),
    created_at: z.iso.datetime().describe('When this version was written.'),
  })
  .describe('A note in a list.');

const listedJson = (note: ListedNote): z.output<typeof listedNote> => ({
  note_id: note.id,
  version: note.version,
  call_id: note.callId,
  patient_id: note.patientId,
  external_id: note.externalId,
  status: note.status,
  red_flags: note.redFlags,
  review: reviewSummary(note),
  created_at: iso(note.createdAt),
});

const list = route(
  {
    method: 'GET',
    path: '/api/intake-notes',
    roles: ['admin', 'clinician'],
    audit: 'note.list',
    phi: true,
    summary: 'List notes, the last written first; `from` and `to` are of when the newest version was written',
    query: z.strictObject({
      limit,
      cursor: pageCursor('call').optional(),
      status: z.enum(NOTE_STATUSES).optional(),
      flagged: flag.optional(),
      reviewed: flag.optional(),
      patient_id: patientId.optional(),
      from: time.optional(),
      to: time.optional(),
    }),
    answers: { 200: z.strictObject({ items: z.array(listedNote), next_cursor: z.string().nullable() }) },
  },
  async ({ query, db, c }) => {
    const { status, flagged, reviewed, patient_id, from, to } = query;
    const { items, nextCursor } = await listNotes(db, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      ...(status === undefined ? {} : { status }),
      ...(flagged === undefined ? {} : { flagged }),
      ...(reviewed === undefined ? {} : { reviewed }),
      ...(patient_id === undefined ? {} : { patientId: patient_id }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    showing(
      c,
      items.map((note) => note.patientId),
    );
    return c.json({ items: items.map(listedJson), next_cursor: cursorText(nextCursor) });
  },
);

const schema = route(
  {
    method: 'GET',
    path: '/api/schemas/note',
    // Whoever reads notes by program has to know their shape; it says nothing of a patient.
    roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
    audit: 'schema.read',
    phi: false,
    summary: 'Read the JSON Schema (2020-12) of a note as /api/calls/{call_id}/intake-data answers it',
    answers: { 200: null },
    types: ['application/schema+json'],
  },
  ({ c }) => c.body(JSON.stringify(noteJsonSchema()), 200, { 'Content-Type': 'application/schema+json' }),
);

export const intakeNoteRoutes: readonly Route[] = [list, schema];
