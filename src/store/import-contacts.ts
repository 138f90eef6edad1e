/**
 * One page of a list into a campaign: each row becomes a contact of the patient it means, who is made where nobody on file is meant, with
 * a consent. A page that was written before, or that nobody wants any more, writes nothing. Keys go into the vault before; one without
 * rows opens nothing.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Purpose } from '../domain/campaign/gate-policy.ts';
import { matchPatient } from '../domain/campaign/match-patient.ts';
import { dedupeKeyOf, type ListedPerson, type RowCode, type StatedConsent } from '../domain/campaign/verdict.ts';
import type { Language } from '../domain/intake/questionnaire.ts';
import { consentRow, pairKey } from './consents.ts';
import { sealContact } from './contacts.ts';
import type { Database } from './database.ts';
import {
  addPatient,
  amongHashes,
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
import { newId } from './new-id.ts';
import { type PatientKeys, storeKeys } from './patient-keys.ts';
import type { Patient } from './patients.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { consents, contacts, patients } from './schema.ts';
import { type DataKey, searchHash } from './seal.ts';

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

/** Where the import stands then. Null: nobody wants the page any more, somebody else has written it, or it has to be judged once more. */
export async function writeContacts(
  db: Database,
  ring: PatientKeys,
  { item, dataKey, campaign, page, reader }: PageOfCampaign,
  now: number,
): Promise<ImportCounts | null> {
  const hashes = numberHashes(ring, page.accepted);
  const [onFile, inCampaign] = await Promise.all([
    readOnFile(db, ring, hashes),
    pairsInCampaign(db, campaign.id, hashes),
  ]);
  const made = rowsOf(ring, item, campaign, page, { ...onFile, inCampaign }, now);
  if (made.newKeys.length > 0) await storeKeys(ring, made.newKeys);
  const rejected = [...page.rejected, ...made.rejected];
  const wanted = isTrueStill(item, onFile, made);
  const [, , , , , , advanced] = await db.batch([
    db.insert(patients).select(rowsFromJson(patients, made.patients, wanted)),
    updatePlaces(db, made.placed, wanted, now),
    db.insert(consents).select(rowsFromJson(consents, made.consents, wanted)),
    db.insert(contacts).select(rowsFromJson(contacts, made.contacts, wanted)),
    insertRejected(db, dataKey, item, rejected, now, wanted),
    setProgress(db, reader.jobId, reader.progress, wanted),
    // The fence moves last.
    advanceImport(
      db,
      item,
      { rows: page.rows, accepted: made.contacts.length, rejected: rejected.length + page.unlisted },
      wanted,
    ),
  ]);
  return advanced[0] ?? null;
}

/** Of those who are in the campaign. */
async function pairsInCampaign(
  db: Database,
  campaignId: string,
  hashes: ReadonlyMap<string, readonly string[]>,
): Promise<Set<string>> {
  const listed = await db
    .select({ patientId: contacts.patientId, phoneHash: contacts.phoneHash })
    .from(contacts)
    .where(and(eq(contacts.campaignId, campaignId), sql`${contacts.phoneHash} in ${amongHashes(hashes)}`));
  const numberOf = new Map([...hashes].flatMap(([number, theirs]) => theirs.map((hash) => [hash, number] as const)));
  return new Set(listed.map(({ patientId, phoneHash }) => pairKey(patientId, numberOf.get(phoneHash) ?? '')));
}

interface ContactRows extends PeopleRows {
  readonly contacts: (typeof contacts.$inferInsert)[];
}
interface KnownHere extends OnFile {
  /** `pairKey` of those who are in the campaign. */
  readonly inCampaign: Set<string>;
}

/** In the order of the list: a row may mean a patient that an earlier one made. */
function rowsOf(
  ring: PatientKeys,
  item: ListImport,
  campaign: CampaignOfList,
  page: ListPage,
  onFile: KnownHere,
  now: number,
): ContactRows {
  const made: ContactRows = { newKeys: [], patients: [], placed: [], consents: [], contacts: [], rejected: [] };
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
    const usual = campaign.language ?? 'en';
    const patient =
      known === null ? addPatient(ring, made, onFile, person, usual, now) : placed(made, onFile, known, person);
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
  const theirs = consentsAt(known, phoneNumber, onFile);
  const inForce = theirs
    .filter(({ revokedAt, expiresAt, purposes }) => {
      return revokedAt === null && !isOver(expiresAt, now) && (JSON.parse(purposes) as Purpose[]).includes(purpose);
    })
    .toSorted((a, b) => b.obtainedAt - a.obtainedAt)[0];
  const counts = stated !== null && (stated.purposes?.includes(purpose) ?? true) && isUsable(stated, theirs, now);
  if (counts && (inForce === undefined || stated.obtainedAt > inForce.obtainedAt)) return { stated };
  return inForce === undefined ? null : { id: inForce.id };
}
