/** Patients: sealed details, found by exact number or external id. Numbers are not unique, because families share one. */
import { and, desc, eq, inArray, lt } from 'drizzle-orm';
import type { Language } from '../domain/intake/questionnaire.ts';
import { type ConsentInput, insertConsent } from './consents.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { dataKeysOf, type PatientKeys, storeKeys } from './patient-keys.ts';
import { patients } from './schema.ts';
import { type DataKey, type KeyRing, newDataKey, seal, searchHash, searchHashes, unseal } from './seal.ts';

export interface PatientDetails {
  /** +E.164. */
  readonly phoneNumber: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
}
export interface NewPatient extends PatientDetails {
  readonly externalId: string | null;
  readonly language: Language;
}
export interface Patient extends NewPatient {
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
export async function insertPatient(db: Database, ring: PatientKeys, input: NewPatient, now: number) {
  const id = newId('pat', now);
  const dataKey = newDataKey();
  const { externalId, language, ...details } = input;
  const row = {
    id,
    sealed: seal(dataKey, place(id), JSON.stringify(details)),
    ...hashesOf(ring, input),
    externalId,
    language,
    createdAt: now,
    updatedAt: now,
  };
  await storeKeys(ring, [{ patientId: id, dataKey }]);
  const patient: Patient = { ...input, id, createdAt: now, updatedAt: now };
  return { patient, dataKey, statement: db.insert(patients).values(row) };
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

export async function getPatient(db: Database, ring: PatientKeys, id: string): Promise<Patient | null> {
  const rows = await db.select().from(patients).where(eq(patients.id, id)).limit(1);
  return (await openPatients(ring, rows))[0] ?? null;
}

/** Those of the ids that exist, by id: one page of a list. */
export async function getPatients(
  db: Database,
  ring: PatientKeys,
  ids: readonly string[],
): Promise<Map<string, Patient>> {
  const rows =
    ids.length === 0
      ? []
      : await db
          .select()
          .from(patients)
          .where(inArray(patients.id, [...new Set(ids)]));
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

export interface PatientFilter {
  readonly limit: number;
  /** The id of the last patient already seen. */
  readonly cursor: string | null;
  readonly phoneNumber?: string;
  readonly externalId?: string;
}

export async function listPatients(
  db: Database,
  ring: PatientKeys,
  filter: PatientFilter,
): Promise<{ items: Patient[]; nextCursor: string | null }> {
  const { phoneNumber, externalId } = filter;
  const rows = await db
    .select()
    .from(patients)
    .where(
      and(
        filter.cursor === null ? undefined : lt(patients.id, filter.cursor),
        phoneNumber === undefined ? undefined : inArray(patients.phoneHash, searchHashes(ring, 'phone', phoneNumber)),
        externalId === undefined ? undefined : eq(patients.externalId, externalId),
      ),
    )
    .orderBy(desc(patients.id))
    .limit(filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  return {
    items: await openPatients(ring, page),
    nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}

export async function openPatients(ring: PatientKeys, rows: readonly PatientRow[]): Promise<Patient[]> {
  const keys = await dataKeysOf(
    ring,
    rows.map((row) => row.id),
  );
  return rows.flatMap((row) => {
    const key = keys.get(row.id);
    return key === undefined ? [] : [opened(row, key)];
  });
}

function opened(row: PatientRow, key: DataKey): Patient {
  const details = JSON.parse(unseal(key, place(row.id), row.sealed)) as PatientDetails;
  const { id, externalId, createdAt, updatedAt } = row;
  return { ...details, id, externalId, language: row.language as Language, createdAt, updatedAt };
}

/** Families are searched by name as people write it: without case, accents or outer spaces. */
const normalisedName = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .trim()
    .toLowerCase();
