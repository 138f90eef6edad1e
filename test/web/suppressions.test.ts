/** /api/suppressions, consents and flags: what stops a call, who may say so, and the one way back. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRecords } from '../../src/csv-records.ts';
import { nameOf } from '../../src/domain/campaign/import-columns.ts';
import { fromSheet } from '../../src/domain/campaign/sheet-text.ts';
import { rowsFromJson } from '../../src/store/rows-from-json.ts';
import { suppressions } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { suppressionRow } from '../../src/store/suppressions.ts';
import { readUsNumber } from '../../src/us-number.ts';
import { readListFile } from '../../src/web/read-list-file.ts';
import { nextNumber } from '../support/place-call.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await testEnv.DB.exec('delete from suppressions; delete from staff;');
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
const jsonOf = async (response: Response) => (await response.json()) as Json;
const codeOf = async (response: Response) => [response.status, (await jsonOf(response))['code']];
const add = (phone_number: string, reason = 'asked on the phone') =>
  given.send('POST', '/api/suppressions', { phone_number, reason });
const check = async (phone_number: string) =>
  jsonOf(await given.send('POST', '/api/suppressions/check', { phone_number }));
const lift = (id: unknown, evidence: unknown = 'Signed form of 2 May, scanned') =>
  given.send('DELETE', `/api/suppressions/${id}`, { evidence });
const CONSENT = { basis: 'written', obtained_at: '2026-01-02T09:00:00Z', obtained_by: 'Desk', evidence: 'Form 7' };
const patient = async (changes: Json = {}) =>
  jsonOf(await given.send('POST', '/api/patients', { phone_number: nextNumber(), ...changes }));

describe('the do-not-call list', () => {
  it('takes a number once, with the words of whoever asked, sealed (TC-09)', async () => {
    const number = nextNumber();
    const first = await add(number, 'Called the desk, very upset');
    expect([first.status, await jsonOf(first.clone())]).toMatchObject([
      201,
      { phone_number: number, reason: 'Called the desk, very upset', active: true, lifted_at: null },
    ]);
    const again = await add(number, 'other words');
    expect([again.status, await jsonOf(again)]).toEqual([200, await jsonOf(first)]);
    const stored = JSON.stringify((await testEnv.DB.prepare('select * from suppressions').all()).results);
    expect(stored).not.toContain('upset');
    expect(stored).not.toContain(number.slice(2));
    expect(await check(number)).toMatchObject({ suppressed: true, suppression_id: expect.stringMatching(/^sup_/) });
    expect(await check(nextNumber())).toEqual({ suppressed: false, suppression_id: null });
  });

  it('refuses the next call (TC-10, TC-20)', async () => {
    const { patient_id, phone_number } = await patient({ consent: CONSENT });
    await add(String(phone_number));
    const call = await given.send('POST', '/api/calls', { phone_number, patient_id });
    expect(await codeOf(call)).toEqual([409, 'suppressed']);
  });

  it('is lifted by an administrator on evidence, which is kept, sealed; a new word puts it back (TC-12)', async () => {
    const number = nextNumber();
    const { suppression_id: id } = await jsonOf(await add(number));
    expect(await codeOf(await lift(id, ''))).toEqual([422, 'invalid']);
    expect((await check(number))['suppressed']).toBe(true);
    expect(await jsonOf(await lift(id))).toMatchObject({
      ...{ active: false, lift_evidence: 'Signed form of 2 May, scanned', lifted_by: expect.any(String) },
    });
    expect((await check(number))['suppressed']).toBe(false);
    expect(await codeOf(await lift(id))).toEqual([409, 'already_lifted']);
    expect((await add(number)).status).toBe(201);
    expect((await check(number))['suppressed']).toBe(true);
    expect(JSON.stringify((await testEnv.DB.prepare('select * from suppressions').all()).results)).not.toContain(
      'Signed form',
    );
  });

  it('lists masked, newest first, page by page, active or lifted', async () => {
    const numbers = [nextNumber(), nextNumber(), nextNumber()];
    for (const number of numbers) {
      await add(number);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = await jsonOf(await given.request('/api/suppressions?limit=2'));
    const last4 = (first['items'] as Json[]).map(({ phone_number }) => String(phone_number).slice(-4));
    expect(last4).toEqual([numbers[2]?.slice(-4), numbers[1]?.slice(-4)]);
    expect(JSON.stringify(first)).not.toContain(numbers[2]);
    const rest = await jsonOf(await given.request(`/api/suppressions?cursor=${first['next_cursor']}`));
    expect(rest).toMatchObject({ items: [{ reason: 'asked on the phone' }], next_cursor: null });
    await lift((first['items'] as Json[])[0]?.['suppression_id']);
    const of = async (active: boolean) =>
      ((await jsonOf(await given.request(`/api/suppressions?active=${active}`)))['items'] as Json[]).length;
    expect([await of(true), await of(false)]).toEqual([2, 1]);
  });

  it('lets go only on evidence that is newer than the request (TC-12)', async () => {
    const { suppression_id: id } = await jsonOf(await add(nextNumber()));
    const body = { evidence: 'Form of last year', obtained_at: '2020-01-01T12:00:00Z' };
    expect(await codeOf(await given.send('DELETE', `/api/suppressions/${id}`, body))).toEqual([
      ...[409, 'evidence_not_newer'],
    ]);
    const ahead = { evidence: 'Form', obtained_at: '2999-01-01T12:00:00Z' };
    expect(await codeOf(await given.send('DELETE', `/api/suppressions/${id}`, ahead))).toEqual([422, 'invalid']);
    const unknown = '/api/suppressions/sup_0199f3c2-7f4e-7000-8000-000000000001';
    expect((await given.send('DELETE', unknown, { evidence: 'Form' })).status).toBe(404);
    expect(await jsonOf(await lift(id))).toMatchObject({ lifted_by: ADMIN, created_by: ADMIN });
  });

  it('counts when asked', async () => {
    const { suppression_id: id } = await jsonOf(await add(nextNumber()));
    await add(nextNumber());
    await lift(id);
    const totalOf = async (query: string) => (await jsonOf(await given.request(`/api/suppressions?${query}`)))['total'];
    expect(await totalOf('total=true')).toBe(2);
    expect(await totalOf('total=true&active=true')).toBe(1);
    expect(await totalOf('total=true&active=false&limit=1')).toBe(1);
    expect(await totalOf('active=true')).toBeUndefined();
  });

  it('shows the number and the words to who may read them, and to nobody in a list', async () => {
    const number = nextNumber();
    const { suppression_id: id } = await jsonOf(await add(number, 'His wife called, he is in hospital'));
    const path = `/api/suppressions/${id}`;
    expect(await jsonOf(await given.request(path))).toMatchObject({ phone_number: number, reason: /hospital/ });
    const token = await tokenOf(given, 'operator');
    expect((await given.request(path, { token })).status).toBe(403);
    const listed = await (await given.request('/api/suppressions', { token })).text();
    expect(listed).not.toMatch(/hospital|\+1/);
    expect(listed).toContain('"reason":"stated"');
    const again = await given.send('POST', '/api/suppressions', { phone_number: number, reason: 'asked' }, { token });
    expect(await jsonOf(again)).toMatchObject({ suppression_id: id, reason: 'stated', phone_number: number });
  });

  it('leaves a line of who did what, with ids and no number', async () => {
    const number = nextNumber();
    const { suppression_id: id } = await jsonOf(await add(number, 'Never again'));
    await check(number);
    await lift(id);
    expect(given.logged('audit').map(({ audit }) => audit)).toEqual([
      ...['suppression.add', 'suppression.check', 'suppression.lift'],
    ]);
    expect(given.logged('suppression.lifted')).toMatchObject([{ suppression_id: id, actor: expect.any(String) }]);
    expect(given.lines.join(' ')).not.toMatch(new RegExp(`${number.slice(2)}|Never again|Signed`));
  });

  it.each(ROLES)('%s may do no more than the role allows', async (role) => {
    const token = await tokenOf(given, role);
    const { suppression_id: id } = await jsonOf(await add(nextNumber()));
    const statusOf = async (method: string, path: string, body?: unknown) =>
      (await (body === undefined ? given.request(path, { token }) : given.send(method, path, body, { token }))).status;
    const phone_number = nextNumber();
    expect({
      add: await statusOf('POST', '/api/suppressions', { phone_number, reason: 'asked' }),
      check: await statusOf('POST', '/api/suppressions/check', { phone_number }),
      list: await statusOf('GET', '/api/suppressions'),
      read: await statusOf('GET', `/api/suppressions/${id}`),
      take: await statusOf('GET', '/api/suppressions/export'),
      lift: await statusOf('DELETE', `/api/suppressions/${id}`, { evidence: 'x1' }),
    }).toEqual(
      {
        admin: { add: 201, check: 200, list: 200, read: 200, take: 200, lift: 200 },
        clinician: { add: 201, check: 200, list: 200, read: 200, take: 403, lift: 403 },
        intake: { add: 201, check: 200, list: 200, read: 200, take: 403, lift: 403 },
        operator: { add: 201, check: 200, list: 200, read: 403, take: 403, lift: 403 },
        auditor: { add: 403, check: 403, list: 403, read: 403, take: 403, lift: 403 },
      }[role],
    );
  });
});

describe('the list as a file', () => {
  const taken = async (query = '') => {
    const response = await given.request(`/api/suppressions/export${query}`);
    return { response, text: await response.text() };
  };

  it.each([
    ['csv', 'text/csv; charset=utf-8', (number: string) => `'${number},asked,`],
    ['tsv', 'text/tab-separated-values; charset=utf-8', (number: string) => `'${number}\tasked\t`],
    [
      'ndjson',
      'application/x-ndjson; charset=utf-8',
      (number: string) => `{"phone_number":"${number}","reason":"asked",`,
    ],
  ])('as %s holds every number nobody may call, as text for a spreadsheet (SE-26)', async (format, type, start) => {
    const [number, lifted, odd] = [nextNumber(), nextNumber(), nextNumber()];
    await add(number, 'asked');
    await lift((await jsonOf(await add(lifted)))['suppression_id']);
    await add(odd, '=cmd|calc');
    const { response, text } = await taken(`?format=${format}`);
    expect(response.headers.get('Content-Type')).toBe(type);
    expect(response.headers.get('Content-Disposition')).toMatch(
      new RegExp(`^attachment; filename="do-not-call-\\d{4}-\\d{2}-\\d{2}\\.${format}"$`),
    );
    expect(text).toContain(start(number));
    expect(text).not.toContain(lifted);
    expect(text).toContain(odd);
    // Nobody's words, in which anything may stand.
    expect(text).not.toContain('calc');
    expect(text.trim().split('\n')).toHaveLength(format === 'ndjson' ? 2 : 3);
  });

  it('is the lifted ones when they are asked for', async () => {
    const number = nextNumber();
    await lift((await jsonOf(await add(number)))['suppression_id']);
    await add(nextNumber());
    const { text, response } = await taken('?format=ndjson&active=false');
    expect(JSON.parse(text)).toMatchObject({ phone_number: number, lifted_at: expect.any(String) });
    expect(response.headers.get('Content-Disposition')).toContain('do-not-call-lifted-');
  });

  it('is read back by our own import as the same numbers', async () => {
    const numbers = [nextNumber(), nextNumber()];
    for (const number of numbers) await add(number);
    const bytes = new TextEncoder().encode((await taken()).text);
    const file = { name: 'list.csv', type: 'text/csv', pieces: [bytes], bytes: bytes.length };
    const read = readListFile(file, { kind: 'suppressions', mapping: null, requiredVariables: [] });
    const { records } = readRecords(bytes, read.layout.delimiter, 10, { isLast: true, isCut: false });
    const column = read.layout.columns.findIndex((each) => nameOf(each) === 'phone');
    const back = records.slice(1).map(({ cells }) => readUsNumber(fromSheet(cells[column] ?? '')));
    expect(back.toSorted()).toEqual(numbers.toSorted());
  });

  it('is streamed page by page, and says in the log how much left the house', async () => {
    const rows = Array.from({ length: 8001 }, (_, n) => {
      const phoneNumber = `+1${201 + Math.floor(n / 100)}55501${String(n % 100).padStart(2, '0')}`;
      return suppressionRow(given.config.keyRing, { phoneNumber, reason: 'imported', callId: null }, Date.now());
    });
    for (let from = 0; from < rows.length; from += 1000)
      await given.db.insert(suppressions).select(rowsFromJson(suppressions, rows.slice(from, from + 1000)));
    const { text } = await taken('?format=ndjson');
    const numbers = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Json)['phone_number']);
    expect([numbers.length, new Set(numbers).size]).toEqual([8001, 8001]);
    expect(given.logged('suppressions.exported')).toMatchObject([{ count: 8001, code: 'whole' }]);
    expect(given.logged('audit').at(-1)).toMatchObject({ audit: 'suppression.export', status: 200, phi: true });
  });
});

describe('consents of a patient (TC-01)', () => {
  it('are added and listed with purpose, evidence and who recorded them, and revoked with a reason', async () => {
    const { patient_id, phone_number } = await patient();
    const path = `/api/patients/${patient_id}/consents`;
    const added = await given.send('POST', path, {
      ...CONSENT,
      purposes: ['reminder'],
      expires_at: '2031-01-01T00:00:00Z',
    });
    expect([added.status, await jsonOf(added.clone())]).toMatchObject([
      201,
      { ...{ phone_number, basis: 'written', purposes: ['reminder'], evidence: 'Form 7', revoked_at: null } },
    ]);
    const call = { phone_number, patient_id };
    expect(await codeOf(await given.send('POST', '/api/calls', call))).toEqual([409, 'no_consent']);
    await given.send('POST', path, CONSENT);
    expect((await given.send('POST', '/api/calls', call)).status).toBe(201);
    const { items } = await jsonOf(await given.request(path));
    expect(items).toHaveLength(2);
    const [newest] = items as Json[];
    expect((await given.send('POST', `${path}/${newest?.['consent_id']}/revoke`, { reason: 'asked' })).status).toBe(
      200,
    );
    expect(
      await codeOf(await given.send('POST', `${path}/${newest?.['consent_id']}/revoke`, { reason: 'asked' })),
    ).toEqual([...[409, 'not_in_force']]);
  });

  it('end with the words of whoever ended them, sealed, and say who that was', async () => {
    const { patient_id } = await patient({ consent: CONSENT });
    const path = `/api/patients/${patient_id}/consents`;
    const [consent] = (await jsonOf(await given.request(path)))['items'] as Json[];
    const revoke = (id: unknown) => given.send('POST', `${path}/${id}/revoke`, { reason: 'Her daughter wrote to us' });
    expect(await jsonOf(await revoke(consent?.['consent_id']))).toMatchObject({
      ...{ evidence: 'Form 7', revoked_reason: 'Her daughter wrote to us', revoked_by: expect.any(String) },
    });
    const stored = JSON.stringify((await testEnv.DB.prepare('select * from consents').all()).results);
    expect(stored).not.toContain('daughter');
    expect(stored).toContain('"revoked_reason":"stated"');
    expect((await revoke('con_0199f3c2-7f4e-7000-8000-000000000001')).status).toBe(404);
    const other = await patient();
    const elsewhere = `/api/patients/${other['patient_id']}/consents/${consent?.['consent_id']}/revoke`;
    expect((await given.send('POST', elsewhere, { reason: 'asked' })).status).toBe(404);
  });

  it('cover what they say, until they say, at the number they name', async () => {
    const { patient_id, phone_number } = await patient();
    const path = `/api/patients/${patient_id}/consents`;
    const call = { phone_number, patient_id };
    await given.send('POST', path, { ...CONSENT, expires_at: '2026-02-01T00:00:00Z' });
    await given.send('POST', path, { ...CONSENT, purposes: ['reminder', 'care'] });
    await given.send('POST', path, { ...CONSENT, phone_number: nextNumber() });
    expect(await codeOf(await given.send('POST', '/api/calls', call))).toEqual([409, 'no_consent']);
    expect(await codeOf(await given.send('POST', path, { ...CONSENT, purposes: ['marketing'] }))).toEqual([
      422,
      'invalid',
    ]);
    expect(await codeOf(await given.send('POST', path, { ...CONSENT, purposes: [] }))).toEqual([422, 'invalid']);
    await given.send('POST', path, { ...CONSENT, purposes: ['intake'], expires_at: '2999-01-01T00:00:00Z' });
    expect((await given.send('POST', '/api/calls', call)).status).toBe(201);
  });

  it.each(ROLES)('%s may do no more than the role allows', async (role) => {
    const { patient_id } = await patient({ consent: CONSENT });
    const token = await tokenOf(given, role);
    const path = `/api/patients/${patient_id}`;
    const [consent] = (await jsonOf(await given.request(`${path}/consents`)))['items'] as Json[];
    const allowed = ['admin', 'clinician', 'intake'].includes(role);
    const end = `${path}/consents/${consent?.['consent_id']}/revoke`;
    expect([
      (await given.request(`${path}/consents`, { token })).status,
      (await given.send('POST', `${path}/consents`, CONSENT, { token })).status,
      (await given.send('POST', end, { reason: 'asked' }, { token })).status,
      (await given.send('PUT', `${path}/flags`, { flags: ['restricted'] }, { token })).status,
    ]).toEqual(allowed ? [200, 201, 200, 200] : [403, 403, 403, 403]);
  });

  it('of nobody are 404', async () => {
    const path = '/api/patients/pat_0199f3c2-7f4e-7000-8000-000000000001/consents';
    expect((await given.request(path)).status).toBe(404);
    expect((await given.send('POST', path, CONSENT)).status).toBe(404);
  });
});

describe('flags of a patient (TC-22, HS-17)', () => {
  it('stop the next call, by name, until they are taken away (CL-19)', async () => {
    const { patient_id, phone_number } = await patient({
      consent: CONSENT,
      state: 'NY',
      time_zone: 'America/New_York',
    });
    const flag = (flags: string[]) => given.send('PUT', `/api/patients/${patient_id}/flags`, { flags });
    expect(await jsonOf(await flag(['deceased', 'deceased']))).toMatchObject({ flags: ['deceased'], state: 'NY' });
    const call = { phone_number, patient_id };
    expect(await codeOf(await given.send('POST', '/api/calls', call))).toEqual([409, 'patient_flag']);
    expect(await codeOf(await flag(['cheerful']))).toEqual([422, 'invalid']);
    await flag([]);
    expect((await given.send('POST', '/api/calls', call)).status).toBe(201);
  });
});

describe('where a patient is', () => {
  it('is said when they are put on file, and changed alone', async () => {
    const { patient_id } = await patient({ state: 'NY', first_name: 'Ana' });
    const path = `/api/patients/${patient_id}`;
    const change = (body: Json) => given.send('PATCH', path, body);
    expect(await jsonOf(await given.request(path))).toMatchObject({ state: 'NY', time_zone: null, flags: [] });
    await given.send('PUT', `${path}/flags`, { flags: ['staff_only'] });
    expect(await jsonOf(await change({ time_zone: 'America/Chicago' }))).toMatchObject({
      ...{ state: 'NY', time_zone: 'America/Chicago', flags: ['staff_only'], first_name: 'Ana' },
    });
    expect(await jsonOf(await change({ state: null }))).toMatchObject({ state: null, time_zone: 'America/Chicago' });
    for (const body of [{}, { state: 'XX' }, { time_zone: 'Chicago' }, { flags: [] }])
      expect(await codeOf(await change(body))).toEqual([422, 'invalid']);
    expect(
      (await given.send('PATCH', '/api/patients/pat_0199f3c2-7f4e-7000-8000-000000000001', { state: 'NY' })).status,
    ).toBe(404);
  });

  it('and what is flagged at the same moment are both kept', async () => {
    const { patient_id } = await patient();
    const path = `/api/patients/${patient_id}`;
    await Promise.all([
      given.send('PATCH', path, { state: 'TX' }),
      given.send('PUT', `${path}/flags`, { flags: ['restricted'] }),
      given.send('PATCH', path, { time_zone: 'America/Chicago' }),
    ]);
    expect(await jsonOf(await given.request(path))).toMatchObject({
      ...{ state: 'TX', time_zone: 'America/Chicago', flags: ['restricted'] },
    });
  });
});
