import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextNumber } from '../support/place-call.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { CONSENT } from './given-call.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;

describe('/api/patients', () => {
  it('creates one, reads it whole and lists it masked (S1-E07, S1-E09)', async () => {
    const phone_number = nextNumber();
    const body = {
      phone_number,
      first_name: ' Ana ',
      last_name: 'Díaz',
      date_of_birth: '1980-04-12',
      language: 'es',
      external_id: 'MRN-7',
      consent: CONSENT,
    };
    const created = await given.send('POST', '/api/patients', body);
    expect(created.status).toBe(201);
    const patient = await jsonOf(created);
    expect(patient).toMatchObject({
      phone_number,
      first_name: 'Ana',
      last_name: 'Díaz',
      date_of_birth: '1980-04-12',
      language: 'es',
      external_id: 'MRN-7',
    });
    expect(await jsonOf(await given.request(`/api/patients/${patient['patient_id']}`))).toEqual(patient);
    const list = await jsonOf(await given.request('/api/patients?external_id=MRN-7'));
    expect(list).toEqual({
      items: [{ ...patient, phone_number: `•••• ${phone_number.slice(-4)}` }],
      next_cursor: null,
    });
    expect(given.lines.join('\n')).not.toMatch(/Ana|Díaz|MRN-7|1980-04/);
    // Its consent counts for a call.
    const called = await given.send('POST', '/api/calls', { phone_number, patient_id: patient['patient_id'] });
    expect(called.status).toBe(201);
    expect(await jsonOf(called)).toMatchObject({
      patient_id: patient['patient_id'],
      external_id: 'MRN-7',
      language: 'es',
    });
  });

  it('needs nothing but a number', async () => {
    const created = await given.send('POST', '/api/patients', { phone_number: nextNumber() });
    expect(await jsonOf(created)).toMatchObject({ first_name: null, language: 'en', external_id: null });
  });

  it('is 404 for an unknown id', async () => {
    for (const id of ['pat_0199f3c2-7f4e-7000-8000-000000000001', 'x']) {
      expect((await given.request(`/api/patients/${id}`)).status).toBe(404);
    }
  });

  it('takes no number in the address (SE-15, HS-09)', async () => {
    expect((await given.request('/api/patients?phone_number=%2B12025550143')).status).toBe(422);
  });
});

describe('/api/staff', () => {
  it('adds, changes, lists and removes', async () => {
    const email = 'Nurse@clinic.example';
    const created = await given.send('POST', '/api/staff', { email, roles: ['clinician'] });
    expect(created.status).toBe(201);
    const member = await jsonOf(created);
    expect(member).toEqual({
      staff_id: expect.stringMatching(/^staff_/),
      email: 'nurse@clinic.example',
      roles: ['clinician'],
    });
    const path = `/api/staff/${member['staff_id']}`;
    expect((await given.send('POST', '/api/staff', { email, roles: ['admin'] })).status).toBe(409);
    expect(await jsonOf(await given.send('PATCH', path, { roles: ['auditor', 'intake'] }))).toMatchObject({
      roles: ['intake', 'auditor'],
    });
    expect(await jsonOf(await given.request('/api/staff'))).toMatchObject({
      items: [{ email: 'nurse@clinic.example' }],
      next_cursor: null,
    });
    expect((await given.request(path, { method: 'DELETE' })).status).toBe(204);
    expect((await given.request(path, { method: 'DELETE' })).status).toBe(404);
    expect((await given.send('PATCH', path, { roles: ['admin'] })).status).toBe(404);
    expect(given.lines.join('\n')).not.toMatch(/nurse@/i);
  });

  it('pages by id, newest first', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const ids: unknown[] = [];
    for (const name of ['a', 'b', 'c']) {
      vi.setSystemTime(Date.now() + 1);
      const body = { email: `${name}-paged@clinic.example`, roles: ['clinician'] };
      ids.unshift((await jsonOf(await given.send('POST', '/api/staff', body)))['staff_id']);
    }
    const first = await jsonOf(await given.request('/api/staff?limit=2'));
    expect(first).toMatchObject({ items: [{ staff_id: ids[0] }, { staff_id: ids[1] }], next_cursor: ids[1] });
    const second = await jsonOf(await given.request(`/api/staff?limit=2&cursor=${first['next_cursor']}`));
    expect(second).toMatchObject({ items: [{ staff_id: ids[2] }], next_cursor: null });
    for (const id of ids) await given.request(`/api/staff/${id}`, { method: 'DELETE' });
  });

  it.each([
    ['limit=0', 'limit', 'invalid'],
    ['limit=201', 'limit', 'invalid'],
    ['cursor=staff_1', 'cursor', 'invalid'],
    ['cursor=call_0199f3c2-7f4e-7000-8000-000000000001', 'cursor', 'invalid'],
    ['email=a@b.example', 'email', 'unknown_field'],
  ])('refuses the query %s', async (query, name, code) => {
    const response = await given.request(`/api/staff?${query}`);
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer: `/${name}`, code }] });
  });

  it.each([
    [{ email: 'x', roles: ['admin'] }, '/email'],
    [{ email: 'a@b.example', roles: [] }, '/roles'],
    [{ email: 'a@b.example', roles: ['root'] }, '/roles/0'],
    [{ email: 'a@b.example', roles: ['admin', 'admin'] }, '/roles'],
  ])('refuses %j', async (body, pointer) => {
    const response = await given.send('POST', '/api/staff', body);
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ pointer }] });
  });
});
