import { matchPatient } from '../domain/campaign/match-patient.ts';
import { dedupeKeyOf, type ListedPerson, type RowCode } from '../domain/campaign/verdict.ts';
import { consentRow } from './consents.ts';
import type { Database } from './database.ts';
import {
  addPatient,
  consentsAt,
  isOver,
  isTrueStill,
  isUsable,
  type ListPage,
  numberHashes,
  type OnFile,
  otherPlace,
  type PeopleRows,
  placed,
  type Reader,
  readOnFile,
  updatePlaces,
} from './import-people.ts';
import { insertRejected } from './import-rows.ts';
import { advanceImport, type ImportCounts, type ListImport } from './imports.ts';
import { setProgress } from './jobs.ts';
import { type PatientKeys, storeKeys } from './patient-keys.ts';
import type { Patient } from './patients.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { consents, patients } from './schema.ts';
import type { DataKey } from './seal.ts';

export interface PageOfPatients {
  readonly item: ListImport;
  readonly dataKey: DataKey;
  readonly page: ListPage;
  readonly reader: Reader;
}

/** Where the import stands then. Null: nobody wants the page any more, somebody else has written it, or it has to be judged once more. */
export async function writePatients(
  db: Database,
  ring: PatientKeys,
  { item, dataKey, page, reader }: PageOfPatients,
  now: number,
): Promise<ImportCounts | null> {
  const onFile = await readOnFile(db, ring, numberHashes(ring, page.accepted));
  const { accepted, ...made } = rowsOf(ring, item, page, onFile, now);
  if (made.newKeys.length > 0) await storeKeys(ring, made.newKeys);
  const rejected = [...page.rejected, ...made.rejected];
  const wanted = isTrueStill(item, onFile, made);
  const [, , , , , advanced] = await db.batch([
    db.insert(patients).select(rowsFromJson(patients, made.patients, wanted)),
    updatePlaces(db, made.placed, wanted, now),
    db.insert(consents).select(rowsFromJson(consents, made.consents, wanted)),
    insertRejected(db, dataKey, item, rejected, now, wanted),
    setProgress(db, reader.jobId, reader.progress, wanted),
    // The fence moves last.
    advanceImport(db, item, { rows: page.rows, accepted, rejected: rejected.length + page.unlisted }, wanted),
  ]);
  return advanced[0] ?? null;
}

/** In the order of the list: a row may mean a patient that an earlier one made. */
function rowsOf(ring: PatientKeys, item: ListImport, page: ListPage, onFile: OnFile, now: number) {
  const made: PeopleRows & { accepted: number } = {
    ...{ newKeys: [], patients: [], placed: [], consents: [], rejected: [] },
    accepted: 0,
  };
  const seen = new Set<string>();
  for (const { row, cells, person } of page.accepted) {
    const refuse = (code: RowCode, field: string | null) => void made.rejected.push({ row, code, field, cells });
    const key = dedupeKeyOf(person);
    const known = matchPatient(person, onFile.patients.get(person.phoneNumber) ?? []);
    const elsewhere = known === null ? null : otherPlace(known, person);
    const consent = consentOf(known, person, onFile, now);
    if (seen.has(key)) refuse('duplicate', 'phone');
    else if (elsewhere !== null) refuse('other_place', elsewhere);
    else if (consent === 'withdrawn') refuse('no_consent', null);
    else if (known !== null && !onFile.keys.has(known.id)) refuse('patient_erased', null);
    else if (known !== null && consent === 'nothing_new' && !isPlaceNews(known, person)) refuse('duplicate', 'phone');
    else {
      seen.add(key);
      made.accepted += 1;
      const patient =
        known === null ? addPatient(ring, made, onFile, person, 'en', now) : placed(made, onFile, known, person);
      const dataKey = onFile.keys.get(patient.id);
      if (consent === 'new' && person.consent !== null && dataKey !== undefined) {
        const given = {
          ...{ patientId: patient.id, phoneNumber: person.phoneNumber },
          ...{ consent: person.consent, recordedBy: item.createdBy },
        };
        made.consents.push(consentRow(ring, dataKey, given, now));
      }
    }
  }
  return made;
}

const isPlaceNews = (known: Patient, { state, timeZone }: ListedPerson): boolean =>
  (known.state === null && state !== null) || (known.timeZone === null && timeZone !== null);

/** `withdrawn`: they took back a consent since then, or it is over, and nothing else is in force. */
function consentOf(
  known: Patient | null,
  { phoneNumber, consent: stated }: ListedPerson,
  onFile: OnFile,
  now: number,
): 'new' | 'nothing_new' | 'withdrawn' {
  if (stated === null) return 'nothing_new';
  const theirs = consentsAt(known, phoneNumber, onFile);
  const inForce = theirs.filter(({ revokedAt, expiresAt }) => revokedAt === null && !isOver(expiresAt, now));
  if (inForce.some(({ obtainedAt }) => obtainedAt >= stated.obtainedAt)) return 'nothing_new';
  if (isUsable(stated, theirs, now)) return 'new';
  return inForce.length > 0 ? 'nothing_new' : 'withdrawn';
}
