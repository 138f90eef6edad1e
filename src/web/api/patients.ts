/**
 * /api/patients: onto file, found, read, changed, erased. A number or a name is never a query parameter: addresses end up in histories
 * and logs, so searching is a POST.
 */
import * as z from 'zod';
import { listPatients } from '../../store/find-patients.ts';
import { addPatient, changePatient, knownPatient } from '../change-patient.ts';
import { erasePatient } from '../erase-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { birthDate, changedFields, toChanges, toPatient, wholeFields } from '../patient-fields.ts';
import { type Route, route } from '../route.ts';
import { consent, DEFAULT_LIMIT, externalId, line, pageOf, patientId, phoneNumber, time } from './fields.ts';
import { listedPatient, patientAnswer, patientJson, patientsAnswer } from './patient-json.ts';

const people = { roles: rolesSeeing('patient_name'), phi: true } as const;
const one = z.strictObject({ patient_id: patientId });

const create = route(
  {
    ...{ ...people, method: 'POST', path: '/api/patients', audit: 'patient.create' },
    body: z.strictObject({ ...wholeFields, consent: consent.nullish() }),
    ...{ summary: 'Put a patient on file', answers: { 201: patientAnswer } },
  },
  async (ask) => {
    const { body, actor, c } = ask;
    const patient = await addPatient(ask, toPatient(body), body.consent ?? null);
    return c.json(patientJson(actor, patient), 201, { Location: `/api/patients/${patient.id}` });
  },
);

const list = route(
  {
    ...{ ...people, method: 'GET', path: '/api/patients', audit: 'patient.list' },
    query: z.strictObject({
      ...pageOf('pat'),
      external_id: externalId.optional(),
      from: time.optional(),
      to: time.optional(),
    }),
    ...{ summary: 'Patients, newest first', answers: { 200: patientsAnswer } },
  },
  async ({ query, db, config, actor, c }) => {
    const { limit = DEFAULT_LIMIT, cursor = null, external_id, from, to } = query;
    const found = await listPatients(db, config.keyRing, {
      ...{ limit, cursor },
      ...(external_id === undefined ? {} : { externalId: external_id }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    return c.json({ items: found.items.map((each) => listedPatient(actor, each)), next_cursor: found.nextCursor });
  },
);

const lastFour = z.string().regex(/^\d{4}$/, 'Four digits.');

/** Whatever is given must all be true. A birth date alone is in no index. */
const search = route(
  {
    ...{ ...people, method: 'POST', path: '/api/patients/search', audit: 'patient.search' },
    body: z
      .strictObject({
        ...pageOf('pat'),
        limit: z.int().min(1).max(200).optional(),
        phone_number: phoneNumber.optional(),
        last_four: lastFour.optional(),
        family_name: line(100).optional(),
        external_id: externalId.optional(),
        date_of_birth: birthDate.optional(),
      })
      .refine((body) => [body.phone_number, body.last_four, body.family_name, body.external_id].some(Boolean), {
        error: 'At least one of phone_number, last_four, family_name and external_id.',
      }),
    ...{
      summary: 'Find patients by number, last four digits, family name or external id, exactly',
      answers: { 200: patientsAnswer },
    },
  },
  async ({ body, db, config, actor, c }) => {
    const { limit = DEFAULT_LIMIT, cursor = null } = body;
    const found = await listPatients(db, config.keyRing, {
      ...{ limit, cursor },
      ...(body.phone_number === undefined ? {} : { phoneNumber: body.phone_number }),
      ...(body.last_four === undefined ? {} : { lastFour: body.last_four }),
      ...(body.family_name === undefined ? {} : { familyName: body.family_name }),
      ...(body.external_id === undefined ? {} : { externalId: body.external_id }),
      ...(body.date_of_birth === undefined ? {} : { dateOfBirth: body.date_of_birth }),
    });
    return c.json({ items: found.items.map((each) => listedPatient(actor, each)), next_cursor: found.nextCursor });
  },
);

const read = route(
  {
    ...{ ...people, method: 'GET', path: '/api/patients/:patient_id', audit: 'patient.reveal', params: one },
    ...{ summary: 'One patient, with the whole number', answers: { 200: patientAnswer } },
  },
  async (ask) => ask.c.json(patientJson(ask.actor, await knownPatient(ask, ask.params.patient_id))),
);

/** What is left out is not known any more; flags have a place of their own. */
const replace = route(
  {
    ...{ ...people, method: 'PUT', path: '/api/patients/:patient_id', audit: 'patient.change', params: one },
    body: z.strictObject(wholeFields),
    ...{
      summary: 'Replace what is known of a patient; another number ends the consents to the old one',
      answers: { 200: patientAnswer },
    },
  },
  async (ask) => {
    const patient = await changePatient(ask, ask.params.patient_id, toPatient(ask.body));
    return ask.c.json(patientJson(ask.actor, patient));
  },
);

/** What is left out stays, `null` takes it away. */
const change = route(
  {
    ...{ ...people, method: 'PATCH', path: '/api/patients/:patient_id', audit: 'patient.change', params: one },
    body: z
      .strictObject(changedFields)
      .refine((body) => Object.keys(body).length > 0, { error: 'At least one field.' }),
    ...{
      summary: 'Change some of what is known; another number ends the consents to the old one',
      answers: { 200: patientAnswer },
    },
  },
  async (ask) => {
    const patient = await changePatient(ask, ask.params.patient_id, toChanges(ask.body));
    return ask.c.json(patientJson(ask.actor, patient));
  },
);

/** 409 while a call of theirs is under way or a legal hold stands. Once two administrators work here it waits for the second (SE-20). */
const erase = route(
  {
    ...{ method: 'DELETE', path: '/api/patients/:patient_id', roles: ['admin'], audit: 'patient.erase', phi: false },
    params: one,
    summary: 'Erase a patient for good',
    answers: {
      202: z.strictObject({
        patient_id: z.string(),
        status: z.enum(['erasing', 'waiting']).describe('`waiting`: for the word of a second administrator.'),
        job_id: z.string().nullable().describe('The work that removes the rest, under /api/jobs.'),
        request_id: z.string().optional().describe('Of one that waits: the request, under /api/patient-requests.'),
      }),
    },
  },
  async (ask) => {
    const { patient_id } = ask.params;
    const { status, jobId, requestId } = await erasePatient(ask, patient_id);
    const waiting = requestId === null ? {} : { request_id: requestId };
    return ask.c.json({ patient_id, status, job_id: jobId, ...waiting }, 202);
  },
);

export const patientRoutes: readonly Route[] = [create, list, search, read, replace, change, erase];
