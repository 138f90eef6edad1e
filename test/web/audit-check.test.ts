/** The button that checks the chain of the audit (X12, T07): what the API says, on a page. */
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { addLines, emptyTrail } from '../support/given-audit.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await emptyTrail();
});
const check = (form: Record<string, string> = {}, token?: string) =>
  openPage(given, '/dashboard/audit/verify', {
    ...{ method: 'POST', body: new URLSearchParams(form).toString() },
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    ...(token === undefined ? {} : { token }),
  });

describe('the check of the chain', () => {
  it('is a button on the page of the audit, and says how far all is well (X12)', async () => {
    await addLines({}, {}, {});
    const audit = await openPage(given, '/dashboard/audit');
    expect(audit.html).toContain('<form method="post" action="/dashboard/audit/verify"');
    const { status, html } = await check();
    const answer = await (await given.request('/api/audit/verify')).json<{ ok: boolean; head: { seq: number } }>();
    expect([status, answer.ok]).toEqual([200, true]);
    expect(html).toContain('Every line is as it was written');
    // Those three, that somebody signed in, and the page of the audit.
    expect(html).toMatch(/<dt>Lines checked<\/dt><dd>\d<\/dd>/);
    expect(html).toMatch(/Line \d+ <code class="id chain-hash">[0-9a-f]{64}<\/code>/);
    expectNoInlineCode(html);
  });

  it('says where it breaks, what that means and what to do (T07)', async () => {
    const [, second = 0] = await addLines({}, { action: 'patient.reveal' }, {});
    await given.db.run(sql`update audit_events set action = 'patient.list' where seq = ${second}`);
    const { html } = await check();
    expect(html).toContain(`The chain breaks at line ${second}.`);
    expect(html).toContain('This line is not the one that was written. Keep the database as it is');
    expect(html).toContain('<code>altered_row</code>');
  });

  it('goes on after a line, and takes no other words for one', async () => {
    const [first = 0] = await addLines({}, {}, {});
    expect((await check({ after: String(first) })).html).toContain(`, after line ${first}</dd>`);
    expect((await check({ after: '<b>x' })).html).toContain('Every line is as it was written');
  });

  it.each([
    ['admin', 200],
    ['auditor', 200],
    ['clinician', 403],
    ['intake', 403],
    ['operator', 403],
  ] as const)('answers %s with %i (HS-05)', async (role, status) => {
    expect((await check({}, await tokenOf(given, role))).status).toBe(status);
  });
});

it('the audit names actions in words, with the code beside them', async () => {
  await addLines({ action: 'patient.reveal' }, { action: 'old.action', shown: null });
  const { html } = await openPage(given, '/dashboard/audit');
  expect(html).toContain('Open a patient’s whole record');
  expect(html).toContain('<small class="quiet"><code>patient.reveal</code></small>');
  expect(html).toContain('Old action');
  expect(html).toContain('<option value="patient.export">');
});
