/** /api/patients. A number is never a query parameter: addresses end up in histories and logs. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { log } from '../../log.ts';
import { insertErasure, liveCallOf, openRedFlagOf, patientExists } from '../../store/erasure.ts';
import { sendJobHints } from '../../store/job-hints.ts';
import { findJob } from '../../store/jobs.ts';
import {
  createPatient,
  getPatient,
  listPatients,
  type Patient,
  type PatientChanges,
  updateDetails,
} from '../../store/patients.ts';
import { notFound, Problem } from '../errors.ts';
import { maskNumber } from '../mask.ts';
import { type Route, route } from '../route.ts';
import {
  consent,
  DEFAULT_LIMIT,
  externalId,
  language,
  line,
  pageOf,
  patientId,
  phoneNumber,
  state,
  timeZone,
} from './fields.ts';

const name = line(100);
const birthDate = z.iso
  .date()
  .refine((day) => day >= '1900-01-01' && Date.parse(day) <= Date.now(), { error: 'From 1900 to today.' });

export const patientJson = (patient: Patient) => ({
  patient_id: patient.id,
  phone_number: patient.phoneNumber,
  first_name: patient.firstName,
  last_name: patient.lastName,
  date_of_birth: patient.dateOfBirth,
  language: patient.language,
  external_id: patient.externalId,
  state: patient.state,
  time_zone: patient.timeZone,
  flags: patient.flags,
  created_at: iso(patient.createdAt),
  updated_at: iso(patient.updatedAt),
});

const create = route(
  {
    method: 'POST',
    path: '/api/patients',
    roles: ['admin', 'clinician'],
    audit: 'patient.create',
    phi: true,
    body: z.strictObject({
      phone_number: phoneNumber,
      first_name: name.nullish(),
      last_name: name.nullish(),
      date_of_birth: birthDate.nullish(),
      language: language.nullish(),
      external_id: externalId.nullish(),
      state: state.nullish(),
      time_zone: timeZone.nullish(),
      consent: consent.nullish(),
    }),
  },
  async ({ body, db, config, actor, now, c }) => {
    const input = {
      phoneNumber: body.phone_number,
      firstName: body.first_name ?? null,
      lastName: body.last_name ?? null,
      dateOfBirth: body.date_of_birth ?? null,
      externalId: body.external_id ?? null,
      language: body.language ?? 'en',
      ...{ state: body.state ?? null, timeZone: body.time_zone ?? null, flags: [] },
    };
    const patient = await createPatient(db, config.keyRing, input, body.consent ?? null, actor.id, now);
    log.info('patient.created', { actor: actor.id, patient_id: patient.id });
    return c.json(patientJson(patient), 201, { Location: `/api/patients/${patient.id}` });
  },
);

const list = route(
  {
    method: 'GET',
    path: '/api/patients',
    roles: ['admin', 'clinician'],
    audit: 'patient.list',
    phi: true,
    query: z.strictObject({ ...pageOf('pat'), external_id: externalId.optional() }),
  },
  async ({ query, db, config, c }) => {
    const found = await listPatients(db, config.keyRing, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      ...(query.external_id === undefined ? {} : { externalId: query.external_id }),
    });
    const items = found.items.map((patient) => ({
      ...patientJson(patient),
      phone_number: maskNumber(patient.phoneNumber),
    }));
    return c.json({ items, next_cursor: found.nextCursor });
  },
);

const read = route(
  {
    method: 'GET',
    path: '/api/patients/:patient_id',
    roles: ['admin', 'clinician'],
    audit: 'patient.read',
    phi: true,
    params: z.strictObject({ patient_id: patientId }),
  },
  async ({ params, db, config, c }) => {
    const patient = await getPatient(db, config.keyRing, params.patient_id);
    if (patient === null) throw notFound();
    return c.json(patientJson(patient));
  },
);

/** Where the patient is: what calling hours go by. What is left out stays, `null` takes it away. */
const change = route(
  {
    method: 'PATCH',
    path: '/api/patients/:patient_id',
    roles: ['admin', 'clinician'],
    audit: 'patient.change',
    phi: true,
    params: z.strictObject({ patient_id: patientId }),
    body: z
      .strictObject({ state: state.nullable().optional(), time_zone: timeZone.nullable().optional() })
      .refine((body) => Object.keys(body).length > 0, { error: 'At least one field.' }),
  },
  async ({ params, body, db, config, actor, now, c }) => {
    const changes: PatientChanges = {
      ...(body.state === undefined ? {} : { state: body.state }),
      ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
    };
    const patient = await updateDetails(db, config.keyRing, params.patient_id, changes, now);
    if (patient === null) throw notFound();
    log.info('patient.changed', { actor: actor.id, patient_id: patient.id });
    return c.json(patientJson(patient));
  },
);

/**
 * The key goes at once, so nothing of the patient opens any more; the rest follows in the background. Works also for one whose data
 * no longer opens. 409 while a call of theirs is under way.
 */
const erase = route(
  {
    method: 'DELETE',
    path: '/api/patients/:patient_id',
    roles: ['admin'],
    audit: 'patient.erase',
    phi: false,
    params: z.strictObject({ patient_id: patientId }),
  },
  async ({ params, db, config, env, actor, now, c }) => {
    const id = params.patient_id;
    if (!(await patientExists(db, id))) throw notFound();
    const live = await liveCallOf(db, id);
    if (live !== null) {
      throw new Problem(409, 'call_live', { detail: `Hang up ${live} first, or wait until it is over.` });
    }
    if ((await openRedFlagOf(db, id)) !== null) {
      throw new Problem(409, 'open_red_flag', {
        detail: 'A red flag of this patient waits under Tasks. See to it first.',
      });
    }
    await config.keyRing.vault().erase(id, now);
    await insertErasure(db, id, now);
    log.info('patient.erasing', { actor: actor.id, patient_id: id });
    const job = await findJob(db, 'erase_patient', id);
    if (job !== null) await sendJobHints(env, [job.id]);
    return c.json({ patient_id: id, status: 'erasing', job_id: job?.id ?? null }, 202);
  },
);

export const patientRoutes: readonly Route[] = [create, list, read, change, erase];
