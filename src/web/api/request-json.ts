/** A request of a patient as the API shows it, and the schema of that. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { REQUEST_KINDS } from '../../domain/retention/request-rules.ts';
import { type ListedRequest, type PatientRequest, REQUEST_STATUSES } from '../../store/patient-requests.ts';
import { idOf, moment } from './answer-fields.ts';

const text = z.string().nullable();

export const listedRequestAnswer = z
  .strictObject({
    request_id: idOf('req'),
    patient_id: idOf('pat'),
    kind: z.enum(REQUEST_KINDS),
    status: z.enum(REQUEST_STATUSES).describe('`ended`: the patient was erased before anybody answered it.'),
    received_at: moment,
    due_at: moment.describe('By the rule of its kind; later by 30 days once it was put off.'),
    overdue: z.boolean(),
    extended_at: moment.nullable(),
    call_id: idOf('call').nullable().describe('Of an amendment: the call whose note it is about.'),
    note_version: z.int().nullable().describe('Of an amendment that was accepted: the version that put it right.'),
    requested_by: z.string(),
    ended_by: text,
    ended_at: moment.nullable(),
  })
  .meta({ id: 'PatientRequestLine' });

export const requestAnswer = listedRequestAnswer
  .extend({
    details: text.describe('What was asked.'),
    outcome: text.describe('What was done, or why it was denied.'),
  })
  .meta({ id: 'PatientRequest' });

const isOverdue = ({ status, dueAt }: ListedRequest, now: number): boolean => status === 'open' && dueAt < now;

export const listedRequestJson = (request: ListedRequest, now: number): z.output<typeof listedRequestAnswer> => ({
  request_id: request.id,
  patient_id: request.patientId,
  kind: request.kind,
  status: request.status,
  received_at: iso(request.receivedAt),
  due_at: iso(request.dueAt),
  overdue: isOverdue(request, now),
  extended_at: request.extendedAt === null ? null : iso(request.extendedAt),
  call_id: request.callId,
  note_version: request.noteVersion,
  requested_by: request.createdName,
  ended_by: request.endedName,
  ended_at: request.endedAt === null ? null : iso(request.endedAt),
});

export const requestJson = (request: PatientRequest, now: number): z.output<typeof requestAnswer> => ({
  ...listedRequestJson(request, now),
  details: request.details,
  outcome: request.outcome,
});
