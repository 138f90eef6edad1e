/** /api/patients/{id}/consents and /flags: why a patient may be called, and what stops it. */
import * as z from 'zod';
import { PATIENT_FLAGS } from '../../domain/campaign/gate-policy.ts';
import { addConsent, changePatient, endConsent, knownPatient, listConsents } from '../change-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { type Route, route } from '../route.ts';
import { refuseIfHidden } from '../shown-patient.ts';
import { consentAnswer, consentJson } from './consent-json.ts';
import { consentFields, consentId, line, patientId, phoneNumber, toConsent } from './fields.ts';
import { patientAnswer, patientJson } from './patient-json.ts';

const people = { roles: rolesSeeing('consent_evidence'), phi: true } as const;
const one = z.strictObject({ patient_id: patientId });

const list = route(
  {
    ...{ ...people, method: 'GET', path: '/api/patients/:patient_id/consents', audit: 'consent.list', params: one },
    summary: 'What was ever said about calling a patient, newest first',
    answers: { 200: z.strictObject({ items: z.array(consentAnswer), next_cursor: z.null() }) },
  },
  async (ask) => {
    // They name the number.
    refuseIfHidden(ask.actor, await knownPatient(ask, ask.params.patient_id));
    const items = await listConsents(ask, ask.params.patient_id);
    return ask.c.json({ items: items.map(consentJson), next_cursor: null });
  },
);

/** At the patient's number unless another is given (TC-01). */
const add = route(
  {
    ...{ ...people, method: 'POST', path: '/api/patients/:patient_id/consents', audit: 'consent.add', params: one },
    body: z.strictObject({ ...consentFields, phone_number: phoneNumber.nullish() }),
    ...{ summary: 'Record a consent to be called', answers: { 201: consentAnswer } },
  },
  async (ask) => {
    const { body, params, c } = ask;
    const row = await addConsent(ask, params.patient_id, toConsent(body), body.phone_number ?? null);
    return c.json(consentJson(row), 201);
  },
);

const revoke = route(
  {
    ...people,
    ...{ method: 'POST', path: '/api/patients/:patient_id/consents/:consent_id/revoke', audit: 'consent.revoke' },
    params: z.strictObject({ patient_id: patientId, consent_id: consentId }),
    body: z.strictObject({ reason: line(500) }),
    ...{ summary: 'End a consent, with the reason', answers: { 200: consentAnswer } },
  },
  async (ask) => {
    const { params, body, c } = ask;
    return c.json(consentJson(await endConsent(ask, params.patient_id, params.consent_id, body.reason)));
  },
);

const flags = route(
  {
    ...{ ...people, method: 'PUT', path: '/api/patients/:patient_id/flags', audit: 'patient.flag', params: one },
    body: z.strictObject({ flags: z.array(z.enum(PATIENT_FLAGS)).max(PATIENT_FLAGS.length) }),
    ...{ summary: 'Set what stops calls to a patient', answers: { 200: patientAnswer } },
  },
  async (ask) => {
    const changes = { flags: [...new Set(ask.body.flags)] };
    return ask.c.json(patientJson(ask.actor, await changePatient(ask, ask.params.patient_id, changes)));
  },
);

export const consentRoutes: readonly Route[] = [list, add, revoke, flags];
