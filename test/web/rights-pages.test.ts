/** The pages of a patient's own data, of all requests and of retention: who sees them, what can be done there, and that it is escaped. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepDatabase, noticeSetBack } from '../../src/outbox/watch-database.ts';
import { createStaff, deleteStaff, findStaff, ROLES } from '../../src/store/staff.ts';
import { period } from '../../src/web/dashboard/retention-page.tsx';
import { runDueJobs } from '../support/due-jobs.ts';
import { dumpDatabase } from '../support/dump-database.ts';
import { clearStorage } from '../support/given-erasable.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { TEST_VARIABLES } from '../support/test-variables.ts';
import { catchLog, restore, stopClock, testEnv } from '../support/worker-env.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { givenOnFile, type OnFile, PERSONAL, SOMEBODY, submitForm } from './given-patient-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let patient: OnFile;
beforeEach(async () => {
  stopClock();
  catchLog();
  catchJobHints();
  await clearStorage();
  given = givenApp({ PHI_KEYS: TEST_VARIABLES.PHI_KEYS }, { objects: 'real' });
  patient = await givenOnFile(given, SOMEBODY);
});
afterEach(restore);

const look = async (path: string, token?: string) => {
  const response = await given.request(path, token === undefined ? {} : { token });
  return { status: response.status, text: await response.text() };
};
const rights = () => `${patient.path}/rights`;
/** As a browser sends a form, without following where it leads. */
async function send(path: string, fields: Record<string, string>, token?: string) {
  const response = await given.request(path, {
    ...{ method: 'POST', body: new URLSearchParams(fields).toString() },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    ...(token === undefined ? {} : { token }),
  });
  return { status: response.status, to: response.headers.get('Location'), text: await response.text() };
}
const secondAdmin = async () => {
  const email = 'second@clinic.example';
  // Long enough to approve something.
  await createStaff(given.db, { email, roles: ['admin'] }, Date.now() - 2 * 24 * 3_600_000);
  return given.token({ email, sub: email });
};
const rowOf = async (table: string) => (await dumpDatabase())[table]?.[0] ?? {};

