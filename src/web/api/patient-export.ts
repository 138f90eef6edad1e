/**
 * /api/patients/{id}/export: everything that is kept about one patient as one document, JSON or readable. Recordings are named with their
 * address, which asks for the same rights again. For the patient and for treatment a GET is enough; for anything else it is said to whom
 * it goes, in a POST, and that is a disclosure (HS-22).
 */
import * as z from 'zod';
import { EXPORT_FORMATS, EXPORT_PURPOSES } from '../export-patient.ts';
import { exportResponse } from '../export-response.ts';
import { rolesSeeing } from '../field-access.ts';
import { type Route, route } from '../route.ts';
import { moment } from './answer-fields.ts';
import { callAnswer, eventAnswer, lineAnswer } from './call-answer.ts';
import { consentAnswer } from './consent-json.ts';
import { disclosureAnswer } from './disclosures.ts';
import { line, patientId } from './fields.ts';
import { patientAnswer } from './patient-json.ts';
import { requestAnswer } from './request-json.ts';
import { taskAnswer } from './tasks.ts';

const text = z.string().nullable();
const decisionAnswer = z
  .strictObject({
    decision_id: z.string(),
    campaign_id: text,
    moment: z
      .string()
      .describe('When it was asked: before the start of a campaign, when the call was made, or just before the dial.'),
    allowed: z.boolean(),
    code: text,
    policy_version: z.string(),
    facts: z.unknown().describe('What the gate went by: ids and codes.'),
    decided_at: moment,
  })
  .meta({ id: 'DialDecision' });
const signedAnswer = { note_version: z.int(), by: z.string(), at: moment };

const recordsAnswer = callAnswer
  .extend({
    notes: z.array(z.record(z.string(), z.unknown())).describe('Every version, as it was stored.'),
    signatures: z.array(z.strictObject(signedAnswer)),
    addenda: z.array(z.strictObject({ ...signedAnswer, text: z.string() })),
    transcript: z.array(lineAnswer),
    events: z.array(eventAnswer),
    recorded: z
      .strictObject({
        ...{ recording_id: z.string(), status: z.string(), reason: text, format: text, sha256: text },
        ...{ bytes: z.int().nullable(), duration_seconds: z.int().nullable(), started_at: moment.nullable() },
        consent: z.strictObject({ at: moment, event_id: z.string(), key: z.string(), wording: z.string() }).nullable(),
        audio: text.describe('Where it is to be heard, by whoever may.'),
      })
      .nullable(),
    tasks: z.array(taskAnswer),
    decisions: z.array(decisionAnswer),
    handed_on: z.array(
      z.strictObject({
        ...{ delivery_id: z.string(), note_version: z.int(), system: z.string(), status: z.string() },
        at: moment.nullable(),
      }),
    ),
  })
  .meta({ id: 'CallRecords' });

const document = z.strictObject({
  exported_at: moment,
  exported_by: z.string(),
  purpose: z.enum(EXPORT_PURPOSES),
  notice: z.string(),
  patient: patientAnswer,
  number_suppressed: z.boolean(),
  consents: z.array(consentAnswer),
  decisions: z.array(decisionAnswer).describe('Why they were not called, where no call came of it.'),
  campaigns: z.array(
    z.strictObject({
      ...{ contact_id: z.string(), campaign_id: z.string(), status: z.string(), code: text, outcome: text },
      ...{ variables: z.record(z.string(), z.string()), created_at: moment },
    }),
  ),
  requests: z.array(requestAnswer),
  disclosures: z.array(disclosureAnswer),
  calls: z.array(recordsAnswer),
});

const one = {
  path: '/api/patients/:patient_id/export',
  roles: rolesSeeing('patient_export'),
  params: z.strictObject({ patient_id: patientId }),
  phi: true,
  audit: 'patient.export',
  isExport: true,
  answers: { 200: document },
  types: ['text/html', 'application/zip'],
} as const;

const download = route(
  {
    ...{ ...one, method: 'GET' },
    query: z.strictObject({
      purpose: z
        .enum(['access', 'treatment'])
        .optional()
        .describe('Any other purpose: POST, which asks to whom it goes.'),
      format: z.enum(EXPORT_FORMATS).optional(),
    }),
    summary: 'All that is kept about a patient, as one document, or with FHIR and audio in one archive',
  },
  async (ask) => {
    const { purpose = 'access', format = 'json' } = ask.query;
    return exportResponse(ask, ask.params.patient_id, { purpose, format, recipient: null });
  },
);

const take = route(
  {
    ...{ ...one, method: 'POST' },
    body: z.strictObject({
      purpose: z.enum(EXPORT_PURPOSES),
      format: z.enum(EXPORT_FORMATS).optional(),
      recipient: line(200).nullish().describe('To whom it goes; asked for where the purpose is `legal` or `other`.'),
    }),
    summary: 'The same for a purpose that is said; for `legal` and `other` it is noted down as a disclosure',
  },
  async (ask) => {
    const { purpose, format = 'json', recipient } = ask.body;
    return exportResponse(ask, ask.params.patient_id, { purpose, format, recipient: recipient ?? null });
  },
);

export const patientExportRoutes: readonly Route[] = [download, take];
