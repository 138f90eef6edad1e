/** Who did or saw what (HS-05): the rows, the list and the page. */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuditEvent, listAuditEvents } from '../../src/store/audit-events.ts';
import { createStaff } from '../../src/store/staff.ts';
import { nextNumber } from '../support/place-call.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { CONSENT, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let from: number;
beforeEach(() => {
  given = givenApp();
  from = Date.now();
});
afterEach(() => vi.restoreAllMocks());

/** Newest first, without who came and went. */
const rows = async (): Promise<readonly AuditEvent[]> => {
  const { items } = await listAuditEvents(given.db, { limit: 200, cursor: null, from });
  return items.filter(({ action }) => !action.startsWith('session.'));
};

describe('a request', () => {
  it('leaves one row with who, what, about whom and with what result, and no patient data (HS-05, T12, S1-M9)', async () => {
    const { call, patient } = await givenCall(given, { firstName: 'Zebediah', lastName: 'Quartz' });
    await given.request(`/api/calls/${call.id}`, { headers: { 'CF-Connecting-IP': '192.0.2.7' } });
    await given.request(`/api/patients/${patient.id}`);
    const [seen, read] = await rows();
    expect(read).toMatchObject({
      ...{ actorName: ADMIN, roles: 'admin', action: 'call.read', phi: true, method: 'GET', status: 200 },
      ...{ route: '/api/calls/:call_id', callId: call.id, patientId: null, code: null, address: '192.0.2.7' },
    });
    expect(seen).toMatchObject({ action: 'patient.reveal', patientId: patient.id, callId: null });
    expect(JSON.stringify([seen, read])).not.toMatch(/Zebediah|Quartz|\+1\d{10}/);
  });

  it('leaves one when it is refused, with the code (HS-05, SE-31)', async () => {
    await given.request('/api/calls/call_0199f3c2-7f4e-7000-8000-000000000001');
    await given.request('/api/patients', { token: await tokenOf(given, 'operator') });
    await given.send('POST', '/api/patients', {});
    const found = (await rows()).map(({ action, status, code }) => [action, status, code]);
    expect(found).toEqual([
      ['patient.create', 422, 'invalid'],
      ['patient.list', 403, 'forbidden'],
      ['call.read', 404, 'not_found'],
    ]);
  });

  it('of somebody without a role leaves one too (SE-31)', async () => {
    await given.request('/api/calls', { token: await given.token({ email: 'nobody@role.example', sub: 'nobody' }) });
    expect(await rows()).toMatchObject([
      { action: 'access.denied', code: 'no_role', actorName: 'nobody@role.example', roles: '' },
    ]);
  });

  it('names what it made: the patient that was put on file, the call that was placed', async () => {
    const order = { phone_number: nextNumber(), consent: CONSENT };
    const patient = (await (await given.send('POST', '/api/patients', order)).json()) as { patient_id: string };
    const placed = await given.send('POST', '/api/calls', { phone_number: order.phone_number });
    const { call_id } = (await placed.json()) as { call_id: string };
    expect(await rows()).toMatchObject([
      { action: 'call.place', callId: call_id },
      { action: 'patient.create', patientId: patient.patient_id },
    ]);
  });

  it('names the version of a questionnaire', async () => {
    await given.request('/api/questionnaires/adult-intake/versions/1');
    expect((await rows())[0]).toMatchObject({ objectId: 'adult-intake.1' });
  });

  it('from another site is refused, and that is a row too', async () => {
    await given.send('POST', '/api/dialing/stop', {}, { headers: { 'Sec-Fetch-Site': 'cross-site' } } as never);
    expect(await rows()).toMatchObject([{ action: 'access.denied', code: 'cross_site', actorName: ADMIN }]);
  });
});

describe('a row', () => {
  it('is never changed and never removed, whoever tries (HS-05, T07)', async () => {
    await given.request('/api/calls');
    await expect(given.db.run(sql`update audit_events set actor_name = 'somebody else'`)).rejects.toThrow();
    await expect(given.db.run(sql`delete from audit_events`)).rejects.toThrow();
    expect(await rows()).toMatchObject([{ actorName: ADMIN }]);
  });
});

