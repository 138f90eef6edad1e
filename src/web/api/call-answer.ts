/** What the API answers of a call, its events and what was said (`call-json.ts` makes it). */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { TRANSCRIBERS } from '../../domain/transcription/transcription-setting.ts';
import { TRANSCRIPTION_STATUSES } from '../../store/transcriptions.ts';
import { count, idOf, listOf, moment, money } from './answer-fields.ts';

const given = z.enum(['given', 'declined', 'not_asked']);
const seconds = count.nullable();
export const questionnaireAnswer = z.strictObject({ id: z.string(), version: z.int() });

/** As the outcome of an attempt tells it too. */
export const callFacts = {
  call_id: idOf('call'),
  status: z.enum(CALL_STATUSES),
  attempt: z.int().meta({ description: 'Which call to this contact it is, from 1.' }),
  identity: z.enum(['verified', 'failed', 'not_checked']),
  answered_by: z.enum(['human', 'machine', 'unknown']),
  consent: z.strictObject({ collection: given, recording: given, at: moment.nullable() }),
  dialed_at: moment.nullable(),
  answered_at: moment.nullable(),
  ended_at: moment.nullable(),
  duration_seconds: seconds.meta({ description: 'From the answer to the end.' }),
  hangup_cause: z.string().nullable().meta({ description: 'As Telnyx names it.' }),
  hangup_source: z.string().nullable(),
  sip_hangup_cause: z.string().nullable(),
  error: z.string().nullable().meta({ description: 'The code of what went wrong.' }),
  cost: money.nullable(),
  questionnaire: questionnaireAnswer,
  language: z.string(),
};
const recordingStatus = z.enum(['none', 'pending', 'ready', 'failed']);

export const callAnswer = z
  .strictObject({
    ...callFacts,
    direction: z.string().meta({ description: '`outbound` or `inbound`.' }),
    patient_id: idOf('pat'),
    external_id: z.string().nullable(),
    phone_number: z
      .string()
      .nullable()
      .meta({
        description: 'Whole in the item, masked in lists; null for whoever may not see it.',
        examples: ['+12025550143'],
      }),
    campaign_id: idOf('cmp').nullable(),
    created_at: moment,
    recording: z.strictObject({ status: recordingStatus, duration_seconds: seconds, bytes: seconds }),
    red_flags: count.nullable(),
    review: z.strictObject({
      status: z.enum(['unreviewed', 'signed']),
      by: z.string().nullable(),
      at: moment.nullable(),
    }),
    telnyx: z.strictObject({
      call_control_id: z.string().nullable(),
      call_leg_id: z.string().nullable(),
      call_session_id: z.string().nullable(),
    }),
  })
  .meta({ id: 'Call' });

export const eventAnswer = z
  .strictObject({
    event_id: z.string(),
    type: z.string(),
    at: moment,
    received_at: moment,
    effect: z.enum(['applied', 'duplicate', 'ignored', 'late']),
    commands: z.array(z.string()).readonly(),
  })
  .meta({ id: 'CallEvent' });
export const eventsAnswer = listOf(eventAnswer);

export const lineAnswer = z
  .strictObject({
    speaker: z.enum(['agent', 'patient']),
    text: z.string(),
    timestamp: moment,
    confidence: z.number().nullable(),
    offset_ms: z.int().nullable().meta({ description: 'From the start of the recording; null without one.' }),
    item: z.string().nullable().meta({ description: 'The step it was said at.' }),
    input: z.enum(['voice', 'keys']),
    end_offset_ms: z
      .int()
      .nullable()
      .meta({ description: 'Where it ends, of what was written down from the recording; null: not known.' }),
    source: z.enum(['live', 'recording']).meta({
      description: '`live`: heard or keyed while the call ran; `recording`: written down from its audio afterwards.',
    }),
  })
  .meta({ id: 'TranscriptLine' });

export const fromRecordingAnswer = z
  .strictObject({
    status: z.enum(TRANSCRIPTION_STATUSES),
    code: z.string().nullable().meta({ description: 'Why the last try failed.' }),
    engine: z.enum(TRANSCRIBERS).nullable(),
    language: z.string().nullable().meta({ description: 'As the engine heard it.' }),
    audio_seconds: count.meta({ description: 'So much an engine listened to, of both channels.' }),
    cost: money.nullable().meta({ description: 'Of the engine, beside what Telnyx takes; null: not known.' }),
    ended_at: moment.nullable(),
  })
  .meta({ id: 'FromRecording' });
export const transcriptsAnswer = listOf(lineAnswer).extend({
  from_recording: fromRecordingAnswer
    .nullable()
    .meta({ description: 'How the writing down of the recording stands; null: nobody was asked to.' }),
});
