/**
 * One page of a list into a campaign: each row becomes a contact of the patient it means, who is made where nobody on file is meant, with
 * a consent. Everything of a page stands or falls in one batch, fenced by how far the import has been read: a page that was
 * written before, or that nobody wants any more, writes nothing. Keys go into the vault before; one without rows opens nothing.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Purpose } from '../domain/campaign/gate-policy.ts';
import { matchPatient } from '../domain/campaign/match-patient.ts';
import { dedupeKeyOf, type ListedPerson, type RowCode, type StatedConsent } from '../domain/campaign/verdict.ts';
import type { Language } from '../domain/intake/questionnaire.ts';
import { consentRow, pairKey } from './consents.ts';
import { sealContact } from './contacts.ts';
import type { Database } from './database.ts';
import { insertRejected, type RejectedRow } from './import-rows.ts';
import { advanceImport, isWanted, type ListImport } from './imports.ts';
import { setProgress } from './jobs.ts';
import { newId } from './new-id.ts';
import { dataKeysOf, type PatientKeys, storeKeys } from './patient-keys.ts';
import { newPatient, openPatients, type Patient, sealPatient } from './patients.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { consents, contacts, imports, patients } from './schema.ts';
import { type DataKey, searchHash, searchHashes } from './seal.ts';

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
export interface CampaignOfList {
  readonly id: string;
  readonly purpose: Purpose;
  readonly language: Language | null;
}

export interface PageOfCampaign {
  readonly item: ListImport;
  readonly dataKey: DataKey;
  readonly campaign: CampaignOfList;
  readonly page: ListPage;
  readonly reader: Reader;
}

/** False: nobody wants the page any more, or somebody else has written it. */
export async function writeContacts(
  db: Database,
  ring: PatientKeys,
  { item, dataKey, campaign, page, reader }: PageOfCampaign,
  now: number,
): Promise<boolean> {
  const made = rowsOf(ring, item, campaign, page, await readOnFile(db, ring, campaign.id, page.accepted), now);
  if (made.newKeys.length > 0) await storeKeys(ring, made.newKeys);
  const rejected = [...page.rejected, ...made.rejected];
  const wanted = isWanted(item);
  const [isWritten] = await db.batch([
    db
      .select({ id: imports.id })
      .from(imports)
      .where(and(eq(imports.id, item.id), wanted)),
    db.insert(patients).select(rowsFromJson(patients, made.patients, wanted)),
    updatePlaces(db, made.placed, wanted, now),
    db.insert(consents).select(rowsFromJson(consents, made.consents, wanted)),
    db.insert(contacts).select(rowsFromJson(contacts, made.contacts, wanted)),
    insertRejected(db, dataKey, item, rejected, now),
    setProgress(db, reader.jobId, reader.progress, wanted),
    // The fence moves last.
    advanceImport(db, item, {
      ...{ rows: page.rows, accepted: made.contacts.length, rejected: rejected.length + page.unlisted },
    }),
  ]);
  return isWritten.length > 0;
}

/** Somebody who changed the patient meanwhile knows better. */
function updatePlaces(db: Database, placed: PageRows['placed'], wanted: SQL, now: number) {
  const given = sql`json_each(${JSON.stringify(placed)}) as p`;
  const isTheirs = sql`p.value ->> 'id' = ${patients.id} and p.value ->> 'updatedAt' = ${patients.updatedAt}`;
  return db
    .update(patients)
    .set({ sealed: sql`(select p.value ->> 'sealed' from ${given} where ${isTheirs})`, updatedAt: now })
    .where(
      and(
        sql`${patients.id} in (select p.value ->> 'id' from ${given})`,
        sql`exists (select 1 from ${given} where ${isTheirs})`,
        wanted,
      ),
    );
}

/** Whom the rows of a page may mean, as the database has them. */
interface OnFile {
  /** By number; those made for this page come to them. */
  readonly patients: Map<string, Patient[]>;
  readonly keys: Map<string, DataKey>;
  /** `pairKey` of those who are in the campaign. */
  readonly inCampaign: Set<string>;
  readonly consents: readonly (typeof consents.$inferSelect)[];
  readonly hashes: ReadonlyMap<string, readonly string[]>;
}

async function readOnFile(
  db: Database,
  ring: PatientKeys,
  campaignId: string,
  rows: readonly AcceptedRow[],
): Promise<OnFile> {
  const numbers = [...new Set(rows.map(({ person }) => person.phoneNumber))];
  const hashes = new Map(numbers.map((number) => [number, searchHashes(ring, 'phone', number)]));
  const given = sql`(select value from json_each(${JSON.stringify([...hashes.values()].flat())}))`;
  const [found, listed] = await db.batch([
    db.select().from(patients).where(sql`${patients.phoneHash} in ${given}`),
    db
      .select({ patientId: contacts.patientId, phoneHash: contacts.phoneHash })
      .from(contacts)
      .where(and(eq(contacts.campaignId, campaignId), sql`${contacts.phoneHash} in ${given}`)),
  ]);
  const ids = found.map(({ id }) => id);
  const [known, keys, theirConsents] = await Promise.all([
    openPatients(ring, found),
    dataKeysOf(ring, ids),
    ids.length === 0
      ? []
      : db
          .select()
          .from(consents)
          .where(sql`${consents.patientId} in (select value from json_each(${JSON.stringify(ids)}))`),
  ]);
  const numberOf = new Map([...hashes].flatMap(([number, theirs]) => theirs.map((hash) => [hash, number] as const)));
  return {
    patients: Map.groupBy(known, ({ phoneNumber }) => phoneNumber),
    keys,
    inCampaign: new Set(listed.map(({ patientId, phoneHash }) => pairKey(patientId, numberOf.get(phoneHash) ?? ''))),
    ...{ consents: theirConsents, hashes },
  };
}

