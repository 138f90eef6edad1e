/**
 * /api/patient-requests and /api/patients/{id}/requests: what patients ask for about their own data, by when it is to be answered, and the
 * second person's word on an erasure (HS-19 to HS-22, SE-20).
 */
import * as z from 'zod';
import { REQUEST_KINDS } from '../../domain/retention/request-rules.ts';
import { listRequests, REQUEST_STATUSES } from '../../store/patient-requests.ts';
import { addRequest, answerRequest, knownRequest, listRequestsOf, putOffRequest } from '../answer-request.ts';
import { approveErasure, refuseErasureRequest } from '../erase-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { listOf } from './answer-fields.ts';
import { callId, DEFAULT_LIMIT, flag, limit, line, pastTime, patientId } from './fields.ts';
import { listedRequestAnswer, listedRequestJson, requestAnswer, requestJson } from './request-json.ts';

const people = { roles: rolesSeeing('patient_requests'), phi: true } as const;
const ofPatient = { ...people, params: z.strictObject({ patient_id: patientId }) } as const;
const one = z.strictObject({ patient_request_id: z.string().regex(/^req_[0-9a-f-]{36}$/) });

const list = route(
  {
    ...{ ...people, phi: false, method: 'GET', path: '/api/patient-requests', audit: 'request.list' },
    query: z.strictObject({
      ...{ limit, cursor: pageCursor('req').optional() },
      ...{ status: z.enum(REQUEST_STATUSES).optional(), kind: z.enum(REQUEST_KINDS).optional() },
      overdue: flag.optional(),
    }),
    ...{
      summary: 'What all patients asked for, those due first; open ones, unless another status is asked for',
      answers: { 200: listOf(listedRequestAnswer) },
    },
  },
  async ({ query, db, now, c }) => {
    const { items, nextCursor } = await listRequests(db, {
      ...{ limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null, status: query.status ?? 'open' },
      ...{ kind: query.kind ?? null, dueBefore: query.overdue === true ? now : null },
    });
    showing(
      c,
      items.map((each) => each.patientId),
    );
    return c.json({ items: items.map((each) => listedRequestJson(each, now)), next_cursor: cursorText(nextCursor) });
  },
);

const listOfPatient = route(
  {
    ...{ ...ofPatient, method: 'GET', path: '/api/patients/:patient_id/requests', audit: 'request.list' },
    ...{ summary: 'What one patient asked for, newest first', answers: { 200: listOf(requestAnswer) } },
  },
  async (ask) => {
    const items = await listRequestsOf(ask, ask.params.patient_id);
    return ask.c.json({ items: items.map((each) => requestJson(each, ask.now)), next_cursor: null });
  },
);

const add = route(
  {
    ...{ ...ofPatient, method: 'POST', path: '/api/patients/:patient_id/requests', audit: 'request.add' },
    body: z.strictObject({
      kind: z
        .enum(['access', 'amendment', 'accounting'])
        .describe('An erasure is asked for with DELETE of the patient.'),
      received_at: pastTime.nullish().describe('Now, when left out.'),
      details: line(2000).nullish(),
      call_id: callId.nullish(),
    }),
    ...{ summary: 'Note down that a patient asks for something', answers: { 201: requestAnswer } },
  },
  async (ask) => {
    const { kind, received_at, details, call_id } = ask.body;
    const given = { kind, receivedAt: received_at ?? ask.now, details: details ?? null, callId: call_id ?? null };
    const request = await addRequest(ask, ask.params.patient_id, given);
    return ask.c.json(requestJson(request, ask.now), 201, { Location: `/api/patient-requests/${request.id}` });
  },
);

const read = route(
  {
    ...{
      ...people,
      method: 'GET',
      path: '/api/patient-requests/:patient_request_id',
      audit: 'request.read',
      params: one,
    },
    ...{ summary: 'One request of a patient', answers: { 200: requestAnswer } },
  },
  async (ask) => {
    const request = await knownRequest(ask, ask.params.patient_request_id);
    showing(ask.c, [request.patientId]);
    return ask.c.json(requestJson(request, ask.now));
  },
);

const extend = route(
  {
    ...{ ...people, method: 'POST', path: '/api/patient-requests/:patient_request_id/extend', audit: 'request.extend' },
    params: one,
    ...{
      summary: 'Put it off by 30 days, once; the patient has to be told why and until when',
      answers: { 200: requestAnswer },
    },
  },
  async (ask) => ask.c.json(requestJson(await putOffRequest(ask, ask.params.patient_request_id), ask.now)),
);

const answer = route(
  {
    ...{ ...people, method: 'POST', path: '/api/patient-requests/:patient_request_id/answer', audit: 'request.answer' },
    params: one,
    body: z.strictObject({
      status: z.enum(['done', 'denied', 'withdrawn']),
      outcome: line(2000).nullish().describe('What was done; of a denial the reason, which must be given.'),
      call_id: callId.nullish().describe('Of an amendment that is accepted: the call whose note was put right.'),
    }),
    ...{ summary: 'Answer a request', answers: { 200: requestAnswer } },
  },
  async (ask) => {
    const { status, outcome, call_id } = ask.body;
    const given = { status, outcome: outcome ?? null, callId: call_id ?? null };
    return ask.c.json(requestJson(await answerRequest(ask, ask.params.patient_request_id, given), ask.now));
  },
);

const approve = route(
  {
    ...{
      method: 'POST',
      path: '/api/patient-requests/:patient_request_id/approve',
      audit: 'erasure.approve',
      params: one,
      needsPerson: true,
    },
    ...{ roles: ['admin'], phi: false },
    summary: 'Approve an erasure that another administrator asked for; it begins at once',
    answers: {
      202: z.strictObject({
        patient_id: z.string(),
        status: z.literal('erasing'),
        job_id: z.string().nullable().describe('The work that removes the rest, under /api/jobs.'),
      }),
    },
  },
  async (ask) => {
    const { patientId: id, jobId } = await approveErasure(ask, ask.params.patient_request_id);
    return ask.c.json({ patient_id: id, status: 'erasing', job_id: jobId }, 202);
  },
);

const refuse = route(
  {
    ...{
      method: 'POST',
      path: '/api/patient-requests/:patient_request_id/refuse',
      audit: 'erasure.refuse',
      params: one,
      needsPerson: true,
    },
    ...{ roles: ['admin'], phi: true },
    body: z.strictObject({ reason: line(2000) }),
    summary: 'Refuse an erasure that another administrator asked for, with the reason',
    answers: { 200: requestAnswer },
  },
  async (ask) => {
    const request = await refuseErasureRequest(ask, ask.params.patient_request_id, ask.body.reason);
    return ask.c.json(requestJson(request, ask.now));
  },
);

export const patientRequestRoutes: readonly Route[] = [
  ...[list, listOfPatient, add, read, extend, answer, approve, refuse],
];
