/**
 * The note as /api/calls/{id}/intake-data answers it, in zod; its JSON Schema (2020-12) comes from here, and a test holds real notes
 * against it. Strict: a field that is added to a note is added here, or the test fails.
 */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';

const moment = z.iso.datetime().describe('ISO 8601, UTC.');
const eventId = z.string().describe('Of the event in /api/calls/{id}/events that it came from.');

const said = z
  .strictObject({
    state: z
      .enum(['answered', 'none', 'unknown', 'declined', 'skipped', 'not_asked', 'unclear'])
      .describe('`none`: an explicit no. `skipped`: silence, which is never a no. `unclear`: only wrong keys came.'),
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    display: z.string().optional().describe('The value in words, in the language of the call.'),
    input: z.enum(['keys', 'voice', 'staff']).optional(),
    entry: z.string().optional().describe('The keys as pressed, or the words as heard.'),
    confidence: z.number().min(0).max(1).nullable().optional().describe('Of the transcriber; null where it told none.'),
    confirmed: z.boolean().optional().describe('Whether the patient said yes to the words when they were read back.'),
    timestamp: moment.optional(),
    event_id: eventId.optional(),
    event_ids: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('All events of a spoken answer, in the order it was said.'),
    wording: z.string().optional().describe('Hash of the words of the question as it was put.'),
    question_version: z.int().optional().describe('Version of the questionnaire it was asked from.'),
    call_id: z.string().optional().describe('The call it was given in, where an unfinished intake was taken up again.'),
    offset_ms: z.number().nullable().optional().describe('From the start of that call’s recording; null without one.'),
  })
  .describe('One answer, and where it came from.');

export const answer = said
  .extend({
    corrected_by: z.string().optional().describe('Whoever put it right, of an answer that is by staff.'),
    previous: said.optional().describe('What the patient said before it was put right.'),
  })
  .meta({ id: 'NoteAnswer', description: 'One answer, and where it came from.' });

const section = z
  .record(z.string().regex(/^[a-z][a-z0-9_]*$/), answer)
  .describe('By the name of the item. Every item of the questionnaire is here; one never reached is `not_asked`.');

const redFlag = z.strictObject({
  rule: z.string(),
  item: z.string(),
  level: z.literal('urgent'),
  at: moment,
  event_id: eventId,
  unverified: z.boolean().describe('Recognised in free speech: a hint to check, never a finding.'),
  call_id: z.string().describe('An earlier call’s, where its unfinished intake was taken up again.'),
  acknowledged_by: z.string().nullable().describe('Whoever claimed it; null: nobody yet.'),
});

export const noteSchema = z
  .strictObject({
    note_id: z.string(),
    version: z.int().min(1).describe('What came late, and what staff corrected, makes a new version.'),
    call_id: z.string(),
    status: z.enum(['complete', 'partial', 'declined']),
    questionnaire: z.strictObject({ id: z.string(), version: z.int().min(1), language: z.enum(LANGUAGES) }),
    patient_info: z.strictObject({
      patient_id: z.string(),
      external_id: z.string().nullable(),
      phone_number: z.string(),
      first_name: z.string().nullable(),
      last_name: z.string().nullable(),
      date_of_birth: z.iso.date().nullable(),
    }),
    identity: z.enum(['verified', 'failed', 'not_checked']),
    consent: z.strictObject({
      given: z.boolean(),
      recording_consent: z.boolean(),
      timestamp: moment.nullable(),
      wording: z.string().nullable().describe('The name of the words that were said.'),
      wording_hash: z.string().nullable(),
      key: z.string().nullable().describe('The key the patient pressed.'),
      event_id: z.string().nullable(),
    }),
    hpi: section,
    ample: section,
    family_history: section,
    message: section.optional().describe('Only where the questionnaire has such items.'),
    red_flags: z.array(redFlag).describe('Empty means that nothing was recognised, never that nothing is wrong.'),
    call_metadata: z.strictObject({
      status: z.enum(CALL_STATUSES),
      duration_seconds: z.number().min(0),
      started_at: moment.nullable(),
      ended_at: moment.nullable(),
      cost: z.strictObject({ amount: z.string(), currency: z.string() }).nullable().optional(),
    }),
    recording: z.strictObject({
      status: z.enum(['none', 'pending', 'ready', 'failed']),
      format: z.enum(['mp3', 'wav']).nullable(),
      duration_seconds: z.number().nullable(),
    }),
    created_at: moment,
    completed_at: moment.nullable(),
  })
  .describe('What a patient told an automated intake call. Patient-reported; nothing in it is a finding.');

/** The same by its name, for the document of the API, where it stands once. */
export const namedNote = noteSchema.meta({ id: 'Note' });

/** JSON Schema 2020-12. */
export const noteJsonSchema = (): Record<string, unknown> => ({
  title: 'Intake note',
  ...z.toJSONSchema(noteSchema, { target: 'draft-2020-12' }),
});