/** What a page puts into each table. */
interface PageRows {
  readonly newKeys: { patientId: string; dataKey: DataKey }[];
  readonly patients: (typeof patients.$inferInsert)[];
  /** Of whom the list says where they live, and nobody had. */
  readonly placed: { id: string; sealed: string; updatedAt: number }[];
  readonly consents: (typeof consents.$inferInsert)[];
  readonly contacts: (typeof contacts.$inferInsert)[];
  readonly rejected: RejectedRow[];
}

/** In the order of the list: a row may mean a patient that an earlier one made. */
function rowsOf(
  ring: PatientKeys,
  item: ListImport,
  campaign: CampaignOfList,
  page: ListPage,
  onFile: OnFile,
  now: number,
): PageRows {
  const made: PageRows = { newKeys: [], patients: [], placed: [], consents: [], contacts: [], rejected: [] };
  const seen = new Set<string>();
  for (const { row, cells, person } of page.accepted) {
    const refuse = (code: RowCode, field: string | null) => void made.rejected.push({ row, code, field, cells });
    const atNumber = onFile.patients.get(person.phoneNumber) ?? [];
    const known = matchPatient(person, atNumber);
    const key = dedupeKeyOf(person);
    if (seen.has(key) || (known !== null && onFile.inCampaign.has(pairKey(known.id, person.phoneNumber)))) {
      refuse('duplicate', 'phone');
      continue;
    }
    const elsewhere = known === null ? null : otherPlace(known, person);
    if (elsewhere !== null) {
      refuse('other_place', elsewhere);
      continue;
    }
    const consent = consentFor(known, person, campaign.purpose, onFile, now);
    if (consent === null) {
      refuse('no_consent', null);
      continue;
    }
    const patient =
      known === null ? addPatient(ring, made, onFile, campaign, person, now) : placed(made, onFile, known, person);
    const dataKey = onFile.keys.get(patient.id);
    // Erased at this moment: there is no key to seal anything with, and nobody to ring.
    if (dataKey === undefined) {
      refuse('patient_erased', null);
      continue;
    }
    seen.add(key);
    onFile.inCampaign.add(pairKey(patient.id, person.phoneNumber));
    const { phoneNumber } = person;
    if ('stated' in consent) {
      const given = { patientId: patient.id, phoneNumber, consent: consent.stated, recordedBy: item.createdBy };
      made.consents.push(consentRow(ring, dataKey, given, now));
    }
    const id = newId('cnt', now);
    const details = {
      ...{ phoneNumber, variables: person.variables },
      ...{ firstName: person.firstName ?? patient.firstName, lastName: person.lastName ?? patient.lastName },
    };
    made.contacts.push({
      ...{ id, campaignId: campaign.id, row, patientId: patient.id, phoneHash: searchHash(ring, 'phone', phoneNumber) },
      externalId: person.externalId ?? patient.externalId,
      consentId: 'stated' in consent ? (made.consents.at(-1)?.id ?? null) : consent.id,
      ...{ sealed: sealContact(dataKey, id, details), status: 'ready', nextAt: now, createdAt: now, updatedAt: now },
    });
  }
  return made;
}

function addPatient(
  ring: PatientKeys,
  made: PageRows,
  onFile: OnFile,
  campaign: CampaignOfList,
  person: ListedPerson,
  now: number,
): Patient {
  const { phoneNumber, firstName, lastName, dateOfBirth, externalId, state, timeZone } = person;
  const language = person.language ?? campaign.language ?? 'en';
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
const otherPlace = (known: Patient, person: ListedPerson): string | null =>
  PLACE.find(([of]) => known[of] !== null && person[of] !== null && known[of] !== person[of])?.[1] ?? null;

/** Of somebody on file: where they live is taken from the list if nobody had said it, and nothing else. */
function placed(made: PageRows, onFile: OnFile, known: Patient, person: ListedPerson): Patient {
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

/**
 * The consent a contact rests on: what the list states, if it is newer than what is on file, and than any withdrawal; else what is on
 * file. Null: none that covers this campaign.
 */
function consentFor(
  known: Patient | null,
  { phoneNumber, consent: stated }: ListedPerson,
  purpose: Purpose,
  onFile: OnFile,
  now: number,
): { readonly stated: StatedConsent } | { readonly id: string } | null {
  const isOver = (expiresAt: number | null | undefined) => expiresAt != null && expiresAt <= now;
  const hashes = onFile.hashes.get(phoneNumber) ?? [];
  const theirs =
    known === null ? [] : onFile.consents.filter((row) => row.patientId === known.id && hashes.includes(row.phoneHash));
  const inForce = theirs
    .filter(({ revokedAt, expiresAt, purposes }) => {
      return revokedAt === null && !isOver(expiresAt) && (JSON.parse(purposes) as Purpose[]).includes(purpose);
    })
    .toSorted((a, b) => b.obtainedAt - a.obtainedAt)[0];
  const isUsable =
    stated !== null &&
    !isOver(stated.expiresAt) &&
    (stated.purposes?.includes(purpose) ?? true) &&
    theirs.every(({ revokedAt }) => revokedAt === null || revokedAt < stated.obtainedAt);
  if (isUsable && (inForce === undefined || stated.obtainedAt > inForce.obtainedAt)) return { stated };
  return inForce === undefined ? null : { id: inForce.id };
}
