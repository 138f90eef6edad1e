/** The page of deliveries: the systems, what became of each note, sending again with and without script, and who may. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deliveries, jobs } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { BACKEND, says, takes } from '../support/given-delivery.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

const PATH = '/dashboard/deliveries';
const HTMX = { 'HX-Request': 'true' };
const AT = Date.UTC(2026, 10, 20, 15);

let given: GivenApp;
beforeEach(async () => {
  catchJobHints();
  given = givenApp(BACKEND);
  await given.db.delete(jobs);
  await given.db.delete(deliveries);
});
afterEach(() => vi.restoreAllMocks());

const open = (path = PATH, init: PageInit = {}) => openPage(given, path, init);
const post = (path: string, headers: Record<string, string> = {}) => open(path, { method: 'POST', headers });
/** What a reader reads. */
const words = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

type Row = typeof deliveries.$inferSelect;
/** The delivery of a call that has just ended, made what it should be. */
async function givenDelivery(changes: Partial<Row> = { attempts: 0 }): Promise<Row> {
  const made = await givenCall(given);
  await endCall(given, made);
  const where = eq(deliveries.callId, made.call.id);
  const [row] = await given.db.update(deliveries).set(changes).where(where).returning();
  return row as Row;
}
const dead = (code = 'answered_422') => givenDelivery({ status: 'dead', attempts: 1, code, failedAt: AT, endedAt: AT });

