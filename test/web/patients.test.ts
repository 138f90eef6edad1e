/** /api/patients: changed as a whole or in part, found by what staff know of somebody, and their calls. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listPatients } from '../../src/store/find-patients.ts';
import { consents } from '../../src/store/schema.ts';
import { nextNumber } from '../support/place-call.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { CONSENT, endCall, givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const UNKNOWN = '/api/patients/pat_0199f3c2-7f4e-7000-8000-000000000001';
const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
async function created(body: Record<string, unknown> = {}): Promise<Record<string, unknown> & { patient_id: string }> {
  const response = await given.send('POST', '/api/patients', { phone_number: nextNumber(), ...body });
  expect(response.status).toBe(201);
  return (await response.json()) as Record<string, unknown> & { patient_id: string };
}
const idsOf = async (response: Response): Promise<string[]> => {
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: { patient_id: string }[] }).items.map((item) => item.patient_id);
};
const search = (body: unknown) => given.send('POST', '/api/patients/search', body);

const WHOLE = {
  first_name: 'Ana',
  last_name: 'Díaz',
  date_of_birth: '1980-04-12',
  language: 'es',
  external_id: 'MRN-21',
  state: 'NY',
  time_zone: 'America/New_York',
};

describe('PUT /api/patients/{id}', () => {
  it('replaces what is known; what is left out is not known any more, and flags stay (S1-E10)', async () => {
    const patient = await created(WHOLE);
    await given.send('PUT', `/api/patients/${patient.patient_id}/flags`, { flags: ['staff_only'] });
    const body = { phone_number: patient['phone_number'], last_name: 'Okafor' };
    const response = await given.send('PUT', `/api/patients/${patient.patient_id}`, body);
    expect(response.status).toBe(200);
    const expected = {
      ...{ ...body, first_name: null, date_of_birth: null, language: 'en', external_id: null },
      ...{ state: null, time_zone: null, flags: ['staff_only'] },
    };
    expect(await jsonOf(response)).toMatchObject(expected);
    expect(await jsonOf(await given.request(`/api/patients/${patient.patient_id}`))).toMatchObject(expected);
    expect(given.lines.join('\n')).not.toMatch(/Okafor|Díaz|MRN-21/);
  });

  it('is found by what is new and no longer by what was', async () => {
    const { patient_id, ...patient } = await created({ ...WHOLE, last_name: 'Fernsby', external_id: 'MRN-22' });
    const phone_number = nextNumber();
    await given.send('PUT', `/api/patients/${patient_id}`, {
      ...{ phone_number, last_name: 'Thistlewood', external_id: 'MRN-23' },
    });
    for (const found of [{ phone_number }, { family_name: 'thistlewood' }, { external_id: 'MRN-23' }])
      expect(await idsOf(await search(found))).toEqual([patient_id]);
    for (const gone of [
      { phone_number: patient['phone_number'] },
      { family_name: 'Fernsby' },
      { external_id: 'MRN-22' },
    ])
      expect(await idsOf(await search(gone))).toEqual([]);
  });

  it.each([
    [{ first_name: 'Ana' }, '/phone_number', 'missing'],
    [{ phone_number: '2025550143' }, '/phone_number', 'bad_number'],
    [{ phone_number: '+12025550143', date_of_birth: '2999-01-01' }, '/date_of_birth', 'invalid'],
    [{ phone_number: '+12025550143', flags: [] }, '/flags', 'unknown_field'],
    [{ phone_number: '+12025550143', state: 'ZZ' }, '/state', 'invalid'],
  ])('refuses %j and changes nothing', async (body, pointer, code) => {
    const patient = await created(WHOLE);
    const response = await given.send('PUT', `/api/patients/${patient.patient_id}`, body);
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer, code }] });
    expect(await jsonOf(await given.request(`/api/patients/${patient.patient_id}`))).toEqual(patient);
  });

  it('is 404 for an unknown id', async () => {
    expect((await given.send('PUT', UNKNOWN, { phone_number: nextNumber() })).status).toBe(404);
    expect((await given.send('PATCH', UNKNOWN, { first_name: 'Ana' })).status).toBe(404);
  });
});

describe('PATCH /api/patients/{id}', () => {
  it('changes what is named, takes away what is null, and leaves the rest', async () => {
    const patient = await created(WHOLE);
    const response = await given.send('PATCH', `/api/patients/${patient.patient_id}`, {
      ...{ first_name: 'Anna', date_of_birth: null, language: 'en' },
    });
    expect(await jsonOf(response)).toEqual({
      ...{ ...patient, first_name: 'Anna', date_of_birth: null, language: 'en' },
      updated_at: expect.any(String),
    });
  });

  it.each([[{}], [{ phone_number: null }], [{ language: null }]])('refuses %j', async (body) => {
    const { patient_id } = await created();
    expect((await given.send('PATCH', `/api/patients/${patient_id}`, body)).status).toBe(422);
  });

  it('two changes at once both stand', async () => {
    const { patient_id } = await created();
    const path = `/api/patients/${patient_id}`;
    await Promise.all([
      given.send('PATCH', path, { first_name: 'Ana' }),
      given.send('PATCH', path, { last_name: 'Diaz' }),
      given.send('PATCH', path, { external_id: 'MRN-31' }),
    ]);
    expect(await jsonOf(await given.request(path))).toMatchObject({
      ...{ first_name: 'Ana', last_name: 'Diaz', external_id: 'MRN-31' },
    });
  });
});

describe('another number (TC-01, TC-22)', () => {
  it('is not covered by the consents to the old one, which end', async () => {
    const patient = await created({ consent: CONSENT });
    const { patient_id } = patient;
    const phone_number = nextNumber();
    await given.send('PATCH', `/api/patients/${patient_id}`, { phone_number });
    for (const number of [phone_number, patient['phone_number']]) {
      const refused = await given.send('POST', '/api/calls', { phone_number: number, patient_id });
      expect([refused.status, (await jsonOf(refused))['code']]).toEqual([409, 'no_consent']);
    }
    const { items } = await jsonOf(await given.request(`/api/patients/${patient_id}/consents`));
    expect(items).toMatchObject([{ phone_number: patient['phone_number'], revoked_reason: 'number_changed' }]);
    const called = await given.send('POST', '/api/calls', { phone_number, patient_id, consent: CONSENT });
    expect(called.status).toBe(201);
  });

  it('said again changes no consent', async () => {
    const patient = await created({ consent: CONSENT });
    await given.send('PUT', `/api/patients/${patient.patient_id}`, { phone_number: patient['phone_number'] });
    const rows = await given.db.select().from(consents).where(eq(consents.patientId, patient.patient_id));
    expect(rows).toMatchObject([{ revokedAt: null }]);
  });

  it('leaves a call that is under way at the number it was placed to', async () => {
    const made = await givenCall(given);
    const path = `/api/patients/${made.patient.id}`;
    expect((await given.send('PATCH', path, { phone_number: nextNumber() })).status).toBe(200);
    const call = `/api/calls/${made.call.id}`;
    expect(await jsonOf(await given.request(call))).toMatchObject({ phone_number: made.call.phoneNumber });
    await endCall(given, made);
    expect(await jsonOf(await given.request(call))).toMatchObject({
      ...{ status: 'completed', patient_id: made.patient.id, phone_number: made.call.phoneNumber },
    });
  });
});

describe('POST /api/patients/search', () => {
  it('finds families by number, last four digits and name, as people write it, and masks them', async () => {
    const phone_number = nextNumber();
    const mother = await created({ ...WHOLE, phone_number, last_name: 'Ñúñez-Search', external_id: 'MRN-41' });
    const child = await created({ phone_number, last_name: ' nunez-SEARCH', date_of_birth: '2015-02-03' });
    const both = [child.patient_id, mother.patient_id].sort();
    expect((await idsOf(await search({ phone_number }))).sort()).toEqual(both);
    expect((await idsOf(await search({ family_name: 'Nunez-search' }))).sort()).toEqual(both);
    const byDigits = await idsOf(await search({ last_four: phone_number.slice(-4) }));
    expect(byDigits).toEqual(expect.arrayContaining(both));
    expect(await idsOf(await search({ family_name: 'Nunez-search', date_of_birth: '2015-02-03' }))).toEqual([
      child.patient_id,
    ]);
    expect(await idsOf(await search({ external_id: 'MRN-41' }))).toEqual([mother.patient_id]);
    expect(await idsOf(await search({ external_id: 'MRN-41', family_name: 'Okafor' }))).toEqual([]);
    const { items } = await jsonOf(await search({ external_id: 'MRN-41' }));
    expect(items).toMatchObject([{ phone_number: `•••• ${phone_number.slice(-4)}`, first_name: 'Ana' }]);
    expect(given.lines.join('\n')).not.toMatch(/nunez|Ñúñez|MRN-41|2015-02/i);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'patient.search', route: '/api/patients/search' });
  });

  it('pages, also where a birth date narrows down', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const ids: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      vi.setSystemTime(Date.now() + 1);
      ids.unshift((await created({ last_name: 'Pagesworth', date_of_birth: '1980-04-12' })).patient_id);
      await created({ last_name: 'Pagesworth', date_of_birth: '1981-04-12' });
    }
    const asked = { family_name: 'Pagesworth', date_of_birth: '1980-04-12', limit: 2 };
    const first = await jsonOf(await search(asked));
    expect(first).toMatchObject({ items: [{ patient_id: ids[0] }, { patient_id: ids[1] }], next_cursor: ids[1] });
    const second = await jsonOf(await search({ ...asked, cursor: first['next_cursor'] }));
    expect(second).toMatchObject({ items: [{ patient_id: ids[2] }], next_cursor: null });
    const all = await jsonOf(await search({ family_name: 'Pagesworth', limit: 4 }));
    expect((all['items'] as unknown[]).length).toBe(4);
    const rest = await jsonOf(await search({ family_name: 'Pagesworth', limit: 4, cursor: all['next_cursor'] }));
    expect(rest).toMatchObject({ items: [{}, {}], next_cursor: null });
  });

  it('looks through many of one name before it gives a page back, and says where to go on', async () => {
    const { db, config } = given;
    const seen: unknown[] = [];
    let cursor: string | null = null;
    for (const n of [1, 2, 3]) await created({ last_name: 'Manyfold', date_of_birth: `198${n}-01-01` });
    do {
      const page: Awaited<ReturnType<typeof listPatients>> = await listPatients(db, config.keyRing, {
        ...{ limit: 1, cursor, familyName: 'manyfold', dateOfBirth: '1981-01-01' },
      });
      seen.push(...page.items.map((patient) => patient.dateOfBirth));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['1981-01-01']);
  });

  it.each([
    [{}, ''],
    [{ date_of_birth: '1980-04-12' }, ''],
    [{ last_four: '12' }, '/last_four'],
    [{ phone_number: '0143' }, '/phone_number'],
    [{ family_name: 'Diaz', first_name: 'Ana' }, '/first_name'],
    [{ family_name: 'Diaz', limit: 201 }, '/limit'],
    [{ family_name: 'Diaz', cursor: 'call_1' }, '/cursor'],
  ])('refuses %j', async (body, pointer) => {
    const response = await search(body);
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer }] });
  });

  it('is no GET: a name does not belong into an address (SE-15)', async () => {
    expect((await given.request('/api/patients?family_name=Diaz')).status).toBe(422);
    expect((await given.request('/api/patients/search')).status).toBe(405);
  });
});

describe('GET /api/patients', () => {
  it('goes by when they came onto file (S1-E08)', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const start = Date.now() + 60_000;
    const ids: string[] = [];
    for (const at of [start, start + 1000, start + 2000]) {
      vi.setSystemTime(at);
      ids.push((await created()).patient_id);
    }
    const between = (from: number, to: number) =>
      given.request(
        `/api/patients?from=${encodeURIComponent(new Date(from).toISOString())}&to=${encodeURIComponent(new Date(to).toISOString())}`,
      );
    expect(await idsOf(await between(start, start + 1000))).toEqual([ids[1], ids[0]]);
    expect(await idsOf(await between(start + 1, start + 1999))).toEqual([ids[1]]);
    expect(await idsOf(await between(start + 1001, start + 1999))).toEqual([]);
  });
});

describe('GET /api/patients/{id}/calls', () => {
  it('lists their calls masked, newest first, by the page (S1-E11)', async () => {
    const made = await givenCall(given);
    await givenCall(given);
    const path = `/api/patients/${made.patient.id}/calls`;
    expect(await jsonOf(await given.request(`${path}?limit=1`))).toMatchObject({
      items: [{ call_id: made.call.id, phone_number: `•••• ${made.call.phoneNumber.slice(-4)}` }],
      next_cursor: null,
    });
    expect((await given.request(`${UNKNOWN}/calls`)).status).toBe(404);
  });
});

describe('roles (HS-11)', () => {
  it.each(['operator', 'auditor'] as const)('%s neither finds nor reads a patient', async (role) => {
    const { patient_id } = await created(WHOLE);
    const token = await tokenOf(given, role);
    for (const path of [
      '',
      `/${patient_id}`,
      `/${patient_id}/calls`,
      `/${patient_id}/export`,
      `/${patient_id}/consents`,
    ])
      expect((await given.request(`/api/patients${path}`, { token })).status).toBe(403);
    expect((await given.send('POST', '/api/patients/search', { family_name: 'Díaz' }, { token })).status).toBe(403);
  });

  it('intake finds a patient, changes and calls them, and reads what became of it but not what was said', async () => {
    const token = await tokenOf(given, 'intake');
    const phone_number = nextNumber();
    const made = await given.send(
      'POST',
      '/api/patients',
      { phone_number, last_name: 'Frontdesk', consent: CONSENT },
      { token },
    );
    const { patient_id } = (await made.json()) as { patient_id: string };
    expect(
      await idsOf(await given.send('POST', '/api/patients/search', { family_name: 'Frontdesk' }, { token })),
    ).toEqual([patient_id]);
    const patched = await given.send('PATCH', `/api/patients/${patient_id}`, { first_name: 'Ana' }, { token });
    expect(await jsonOf(patched)).toMatchObject({ first_name: 'Ana', phone_number });
    const called = await given.send('POST', '/api/calls', { phone_number, patient_id }, { token });
    expect(called.status).toBe(201);
    const { call_id } = (await called.json()) as { call_id: string };
    expect((await given.request(`/api/calls/${call_id}`, { token })).status).toBe(200);
    for (const part of ['intake-data', 'transcripts', 'events', 'recording'])
      expect((await given.request(`/api/calls/${call_id}/${part}`, { token })).status).toBe(403);
    expect((await given.request(`/api/patients/${patient_id}/export`, { token })).status).toBe(403);
    expect((await given.request(`/api/patients/${patient_id}`, { method: 'DELETE', token })).status).toBe(403);
  });
});
