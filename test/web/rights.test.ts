/** Legal holds, the second person for an erasure, requests of patients and the accounting of disclosures, as the API does them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endOfDayAfter } from '../../src/domain/campaign/local-day.ts';
import { database } from '../../src/store/database.ts';
import { createStaff, ROLES } from '../../src/store/staff.ts';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { nextNumber } from '../support/place-call.ts';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { catchLog, later, restore, stopClock } from '../support/worker-env.ts';
import { type GivenApp, givenApp, serviceClaims, signed } from './given-app.ts';
import { endCall, givenCall, noteFor } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const DAY = 24 * 3_600_000;
const UNKNOWN = 'pat_0199f3c2-7f4e-7000-8000-000000000001';
let given: GivenApp;
beforeEach(async () => {
  stopClock();
  catchLog();
  catchJobHints();
  await clearStorage();
  given = givenApp({ PHI_KEYS: TEST_VARIABLES.PHI_KEYS }, { objects: 'real' });
});
afterEach(restore);

type Json = Record<string, unknown>;
const jsonOf = async (response: Response) => (await response.json()) as Json;
async function givenPatient(): Promise<string> {
  const created = await given.send('POST', '/api/patients', {
    ...{ phone_number: nextNumber(), first_name: 'Canaryfirst', last_name: 'Canarylast' },
  });
  return (await jsonOf(created))['patient_id'] as string;
}
const erase = (id: string, token?: string) =>
  given.request(`/api/patients/${id}`, { method: 'DELETE', ...(token === undefined ? {} : { token }) });
const post = (path: string, body: unknown, token?: string) =>
  given.send('POST', path, body, token === undefined ? {} : { token });
const approve = (id: unknown, token?: string) => post(`/api/patient-requests/${id}/approve`, {}, token);
const secondAdmin = async () => {
  const email = 'second@clinic.example';
  // Long enough to approve something.
  await createStaff(given.db, { email, roles: ['admin'] }, Date.now() - 2 * 24 * 3_600_000);
  return given.token({ email, sub: email });
};
const expectProblem = async (response: Response, status: number, code: string) =>
  expect([response.status, (await jsonOf(response))['code']]).toEqual([status, code]);

describe('a legal hold', () => {
  const hold = (id: string, body: unknown = { reason: 'litigation', text: 'Canary case 7' }, token?: string) =>
    post(`/api/patients/${id}/holds`, body, token);

  it('keeps a patient from being erased, by the API and whoever asks, and says what to do (HS-21)', async () => {
    const id = await givenPatient();
    const placed = await jsonOf(await hold(id));
    expect(placed).toMatchObject({ patient_id: id, reason: 'litigation', text: 'Canary case 7', lifted_at: null });
    const refused = await erase(id);
    expect([refused.status, await jsonOf(refused)]).toMatchObject([
      409,
      { code: 'legal_hold', detail: expect.stringContaining('Lift the hold first') },
    ]);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    const lifted = await given.send('DELETE', `/api/patients/${id}/holds/${placed['hold_id']}`, { reason: 'Closed' });
    expect(await jsonOf(lifted)).toMatchObject({ lifted_by: 'admin@clinic.example', lift_reason: 'Closed' });
    expect((await erase(id)).status).toBe(202);
  });

  it('that was lifted is not lifted again, and stays to be read', async () => {
    const id = await givenPatient();
    const { hold_id } = await jsonOf(await hold(id));
    const lift = () => given.send('DELETE', `/api/patients/${id}/holds/${hold_id}`, { reason: 'Closed' });
    expect((await lift()).status).toBe(200);
    await expectProblem(await lift(), 409, 'not_in_force');
    const list = await jsonOf(await given.request(`/api/patients/${id}/holds`));
    expect(list).toMatchObject({ items: [{ hold_id, lift_reason: 'Closed' }], next_cursor: null });
  });

  it('placed while an erasure waits keeps the second person from approving it', async () => {
    const second = await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    await hold(id);
    await expectProblem(await approve(request_id, second), 409, 'legal_hold');
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    expect(await jsonOf(await given.request(`/api/patient-requests/${request_id}`))).toMatchObject({ status: 'open' });
  });

  it('placed in the same instant as the approval comes in time or is refused, and never stands beside an erasure (HS-21)', async () => {
    const second = await secondAdmin();
    for (let round = 0; round < 6; round += 1) {
      const id = await givenPatient();
      const { request_id } = await jsonOf(await erase(id));
      const both = round % 2 === 0 ? [approve(request_id, second), hold(id)] : [hold(id), approve(request_id, second)];
      const answers = await Promise.all(both);
      const [approved, held] = round % 2 === 0 ? answers : answers.toReversed();
      const isErased = (await given.request(`/api/patients/${id}`)).status === 404;
      expect([approved?.status, held?.status, isErased]).toEqual(isErased ? [202, 409, true] : [409, 201, false]);
      const { code } = await jsonOf((isErased ? held : approved) as Response);
      expect(code).toBe(isErased ? 'erasure_begun' : 'legal_hold');
    }
  });

  it('that slips in after everything else was looked at keeps the key, and the request goes on waiting (HS-21)', async () => {
    const second = await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    const batch = given.env.DB.batch.bind(given.env.DB);
    let isHeld = false;
    vi.spyOn(given.env.DB, 'batch').mockImplementation(async (statements) => {
      if (!isHeld) {
        isHeld = true;
        expect((await hold(id)).status).toBe(201);
      }
      return batch(statements);
    });
    await expectProblem(await approve(request_id, second), 409, 'legal_hold');
    expect(isHeld).toBe(true);
    vi.mocked(given.env.DB.batch).mockRestore();
    await runDueJobs();
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    expect(await jsonOf(await given.request(`/api/patient-requests/${request_id}`))).toMatchObject({ status: 'open' });
  });

  it('that comes after the work of an erasure was written down is told that it is too late (HS-21)', async () => {
    const id = await givenPatient();
    expect((await erase(id)).status).toBe(202);
    const late = await hold(id);
    expect([late.status, await jsonOf(late)]).toMatchObject([
      409,
      { code: 'erasure_begun', detail: expect.stringContaining('came too late') },
    ]);
    expect((await dumpDatabase())['holds']).toEqual([]);
  });

  it('says why under the patient’s key alone: no word of it is in the clear', async () => {
    const id = await givenPatient();
    await hold(id);
    expect(JSON.stringify(await dumpDatabase())).not.toMatch(/canary/i);
  });

  it('is for administrators; a reason that is none, or no words, is refused', async () => {
    const id = await givenPatient();
    for (const role of ROLES.filter((each) => each !== 'admin'))
      expect((await hold(id, undefined, await tokenOf(given, role))).status).toBe(403);
    expect((await hold(id, { reason: 'because', text: 'x' })).status).toBe(422);
    expect((await hold(id, { reason: 'other', text: '' })).status).toBe(422);
    expect((await hold(UNKNOWN)).status).toBe(404);
  });

  it('of another patient is not there: an id fits its own patient alone (T17)', async () => {
    const [mine, other] = [await givenPatient(), await givenPatient()];
    const { hold_id } = await jsonOf(await hold(mine));
    const lifted = await given.send('DELETE', `/api/patients/${other}/holds/${hold_id}`, { reason: 'Closed' });
    expect(lifted.status).toBe(404);
    await expectProblem(await erase(mine), 409, 'legal_hold');
  });
});

describe('an erasure', () => {
  it('is done at once while one administrator works here, a service token beside them not counting (SE-20)', async () => {
    const id = await givenPatient();
    expect(await jsonOf(await erase(id))).toEqual({ patient_id: id, status: 'erasing', job_id: expect.any(String) });
    expect((await given.request(`/api/patients/${id}`)).status).toBe(404);
  });

  it('waits for the second of two administrators, who approves it (SE-20, HS-21)', async () => {
    const second = await secondAdmin();
    const id = await givenPatient();
    const response = await erase(id);
    const asked = await jsonOf(response);
    expect([response.status, asked]).toMatchObject([202, { patient_id: id, status: 'waiting', job_id: null }]);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    const listed = await jsonOf(await given.request('/api/patient-requests?kind=erasure'));
    expect(listed).toMatchObject({ items: [{ request_id: asked['request_id'], patient_id: id, status: 'open' }] });
    const done = await approve(asked['request_id'], second);
    expect([done.status, await jsonOf(done)]).toMatchObject([202, { patient_id: id, status: 'erasing' }]);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(404);
    await runDueJobs();
    const { patients, patient_requests } = await dumpDatabase();
    expect(patients).toEqual([]);
    // What is left says who asked, who approved and when, and nothing of the patient.
    expect(patient_requests).toMatchObject([
      { status: 'done', created_name: 'admin@clinic.example', ended_name: 'second@clinic.example', sealed: null },
    ]);
    expect(given.logged('audit').at(-1)?.['audit']).toBeDefined();
  });

  it('is not approved by whoever asked, nor by a service, nor by another role (SE-20)', async () => {
    await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    await expectProblem(await approve(request_id), 409, 'second_approver');
    await expectProblem(await approve(request_id, await signed(serviceClaims(given.team))), 403, 'person_needed');
    expect((await approve(request_id, await tokenOf(given, 'clinician'))).status).toBe(403);
    // The same person under another subject is the same person.
    await expectProblem(await approve(request_id, await given.token({ sub: 'another' })), 409, 'second_approver');
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
  });

  it('of two administrators is asked for by a person: a program in one’s hand would be the second (SE-20)', async () => {
    await secondAdmin();
    const id = await givenPatient();
    await expectProblem(await erase(id, await signed(serviceClaims(given.team))), 409, 'second_approver');
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
  });

  it('is not approved by somebody who was made an administrator for it: not for a day, and then it is (SE-20)', async () => {
    await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    const email = 'alias@clinic.example';
    const added = await given.send('POST', '/api/staff', { email, roles: ['admin'] });
    expect(added.status).toBe(201);
    const alias = () => {
      const now = Math.floor(Date.now() / 1000);
      return given.token({ email, sub: email, iat: now - 10, exp: now + 600 });
    };
    const refused = await approve(request_id, await alias());
    expect([refused.status, await jsonOf(refused)]).toMatchObject([
      409,
      { code: 'role_too_new', detail: expect.stringMatching(/from 20\d\d-.* UTC on, or have somebody else/) },
    ]);
    // Nor the other way round: she asks as the alias and approves as herself.
    const other = await givenPatient();
    await expectProblem(await erase(other, await alias()), 409, 'role_too_new');
    expect((await given.request(`/api/patients/${other}`)).status).toBe(200);
    later(DAY - 1000);
    await expectProblem(await approve(request_id, await alias()), 409, 'role_too_new');
    later(2000);
    expect((await approve(request_id, await alias())).status).toBe(202);
  });

  it('is not approved by somebody whose role was raised for it, who may refuse it (SE-20)', async () => {
    await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    const token = await tokenOf(given, 'clinician');
    const { items } = (await jsonOf(await given.request('/api/staff'))) as { items: Json[] };
    const member = items.find(({ email }) => email === 'clinician@role.example');
    const raised = await given.send('PATCH', `/api/staff/${member?.['staff_id']}`, { roles: ['admin'] });
    expect(raised.status).toBe(200);
    await expectProblem(await approve(request_id, token), 409, 'role_too_new');
    const refused = await post(`/api/patient-requests/${request_id}/refuse`, { reason: 'Still in care' }, token);
    expect(await jsonOf(refused)).toMatchObject({ status: 'denied' });
  });

  it.each([
    ['removing the other one', (path: string) => given.request(path, { method: 'DELETE' })],
    ['taking their role away', (path: string) => given.send('PATCH', path, { roles: ['clinician'] })],
  ])('is not done alone by an administrator right after %s (SE-20)', async (_how, act) => {
    await secondAdmin();
    const id = await givenPatient();
    const { items } = (await jsonOf(await given.request('/api/staff'))) as { items: Json[] };
    const other = items.find(({ email }) => email === 'second@clinic.example');
    expect((await act(`/api/staff/${other?.['staff_id']}`)).ok).toBe(true);
    const refused = await erase(id);
    expect([refused.status, await jsonOf(refused)]).toMatchObject([
      409,
      { code: 'administrator_left', detail: expect.stringMatching(/Ask again from 20\d\d-/) },
    ]);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
    later(DAY + 1000);
    const now = Math.floor(Date.now() / 1000);
    expect((await erase(id, await given.token({ iat: now - 10, exp: now + 600 }))).status).toBe(202);
  });

  it('that waits goes on waiting when the other administrator is taken off the list (SE-20)', async () => {
    await secondAdmin();
    const id = await givenPatient();
    const asked = await jsonOf(await erase(id));
    await given.env.DB.prepare('delete from staff').run();
    expect(await jsonOf(await erase(id))).toEqual(asked);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
  });

  it('asked for twice is one request, and asking is no approval', async () => {
    const second = await secondAdmin();
    const id = await givenPatient();
    const first = await jsonOf(await erase(id));
    const again = await jsonOf(await erase(id, second));
    expect(again).toEqual(first);
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
  });

  it('that was refused says why, is over, and may be asked for again', async () => {
    const second = await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    const refused = await post(`/api/patient-requests/${request_id}/refuse`, { reason: 'Still in care' }, second);
    expect(await jsonOf(refused)).toMatchObject({ status: 'denied', outcome: 'Still in care' });
    await expectProblem(await approve(request_id, second), 409, 'already_answered');
    expect((await jsonOf(await erase(id)))['request_id']).not.toBe(request_id);
  });

  it('approved twice at the same moment is one erasure', async () => {
    const second = await secondAdmin();
    const id = await givenPatient();
    const { request_id } = await jsonOf(await erase(id));
    const both = await Promise.all([approve(request_id, second), approve(request_id, second)]);
    expect(both.map(({ status }) => status)).toContain(202);
    await runDueJobs();
    expect((await dumpDatabase())['jobs']?.filter(({ kind }) => kind === 'erase_patient')).toHaveLength(1);
  });

  it('is refused while the law asks for the record, and done when its time is over (HS-21)', async () => {
    given = givenApp({ PHI_KEYS: TEST_VARIABLES.PHI_KEYS, RECORD_MINIMUM_YEARS: '7' } as never, { objects: 'real' });
    const made = await givenCall(given);
    await endCall(given, made);
    await given.db.run("update tasks set status = 'done'");
    const response = await erase(made.patient.id);
    expect([response.status, await jsonOf(response)]).toMatchObject([
      409,
      { code: 'retention_minimum', detail: expect.stringMatching(/until 20\d\d-/) },
    ]);
    later(8 * 366 * DAY);
    const signedLater = given.token({
      iat: Math.floor(Date.now() / 1000) - 10,
      exp: Math.floor(Date.now() / 1000) + 600,
    });
    expect((await erase(made.patient.id, await signedLater)).status).toBe(202);
  });

  it('leaves that there were holds, requests and disclosures, without a word of them (HS-22)', async () => {
    const id = await givenPatient();
    const { hold_id } = await jsonOf(await post(`/api/patients/${id}/holds`, { reason: 'audit', text: 'Canary' }));
    await given.send('DELETE', `/api/patients/${id}/holds/${hold_id}`, { reason: 'Canary' });
    await post(`/api/patients/${id}/requests`, { kind: 'access', details: 'Canary' });
    await post(`/api/patients/${id}/export`, { purpose: 'legal', recipient: 'Canary court' });
    await erase(id);
    await runDueJobs();
    const left = await dumpDatabase();
    expect(left['holds']).toMatchObject([{ patient_id: id, sealed: null, lift_sealed: null }]);
    expect(left['patient_requests']).toMatchObject([{ patient_id: id, status: 'ended', sealed: null }]);
    expect(left['disclosures']).toMatchObject([{ patient_id: id, purpose: 'legal', sealed: null }]);
    expect(JSON.stringify(left)).not.toMatch(/canary/i);
    const list = await jsonOf(await given.request('/api/patient-requests?status=ended'));
    expect(list).toMatchObject({ items: [{ patient_id: id, kind: 'access', ended_by: null }] });
    expect(await jsonOf(await given.request('/api/patient-requests?status=done'))).toMatchObject({ items: [] });
  });
});

describe('a request of a patient', () => {
  const ask = async (id: string, body: Json) => jsonOf(await post(`/api/patients/${id}/requests`, body));

  it('to see their data is due 30 days after it came, is put off once, and then is overdue (HS-19)', async () => {
    const id = await givenPatient();
    const received = new Date(Date.now() - 29 * DAY).toISOString();
    const made = await ask(id, { kind: 'access', received_at: received, details: 'On paper, please' });
    expect(made).toMatchObject({ status: 'open', overdue: false, details: 'On paper, please' });
    // In time until the thirtieth day is over at the clinic.
    const dueOn = (days: number) => endOfDayAfter('America/New_York', Date.parse(received), days);
    expect(Date.parse(made['due_at'] as string)).toBe(dueOn(30));
    const overdue = async () => (await jsonOf(await given.request('/api/patient-requests?overdue=true')))['items'];
    expect(await overdue()).toEqual([]);
    const path = `/api/patient-requests/${made['request_id']}`;
    const extended = await jsonOf(await post(`${path}/extend`, {}));
    expect(Date.parse(extended['due_at'] as string)).toBe(dueOn(60));
    await expectProblem(await post(`${path}/extend`, {}), 409, 'not_extendable');
    vi.setSystemTime(dueOn(60) + 1);
    const token = await given.token({
      iat: Math.floor(Date.now() / 1000) - 10,
      exp: Math.floor(Date.now() / 1000) + 600,
    });
    const late = await jsonOf(await given.request('/api/patient-requests?overdue=true', { token }));
    expect(late).toMatchObject({ items: [{ request_id: made['request_id'], overdue: true }] });
  });

  it('to have a note put right is done by a new version, and the one before stays beside it (HS-20)', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { note: noteFor(made, 'left knee') });
    const request = await ask(made.patient.id, {
      kind: 'amendment',
      call_id: made.call.id,
      details: 'It was the right',
    });
    const path = `/api/patient-requests/${request['request_id']}/answer`;
    await expectProblem(await post(path, { status: 'done' }), 409, 'not_corrected');
    const items = [{ item: 'hpi.chief_complaint', state: 'answered', value: 'right knee' }];
    expect((await post(`/api/calls/${made.call.id}/corrections`, { items })).ok).toBe(true);
    expect(await jsonOf(await post(path, { status: 'done', outcome: 'Put right' }))).toMatchObject({
      ...{ status: 'done', call_id: made.call.id, note_version: 2, outcome: 'Put right' },
    });
    const document = await (await given.request(`/api/patients/${made.patient.id}/export`)).text();
    expect(document).toMatch(/left knee/);
    expect(document).toMatch(/right knee/);
    await expectProblem(await post(path, { status: 'denied', outcome: 'x' }), 409, 'already_answered');
  });

  it('that is denied keeps the reason, and cannot be denied without one (HS-20)', async () => {
    const id = await givenPatient();
    const { request_id } = await ask(id, { kind: 'amendment', details: 'Wrong' });
    const path = `/api/patient-requests/${request_id}/answer`;
    expect((await post(path, { status: 'denied' })).status).toBe(422);
    await post(path, { status: 'denied', outcome: 'The note says what was said' });
    const list = await jsonOf(await given.request(`/api/patients/${id}/requests`));
    expect(list).toMatchObject({
      items: [{ status: 'denied', details: 'Wrong', outcome: 'The note says what was said' }],
    });
  });

  it('names a call of that patient or none', async () => {
    const other = await givenCall(given);
    const response = await post(`/api/patients/${await givenPatient()}/requests`, {
      ...{ kind: 'amendment', call_id: other.call.id },
    });
    expect(response.status).toBe(422);
  });

  it('for erasure is asked for with DELETE and answered by the second person alone', async () => {
    await secondAdmin();
    const id = await givenPatient();
    expect((await post(`/api/patients/${id}/requests`, { kind: 'erasure' })).status).toBe(422);
    const { request_id } = await jsonOf(await erase(id));
    await expectProblem(
      await post(`/api/patient-requests/${request_id}/answer`, { status: 'done' }),
      ...([409, 'needs_approval'] as const),
    );
    expect((await given.request(`/api/patients/${id}`)).status).toBe(200);
  });

  it('is listed page by page, those due first', async () => {
    const id = await givenPatient();
    for (const days of [3, 1, 2])
      await ask(id, { kind: 'access', received_at: new Date(Date.now() - days * DAY).toISOString() });
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const path: string = `/api/patient-requests?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { items, next_cursor } = (await jsonOf(await given.request(path))) as {
        items: Json[];
        next_cursor: string;
      };
      seen.push(...items.map((each) => Date.parse(each['due_at'] as string)));
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(seen).toHaveLength(3);
    expect(seen).toEqual([...seen].sort());
  });
});

describe('an export', () => {
  it('for a legal purpose is noted down as a disclosure, for the patient or for treatment it is not (HS-22)', async () => {
    const id = await givenPatient();
    await given.request(`/api/patients/${id}/export`);
    await given.request(`/api/patients/${id}/export?purpose=treatment`);
    const of = async () => jsonOf(await given.request(`/api/patients/${id}/disclosures`));
    expect(await of()).toMatchObject({ items: [], handed_on: [] });
    expect((await given.request(`/api/patients/${id}/export?purpose=legal`)).status).toBe(422);
    expect((await post(`/api/patients/${id}/export`, { purpose: 'legal' })).status).toBe(422);
    const sent = await post(`/api/patients/${id}/export`, { purpose: 'legal', recipient: 'The county court' });
    expect(sent.status).toBe(200);
    expect(await of()).toMatchObject({
      items: [{ purpose: 'legal', what: 'export', to: 'The county court', by: 'admin@clinic.example' }],
    });
  });

  it('says who took it, when and for what, is not to be stored on the way, and names no patient in its file name (HS-25)', async () => {
    const id = await givenPatient();
    for (const format of ['json', 'html']) {
      const response = await given.request(`/api/patients/${id}/export?purpose=treatment&format=${format}`);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(response.headers.get('Content-Disposition')).not.toMatch(/canary/i);
      const text = await response.text();
      expect(text).toContain('admin@clinic.example');
      expect(text).toMatch(/treatment/);
      expect(text).toContain('Contains health information');
    }
  });

  it('as a document is readable, without script, with everything escaped (HS-19)', async () => {
    const made = await givenCall(given, { firstName: '<script>alert(1)</script>' });
    await endCall(given, made, { note: noteFor(made, '<img src=x onerror=alert(2)>') });
    const response = await given.request(`/api/patients/${made.patient.id}/export?format=html`);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    const text = await response.text();
    expect(text).not.toMatch(/<script|<img/i);
    expect(text).toContain('&lt;script&gt;');
    expect(text).toContain('&lt;img src=x');
    expect(text).toMatch(/<\/html>\s*$/);
  });

  it('is for whoever may read answers, as the disclosures are', async () => {
    const id = await givenPatient();
    for (const role of ['intake', 'operator', 'auditor'] as const) {
      const token = await tokenOf(given, role);
      expect((await post(`/api/patients/${id}/export`, { purpose: 'access' }, token)).status).toBe(403);
      expect((await given.request(`/api/patients/${id}/disclosures`, { token })).status).toBe(403);
    }
  });
});

describe('a disclosure', () => {
  it('made on paper is noted down by hand, and notes handed to the clinic’s system stand beside it (HS-22)', async () => {
    given = givenApp(
      {
        ...{ PHI_KEYS: TEST_VARIABLES.PHI_KEYS, SINK_BACKEND_URL: 'https://ehr.example/notes' },
        SINK_BACKEND_SECRET: `whsec_${btoa('0'.repeat(32))}`,
      },
      { objects: 'real' },
    );
    const made = await givenCall(given);
    await endCall(given, made);
    await database(given.env).run("update deliveries set status = 'delivered', ended_at = 5, delivered_at = 5");
    const path = `/api/patients/${made.patient.id}/disclosures`;
    const at = '2027-01-02T03:04:05.000Z';
    const added = await post(path, {
      purpose: 'public_health',
      what: 'note',
      to: 'The county',
      description: 'Form 7',
      at,
    });
    expect([added.status, await jsonOf(added)]).toMatchObject([201, { to: 'The county', description: 'Form 7', at }]);
    expect(await jsonOf(await given.request(path))).toMatchObject({
      items: [{ purpose: 'public_health' }],
      handed_on: [{ call_id: made.call.id, note_version: 1, system: 'backend' }],
    });
  });
});

describe('GET /api/retention', () => {
  it('tells the policy, what goes next and what is held back, to administrators and auditors (S1-R8, S1-M8)', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    await post(`/api/patients/${made.patient.id}/holds`, { reason: 'audit', text: 'x' });
    const answer = (await jsonOf(await given.request('/api/retention'))) as { rules: Json[] } & Json;
    expect(answer).toMatchObject({ held_patients: 1, round: null, overdue_audio: { count: 0, items: [] } });
    expect(answer.rules.find(({ rule }) => rule === 'call_records')).toMatchObject({
      ...{ minimum_days: 2192, keep_days: 3653, held: 0, refused: null, last_run: null },
    });
    for (const role of ['clinician', 'intake', 'operator'] as const)
      expect((await given.request('/api/retention', { token: await tokenOf(given, role) })).status).toBe(403);
    expect((await given.request('/api/retention', { token: await tokenOf(given, 'auditor') })).status).toBe(200);
  });
});
