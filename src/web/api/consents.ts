/** /api/patients/{id}/consents and /flags: why a patient may be called, and what stops it. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { PATIENT_FLAGS } from '../../domain/campaign/gate-policy.ts';
import { log } from '../../log.ts';
import { type Consent, consentById, consentsOf, insertConsent, revokeConsent } from '../../store/consents.ts';
import { newId } from '../../store/new-id.ts';
import { dataKeyOf } from '../../store/patient-keys.ts';
import { getPatient, type Patient, updateDetails } from '../../store/patients.ts';
import type { DataKey } from '../../store/seal.ts';
import { notFound, Problem } from '../errors.ts';
import { type Ask, type Route, route } from '../route.ts';
import { consentFields, consentId, line, patientId, phoneNumber, toConsent } from './fields.ts';
import { patientJson } from './patients.ts';

const people = { roles: ['admin', 'clinician', 'intake'], phi: true } as const;
const one = z.strictObject({ patient_id: patientId });

const json = (row: Consent) => ({
  consent_id: row.id,
  patient_id: row.patientId,
  phone_number: row.phoneNumber,
  basis: row.basis,
  purposes: row.purposes,
  obtained_at: iso(row.obtainedAt),
  obtained_by: row.obtainedBy,
  evidence: row.evidence,
  expires_at: row.expiresAt === null ? null : iso(row.expiresAt),
  recorded_by: row.recordedBy,
  created_at: iso(row.createdAt),
  revoked_at: row.revokedAt === null ? null : iso(row.revokedAt),
  revoked_reason: row.revokedStatement ?? row.revokedReason,
  revoked_by: row.revokedBy ?? null,
});

/** 404: there is no such patient, or they were erased. */
async function known(
  { db, config }: Pick<Ask, 'db' | 'config'>,
  id: string,
): Promise<{ readonly patient: Patient; readonly dataKey: DataKey }> {
  const patient = await getPatient(db, config.keyRing, id);
  if (patient === null) throw notFound();
  return { patient, dataKey: await dataKeyOf(config.keyRing, id) };
}

const list = route(
  { ...people, method: 'GET', path: '/api/patients/:patient_id/consents', audit: 'consent.list', params: one },
  async (ask) => {
    const { dataKey, patient } = await known(ask, ask.params.patient_id);
    const items = await consentsOf(ask.db, dataKey, patient.id);
    return ask.c.json({ items: items.map(json), next_cursor: null });
  },
);

/** At the patient's number unless another is given (TC-01). */
const add = route(
  {
    ...people,
    ...{ method: 'POST', path: '/api/patients/:patient_id/consents', audit: 'consent.add', params: one },
    body: z.strictObject({ ...consentFields, phone_number: phoneNumber.nullish() }),
  },
  async (ask) => {
    const { body, db, config, actor, now, c } = ask;
    const { dataKey, patient } = await known(ask, ask.params.patient_id);
    const id = newId('con', now);
    const number = body.phone_number ?? patient.phoneNumber;
    const row = { id, patientId: patient.id, phoneNumber: number, consent: toConsent(body), recordedBy: actor.id };
    await insertConsent(db, config.keyRing, dataKey, row, now);
    log.info('consent.added', { actor: actor.id, patient_id: patient.id, consent_id: id });
    return c.json(json((await consentById(db, dataKey, patient.id, id)) as Consent), 201);
  },
);

const revoke = route(
  {
    ...people,
    ...{ method: 'POST', path: '/api/patients/:patient_id/consents/:consent_id/revoke', audit: 'consent.revoke' },
    params: z.strictObject({ patient_id: patientId, consent_id: consentId }),
    body: z.strictObject({ reason: line(500) }),
  },
  async (ask) => {
    const { params, body, db, now, actor, c } = ask;
    const { dataKey, patient } = await known(ask, params.patient_id);
    const ending = { id: params.consent_id, patientId: patient.id, reason: body.reason, revokedBy: actor.id };
    const isEnded = await revokeConsent(db, dataKey, ending, now);
    const row = await consentById(db, dataKey, patient.id, params.consent_id);
    if (row === null) throw notFound();
    if (!isEnded) throw new Problem(409, 'not_in_force', { detail: 'This consent has ended already.' });
    log.info('consent.revoked', { actor: actor.id, patient_id: patient.id, consent_id: row.id });
    return c.json(json(row));
  },
);

const flags = route(
  {
    ...people,
    ...{ method: 'PUT', path: '/api/patients/:patient_id/flags', audit: 'patient.flag', params: one },
    body: z.strictObject({ flags: z.array(z.enum(PATIENT_FLAGS)).max(PATIENT_FLAGS.length) }),
  },
  async ({ params, body, db, config, now, c }) => {
    const changes = { flags: [...new Set(body.flags)] };
    const patient = await updateDetails(db, config.keyRing, params.patient_id, changes, now);
    if (patient === null) throw notFound();
    return c.json(patientJson(patient));
  },
);

export const consentRoutes: readonly Route[] = [list, add, revoke, flags];
