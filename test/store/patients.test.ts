/** Patients and their consents: found exactly, opened under their own key, never by anything less. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activeConsent, insertConsent, revokeConsents } from '../../src/store/consents.ts';
import { listPatients } from '../../src/store/find-patients.ts';
import { dataKeyOf, dataKeysOf, wrappedKeyOf } from '../../src/store/patient-keys.ts';
import { getPatient, patientsByNumber } from '../../src/store/patients.ts';
import { type KeyRing, parseKeyRing } from '../../src/store/seal.ts';
import { CONSENT, givenPatient, nextNumber } from '../support/place-call.ts';
import { db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

const otherKey = new Uint8Array(32).fill(9).toBase64();
const rotated = { ...ring, ...(parseKeyRing(`k9:${otherKey},${ringText()}`) as KeyRing) };

function ringText(): string {
  return [...ring.keys].map(([id, bytes]) => `${id}:${bytes.toBase64()}`).join(',');
}

describe('a patient', () => {
  it('is read back as it was written', async () => {
    const patient = await givenPatient({ externalId: 'MRN-7', language: 'es', firstName: 'Inés', lastName: 'Núñez' });
    expect(await getPatient(db, ring, patient.id)).toEqual(patient);
    expect(patient).toMatchObject({ firstName: 'Inés', dateOfBirth: '1980-04-12', createdAt: Date.now() });
  });

  it('may have no name and no birth date', async () => {
    const patient = await givenPatient({ firstName: null, lastName: null, dateOfBirth: null });
    expect(await getPatient(db, ring, patient.id)).toMatchObject({
      firstName: null,
      lastName: null,
      dateOfBirth: null,
    });
  });

  it('nobody knows is null', async () => {
    expect(await getPatient(db, ring, 'pat_none')).toBeNull();
  });

  it('is found by its number, with the family that shares it, newest first', async () => {
    const phoneNumber = nextNumber();
    const mother = await givenPatient({ phoneNumber, firstName: 'Ana' });
    later(1);
    const child = await givenPatient({ phoneNumber, firstName: 'Ben' });
    await givenPatient();
    expect((await patientsByNumber(db, ring, phoneNumber, 10)).map(({ id }) => id)).toEqual([child.id, mother.id]);
    expect(await patientsByNumber(db, ring, phoneNumber, 1)).toHaveLength(1);
    expect(await patientsByNumber(db, ring, nextNumber(), 10)).toEqual([]);
  });

  it('is found and opened after a rotation of the ring', async () => {
    const patient = await givenPatient();
    expect(await patientsByNumber(db, rotated, patient.phoneNumber, 2)).toEqual([patient]);
  });

  it('whose key was erased is nowhere to be read', async () => {
    const patient = await givenPatient();
    await testEnv.KEY_VAULT.getByName('vault').erase(patient.id, Date.now());
    expect(await getPatient(db, ring, patient.id)).toBeNull();
    expect(await patientsByNumber(db, ring, patient.phoneNumber, 2)).toEqual([]);
    await expect(wrappedKeyOf(ring, patient.id)).rejects.toMatchObject({ code: 'no_key' });
  });

  it('moved onto the row of another does not open', async () => {
    const [one, other] = [await givenPatient(), await givenPatient()];
    await testEnv.DB.prepare('update patients set sealed = (select sealed from patients where id = ?) where id = ?')
      .bind(one.id, other.id)
      .run();
    await expect(getPatient(db, ring, other.id)).rejects.toMatchObject({ code: 'not_openable' });
  });
});

describe('the list of patients', () => {
  it('pages from the newest to the oldest without loss or repetition', async () => {
    const externalId = 'family-1';
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      later(1);
      made.unshift((await givenPatient({ externalId })).id);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listPatients>> = await listPatients(db, ring, {
        limit: 2,
        cursor,
        externalId,
      });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made);
  });

  it('is filtered by number and by external id', async () => {
    const patient = await givenPatient({ externalId: 'MRN-unique' });
    const byNumber = await listPatients(db, ring, { limit: 10, cursor: null, phoneNumber: patient.phoneNumber });
    const byId = await listPatients(db, ring, { limit: 10, cursor: null, externalId: 'MRN-unique' });
    expect([byNumber, byId]).toEqual([
      { items: [patient], nextCursor: null },
      { items: [patient], nextCursor: null },
    ]);
  });

  it('reads the keys of as many rows as a page may have', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `pat_${n}`);
    const patient = await givenPatient();
    expect([...(await dataKeysOf(ring, [...ids, patient.id, patient.id])).keys()]).toEqual([patient.id]);
  });
});

describe('a consent (TC-01)', () => {
  it('covers this patient at this number, and nobody else', async () => {
    const phoneNumber = nextNumber();
    const patient = await givenPatient({ phoneNumber });
    const sibling = await givenPatient({ phoneNumber, consent: null });
    expect(await activeConsent(db, ring, patient.id, phoneNumber)).toMatch(/^con_/);
    expect(await activeConsent(db, rotated, patient.id, phoneNumber)).toMatch(/^con_/);
    expect(await activeConsent(db, ring, patient.id, nextNumber())).toBeNull();
    expect(await activeConsent(db, ring, sibling.id, phoneNumber)).toBeNull();
  });

  it('revoked counts no more; a newer one counts again', async () => {
    const patient = await givenPatient();
    const { id: patientId, phoneNumber } = patient;
    await revokeConsents(db, ring, patientId, phoneNumber, 'wrong_person', Date.now());
    expect(await activeConsent(db, ring, patientId, phoneNumber)).toBeNull();
    later(1000);
    const dataKey = await dataKeyOf(ring, patientId);
    const row = { id: 'con_newer', patientId, phoneNumber, consent: CONSENT, recordedBy: 'staff_1' };
    await insertConsent(db, ring, dataKey, row, Date.now());
    expect(await activeConsent(db, ring, patientId, phoneNumber)).toBe('con_newer');
  });

  it('of two in force the newest is named, and revoking ends both and leaves the earlier evidence', async () => {
    const patient = await givenPatient();
    const { id: patientId, phoneNumber } = patient;
    later(1000);
    const row = { id: 'con_second', patientId, phoneNumber, consent: CONSENT, recordedBy: 'staff_1' };
    await insertConsent(db, ring, await dataKeyOf(ring, patientId), row, Date.now());
    expect(await activeConsent(db, ring, patientId, phoneNumber)).toBe('con_second');
    await revokeConsents(db, ring, patientId, phoneNumber, 'wrong_person', Date.now());
    const rows = testEnv.DB.prepare('select revoked_reason from consents where patient_id = ?').bind(patientId);
    expect((await rows.all()).results).toEqual([
      { revoked_reason: 'wrong_person' },
      { revoked_reason: 'wrong_person' },
    ]);
  });
});