describe('the page', () => {
  it('without a token is not shown, and only to those who may see what was handed on', async () => {
    expect((await open(PATH, { token: null })).status).toBe(401);
    for (const role of ROLES) {
      const token = await tokenOf(given, role);
      const may = ['admin', 'clinician', 'auditor'].includes(role);
      expect([role, (await open(PATH, { token })).status]).toEqual([role, may ? 200 : 403]);
      const { html } = await open('/dashboard/campaigns', { token });
      expect([role, html.includes(`href="${PATH}"`)]).toEqual([role, may]);
    }
  });

  it('without a system says which variables to set, to whoever can', async () => {
    given = givenApp();
    const { html } = await open();
    expectNoInlineCode(html);
    for (const name of Object.keys(BACKEND)) expect(html).toContain(`<code>${name}</code>`);
    expect(words(html)).toContain('Notes are not handed to any other system.');
    expect(words(html)).toContain('No note has been handed on.');
    expect(html).not.toContain('Send a test');
    const { html: others } = await open(PATH, { token: await tokenOf(given, 'clinician') });
    expect(words(others)).toContain('An administrator can set that up.');
    expect(others).not.toContain('SINK_BACKEND');
  });

  it('with a system and nothing sent says what will stand here', async () => {
    const { html } = await open();
    expectNoInlineCode(html);
    expect(words(html)).toMatch(/The clinic’s own system Nothing sent yet Send a test ehr\.example with a key, signed/);
    expect(words(html)).toContain('No note has been handed on yet.');
    expect(html).toContain('aria-current="page">Deliveries');
    expect(html).not.toMatch(/canary|whsec|\/intake|Send all that failed/);
    expect(html).not.toContain('hx-trigger="every 5s"');
    expect(words((await open(`${PATH}?status=dead`)).html)).toContain('Nothing failed.');
    expect((await open(`${PATH}?status=lost`)).status).toBe(422);
  });

  it('lets an administrator send earlier notes, without script too, and says how that stands', async () => {
    const ask = (fields: Record<string, string>, token?: string) =>
      open(`${PATH}/earlier`, {
        ...{ method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        ...{ body: new URLSearchParams(fields).toString(), ...(token === undefined ? {} : { token }) },
      });
    const span = { sink: 'backend', from: '2026-01-01', to: '2026-01-31' };
    expect((await ask(span, await tokenOf(given, 'clinician'))).status).toBe(403);
    expect((await open(PATH, { token: await tokenOf(given, 'clinician') })).html).not.toContain('Send earlier notes');
    const { html, status } = await ask(span);
    expectNoInlineCode(html);
    expect(status).toBe(200);
    expect(words(html)).toContain('Notes that are missing there are being sent: The clinic’s own system.');
    expect(words(html)).toMatch(/The clinic’s own system, .*2026.* to .*2026.*: 0 notes put on the way so far\./);
    expect(words((await ask({ ...span, from: '' })).html)).toContain('Choose a system, a first day and a last day.');
  });

  it.each([
    ['2025-12-31', 'from', 'The first day is after the last: swap them.'],
    ['2025-12-01', 'from', 'The first day is after the last: swap them.'],
    ['2027-06-01', 'to', 'At most 366 days at once.'],
  ])(
    'says without script why earlier notes to %s are not sent, with the form open and its days kept',
    async (to, name, why) => {
      const { html, status } = await open(`${PATH}/earlier`, {
        ...{ method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        body: new URLSearchParams({ sink: 'backend', from: '2026-01-01', to }).toString(),
      });
      expect(status).toBe(422);
      expect(html).toContain(`<p class="notice notice-bad" role="alert">Nothing was sent. ${why}</p>`);
      expect(html).toMatch(/<details id="earlier"[^>]* open=""/);
      expect(html).toMatch(/name="from"[^>]* value="2026-01-01"/);
      expect(html).toMatch(new RegExp(`name="to"[^>]* value="${to}"`));
      expect(html).toMatch(new RegExp(`name="${name}"[^>]* aria-invalid="true" aria-describedby="wrong-${name}"`));
      expect(html).toContain(`<small id="wrong-${name}" class="wrong-filter">${why}</small>`);
    },
  );

  it('leaves the form to the script that sent it, and says why there too', async () => {
    const { html, status } = await open(`${PATH}/earlier`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'HX-Request': 'true' } },
      body: new URLSearchParams({ sink: 'backend', from: '2026-01-02', to: '2026-01-01' }).toString(),
    });
    expect(status).toBe(409);
    expect(words(html)).toContain('Nothing was sent. The first day is after the last: swap them.');
  });

  it('says of each note where it stands, why, and when it goes on', async () => {
    const waits = await givenDelivery({ attempts: 2, code: 'timed_out', failedAt: AT });
    const failed = await dead();
    const done = await givenDelivery({ status: 'delivered', attempts: 1, endedAt: AT, code: 'answered_503' });
    const off = await givenDelivery({ status: 'canceled', code: 'erased', endedAt: AT });
    const { html } = await open();
    const rows = new Map([...html.matchAll(/<tr id="(dlv_[^"]+)".*?<\/tr>/gs)].map(([row, id]) => [id, row]));
    const shown = ({ id }: Row) => words(rows.get(id) ?? '');
    expect(rows.size).toBe(4);
    expect(shown(waits)).toMatch(
      /version 1.*Waiting The system did not answer in time\. It is tried again by itself\. 2 tries Next try/,
    );
    expect(shown(waits)).toContain('Try now');
    expect(shown(failed)).toMatch(/Failed The system answered 422: it refused what was sent\. 1 try.*Send again/);
    expect(shown(done)).toMatch(/Delivered — 1 try.*The system has it\. .*Send it once more/);
    expect(shown(off)).toMatch(/Called off The patient was erased/);
    expect(shown(off)).not.toContain('Send');
    expect(html).toContain(`href="/dashboard/calls/${waits.callId}"`);
    // Something waits: it asks again.
    expect(html).toContain('hx-trigger="every 5s"');
    expect(html).not.toMatch(/\bAna\b|Diaz|\) 555-|\+1\d{10}|2025550/);
  });

  it('shows what failed last and how much, and keeps its filters when it asks again', async () => {
    await dead('answered_401');
    await givenDelivery();
    const { html } = await open(`${PATH}?status=queued`);
    expect(words(html)).toMatch(/Failing.*1 waiting 1 failed.*it does not accept our key or signature/);
    expect(html).toContain('hx-get="/dashboard/fragments/deliveries?status=queued"');
    const { html: fragment } = await open('/dashboard/fragments/deliveries?status=queued');
    expect(fragment).toMatch(/^<div id="deliveries"/);
    expect(fragment.match(/<tr id="dlv_/g)).toHaveLength(1);
  });

  it('shows the notes of one call, and goes on to a second page', async () => {
    const one = await givenDelivery();
    for (let n = 0; n < 25; n += 1) await givenDelivery();
    const ofCall = await open(`${PATH}?call_id=${one.callId}`);
    expect(ofCall.html.match(/<tr id="dlv_/g)).toHaveLength(1);
    expect(ofCall.html).toContain(`value="${one.callId}"`);
    const { html } = await open();
    expect(html.match(/<tr id="dlv_/g)).toHaveLength(25);
    const next = /href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await open(next)).html.match(/<tr id="dlv_/g)).toHaveLength(1);
  });

  it('lets those who only read do nothing, and shows calls to those alone who may see them', async () => {
    const failed = await dead();
    for (const role of ['clinician', 'auditor'] as const) {
      const token = await tokenOf(given, role);
      const { html } = await open(PATH, { token });
      expect(html).not.toMatch(/method="post"[^>]*deliveries/);
      expect(html.includes(`href="/dashboard/calls/${failed.callId}"`)).toBe(role === 'clinician');
      for (const path of [`${PATH}/${failed.id}/retry`, `${PATH}/retry`, `${PATH}/test/backend`])
        expect((await open(path, { token, method: 'POST' })).status).toBe(403);
    }
  });

  it('escapes whatever a row holds (S2-P4, S2-P5)', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    await givenDelivery({ status: 'dead', code: evil, sink: evil, endedAt: AT });
    const { html } = await open();
    expect(html).toContain('&lt;img src=x');
    expect(html).not.toContain('<img');
  });
});

describe('sending again', () => {
  it('with script puts the list in place and says so; without, it is the page again', async () => {
    const [first, second] = [await dead(), await dead()];
    const swapped = await post(`${PATH}/${first.id}/retry?status=dead`, HTMX);
    expect(swapped.status).toBe(200);
    expect(swapped.html).toMatch(/^<div id="deliveries"/);
    expect(swapped.html).toContain('id="outcome"');
    expect(words(swapped.html)).toContain('Version 1 of the note is being sent again.');
    expect(swapped.html).not.toContain(`id="${first.id}"`);
    const whole = await post(`${PATH}/${second.id}/retry`);
    expect([whole.status, words(whole.html).includes('Version 1 of the note is being sent again.')]).toEqual([
      200,
      true,
    ]);
    expect(whole.html).toContain('<!DOCTYPE html>');
  });

  it('one that a colleague has sent meanwhile is told as such', async () => {
    const row = await givenDelivery({ status: 'running' });
    const { status, html } = await post(`${PATH}/${row.id}/retry`, HTMX);
    expect([status, words(html).includes('It is being sent at this moment.')]).toEqual([409, true]);
    expect((await post(`${PATH}/dlv_0199f3c2-7f4e-7000-8000-000000000001/retry`)).status).toBe(404);
  });

  it('all that failed takes a second step, and says how many', async () => {
    await dead();
    expect(words((await open()).html)).toContain('One note is sent again now, under the id it had.');
    await dead();
    const { html } = await open();
    expect(words(html)).toContain('2 notes are sent again now, each under the id it had.');
    expect(html).toMatch(/<details id="all-again"/);
    const after = await post(`${PATH}/retry`, HTMX);
    expect(words(after.html)).toContain('2 notes are being sent again.');
    expect(after.html).not.toContain('all-again');
    expect(words((await post(`${PATH}/retry`, HTMX)).html)).toContain('Nothing was left that had failed.');
  });
});

describe('a test', () => {
  it.each([
    [takes, 'The clinic’s own system: The test was taken, in'],
    [says(401), 'The test did not get through. The system answered 401: it does not accept our key or signature.'],
    [() => Promise.reject(new TypeError('Canary')), 'The system could not be reached, or broke off.'],
  ])('says what came back', async (answer, text) => {
    const keys = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) =>
      String(input) === BACKEND.SINK_BACKEND_URL ? answer({} as never) : keys(input, init),
    );
    const { status, html } = await post(`${PATH}/test/backend`);
    expect([status, words(html).includes(text)]).toEqual([200, true]);
    expect(html).not.toMatch(/canary/i);
  });

  it('of a system that is set up no longer, or that nobody knows, is refused', async () => {
    given = givenApp();
    const { status, html } = await post(`${PATH}/test/backend`, HTMX);
    expect([status, words(html).includes('This system is not set up here.')]).toEqual([409, true]);
    expect((await post(`${PATH}/test/elsewhere`)).status).toBe(404);
  });
});
