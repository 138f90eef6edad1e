/** What the API answers of a note (`noteJson` makes it): what the patient said by section, each answer with where it came from. */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { count, idOf, moment, money } from './answer-fields.ts';
import { recordingStatus } from './call-answer.ts';

export const noteAnswerAnswer = z
  .strictObject({
    state: z.enum(['answered', 'none', 'unknown', 'declined', 'skipped', 'not_asked', 'unclear']),
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    display: z.string().optional(),
    input: z.enum(['keys', 'voice', 'staff']).optional(),
    entry: z.string().optional().meta({ description: 'The keys as pressed, or the words as heard.' }),
    confidence: z.number().nullable().optional(),
    confirmed: z.boolean().optional(),
    timestamp: moment.optional(),
    event_id: z.string().optional(),
    event_ids: z.array(z.string()).readonly().optional(),
    wording: z.string().optional().meta({ description: 'Hash of the words the patient was asked in.' }),
    question_version: z.int().optional(),
    call_id: idOf('call').optional().meta({ description: 'Where it was given in an earlier call.' }),
    offset_ms: z.int().nullable().optional().meta({ description: 'From the start of that call’s recording.' }),
  })
  .meta({ id: 'NoteAnswer' });

const section = z.record(z.string(), noteAnswerAnswer);

export const noteAnswer = z
  .strictObject({
    note_id: idOf('note'),
    version: z.int(),
    call_id: idOf('call'),
    status: z.enum(['complete', 'partial', 'declined']),
    questionnaire: z.strictObject({ id: z.string(), version: z.int(), language: z.string() }),
    patient_info: z.strictObject({
      patient_id: idOf('pat'),
      external_id: z.string().nullable(),
      phone_number: z.string(),
      first_name: z.string().nullable(),
      last_name: z.string().nullable(),
      date_of_birth: z.string().nullable(),
    }),
    identity: z.enum(['verified', 'failed', 'not_checked']),
    consent: z.strictObject({
      given: z.boolean(),
      recording_consent: z.boolean(),
      timestamp: moment.nullable(),
      wording: z.string().nullable(),
      wording_hash: z.string().nullable(),
      key: z.string().nullable(),
      event_id: z.string().nullable(),
    }),
    hpi: section,
    ample: section,
    family_history: section,
    message: section.optional(),
    red_flags: z.array(
      z.strictObject({
        rule: z.string(),
        item: z.string(),
        level: z.literal('urgent'),
        at: moment,
        event_id: z.string(),
        unverified: z.boolean().meta({ description: 'Recognised in free speech: a hint to check.' }),
        call_id: idOf('call'),
        acknowledged_by: z.string().nullable(),
      }),
    ),
    call_metadata: z.strictObject({
      status: z.enum(CALL_STATUSES),
      duration_seconds: count,
      started_at: moment.nullable(),
      ended_at: moment.nullable(),
      cost: money.nullable().optional(),
    }),
    recording: z.strictObject({
      status: recordingStatus,
      format: z.enum(['mp3', 'wav']).nullable(),
      duration_seconds: count.nullable(),
    }),
    created_at: moment,
    completed_at: moment.nullable(),
  })
  .meta({ id: 'Note' });
