/** Answers as a file: a row for each call and item of its newest note, with the questions that were asked. For whoever may read the note. */
import * as z from 'zod';
import { type NoteAnswer, noteAnswers } from '../domain/note/note.ts';
import { listWholeNotes, NOTE_STATUSES, type NoteFilter, type WholeNote } from '../store/notes.ts';
import { patientId, time } from './api/fields.ts';
import { type ExportCell, type ExportColumn, exportKind, given } from './export-kind.ts';
import { rolesSeeing } from './field-access.ts';
import { versionName } from './version-name.ts';

/**
 * Notes; one of the longest is 30 kB sealed, so a page is 7 MB at the most and usually one. 100,000 rows are some 8,000 notes: 33 pages,
 * each one statement, one question to the vault and one line to the audit.
 */
const PAGE = 250;

interface AnswerRow extends Pick<WholeNote, 'listed' | 'note'> {
  readonly item: string;
  readonly answer: NoteAnswer;
}
const ofAnswer = (name: string, cell: (answer: NoteAnswer) => ExportCell | undefined): ExportColumn<AnswerRow> => ({
  name,
  cell: ({ answer }) => cell(answer) ?? null,
});

const COLUMNS: readonly ExportColumn<AnswerRow>[] = [
  { name: 'call_id', cell: ({ listed }) => listed.callId },
  { name: 'patient_id', cell: ({ listed }) => listed.patientId },
  { name: 'external_id', cell: ({ listed }) => listed.externalId },
  { name: 'questionnaire', cell: ({ note }) => note.questionnaire.id },
  { name: 'questionnaire_version', cell: ({ note }) => note.questionnaire.version },
  { name: 'language', cell: ({ note }) => note.questionnaire.language },
  { name: 'note_version', cell: ({ listed }) => listed.version },
  { name: 'note_status', cell: ({ listed }) => listed.status },
  { name: 'note_at', cell: ({ note }) => note.created_at },
  { name: 'review', cell: ({ listed }) => listed.review ?? 'unreviewed' },
  { name: 'item', cell: ({ item }) => item },
  ofAnswer('state', ({ state }) => state),
  ofAnswer('value', ({ value }) => value),
  ofAnswer('display', ({ display }) => display),
  ofAnswer('input', ({ input }) => input),
  ofAnswer('entry', ({ entry }) => entry),
  ofAnswer('confidence', ({ confidence }) => confidence),
  ofAnswer('confirmed', ({ confirmed }) => confirmed),
  ofAnswer('answered_at', ({ timestamp }) => timestamp),
  ofAnswer('offset_ms', ({ offset_ms }) => offset_ms),
  ofAnswer('question_version', ({ question_version }) => question_version),
  ofAnswer('asked_in_call', ({ call_id }) => call_id),
  ofAnswer('corrected_by', ({ corrected_by }) => corrected_by),
];

export const exportedAnswers = exportKind({
  roles: rolesSeeing('answers'),
  filters: z.strictObject({
    status: z.enum(NOTE_STATUSES).optional().describe('Of the note.'),
    flagged: z.boolean().optional(),
    reviewed: z.boolean().optional(),
    patient_id: patientId.optional(),
    version: versionName.optional(),
    from: time.optional().describe('When the newest version of the note was written.'),
    to: time.optional(),
  }),
  columns: () => COLUMNS,
  read: async ({ db, config }, { patient_id, ...rest }, cursor: NoteFilter['cursor']) => {
    const filter = { limit: PAGE, cursor, ...given({ ...rest, patientId: patient_id }) };
    const { items, nextCursor } = await listWholeNotes(db, config.keyRing, filter);
    const rows = items.flatMap(({ listed, note }) =>
      Object.entries(noteAnswers(note)).map(([item, answer]): AnswerRow => ({ listed, note, item, answer })),
    );
    return { items: rows, nextCursor };
  },
  patientsOf: ({ listed }) => listed.patientId,
});
