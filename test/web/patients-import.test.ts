/** POST /api/patients/import: a list of patients, a verdict for each row, the good ones kept. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { revokeConsents } from '../../src/store/consents.ts';
import { listPatients } from '../../src/store/find-patients.ts';
import { getPatient } from '../../src/store/patients.ts';
import { consents } from '../../src/store/schema.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { givenImport } from '../support/given-list.ts';
import { givenPatient } from '../support/place-call.ts';
import { db, ring, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  // The keys of the background work.
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  catchJobHints();
  await clearStorage();
});
afterEach(() => vi.restoreAllMocks());

const HEADER =
  'phone,first_name,last_name,dob,mrn,state,consent_basis,consent_date,consent_obtained_by,consent_evidence\n';
const STATED = ',written,2026-01-02,Front desk,Form 7';
const CONSENT = { basis: 'verbal', obtained_at: '2026-02-01T00:00:00Z', obtained_by: 'desk', evidence: 'Form 8' };

function upload(content: string, fields: Record<string, string> = {}, token?: string): Promise<Response> {
  const form = new FormData();
  form.set('file', new File([content], 'patients.csv', { type: 'text/csv' }));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const init = { method: 'POST', body: form, ...(token === undefined ? {} : { token }) };
  return given.request('/api/patients/import', init);
}
async function imported(content: string, fields: Record<string, string> = {}) {
  const response = await upload(content, fields);
  expect(response.status).toBe(202);
  const { import_id } = (await response.json()) as { import_id: string };
  await runDueJobs();
  const item = await (await given.request(`/api/imports/${import_id}`)).json<Record<string, unknown>>();
  const rows = await (await given.request(`/api/imports/${import_id}/rows`)).json<{
    items: Record<string, unknown>[];
  }>();
  return { id: import_id, item, refused: rows.items.map(({ row, code, column }) => [row, code, column]) };
}
const everybody = async () => (await listPatients(db, ring, { limit: 200, cursor: null })).items;
const consentsOf = (id: string) => db.select().from(consents).where(eq(consents.patientId, id));

describe('a list of patients', () => {
  it('puts the good rows on file with their consent, and says of each other why not', async () => {
    const { item, refused } = await imported(
      `${HEADER}(202) 555-0143,Ana,Diaz,1980-04-12,M1,NY${STATED}
not a number,Kim,Lee,,,,,,,
+12025550144,Bo,Lee,,M2,,,,,
202-555-0143,ANA,DIAZ,04/12/1980,M1,,,,,
+12025550145,,,2999-01-01,,,,,,
+12025550146,,,,,,verbal,,,
`,
    );
    expect(item).toMatchObject({ kind: 'patients', campaign_id: null, status: 'done', accepted: 2, rejected: 4 });
    expect(refused).toEqual([
      [2, 'bad_number', 'phone'],
      [4, 'duplicate', 'phone'],
      [5, 'bad_birth_date', 'date_of_birth'],
      [6, 'no_consent', 'consent_obtained_at'],
    ]);
    const people = await everybody();
    const ana = people.find(({ firstName }) => firstName === 'Ana');
    expect(ana).toMatchObject({
      lastName: 'Diaz',
      dateOfBirth: '1980-04-12',
      externalId: 'M1',
      state: 'NY',
      language: 'en',
    });
    expect(people).toHaveLength(2);
    expect(await consentsOf(ana?.id ?? '')).toMatchObject([{ basis: 'written', revokedAt: null }]);
    expect(given.lines.join('\n')).not.toMatch(/Diaz|5550143|\b0143\b|M1\b/);
  });

  it('may come with one consent for all, and with columns of other names', async () => {
    await imported('Handy\n+12025550151\n+12025550152\n', {
      consent: JSON.stringify(CONSENT),
      mapping: '{"Handy":"phone"}',
    });
    for (const patient of await everybody()) expect(await consentsOf(patient.id)).toMatchObject([{ basis: 'verbal' }]);
    expect(await everybody()).toHaveLength(2);
  });

  it('read again adds nobody', async () => {
    const list = `${HEADER}+12025550153,Ana,Diaz,,,${STATED}\n`;
    await imported(list);
    const again = await imported(list);
    expect(again.item).toMatchObject({ status: 'failed', code: 'nothing_usable' });
    expect(again.refused).toEqual([[1, 'duplicate', 'phone']]);
    const [ana] = await everybody();
    expect(await everybody()).toHaveLength(1);
    expect(await consentsOf(ana?.id ?? '')).toHaveLength(1);
  });

  it('brings somebody on file a newer consent and where they live, and changes nothing else', async () => {
    const patient = await givenPatient({ phoneNumber: '+12025550154', consent: null });
    await imported(`${HEADER}${patient.phoneNumber},rosalind,quimbyfield,1980-04-12,M9,TX${STATED}\n`);
    expect(await getPatient(db, ring, patient.id)).toMatchObject({
      ...patient,
      state: 'TX',
      updatedAt: expect.any(Number),
    });
    expect(await consentsOf(patient.id)).toMatchObject([{ basis: 'written' }]);
  });

  it.each([
    ['older than its withdrawal counts for nothing', STATED, 'no_consent', null],
    ['elsewhere than on file has to be settled first', ',,,,', 'other_place', 'state'],
  ])('that is %s', async (_name, consent, code, column) => {
    const patient = await givenPatient({ phoneNumber: '+12025550155', state: 'NY' });
    await revokeConsents(db, ring, patient.id, patient.phoneNumber, 'asked', Date.now());
    const state = code === 'other_place' ? 'CA' : '';
    const row = `${patient.phoneNumber},Rosalind,Quimbyfield,1980-04-12,,${state}${consent}`;
    const { refused } = await imported(`${HEADER}${row}\n`);
    expect(refused).toEqual([[1, code, column]]);
  });
});

describe('two lists at once', () => {
  it('that name the same new person make one patient (C33)', async () => {
    const list = (n: number) => `phone,first_name,last_name\n+12025550161,Ana,Diaz\n+1202555017${n},Bo,Lee\n`;
    await upload(list(1));
    await upload(list(2));
    await givenImport(list(3));
    await runDueJobs();
    const people = await everybody();
    expect(people.filter(({ phoneNumber }) => phoneNumber === '+12025550161')).toHaveLength(1);
    expect(people).toHaveLength(4);
  });

  it('judge their page again when somebody came onto file between reading and writing', async () => {
    await upload('phone,first_name,last_name\n+12025550162,Ana,Diaz\n');
    // As if another list, or a call, had been a little faster.
    const batch = testEnv.DB.batch.bind(testEnv.DB);
    const spy = vi.spyOn(testEnv.DB, 'batch').mockImplementation(async (statements) => {
      if (statements.length > 5 && (await everybody()).length === 0)
        await givenPatient({
          ...{ phoneNumber: '+12025550162', firstName: 'Ana', lastName: 'Diaz', dateOfBirth: null, consent: null },
        });
      return batch(statements) as never;
    });
    await runDueJobs();
    expect(spy.mock.calls.filter(([statements]) => statements.length > 5)).toHaveLength(2);
    expect(await everybody()).toHaveLength(1);
  });
});

describe('refused', () => {
  it.each([
    ['no phone column', 'name\nAna\n', {}, [422, '/file no_phone_column']],
    ['an empty file', '', {}, [422, '/file empty']],
    [
      'a consent that says too little',
      'phone\n+12025550163\n',
      { consent: '{"basis":"verbal"}' },
      [422, '/consent/obtained_at missing'],
    ],
    ['an unknown field', 'phone\n+12025550163\n', { campaign: 'x' }, [422, '/campaign unknown_field']],
  ] as const)('%s', async (_name, content, fields, [status, error]) => {
    const response = await upload(content, fields);
    const { errors } = (await response.json()) as { errors: { pointer: string; code: string }[] };
    expect([response.status, `${errors[0]?.pointer} ${errors[0]?.code}`]).toEqual([status, error]);
  });

  it('for whoever does not see patients, and so are its refused rows', async () => {
    const { id } = await imported('phone,first_name\n+12025550164,Ana\nbad,Refusedperson\n');
    for (const role of ['operator', 'auditor'] as const) {
      const token = await tokenOf(given, role);
      expect((await upload('phone\n+12025550165\n', {}, token)).status).toBe(403);
      for (const format of ['json', 'csv'])
        expect((await given.request(`/api/imports/${id}/rows?format=${format}`, { token })).status).toBe(403);
      expect((await given.request(`/api/imports/${id}/cancel`, { method: 'POST', token })).status).toBe(403);
    }
    const token = await tokenOf(given, 'intake');
    expect(await (await given.request(`/api/imports/${id}/rows?format=csv`, { token })).text()).toContain(
      'Refusedperson',
    );
    const { id: ofCampaign } = await givenImport('phone,first_name\nbad,Ana\n');
    expect((await given.request(`/api/imports/${ofCampaign}/rows`, { token })).status).toBe(403);
  });
});
