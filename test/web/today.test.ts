/** The first page of the day: what needs a person first, for each role what it shows them elsewhere. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insertJob } from '../../src/store/jobs.ts';
import { calls } from '../../src/store/schema.ts';
import type { Role } from '../../src/store/staff.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall, openedTask } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const today = async (role?: Role) =>
  openPage(given, '/dashboard/today', role === undefined ? {} : { token: await tokenOf(given, role) });
const isBefore = (html: string, first: string, second: string) => html.indexOf(first) < html.indexOf(second);

describe('today', () => {
  it('says that nothing waits when nothing does, and has no chart of no calls', async () => {
    const { status, html } = await today();
    expect(status).toBe(200);
    expectNoInlineCode(html);
    for (const words of ['Nothing waits for a person.', 'No call is under way.', 'No campaign runs.'])
      expect(html).toContain(words);
    expect(html).toContain('No call has been placed today.');
    expect(html).not.toContain('<svg');
  });

  it('puts a red flag before everything, claimed from here', async () => {
    const made = await givenCall(given, { firstName: 'Ana', lastName: 'Diaz' });
    await openedTask(given, made, 'callback', Date.now() - 100_000);
    const id = await openedTask(given, made, 'red_flag');
    const { html } = await today('clinician');
    expect(isBefore(html, 'Needs attention', 'On the line')).toBe(true);
    expect(html).toContain('class="urgent"');
    expect(html).toMatch(/AD<\/span> •••• \d{4}/);
    expect(html).not.toContain('Diaz');
    const token = await tokenOf(given, 'clinician');
    const claimed = await openPage(given, `/dashboard/today/tasks/${id}/claim`, { method: 'POST', token });
    expect(claimed.html).toContain('is yours now');
    expect(claimed.html).not.toContain('class="urgent"');
    const again = await openPage(given, `/dashboard/today/tasks/${id}/claim`, { method: 'POST', token });
    expect(again.status).toBe(409);
    expect(again.html).toContain('Not claimed');
  });

  it('shows the notes nobody has signed, a red flag first, and no more once they are', async () => {
    const [plain, flagged] = [await givenCall(given), await givenCall(given)];
    for (const made of [flagged, plain])
      await endCall(given, made, { tasks: [], record: { redFlags: made === flagged ? 1 : 0 } });
    const { html } = await today();
    expect(isBefore(html, `note-${flagged.call.id}`, `note-${plain.call.id}`)).toBe(true);
    // Older than a page of others.
    let newest = plain;
    for (let n = 0; n < 8; n += 1) {
      newest = await givenCall(given);
      await endCall(given, newest, { tasks: [] });
    }
    const full = (await today()).html;
    expect(full).toContain(`note-${flagged.call.id}`);
    expect(full).toContain(`note-${newest.call.id}`);
    expect(full).not.toContain(`note-${plain.call.id}`);
    const signed = await given.send('POST', `/api/calls/${newest.call.id}/review`, { verdict: 'signed' });
    expect(signed.status).toBeLessThan(300);
    const later = await today();
    expect(later.html).not.toContain(`note-${newest.call.id}`);
    expect(later.html).toContain(`note-${flagged.call.id}`);
  });

  it('names a call that ought to be over', async () => {
    const { call } = await givenCall(given);
    const stuck = { status: 'in_progress', createdAt: Date.now() - 80 * 60_000 };
    await given.db.update(calls).set(stuck).where(eq(calls.id, call.id));
    expect((await today()).html).toContain('A call should be over by now and is not');
    await given.db.update(calls).set({ createdAt: Date.now() }).where(eq(calls.id, call.id));
    expect((await today()).html).not.toContain('should be over by now');
  });

  it('tells whoever can do something about it that work was given up', async () => {
    await insertJob(given.db, { kind: 'sweep_storage', subject: 'all' }, Date.now());
    await given.env.DB.prepare(`update jobs set status = 'dead' where kind = 'sweep_storage'`).run();
    expect((await today()).html).toContain('One piece of background work was given up');
    expect((await today('clinician')).html).not.toContain('given up');
  });

  it('shows live calls, and the day as bars and as figures (S1-P2)', async () => {
    const live = await givenCall(given, { firstName: 'Bo', lastName: 'Ng' });
    const over = await givenCall(given);
    await endCall(given, over);
    const { html } = await today();
    expect(html).toContain(`href="/dashboard/calls/${live.call.id}"`);
    expect(html).toContain('BN</span>');
    expect(html).toMatch(/<rect class="bar-completed"/);
    expect(html).toMatch(/<table class="figures">/);
  });

  it.each([
    ['admin', { calls: true, tasks: true, campaigns: true }],
    ['clinician', { calls: true, tasks: true, campaigns: true }],
    ['operator', { calls: false, tasks: false, campaigns: true }],
  ] as const)('shows the role %s what that role may see', async (role, sees) => {
    const made = await givenCall(given);
    await openedTask(given, made, 'callback');
    const { html } = await today(role);
    expect(html.includes('On the line')).toBe(sees.calls);
    expect(html.includes('class="worklist tasklist"')).toBe(sees.tasks);
    expect(html.includes('Campaigns running')).toBe(sees.campaigns);
    expect(html.includes('/dashboard/calls')).toBe(sees.calls);
  });

  it('is not for auditors, whom the dashboard leads to the audit', async () => {
    const token = await tokenOf(given, 'auditor');
    expect((await today('auditor')).status).toBe(403);
    const home = await given.request('/dashboard', { token, redirect: 'manual' });
    expect(home.headers.get('Location')).toBe('/dashboard/audit');
  });

  it('shows names as text (SE-14)', async () => {
    await openedTask(given, await givenCall(given, { firstName: '<b>', lastName: '"x' }), 'callback');
    const { html } = await today();
    expect(html).toContain('&lt;');
    expect(html).not.toContain('<b>');
  });
});
