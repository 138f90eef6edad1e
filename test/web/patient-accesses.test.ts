/** "Who saw patient X, May 1 to 3" is answered from the audit (X12, HS-23): also who only saw a list or a search in which X stood. */
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditSubjects } from '../../src/store/schema.ts';
import { addLines } from '../support/given-audit.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

interface Line {
  readonly seq: number;
  readonly action: string;
  readonly actor_name: string;
  readonly shown: readonly string[];
}
async function accesses(patientId: string, query = '', token?: string) {
  const path = `/api/patients/${patientId}/accesses${query}`;
  const response = await given.request(path, token === undefined ? {} : { token });
  return { status: response.status, body: (await response.json()) as { items: Line[]; next_cursor: string | null } };
}
const actionsOf = async (patientId: string) => (await accesses(patientId)).body.items.map(({ action }) => action);
/** A patient nobody has seen yet. */
let made = 0;
function nobodySaw(): string {
  made += 1;
  return `pat_0199f3c2-7f4e-7000-8000-0000000${String(made).padStart(5, '0')}`;
}

describe('who saw a patient', () => {
  it('is everybody who opened them, their call, a list or a search in which they stood (X12, HS-05, T12)', async () => {
    const { call, patient } = await givenCall(given, { lastName: 'Quartz' });
    const intake = await tokenOf(given, 'intake');
    await given.request(`/api/patients/${patient.id}`, { token: intake });
    await given.request(`/api/calls/${call.id}`);
    await given.request('/api/calls');
    await given.request('/dashboard/patients');
    await given.send('POST', '/api/patients/search', { family_name: 'Quartz' });
    await given.send('POST', '/api/patients/search', { family_name: 'Nobody' });
    await given.request(`/api/patients/${patient.id}`, { token: await tokenOf(given, 'operator') });
    const { body } = await accesses(patient.id);
    expect(body.items.map(({ action }) => action)).toEqual([
      ...['patient.search', 'page.patients', 'call.list', 'call.read', 'patient.reveal'],
    ]);
    expect(body.items.at(-1)).toMatchObject({ actor_name: 'intake@role.example', shown: [patient.id] });
    expect(JSON.stringify(body)).not.toContain('Quartz');
  });

  it('is whoever read what the patient asked for about their own data, in a list or by itself (X12)', async () => {
    const { patient } = await givenCall(given);
    const added = await given.send('POST', `/api/patients/${patient.id}/requests`, { kind: 'access' });
    const { request_id } = (await added.json()) as { request_id: string };
    await given.request('/api/patient-requests');
    await given.request(`/api/patient-requests/${request_id}`);
    await given.request('/dashboard/requests');
    expect(await actionsOf(patient.id)).toEqual(['page.requests', 'request.read', 'request.list', 'request.add']);
  });

  it('on May 1 to 3 is answered by those days alone (HS-23, X12)', async () => {
    const id = nobodySaw();
    const on = (at: string, actorName: string) => ({
      at: Date.parse(at),
      actorName,
      shown: JSON.stringify([id]),
      patientId: null,
    });
    await addLines(
      on('2026-04-30T23:59:59Z', 'before@clinic.example'),
      on('2026-05-01T00:00:00Z', 'first@clinic.example'),
      on('2026-05-03T23:59:59Z', 'last@clinic.example'),
      on('2026-05-04T00:00:00Z', 'after@clinic.example'),
    );
    const { body } = await accesses(id, '?from=2026-05-01T00:00:00Z&to=2026-05-03T23:59:59.999Z');
    expect(body.items.map(({ actor_name }) => actor_name)).toEqual(['last@clinic.example', 'first@clinic.example']);
    // The page counts by the days of the clinic, four hours behind in May.
    const { html } = await openPage(given, `/dashboard/audit/patients/${id}?from=2026-05-01&to=2026-05-03`);
    expect(html).toContain('last@clinic.example');
    expect(html).toContain('after@clinic.example');
    expect(html).not.toContain('before@clinic.example');
    expect(html).not.toContain('first@clinic.example');
  });

  it('goes from page to page without a gap', async () => {
    const id = nobodySaw();
    await addLines(...Array.from({ length: 5 }, () => ({ shown: JSON.stringify([id]), patientId: null })));
    const first = await accesses(id, '?limit=3');
    const second = await accesses(id, `?limit=3&cursor=${first.body.next_cursor}`);
    expect([first.body.items.length, second.body.items.length, second.body.next_cursor]).toEqual([3, 2, null]);
  });

  it('does not believe a line that only the side table names', async () => {
    const id = nobodySaw();
    const [seq = 0] = await addLines({ shown: null, patientId: null });
    await given.db.insert(auditSubjects).values({ patientId: id, seq });
    expect(await actionsOf(id)).toEqual([]);
  });

  it('is told of nobody else, and stays when the patient is erased', async () => {
    const { patient } = await givenCall(given);
    const other = await givenCall(given);
    await given.request(`/api/patients/${other.patient.id}`);
    expect(await actionsOf(patient.id)).toEqual([]);
    await given.request(`/api/patients/${patient.id}`);
    await given.db.run(sql`delete from patients where id = ${patient.id}`);
    expect(await actionsOf(patient.id)).toEqual(['patient.reveal', 'patient.accesses']);
  });

  it('is a table to which rows are only added (T07)', async () => {
    await addLines({});
    await expect(given.db.run(sql`delete from audit_subjects`)).rejects.toThrow();
    await expect(given.db.run(sql`update audit_subjects set patient_id = 'x'`)).rejects.toThrow();
  });

  it.each([
    ['admin', 200],
    ['auditor', 200],
    ['clinician', 403],
    ['intake', 403],
    ['operator', 403],
  ] as const)('answers %s with %i, on the page too', async (role, status) => {
    const token = await tokenOf(given, role);
    const id = nobodySaw();
    expect((await accesses(id, '', token)).status).toBe(status);
    expect((await openPage(given, `/dashboard/audit/patients/${id}`, { token })).status).toBe(status);
  });

  it('refuses what is no patient, no time and no day', async () => {
    expect((await accesses('pat_x')).status).toBe(404);
    expect((await accesses(nobodySaw(), '?from=May')).status).toBe(422);
    expect((await openPage(given, `/dashboard/audit/patients/${nobodySaw()}?from=May`)).status).toBe(422);
  });
});

describe('the page', () => {
  it('says when nobody has, escapes what people are called, and is reached from the patient and from the line', async () => {
    const id = nobodySaw();
    const empty = await openPage(given, `/dashboard/audit/patients/${id}`);
    expect(empty.html).toContain('Nobody has seen this patient.');
    expectNoInlineCode(empty.html);
    await addLines({ shown: JSON.stringify([id]), actorName: '<img/src=x>@clinic.example' });
    expect((await openPage(given, `/dashboard/audit/patients/${id}`)).html).not.toContain('<img/src');
    expect((await openPage(given, '/dashboard/audit')).html).toContain(`href="/dashboard/audit/patients/${id}"`);
    const { patient } = await givenCall(given);
    const link = `href="/dashboard/audit/patients/${patient.id}"`;
    expect((await openPage(given, `/dashboard/patients/${patient.id}`)).html).toContain(link);
    const token = await tokenOf(given, 'clinician');
    expect((await openPage(given, `/dashboard/patients/${patient.id}`, { token })).html).not.toContain(link);
  });
});
