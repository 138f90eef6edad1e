/** Patients: sealed details, found by exact number or external id. Numbers are not unique, because families share one. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { PatientFlag } from '../domain/campaign/gate-policy.ts';
import type { Language } from '../domain/intake/questionnaire.ts';
import { type ConsentInput, insertConsent, revokeConsents } from './consents.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { dataKeyOf, dataKeysOf, type PatientKeys, storeKeys } from './patient-keys.ts';
import { patients } from './schema.ts';
import { type DataKey, type KeyRing, newDataKey, seal, searchHash, searchHashes, unseal } from './seal.ts';

export interface PatientDetails {
  /** +E.164. */
  readonly phoneNumber: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
  /** Of the address, two letters. */
  readonly state: string | null;
  /** Their own, by its IANA name. */
  readonly timeZone: string | null;
  readonly flags: readonly PatientFlag[];
}
/** What is not said of a new patient is not known. */
export interface NewPatient
  extends Omit<PatientDetails, 'state' | 'timeZone' | 'flags'>,
    Partial<Pick<PatientDetails, 'state' | 'timeZone' | 'flags'>> {
  readonly externalId: string | null;
  readonly language: Language;
  /** A new one, when left out. */
  readonly id?: string;
}
export interface Patient extends PatientDetails {
  readonly externalId: string | null;
  readonly language: Language;
  readonly id: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}
type PatientRow = typeof patients.$inferSelect;

const place = (id: string) => ({ table: 'patients', column: 'sealed', row: id });

/** What a patient is found by. */
export const hashesOf = (
  ring: KeyRing,
  { phoneNumber, lastName }: Pick<PatientDetails, 'phoneNumber' | 'lastName'>,
) => ({
  phoneHash: searchHash(ring, 'phone', phoneNumber),
  lastFourHash: searchHash(ring, 'last_four', phoneNumber.slice(-4)),
  familyNameHash: lastName === null ? null : searchHash(ring, 'family_name', normalisedName(lastName)),
});

/** The insert of a patient, for a batch, with the id and data key it carries; the key is in the vault by then. */
export async function insertPatient(db: Database, ring: PatientKeys, given: NewPatient, now: number) {
  const { patient, dataKey, row } = newPatient(ring, given, now);
  await storeKeys(ring, [{ patientId: patient.id, dataKey }]);
  return { patient, dataKey, statement: db.insert(patients).values(row) };
}

/** A patient, their data key and their row; the key has to be in the vault before the row is stored. */
export function newPatient(ring: KeyRing, given: NewPatient, now: number) {
  const input = { state: null, timeZone: null, flags: [], ...given };
  const patient: Patient = { ...input, id: given.id ?? newId('pat', now), createdAt: now, updatedAt: now };
  const dataKey = newDataKey();
  const { externalId, language } = input;
  const row = {
    id: patient.id,
    sealed: sealPatient(dataKey, patient),
    ...hashesOf(ring, input),
    externalId,
    language,
    createdAt: now,
    updatedAt: now,
  };
  return { patient, dataKey, row };
}

export function sealPatient(dataKey: DataKey, patient: Patient): string {
  const { id, externalId: _e, language: _l, createdAt: _c, updatedAt: _u, ...details } = patient;
  return seal(dataKey, place(id), JSON.stringify(details));
}

export async function createPatient(
  db: Database,
  ring: PatientKeys,
  input: NewPatient,
  consent: ConsentInput | null,
  recordedBy: string,
  now: number,
): Promise<Patient> {
  const { patient, dataKey, statement } = await insertPatient(db, ring, input, now);
  const consented =
    consent === null
      ? []
      : [
          insertConsent(
            db,
            ring,
            dataKey,
            { patientId: patient.id, phoneNumber: input.phoneNumber, consent, recordedBy },
            now,
          ),
        ];
  await db.batch([statement, ...consented]);
  return patient;
}

/** What is left out stays. */
export type PatientChanges = Partial<PatientDetails & Pick<Patient, 'externalId' | 'language'>>;

/**
 * Sealed anew, and found by what is new; null: there is no such patient. Who changes something else at the same moment loses nothing.
 * With another number the consents to the old one end (TC-22): whoever answers there may be somebody else now. Calls that run, and
 * those of campaigns, carry their own number and are judged by their own consent.
 */