describe('the page of a patient’s own data', () => {
  it('has an empty state for each part, shows no name, and leads back', async () => {
    const { status, text } = await look(rights());
    expect(status).toBe(200);
    for (const words of ['Nothing so far.', 'None was ever placed.', 'To nobody, but for care'])
      expect(text).toContain(words);
    expect(text).not.toMatch(PERSONAL);
    expect(text).toContain(`href="${patient.path}"`);
  });

  it('is for whoever looks after patients; holds and erasures are for administrators (HS-11)', async () => {
    for (const role of ROLES) {
      const token = await tokenOf(given, role);
      const { status, text } = await look(rights(), token);
      const may = role === 'admin' || role === 'clinician' || role === 'intake';
      expect([role, status]).toEqual([role, may ? 200 : 403]);
      expect(text.includes('Legal holds')).toBe(role === 'admin');
      expect(text.includes('A copy of everything')).toBe(role === 'admin' || role === 'clinician');
      if (role === 'admin') continue;
      expect((await send(`${rights()}/holds`, { reason: 'audit', text: 'x' }, token)).status).toBe(403);
    }
    expect((await given.request(rights(), { token: null })).status).toBe(401);
  });

  it('takes down a request, escapes its words, and shows when it is due (HS-19)', async () => {
    const sent = await send(`${rights()}/requests`, {
      ...{ kind: 'access', received: '2029-12-01', details: '<b>paper</b>' },
    });
    expect([sent.status, sent.to]).toEqual([303, `${rights()}?done=noted`]);
    const { text } = await look(rights());
    expect(text).toContain('&lt;b&gt;paper&lt;/b&gt;');
    expect(text).toContain('Overdue, was due');
    const list = await look('/dashboard/requests?overdue=true');
    expect(list.text).toContain(`${patient.path}/rights`);
    expect(list.text).not.toMatch(PERSONAL);
    // What is due on a day has no hour.
    expect(list.text).not.toMatch(/>[^<]*12:00.AM<\/time>/);
    expect((await look('/dashboard/today')).text).toContain('A request of a patient is overdue');
  });

  it('says what is wrong with a form, and does nothing then', async () => {
    for (const [what, fields] of [
      ['requests', { kind: 'access', received: 'yesterday' }],
      ['requests', { kind: 'erasure', received: '2029-12-01' }],
      ['holds', { reason: 'audit', text: '' }],
      ['disclosures', { purpose: 'legal', what: 'note', to: ' ' }],
      ['export', { purpose: 'legal', format: 'json', recipient: '' }],
    ] as const) {
      const { status, text } = await send(`${rights()}/${what}`, fields);
      expect([what, status]).toEqual([what, 422]);
      expect(text).toContain('That was not done.');
    }
    for (const table of ['patient_requests', 'holds', 'disclosures']) expect((await dumpDatabase())[table]).toEqual([]);
  });

  it('gives a refused form back as it was sent, opened', async () => {
    for (const [what, fields, kept] of [
      ['requests', { kind: 'amendment', received: 'x', details: 'Wrong <i>knee</i>' }, 'value="Wrong &lt;i&gt;knee'],
      ['requests', { kind: 'amendment', received: 'x' }, '<details id="add-request" open=""'],
      ['requests', { kind: 'amendment', received: 'x' }, '<option value="amendment" selected=""'],
      ['holds', { reason: 'complaint', text: '' }, '<option value="complaint" selected=""'],
      ['disclosures', { purpose: 'research', what: 'note', to: '', description: 'By fax' }, 'value="By fax"'],
      ['disclosures', { purpose: 'research', what: 'note', to: '' }, '<option value="research" selected=""'],
      ['disclosures', { purpose: 'research', what: 'note', to: '' }, '<details id="add-disclosure" open=""'],
      ['export', { purpose: 'legal', format: 'json', recipient: '' }, '<option value="json" selected=""'],
      ['export', { purpose: 'legal', format: 'x', recipient: 'A court' }, 'value="A court"'],
    ] as const) {
      const { status, text } = await send(`${rights()}/${what}`, fields);
      expect([what, status, text]).toEqual([what, 422, expect.stringContaining(kept)]);
    }
    expect((await look(rights())).text).not.toMatch(/<details[^>]* open/);
  });

  it('places a hold, shows it here and on the patient’s page, keeps the erasure away, and lifts it (HS-21)', async () => {
    await send(`${rights()}/holds`, { reason: 'litigation', text: 'Letter <i>7</i>' });
    expect((await look(rights())).text).toContain('Letter &lt;i&gt;7&lt;/i&gt;');
    expect((await look(patient.path)).text).toContain('Under a legal hold.');
    const page = (await look(`${patient.path}/erase`)).text;
    expect(page).toContain('Under a legal hold.');
    expect(page).not.toContain('name="confirmation"');
    const refused = await submitForm(given, `${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    expect([refused.status, refused.html]).toEqual([409, expect.stringContaining('under a legal hold')]);
    const { id } = await rowOf('holds');
    expect((await send(`${rights()}/holds/${id}/lift`, { reason: '' })).status).toBe(422);
    expect((await send(`${rights()}/holds/${id}/lift`, { reason: 'Closed' })).status).toBe(303);
    expect((await look(rights())).text).toContain('Closed');
    expect((await look(patient.path)).text).not.toContain('Under a legal hold.');
  });

  it('gives a copy as a document, and asks to whom where that has to be known (HS-22, HS-25)', async () => {
    const copy = await given.request(`${rights()}/export`, {
      ...{ method: 'POST', body: 'purpose=legal&format=html&recipient=A+court' },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(copy.headers.get('Cache-Control')).toBe('no-store');
    expect(await copy.text()).toContain('Zephyrine');
    expect((await look(rights())).text).toContain('the whole record, to A court');
  });

  it('answers a request, and puts one off once', async () => {
    await send(`${rights()}/requests`, { kind: 'amendment', received: '2030-01-02', details: 'Wrong knee' });
    const { id } = await rowOf('patient_requests');
    expect((await send(`${rights()}/requests/${id}/extend`, {})).to).toContain('done=extended');
    expect((await send(`${rights()}/requests/${id}/extend`, {})).status).toBe(409);
    const noCall = await send(`${rights()}/requests/${id}/answer`, { status: 'done', outcome: 'Put right' });
    expect([noCall.status, noCall.text]).toEqual([422, expect.stringContaining('Say which call it was about')]);
    expect((await send(`${rights()}/requests/${id}/answer`, { status: 'denied' })).status).toBe(422);
    expect(
      (await send(`${rights()}/requests/${id}/answer`, { status: 'denied', outcome: 'It was said so' })).status,
    ).toBe(303);
    // Both stay to be read: what was asked and why it was denied (HS-20).
    const { text } = await look(rights());
    for (const words of ['Wrong knee', 'It was said so', 'Denied']) expect(text).toContain(words);
  });

  it('of another patient has no say over this one’s request (T17)', async () => {
    await send(`${rights()}/requests`, { kind: 'access', received: '2030-01-02' });
    const { id } = await rowOf('patient_requests');
    const other = await givenOnFile(given);
    expect((await send(`${other.path}/rights/requests/${id}/answer`, { status: 'withdrawn' })).status).toBe(404);
    expect(await rowOf('patient_requests')).toMatchObject({ status: 'open' });
  });
});

describe('the note of a call', () => {
  it('has beside it what the patient asked to have put right, and why that was denied (HS-20)', async () => {
    const made = await givenCall(given);
    await endCall(given, made);
    const asked = await given.send('POST', `/api/patients/${made.patient.id}/requests`, {
      ...{ kind: 'amendment', call_id: made.call.id, details: 'It was the <b>left</b> knee' },
    });
    const { request_id } = (await asked.json()) as { request_id: string };
    const path = `/dashboard/calls/${made.call.id}`;
    expect((await look(path)).text).toContain('It was the &lt;b&gt;left&lt;/b&gt; knee');
    await given.send('POST', `/api/patient-requests/${request_id}/answer`, {
      status: 'denied',
      outcome: 'It was said so',
    });
    const { text } = await look(path);
    for (const words of ['Denied', 'Answer: It was said so', 'The patient asked for a correction'])
      expect(text).toContain(words);
  });
});

describe('an erasure of two administrators', () => {
  it('is asked for on one page, shown to the other one under Today, and done by that one’s word (SE-20)', async () => {
    const second = await secondAdmin();
    expect((await look(`${patient.path}/erase`)).text).toContain('Another administrator has to approve it.');
    const asked = await send(`${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    expect([asked.status, asked.to]).toEqual([303, `${rights()}?done=waiting`]);
    const again = (await look(`${patient.path}/erase`)).text;
    expect(again).toContain('An erasure was asked for already.');
    expect(again).not.toContain('name="confirmation"');
    expect((await look(rights())).text).toContain('You cannot approve it yourself.');
    expect((await look(patient.path)).text).toContain('An erasure waits for a second administrator.');
    expect((await look('/dashboard/today', second)).text).toContain('An erasure waits for a second administrator.');
    expect((await look('/dashboard/requests', second)).text).toContain('Waits for your approval');
    expect((await look('/dashboard/requests')).text).toContain('Waits for another administrator');
    const { id } = await rowOf('patient_requests');
    const path = `${rights()}/requests/${id}`;
    expect((await send(`${path}/approve`, { sure: 'true' })).status).toBe(409);
    expect((await send(`${path}/approve`, {}, second)).status).toBe(422);
    expect((await look(patient.path)).status).toBe(200);
    const approved = await send(`${path}/approve`, { sure: 'true' }, second);
    expect([approved.status, approved.to]).toEqual([303, patient.path]);
    expect((await look(patient.path)).text).toContain('This patient was erased');
    expect((await look('/dashboard/requests?status=done')).text).toContain('Erased patient');
  });

  it('is neither begun nor approved while the database is set back, and both pages say when to try again (HS-12, HS-21)', async () => {
    const second = await secondAdmin();
    const confirmation = patient.number.slice(-4);
    await send(`${patient.path}/erase`, { confirmation });
    const { id } = await rowOf('patient_requests');
    expect(await noticeSetBack(testEnv, Date.now())).toBe('well');
    await testEnv.DB.exec("update signs set at = at - 60000 where name = 'tide'");
    const asked = await send(`${patient.path}/erase`, { confirmation });
    expect(asked.status).toBe(409);
    for (const words of [
      'Nothing was erased.',
      'a legal hold may be missing',
      'erase again in some minutes',
      'The doctor',
    ])
      expect(asked.text).toContain(words);
    const approved = await send(`${rights()}/requests/${id}/approve`, { sure: 'true' }, second);
    expect(approved.status).toBe(409);
    for (const words of ['a legal hold may be missing', 'Ask again in some minutes'])
      expect(approved.text).toContain(words);
    expect(await rowOf('patient_requests')).toMatchObject({ status: 'open' });
    expect((await look(patient.path)).text).not.toContain('This patient was erased');
    const now = Date.now();
    await keepDatabase(testEnv, await noticeSetBack(testEnv, now), now);
    expect((await send(`${rights()}/requests/${id}/approve`, { sure: 'true' }, second)).status).toBe(303);
  });

  it('is refused with a reason, which stays on the page', async () => {
    const second = await secondAdmin();
    await send(`${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    const { id } = await rowOf('patient_requests');
    expect((await send(`${rights()}/requests/${id}/refuse`, { reason: '' }, second)).status).toBe(422);
    expect((await send(`${rights()}/requests/${id}/refuse`, { reason: 'Still in care' }, second)).status).toBe(303);
    expect((await look(rights())).text).toContain('Still in care');
    expect((await look(patient.path)).status).toBe(200);
  });
});

describe('an erasure whose second person is not one yet, or is gone (SE-20)', () => {
  const newAdmin = async () => {
    const email = 'new@clinic.example';
    await createStaff(given.db, { email, roles: ['admin'] }, Date.now() - 3_600_000);
    return given.token({ email, sub: email });
  };

  it('can be refused by a new administrator, who reads why they cannot approve it', async () => {
    const token = await newAdmin();
    await send(`${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    const { text } = await look(rights(), token);
    expect(text).toContain('less than a day ago');
    expect(text).not.toContain('Approve the erasure');
    const { id } = await rowOf('patient_requests');
    const approved = await send(`${rights()}/requests/${id}/approve`, { sure: 'true' }, token);
    expect(approved.status).toBe(409);
    expect(approved.text).toContain('has no say for a day');
    expect((await look('/dashboard/requests', token)).text).toContain('Waits for another administrator');
    expect((await send(`${rights()}/requests/${id}/refuse`, { reason: 'Still in care' }, token)).status).toBe(303);
  });

  it('is taken back by whoever asked, and asked for anew', async () => {
    await secondAdmin();
    await send(`${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    await given.env.DB.prepare('delete from staff').run();
    expect((await look(`${patient.path}/erase`)).text).toContain('whoever asked can take it back there');
    expect((await look(rights())).text).toContain('Take it back');
    const { id } = await rowOf('patient_requests');
    expect((await send(`${rights()}/requests/${id}/answer`, { status: 'withdrawn' })).status).toBe(303);
    expect((await look(`${patient.path}/erase`)).text).toContain('name="confirmation"');
  });

  it('is not asked for alone right after the other one has gone: the page says until when', async () => {
    await secondAdmin();
    const member = await findStaff(given.db, 'second@clinic.example', Date.now());
    await deleteStaff(given.db, member?.id ?? '', Date.now());
    const refused = await send(`${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('An administrator was taken off the list less than a day ago');
    expect((await look(patient.path)).status).toBe(200);
  });
});

describe('an erasure while something else is owed', () => {
  it('says so on the page that asks and where it is approved, and ends it unanswered (HS-19, HS-21)', async () => {
    const second = await secondAdmin();
    await send(`${rights()}/requests`, { kind: 'access', received: '2030-01-02' });
    const warning = 'A request that nobody has answered ends with the erasure.';
    expect((await look(`${patient.path}/erase`)).text).toContain(warning);
    await send(`${patient.path}/erase`, { confirmation: patient.number.slice(-4) });
    expect((await look(rights(), second)).text).toContain(warning);
    const erasure = (await dumpDatabase())['patient_requests']?.find(({ kind }) => kind === 'erasure');
    await send(`${rights()}/requests/${erasure?.['id']}/approve`, { sure: 'true' }, second);
    await runDueJobs();
    const { text } = await look('/dashboard/requests?status=ended');
    for (const words of ['Ended by erasure', 'A copy of their record', 'Erased patient']) expect(text).toContain(words);
    expect((await look('/dashboard/requests?status=done')).text).not.toContain('A copy of their record</td>');
  });
});

describe('the list of requests', () => {
  it('has an empty state, filters, and is not for whoever sees no patient', async () => {
    expect((await look('/dashboard/requests')).text).toContain('Nobody waits for an answer.');
    expect((await look('/dashboard/requests?kind=access')).text).toContain('Nothing fits.');
    for (const role of ['operator', 'auditor'] as const)
      expect((await look('/dashboard/requests', await tokenOf(given, role))).status).toBe(403);
  });
});

describe('the page of retention', () => {
  it('says a term in days below two years, but for the one year', () => {
    expect([1, 90, 364, 365, 366, 400, 730, 731, 800, 2192].map(period)).toEqual([
      ...['1 day', '90 days', '364 days', '1 year', '1 year', '400 days', '2 years', '2 years', '800 days', '6 years'],
    ]);
  });

  it('shows the policy and what is held back, to administrators and auditors alone (S1-R8, S1-M8)', async () => {
    await send(`${rights()}/holds`, { reason: 'audit', text: 'x' });
    const { text } = await look('/dashboard/settings/retention');
    for (const words of [
      'Recordings of calls',
      '90 days from',
      'Never before 6 years',
      'One patient is under a legal hold',
    ])
      expect(text).toContain(words);
    expect(text).not.toMatch(/RC-09|S1-M8|\bC77\b|HS-\d|\b0 years/);
    expect((await look('/dashboard/settings/retention', await tokenOf(given, 'auditor'))).status).toBe(200);
    for (const role of ['clinician', 'intake', 'operator'] as const)
      expect((await look('/dashboard/settings/retention', await tokenOf(given, role))).status).toBe(403);
  });
});
