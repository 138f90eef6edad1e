/** What is done to a patient on file, for whoever asks: API and pages both come through here. Each leaves a line of its own. */
import { log } from '../log.ts';
import {
  type Consent,
  type ConsentInput,
  consentById,
  consentsOf,
  insertConsent,
  revokeConsent,
} from '../store/consents.ts';
import { dataKeyOf } from '../store/patient-keys.ts';
import {
  createPatient,
  getPatient,
  type NewPatient,
  type Patient,
  type PatientChanges,
  updateDetails,
} from '../store/patients.ts';
import type { DataKey } from '../store/seal.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';
import { refuseIfHidden } from './shown-patient.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;
/** Whoever makes something: a try that is repeated makes the same. */
type Maker = Asker & Pick<Ask, 'newId' | 'made'>;

/** 404: there is no such patient, or they were erased. */
export async function knownPatient({ db, config }: Pick<Ask, 'db' | 'config'>, id: string): Promise<Patient> {
  const patient = await getPatient(db, config.keyRing, id);
  if (patient === null) throw notFound();
  return patient;
}

export async function addPatient(ask: Maker, given: NewPatient, consent: ConsentInput | null): Promise<Patient> {
  const { db, config, actor, now } = ask;
  const before = await ask.made('pat', (id) => getPatient(db, config.keyRing, id));
  if (before !== null) return before;
  const id = ask.newId('pat');
  const patient = await createPatient(db, config.keyRing, { ...given, id }, consent, actor.id, now);
  log.info('patient.created', { actor: actor.id, patient_id: patient.id });
  return patient;
}

/** `seenAt`: when what the changes were made from was written; null: they hold whatever stands there. `changed`: it no longer does. */
export async function changePatient(
  ask: Asker,
  id: string,
  changes: PatientChanges,
  seenAt: number,
): Promise<Patient | 'changed'>;
export async function changePatient(ask: Asker, id: string, changes: PatientChanges, seenAt?: null): Promise<Patient>;
export async function changePatient(
  ask: Asker,
  id: string,
  changes: PatientChanges,
  seenAt: number | null = null,
): Promise<Patient | 'changed'> {
  const { db, config, actor, now } = ask;
  refuseIfHidden(actor, await knownPatient(ask, id));
  const patient = await updateDetails(db, config.keyRing, id, changes, now, seenAt);
  if (patient === null) throw notFound();
  if (patient === 'changed') return patient;
  log.info('patient.changed', { actor: actor.id, patient_id: id });
  return patient;
}

interface WithKey {
  readonly patient: Patient;
  readonly dataKey: DataKey;
}

async function withKey(ask: Pick<Ask, 'db' | 'config'>, id: string): Promise<WithKey> {
  const patient = await knownPatient(ask, id);
  return { patient, dataKey: await dataKeyOf(ask.config.keyRing, id) };
}

/** Newest first. */
export async function listConsents(ask: Pick<Ask, 'db' | 'config'>, id: string): Promise<Consent[]> {
  const { dataKey } = await withKey(ask, id);
  return consentsOf(ask.db, dataKey, id);
}

/** At the patient's number unless another is given (TC-01). */
export async function addConsent(
  ask: Maker,
  patientId: string,
  consent: ConsentInput,
  phoneNumber: string | null,
): Promise<Consent> {
  const { db, config, actor, now } = ask;
  const { dataKey, patient } = await withKey(ask, patientId);
  const before = await ask.made('con', (id) => consentById(db, dataKey, patientId, id));
  if (before !== null) return before;
  const id = ask.newId('con');
  const number = phoneNumber ?? patient.phoneNumber;
  const row = { id, patientId, phoneNumber: number, consent, recordedBy: actor.id };
  await insertConsent(db, config.keyRing, dataKey, row, now);
  log.info('consent.added', { actor: actor.id, patient_id: patientId, consent_id: id });
  const stored = await consentById(db, dataKey, patientId, id);
  if (stored === null) throw new Error('a consent that was just stored is not there');
  return stored;
}

export async function endConsent(ask: Asker, patientId: string, id: string, reason: string): Promise<Consent> {
  const { db, actor, now } = ask;
  const { dataKey } = await withKey(ask, patientId);
  const isEnded = await revokeConsent(db, dataKey, { id, patientId, reason, revokedBy: actor.id }, now);
  const row = await consentById(db, dataKey, patientId, id);
  if (row === null) throw notFound();
  if (!isEnded) throw new Problem(409, 'not_in_force', { detail: 'This consent has ended already.' });
  log.info('consent.revoked', { actor: actor.id, patient_id: patientId, consent_id: id });
  return row;
}