describe('GET /api/audit', () => {
  const list = async (query: string, token?: string) => {
    const response = await given.request(`/api/audit?${query}`, token === undefined ? {} : { token });
    return { status: response.status, body: (await response.json()) as { items: AuditEvent[]; next_cursor: string } };
  };

  it('goes from page to page without a gap, newest first', async () => {
    for (let times = 0; times < 5; times += 1) await given.request('/api/staff');
    const first = await list(`limit=2&action=staff.list&from=${new Date(from).toISOString()}`);
    const second = await list(`limit=2&action=staff.list&cursor=${first.body.next_cursor}`);
    const seqs = [...first.body.items, ...second.body.items].map(({ seq }) => seq);
    expect(seqs).toHaveLength(4);
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
  });

  it('finds by person, action, patient data, refusal and time', async () => {
    const clinician = await tokenOf(given, 'clinician');
    await given.request('/api/calls', { token: clinician });
    await given.request('/api/audit', { token: clinician });
    await given.request('/api/staff');
    const since = `from=${new Date(from).toISOString()}`;
    const actions = async (query: string) => (await list(`${since}&${query}`)).body.items.map(({ action }) => action);
    expect(await actions('actor_name=clinician@role.example')).toEqual(['audit.list', 'call.list', 'session.begin']);
    expect(await actions('action=call.list')).toEqual(['call.list']);
    expect(await actions('phi=true')).toEqual(['call.list']);
    expect(await actions('refused=true')).toEqual(['audit.list']);
    const until = (ms: number) => new Date(from + ms).toISOString();
    const ofHour = async (hour: number) =>
      (await list(`from=${until(hour * 3_600_000)}&to=${until((hour + 1) * 3_600_000)}`)).body.items.length;
    expect([await ofHour(1), (await ofHour(0)) > 0]).toEqual([0, true]);
  });

  it.each([
    ['admin', 200],
    ['auditor', 200],
    ['clinician', 403],
    ['intake', 403],
    ['operator', 403],
  ] as const)('answers %s with %i', async (role, status) => {
    expect((await list('', await tokenOf(given, role))).status).toBe(status);
  });

  it('refuses what is no cursor and no action', async () => {
    expect((await list('cursor=x')).status).toBe(422);
    expect((await list('action=x')).status).toBe(422);
  });
});

