/** What a call leaves behind: the note, the events, what was said. While it lives, events and words come from its session. */
import * as z from 'zod';
import { eventsJson, fromRecordingJson, noteJson, transcriptsJson } from '../../call-json.ts';
import { isLiveStatus } from '../../domain/intake/call-record.ts';
import { getNote } from '../../store/notes.ts';
import { getRecordingTranscript } from '../../store/recording-transcripts.ts';
import { getRecording } from '../../store/recordings.ts';
import { redFlagTasks } from '../../store/tasks.ts';
import { Problem } from '../errors.ts';
import { rolesSeeing } from '../field-access.ts';
import { readCall, readCallLog, storedCall } from '../read-call.ts';
import { type Route, route } from '../route.ts';
import { TABULAR_TYPES } from '../tabular.ts';
import { TRANSCRIPT_FORMATS, transcriptFile } from '../transcript-file.ts';
import { writeDownAgain } from '../write-down-again.ts';
import { idOf } from './answer-fields.ts';
import { eventsAnswer, fromRecordingAnswer, transcriptsAnswer } from './call-answer.ts';
import { callId } from './fields.ts';
import { namedNote } from './note-schema.ts';

const shared = {
  method: 'GET',
  phi: true,
  params: z.strictObject({ call_id: callId }),
} as const;

const intakeData = route(
  {
    ...shared,
    roles: rolesSeeing('answers'),
    path: '/api/calls/:call_id/intake-data',
    audit: 'note.read',
    summary: 'Read the note of a call, ready within 15 seconds of the hang-up',
    answers: { 200: namedNote },
  },
  async (ask) => {
    const call = await storedCall(ask, ask.params.call_id);
    const note = await getNote(ask.db, ask.config.keyRing, call.id);
    if (note === null) {
      // A final status is written together with the note: where there is none by then, there will be none.
      throw new Problem(404, isLiveStatus(call.status) ? 'not_ready' : 'no_note');
    }
    const [recording, flagTasks] = await Promise.all([
      getRecording(ask.db, call.id),
      redFlagTasks(ask.db, [...new Set(note.red_flags.map(({ call_id }) => call_id))]),
    ]);
    return ask.c.json(noteJson(note, call, recording, flagTasks));
  },
);

const events = route(
  {
    ...shared,
    roles: rolesSeeing('call_events'),
    path: '/api/calls/:call_id/events',
    audit: 'call.read_events',
    summary: 'List the events of a call, with what each one led to',
    answers: { 200: eventsAnswer },
  },
  async (ask) => ask.c.json(eventsJson(await readCallLog(ask, await readCall(ask, ask.params.call_id)))),
);

const transcripts = route(
  {
    ...shared,
    roles: rolesSeeing('transcript'),
    path: '/api/calls/:call_id/transcripts',
    audit: 'call.read_transcripts',
    summary: 'List what was said in a call',
    answers: { 200: transcriptsAnswer },
    types: ['text/plain; charset=utf-8', TABULAR_TYPES.tsv],
    query: z.strictObject({
      format: z.enum(TRANSCRIPT_FORMATS).default('json'),
      source: z.enum(['live', 'recording']).optional(),
    }),
  },
  async (ask) => {
    const { db, config } = ask;
    const current = await readCall(ask, ask.params.call_id);
    const { id } = current.call;
    const [log, recording, spoken] = await Promise.all([
      readCallLog(ask, current),
      getRecording(db, id),
      getRecordingTranscript(db, config.keyRing, id),
    ]);
    const { format, source } = ask.query;
    const said = transcriptsJson(log, recording, spoken);
    const items = said.items.filter((line) => source === undefined || line.source === source);
    return format === 'json' ? ask.c.json({ ...said, items }) : transcriptFile(format, id, items);
  },
);

const retry = route(
  {
    method: 'POST',
    roles: rolesSeeing('transcript'),
    path: '/api/calls/:call_id/transcripts/retry',
    audit: 'transcript.retry',
    phi: false,
    params: shared.params,
    summary: 'Write the recording of a call down that was not, or not to its end',
    answers: { 202: z.strictObject({ call_id: idOf('call'), from_recording: fromRecordingAnswer }) },
  },
  async (ask) => {
    const { call_id } = ask.params;
    const spoken = await writeDownAgain(ask, (await storedCall(ask, call_id)).id);
    return ask.c.json({ call_id, from_recording: fromRecordingJson(spoken) }, 202);
  },
);

export const callLogRoutes: readonly Route[] = [intakeData, events, transcripts, retry];
