/** Whom the rows of a list mean, of those on file, and the consent each contact rests on (TC-01, TC-12). */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revokeConsents } from '../../src/store/consents.ts';
import { getPatient } from '../../src/store/patients.ts';
import { consents, patients } from '../../src/store/schema.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { givenCampaign, readListOf } from '../support/given-list.ts';
import { deployKeys, NEW, OLD } from '../support/given-ring.ts';
import { CONSENT, givenPatient } from '../support/place-call.ts';
import { catchLog, db, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  catchLog();
  catchJobHints();
  await clearStorage();
});
afterEach(async () => {
  await deployKeys(OLD);
  restore();
});

const DAY_MS = 24 * 3_600_000;
const consentsOf = (patientId: string) => db.select().from(consents).where(eq(consents.patientId, patientId));
const patientsThere = async () => (await db.select({ id: patients.id }).from(patients)).length;
const HEADER = 'phone,first_name,last_name,dob,mrn,state,tz\n';

describe('a row that means somebody on file', () => {
  it.each([
    ['by name and birth date', ',rosalind,QUIMBYFIELD,04/12/1980,,,'],
    ['by external id', ',Rosie,,,M1,,'],
    ['by the number alone', ',,,,,,'],
  ])('%s makes no new patient and changes nothing of theirs', async (_, row) => {
    const patient = await givenPatient({ externalId: 'M1' });
    const { contacts } = await readListOf(`${HEADER}${patient.phoneNumber}${row}\n`);
    expect(contacts).toMatchObject([{ patientId: patient.id, externalId: 'M1' }]);
    expect(await patientsThere()).toBe(1);
    expect(await getPatient(db, ring, patient.id)).toEqual(patient);
  });

  it('is found under whichever key of the ring they are', async () => {
    const patient = await givenPatient();
    await deployKeys(NEW, OLD);
    const { contacts, refused } = await readListOf(
      `${HEADER}${patient.phoneNumber},,,,,,\n${patient.phoneNumber},,,,,,\n`,
    );
    expect(contacts).toMatchObject([{ patientId: patient.id }]);
    expect(refused).toEqual([[2, 'duplicate', 'phone']]);
  });

  it('tells where they live where nobody had said it, so that they are called at their hours', async () => {
    const patient = await givenPatient({ state: 'NY' });
    await readListOf(`${HEADER}${patient.phoneNumber},,,,,NY,America/Chicago\n`);
    const after = await getPatient(db, ring, patient.id);
    expect(after).toEqual({ ...patient, timeZone: 'America/Chicago', updatedAt: after?.updatedAt });
  });

  it.each([
    ['state', ',,,,,CA,', 'state'],
    ['time zone', ',,,,,,America/Denver', 'time_zone'],
  ])('and says another %s than is on file is refused until somebody has settled it (T09)', async (_, row, column) => {
    const patient = await givenPatient({ state: 'NY', timeZone: 'America/New_York' });
    const { refused } = await readListOf(`${HEADER}${patient.phoneNumber}${row}\n`);
    expect(refused).toEqual([[1, 'other_place', column]]);
    expect(await getPatient(db, ring, patient.id)).toEqual(patient);
  });

  it('who was erased at that moment is not brought back', async () => {
    const patient = await givenPatient();
    await ring.vault().erase(patient.id, Date.now());
    const { contacts } = await readListOf(`${HEADER}${patient.phoneNumber},,,,,,\n`);
    expect(contacts.map(({ patientId }) => patientId)).not.toContain(patient.id);
  });
});

describe('a row that means nobody on file', () => {
  it('makes a patient beside those at the number', async () => {
    const patient = await givenPatient();
    const { contacts } = await readListOf(`${HEADER}${patient.phoneNumber},Luis,Quimbyfield,2001-01-01,,,\n`);
    expect(contacts[0]?.patientId).not.toBe(patient.id);
    expect(await patientsThere()).toBe(2);
  });
});

describe('the consent of a contact', () => {
  it('is the one that was stated, with who stated it, sealed beside the patient', async () => {
    const { contacts } = await readListOf(`${HEADER}2025550143,,,,,,\n`);
    const [consent, ...more] = await consentsOf(contacts[0]?.patientId ?? '');
    expect(more).toEqual([]);
    expect(contacts[0]?.consentId).toBe(consent?.id);
    expect(consent).toMatchObject({
      ...{ basis: 'verbal', obtainedAt: CONSENT.obtainedAt, expiresAt: null, revokedAt: null },
      purposes: '["intake","follow_up","reminder","care"]',
    });
  });

  it('is the one on file where that is as new, and no other is written', async () => {
    const patient = await givenPatient();
    const { contacts } = await readListOf(`${HEADER}${patient.phoneNumber},,,,,,\n`);
    const [consent, ...more] = await consentsOf(patient.id);
    expect([contacts[0]?.consentId, more]).toEqual([consent?.id, []]);
  });

  it('is the stated one where that is newer', async () => {
    const patient = await givenPatient();
    const consent = { ...CONSENT, obtainedAt: CONSENT.obtainedAt + DAY_MS };
    const { contacts } = await readListOf(`${HEADER}${patient.phoneNumber},,,,,,\n`, { consent });
    const rows = await consentsOf(patient.id);
    expect(rows).toHaveLength(2);
    expect(rows.find(({ id }) => id === contacts[0]?.consentId)?.obtainedAt).toBe(consent.obtainedAt);
  });

  it('of the row stands over the stated one', async () => {
    const content = 'phone,consent_basis,consent_date\n2025550143,written,2026-11-20\n2025550144,,\n';
    const { contacts } = await readListOf(content);
    const bases = await Promise.all(contacts.map(async ({ patientId }) => (await consentsOf(patientId))[0]?.basis));
    expect(bases).toEqual(['written', 'verbal']);
  });

  it('on file is enough for a row without any; one who has none is not taken', async () => {
    const patient = await givenPatient();
    const { contacts, refused } = await readListOf(`${HEADER}${patient.phoneNumber},,,,,,\n2025550143,,,,,,\n`, {
      consent: null,
    });
    expect(contacts).toHaveLength(1);
    expect(refused).toEqual([[2, 'no_consent', null]]);
    expect(await patientsThere()).toBe(1);
  });

  it.each([
    ['that covers other calls', { purposes: ['reminder'] as const }],
    ['that is over', { expiresAt: Date.UTC(2027, 0, 1) }],
  ])('is none %s', async (_, changes) => {
    const { refused } = await readListOf(`${HEADER}2025550143,,,,,,\n`, { consent: { ...CONSENT, ...changes } });
    expect(refused).toEqual([[1, 'no_consent', null]]);
  });

  it('covers the campaign it is for', async () => {
    const campaign = await givenCampaign({ purpose: 'reminder' });
    const consent = { ...CONSENT, purposes: ['reminder'] as const };
    expect((await readListOf(`${HEADER}2025550143,,,,,,\n`, { campaign, consent })).contacts).toHaveLength(1);
  });

  it('that was withdrawn comes back only by a newer one', async () => {
    const patient = await givenPatient();
    await revokeConsents(db, ring, patient.id, patient.phoneNumber, 'wrong_person', Date.now() - DAY_MS);
    const content = `${HEADER}${patient.phoneNumber},,,,,,\n`;
    expect((await readListOf(content)).refused).toEqual([[1, 'no_consent', null]]);
    const consent = { ...CONSENT, obtainedAt: Date.now() - 1000 };
    expect((await readListOf(content, { consent })).contacts).toHaveLength(1);
  });
});