export async function updateDetails(
  db: Database,
  ring: PatientKeys,
  id: string,
  changes: PatientChanges,
  now: number,
  seenAt: number | null = null,
): Promise<Patient | 'changed' | null> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const [row] = await db.select().from(patients).where(eq(patients.id, id)).limit(1);
    const [patient] = row === undefined ? [] : await openPatients(ring, [row]);
    if (row === undefined || patient === undefined) return null;
    if (seenAt !== null && row.updatedAt !== seenAt) return 'changed';
    const changed: Patient = { ...patient, ...changes, updatedAt: now };
    const sealed = sealPatient(await dataKeyOf(ring, id), changed);
    const { externalId, language } = changed;
    const isMoved = changed.phoneNumber !== patient.phoneNumber;
    const isWritten = sql`exists (select 1 from patients where id = ${id} and sealed = ${sealed})`;
    const [written] = await db.batch([
      db
        .update(patients)
        .set({ sealed, ...hashesOf(ring, changed), externalId, language, updatedAt: now })
        .where(and(eq(patients.id, id), eq(patients.sealed, row.sealed)))
        .returning({ id: patients.id }),
      ...(isMoved ? [revokeConsents(db, ring, id, patient.phoneNumber, 'number_changed', now, isWritten)] : []),
    ]);
    if (written.length > 0) return changed;
  }
  throw new Error('a patient is being changed by others again and again');
}
const MOST_TRIES = 5;

export async function getPatient(db: Database, ring: PatientKeys, id: string): Promise<Patient | null> {
  const rows = await db.select().from(patients).where(eq(patients.id, id)).limit(1);
  return (await openPatients(ring, rows))[0] ?? null;
}

/** Those of the ids that exist, by id: one page of a list, or of a campaign. */
export async function getPatients(
  db: Database,
  ring: PatientKeys,
  ids: readonly string[],
): Promise<Map<string, Patient>> {
  const rows = await patientRows(db, ids);
  return new Map((await openPatients(ring, rows)).map((patient) => [patient.id, patient]));
}

/** Newest first; at most `limit`. */
export async function patientsByNumber(
  db: Database,
  ring: PatientKeys,
  phoneNumber: string,
  limit: number,
): Promise<Patient[]> {
  const rows = await db
    .select()
    .from(patients)
    .where(inArray(patients.phoneHash, searchHashes(ring, 'phone', phoneNumber)))
    .orderBy(desc(patients.id))
    .limit(limit);
  return openPatients(ring, rows);
}

export async function openPatients(ring: PatientKeys, rows: readonly PatientRow[]): Promise<Patient[]> {
  const keys = await dataKeysOf(
    ring,
    rows.map((row) => row.id),
  );
  return openPatientsWith(keys, rows);
}

/** Those whose key is among these. */
export const openPatientsWith = (keys: ReadonlyMap<string, DataKey>, rows: readonly PatientRow[]): Patient[] =>
  rows.flatMap((row) => {
    const key = keys.get(row.id);
    return key === undefined ? [] : [opened(row, key)];
  });

const ofIds = (ids: readonly string[]) =>
  sql`${patients.id} in (select value from json_each(${JSON.stringify([...new Set(ids)])}))`;

/** As they are stored, for whoever has their keys at hand. */
export const patientRows = async (db: Database, ids: readonly string[]): Promise<PatientRow[]> =>
  ids.length === 0 ? [] : db.select().from(patients).where(ofIds(ids));

function opened(row: PatientRow, key: DataKey): Patient {
  // Rows from before the calling hours say nothing of where the patient is.
  const details: PatientDetails = {
    ...{ state: null, timeZone: null, flags: [] },
    ...(JSON.parse(unseal(key, place(row.id), row.sealed)) as PatientDetails),
  };
  const { id, externalId, createdAt, updatedAt } = row;
  return { ...details, id, externalId, language: row.language as Language, createdAt, updatedAt };
}

/** Families are searched by name as people write it: without case, accents or outer spaces. */
export const normalisedName = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .trim()
    .toLowerCase();
