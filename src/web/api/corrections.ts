/** /api/calls/{id}/corrections: answers of a note put right by staff, as its next version. What the patient said stays in it. */
import * as z from 'zod';
import { noteJson } from '../../call-json.ts';
import { CORRECTED_STATES } from '../../domain/note/correct-note.ts';
import { getRecording } from '../../store/recordings.ts';
import { redFlagTasks } from '../../store/tasks.ts';
import { correctNote } from '../correct-note.ts';
import { storedCall } from '../read-call.ts';
import { type Route, route } from '../route.ts';
import { flagCallsOf } from '../sign-note.ts';
import { text } from '../text-line.ts';
import { callId } from './fields.ts';
import { namedNote } from './note-schema.ts';

const correction = z.strictObject({
  item: z.string().max(100).describe('As `hpi.chief_complaint`.'),
  state: z.enum(CORRECTED_STATES),
  value: z
    .union([text(2000), z.number(), z.boolean(), z.null()])
    .optional()
    .describe('Of what is answered: words, the value of a choice, or a number.'),
});

const correct = route(
  {
    method: 'POST',
    path: '/api/calls/:call_id/corrections',
    roles: ['admin', 'clinician'],
    needsPerson: true,
    audit: 'note.correct',
    phi: true,
    params: z.strictObject({ call_id: callId }),
    summary: 'Put answers of a note right; its next version says who did, and keeps what the patient said',
    body: z.strictObject({
      items: z.array(correction).min(1).max(100),
      note_version: z.int().min(1).nullish(),
    }),
    answers: { 201: namedNote },
  },
  async (ask) => {
    const { items, note_version } = ask.body;
    const note = await correctNote(ask, ask.params.call_id, {
      items: items.map(({ item, state, value = null }) => ({ item, state, value })),
      noteVersion: note_version ?? null,
    });
    const [call, recording, flagTasks] = await Promise.all([
      storedCall(ask, note.call_id),
      getRecording(ask.db, note.call_id),
      redFlagTasks(ask.db, flagCallsOf(note)),
    ]);
    return ask.c.json(noteJson(note, call, recording, flagTasks), 201);
  },
);

export const correctionRoutes: readonly Route[] = [correct];
