/**
 * Whom the rows of a page mean, and those they add: shared by the lists of campaigns and of patients. Everything of a page stands or
 * falls in one batch, fenced by how far the import has been read and by who is on file at its numbers: two lists, or a list and a
 * call, that would make the same patient at the same moment do not both do so; the later one is judged once more.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { ListedPerson, StatedConsent } from '../domain/campaign/verdict.ts';
import type { Language } from '../domain/intake/questionnaire.ts';
import type { Database } from './database.ts';
import type { RejectedRow } from './import-rows.ts';
import { isWanted, type ListImport } from './imports.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { newPatient, openPatientsWith, type Patient, sealPatient } from './patients.ts';
import { consents, patients } from './schema.ts';
import { type DataKey, hashesOfEach } from './seal.ts';

export interface AcceptedRow {
  readonly row: number;
  readonly cells: readonly string[];
  readonly person: ListedPerson;
}
export interface ListPage {
  readonly accepted: readonly AcceptedRow[];
  readonly rejected: readonly RejectedRow[];
  /** Refused, and one too many to be listed. */
  readonly unlisted: number;
  /** Blank ones too. */
  readonly rows: number;
}
/** The job that reads, and where it stands after the page. */
export interface Reader {
  readonly jobId: string;
  readonly progress: string;
}

/** Whom the rows of a page may mean, as the database has them. */
export interface OnFile {
  /** By number; those made for this page come to them. */
  readonly patients: Map<string, Patient[]>;
  readonly keys: Map<string, DataKey>;
  /** By patient. */
  readonly consents: ReadonlyMap<string, readonly ConsentRow[]>;
  readonly hashes: ReadonlyMap<string, readonly string[]>;
  /** Of everybody found, also those nobody can open any more. */
  readonly ids: readonly string[];
}
type ConsentRow = typeof consents.$inferSelect;

export const numberHashes = (ring: PatientKeys, rows: readonly AcceptedRow[]) =>
  hashesOfEach(
    ring,
    'phone',
    rows.map(({ person }) => person.phoneNumber),
  );

export const amongHashes = (hashes: ReadonlyMap<string, readonly string[]>): SQL =>
  sql`(select value from json_each(${JSON.stringify([...hashes.values()].flat())}))`;

export async function readOnFile(
  db: Database,
  ring: PatientKeys,
  hashes: ReadonlyMap<string, readonly string[]>,
): Promise<OnFile> {
  const found = await db
    .select()
    .from(patients)
    .where(sql`${patients.phoneHash} in ${amongHashes(hashes)}`);
  const ids = found.map(({ id }) => id);
  const [keys, theirConsents] = await Promise.all([
    dataKeysOf(ring, ids),
    ids.length === 0
      ? []
      : db
          .select()
          .from(consents)
          .where(sql`${consents.patientId} in (select value from json_each(${JSON.stringify(ids)}))`),
  ]);
  return {
    ...{ keys, hashes, ids },
    patients: Map.groupBy(openPatientsWith(keys, found), ({ phoneNumber }) => phoneNumber),
    consents: Map.groupBy(theirConsents, ({ patientId }) => patientId),
  };
}

/** What a page puts into each table. */
export interface PeopleRows {
  readonly newKeys: { patientId: string; dataKey: DataKey }[];
  readonly patients: (typeof patients.$inferInsert)[];
  /** Of whom the list says where they live, and nobody had. */
  readonly placed: { id: string; sealed: string; updatedAt: number }[];
  readonly consents: (typeof consents.$inferInsert)[];
  readonly rejected: RejectedRow[];
}

/** Holds while the page is wanted and nobody came onto file at its numbers since it was judged; for each statement of its batch. */
export function isTrueStill(item: ListImport, onFile: OnFile, made: PeopleRows): SQL {
  const known = JSON.stringify([...onFile.ids, ...made.patients.map(({ id }) => id)]);
  return sql`(${isWanted(item)} and not exists (
    select 1 from patients as newcomer where newcomer.phone_hash in ${amongHashes(onFile.hashes)}
      and newcomer.id not in (select value from json_each(${known}))))`;
}

/** Somebody who changed the patient meanwhile knows better. */
export function updatePlaces(db: Database, placed: PeopleRows['placed'], wanted: SQL, now: number) {
  const given = sql`json_each(${JSON.stringify(placed)}) as p`;
  const isTheirs = sql`p.value ->> 'id' = ${patients.id} and p.value ->> 'updatedAt' = ${patients.updatedAt}`;
  return db
    .update(patients)
    .set({ sealed: sql`(select p.value ->> 'sealed' from ${given} where ${isTheirs})`, updatedAt: now })
    .where(
      sql`${patients.id} in (select p.value ->> 'id' from ${given})
        and exists (select 1 from ${given} where ${isTheirs}) and ${wanted}`,
    );
}

export function addPatient(
  ring: PatientKeys,
  made: PeopleRows,
  onFile: OnFile,
  person: ListedPerson,
  usualLanguage: Language,
  now: number,
): Patient {
  const { phoneNumber, firstName, lastName, dateOfBirth, externalId, state, timeZone } = person;
  const language = person.language ?? usualLanguage;
  const given = { phoneNumber, firstName, lastName, dateOfBirth, externalId, state, timeZone, language };
  const { patient, dataKey, row } = newPatient(ring, given, now);
  made.newKeys.push({ patientId: patient.id, dataKey });
  made.patients.push(row);
  onFile.keys.set(patient.id, dataKey);
  onFile.patients.set(phoneNumber, [...(onFile.patients.get(phoneNumber) ?? []), patient]);
  return patient;
}

const PLACE = [
  ['state', 'state'],
  ['timeZone', 'time_zone'],
] as const;

/** The column that says they live elsewhere than is on file: staff have to say which is right, or they are called at a wrong hour. */
export const otherPlace = (known: Patient, person: ListedPerson): string | null =>
  PLACE.find(([of]) => known[of] !== null && person[of] !== null && known[of] !== person[of])?.[1] ?? null;

/** Of somebody on file: where they live is taken from the list if nobody had said it, and nothing else. */
export function placed(made: PeopleRows, onFile: OnFile, known: Patient, person: ListedPerson): Patient {
  const patient = {
    ...known,
    state: known.state ?? person.state,
    timeZone: known.timeZone ?? person.timeZone,
  };
  const dataKey = onFile.keys.get(known.id);
  if (dataKey === undefined || (patient.state === known.state && patient.timeZone === known.timeZone)) return known;
  const { id, updatedAt } = known;
  const isNew = made.newKeys.some(({ patientId }) => patientId === id);
  if (isNew) return known;
  made.placed.push({ id, sealed: sealPatient(dataKey, patient), updatedAt });
  return patient;
}

export const isOver = (expiresAt: number | null | undefined, now: number): boolean =>
  expiresAt != null && expiresAt <= now;

/** What was ever said for them at this number, in force or not. */
export function consentsAt(known: Patient | null, phoneNumber: string, onFile: OnFile): readonly ConsentRow[] {
  const hashes = onFile.hashes.get(phoneNumber) ?? [];
  return known === null
    ? []
    : (onFile.consents.get(known.id) ?? []).filter(({ phoneHash }) => hashes.includes(phoneHash));
}

/** Newer than any withdrawal, and not over yet. */
export const isUsable = (stated: StatedConsent, theirs: readonly ConsentRow[], now: number): boolean =>
  !isOver(stated.expiresAt, now) &&
  theirs.every(({ revokedAt }) => revokedAt === null || revokedAt < stated.obtainedAt);