describe('GET /api/audit/verify', () => {
  const verify = async (query = '', token?: string) => {
    const response = await given.request(`/api/audit/verify${query}`, token === undefined ? {} : { token });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('says that all is as it was written, how much it looked at, and where it ends (X12, T07)', async () => {
    await given.request('/api/staff');
    const { status, body } = await verify();
    const [last] = await rows();
    expect(status).toBe(200);
    // The last line then was of the request before: its own came after.
    expect(body).toMatchObject({ ok: true, next: null, break: null, head: { seq: (last?.seq ?? 0) - 1 } });
    expect(body['checked']).toBeGreaterThan(1);
  });

  it.each([
    ['admin', 200],
    ['auditor', 200],
    ['clinician', 403],
    ['intake', 403],
    ['operator', 403],
  ] as const)('answers %s with %i', async (role, status) => {
    expect((await verify('', await tokenOf(given, role))).status).toBe(status);
    expect((await verify('?after=x')).status).toBe(422);
  });
});

describe('the page', () => {
  it('shows lines, escapes what people are called, and links a call for whoever may open it', async () => {
    const { call } = await givenCall(given);
    const email = '<img/src=x>@role.example';
    await createStaff(given.db, { email, roles: ['clinician'] }, Date.now());
    await given.request(`/api/calls/${call.id}`, { token: await given.token({ email, sub: 'odd' }) });
    const { status, html } = await openPage(given, '/dashboard/audit');
    expect(status).toBe(200);
    expectNoInlineCode(html);
    expect(html).toContain('call.read');
    expect(html).toContain(`href="/dashboard/calls/${call.id}"`);
    expect(html).not.toContain('<img/src');
    const auditor = await openPage(given, '/dashboard/audit', { token: await tokenOf(given, 'auditor') });
    expect(auditor.html).toContain(call.id);
    expect(auditor.html).not.toContain(`href="/dashboard/calls/${call.id}"`);
  });

  it('keeps its filters from page to page, and says when nothing fits', async () => {
    for (let times = 0; times < 51; times += 1) await given.request('/api/staff');
    const { html } = await openPage(given, '/dashboard/audit?action=staff.list');
    expect(html).toMatch(/href="\/dashboard\/audit\?action=staff\.list&amp;cursor=\d+"/);
    const none = await openPage(given, '/dashboard/audit?action=no.such');
    expect(none.html).toContain('Nothing fits.');
    expect((await openPage(given, '/dashboard/audit?about=%3Cscript%3E')).status).toBe(422);
    expect((await openPage(given, '/dashboard/audit?who=&action=&about=&day=')).status).toBe(200);
  });

  it('shows the clinic’s day alone', async () => {
    await given.request('/api/staff');
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(Date.now());
    expect((await openPage(given, `/dashboard/audit?day=${today}`)).html).toContain('staff.list');
    expect((await openPage(given, '/dashboard/audit?day=2020-01-01')).html).toContain('Nothing fits.');
  });

  it.each(['clinician', 'intake', 'operator'] as const)('is not for the role %s', async (role) => {
    expect((await openPage(given, '/dashboard/audit', { token: await tokenOf(given, role) })).status).toBe(403);
  });
});

// It leaves a row a quarter of an hour from now, which would be the newest of the others' too.
it('of a page that asks by itself leaves one in a quarter of an hour, for each call it shows', async () => {
  const [one, two] = [await givenCall(given), await givenCall(given)];
  const poll = (id: string) => given.request(`/dashboard/fragments/calls/${id}`);
  for (let times = 0; times < 3; times += 1) for (const { call } of [one, two]) await poll(call.id);
  const ofCalls = async () => (await rows()).map(({ action, callId }) => [action, callId]);
  const both = [
    ['page.call_poll', two.call.id],
    ['page.call_poll', one.call.id],
  ];
  expect(await ofCalls()).toEqual(both);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 15 * 60_000 + 1000 });
  const token = await given.token({ sub: 'later', iat: Date.now() / 1000 - 5 });
  await given.request(`/dashboard/fragments/calls/${one.call.id}`, { token });
  vi.useRealTimers();
  expect(await ofCalls()).toEqual([['page.call_poll', one.call.id], ...both]);
});

it('a line that was altered behind the triggers is named, with what to do', async () => {
  await given.request('/api/staff');
  const [line] = await rows();
  await given.db.run(sql`drop trigger audit_events_no_update`);
  await given.db.run(sql`update audit_events set actor_name = 'somebody else' where seq = ${line?.seq ?? 0}`);
  const response = await given.request('/api/audit/verify');
  expect(await response.json()).toMatchObject({ ok: false, break: { seq: line?.seq, code: 'altered_row' } });
});

it('patient data is not answered when its row cannot be kept', async () => {
  const { patient } = await givenCall(given, { firstName: 'Zebediah' });
  const add = async () => Promise.reject(new Error('away'));
  Object.assign(given.env, { AUDIT_LOG: { getByName: () => ({ add }) } });
  const response = await given.request(`/api/patients/${patient.id}`);
  expect(response.status).toBe(503);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'audit_unavailable' });
  expect(text).not.toContain('Zebediah');
  expect(given.logged('audit.failed').filter(({ audit }) => audit === 'patient.reveal')).toHaveLength(1);
  // A search shows as much, though it is a POST.
  const search = await given.send('POST', '/api/patients/search', { family_name: 'Diaz' });
  expect([search.status, (await search.text()).includes('Zebediah')]).toEqual([503, false]);
  // So does a whole record.
  const whole = await given.send('POST', `/api/patients/${patient.id}/export`, { purpose: 'treatment' });
  expect([whole.status, (await whole.text()).includes('Zebediah')]).toEqual([503, false]);
  // What needs no patient data goes on.
  expect((await given.request('/api/stats')).status).toBe(200);
});
