/** The sheet for an outage (HS-02, HS-25): whom to ring by hand, in the order of need, for whoever looks after patients. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tasks } from '../../src/store/schema.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { givenCall, openedTask } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
});
afterEach(() => vi.restoreAllMocks());
const sheet = async (token?: string) => {
  const response = await given.request('/dashboard/downtime', token === undefined ? {} : { token });
  return { status: response.status, html: await response.text(), headers: response.headers };
};

const asPeopleWrite = (number: string) => `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`;

it('names whom to ring, with number and birth date, whoever waits longest first (HS-02)', async () => {
  const later = await givenCall(given, { firstName: 'Ben', lastName: 'Roe' });
  const sooner = await givenCall(given, { firstName: 'Ana', lastName: '<Diaz>' });
  await openedTask(given, later, 'callback');
  const id = await openedTask(given, sooner, 'red_flag');
  await given.env.DB.prepare('update tasks set due_at = 1 where id = ?').bind(id).run();
  const { status, html } = await sheet();
  expect(status).toBe(200);
  expect(html).toContain('Ana &lt;Diaz&gt;');
  expect(html).toContain(`<td class="whole-number">${asPeopleWrite(sooner.call.phoneNumber)}</td>`);
  expect(html).toContain('Patients who ring (202) 555-0101 meanwhile');
  expect(html).not.toMatch(/\+1\d{10}/);
  expect(html.indexOf('Ana')).toBeLessThan(html.indexOf('Ben Roe'));
});

it('says for whom it was made, is kept by no browser, and is written down as an export (HS-05, HS-25)', async () => {
  const { html, headers } = await sheet();
  expect(html).toContain(`for ${ADMIN}`);
  expect(html).toContain('Nobody waits for staff.');
  expect(headers.get('Cache-Control')).toBe('no-store');
  const audit = await given.request('/api/audit?action=downtime.export');
  expect((await audit.json<{ items: { phi: boolean }[] }>()).items[0]).toMatchObject({ phi: true });
});

it('is not for whoever sees patients only masked, or not at all (HS-18)', async () => {
  for (const role of ['operator', 'auditor'] as const)
    expect((await sheet(await tokenOf(given, role))).status).toBe(403);
});
