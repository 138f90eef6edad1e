/** The page of tasks: what is due first, who has it, and what somebody hears who comes too late. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tasks } from '../../src/store/schema.ts';
import { createStaff, type Role } from '../../src/store/staff.ts';
import { claimTask, getTask } from '../../src/store/tasks.ts';
import { ADMIN, type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { endCall, givenCall, openedTask } from './given-call.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';

let given: GivenApp;
beforeEach(async () => {
  given = givenApp();
  await given.db.delete(tasks);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const pageOf = (path: string, init?: PageInit) => openPage(given, path, init);
const post = (path: string, init: PageInit = {}) =>
  pageOf(path, { method: 'POST', headers: { Origin: ORIGIN, 'HX-Request': 'true' }, ...init });

async function as(role: Role): Promise<string> {
  const email = `${role}@tasks-page.example`;
  await createStaff(given.db, { email, roles: [role] }, Date.now());
  return given.token({ email, sub: email });
}

describe('the page', () => {
  it('shows what to do, for whom by initials and last four, by when and who has it', async () => {
    const made = await givenCall(given, { firstName: 'Ana', lastName: 'Diaz' });
    const id = await openedTask(given, made, 'callback');
    const { html } = await pageOf('/dashboard/tasks');
    for (const part of [
      'Call the patient back',
      '>AD</span>',
      `•••• ${made.call.phoneNumber.slice(-4)}`,
      'Due (New York time)',
      '>Open</span>',
      `href="/dashboard/calls/${made.call.id}"`,
      `hx-post="/dashboard/tasks/${id}/claim"`,
      `hx-post="/dashboard/tasks/${id}/done"`,
      'hx-confirm="Mark “Call back” as done?',
      // What a screen reader says of a button that reads "Claim".
      '<span class="visually-hidden"> Call back, AD</span>',
      'aria-current="page"',
      'hx-trigger="every 15s"',
    ]) {
      expect(html).toContain(part);
    }
    expect(html).not.toMatch(/Diaz|\+1\d{10}|Overdue/);
    expectNoInlineCode(html);
  });

  it('has what is due first on top, marks what is late, and looks again sooner while a red flag waits', async () => {
    const now = Date.parse('2026-11-20T15:00:00Z');
    vi.useFakeTimers({ toFake: ['Date'], now });
    await openedTask(given, await givenCall(given), 'voice_items');
    await openedTask(given, await givenCall(given), 'callback', now - 5 * 3_600_000);
    await openedTask(given, await givenCall(given), 'red_flag');
    const { html } = await pageOf('/dashboard/fragments/tasks');
    const order = [...html.matchAll(/class="cell-task"><strong>([^<]+)/g)].map(([, name]) => name);
    expect(order).toEqual(['Call back', 'Red flag', 'Questions left open']);
    expect(html.match(/>Overdue</g)).toHaveLength(1);
    expect(html.match(/>Due now</g)).toHaveLength(1);
    expect(html).toContain('hx-trigger="every 5s"');
    // The count goes to its place in the frame.
    expect(html).toContain('<span id="alerts" hx-swap-oob="true" class="badge"');
    vi.setSystemTime(now + 61_000);
    expect((await pageOf('/dashboard/fragments/tasks')).html.match(/>Overdue</g)).toHaveLength(2);
  });

  it('shows the claimed and the done ones apart, with their owner', async () => {
    const made = await givenCall(given);
    const mine = await openedTask(given, made, 'callback');
    const theirs = await openedTask(given, made, 'guardian');
    await post(`/dashboard/tasks/${mine}/claim`);
    await claimTask(given.db, theirs, 'chris@clinic.example', Date.now());
    const { html } = await pageOf('/dashboard/tasks?status=claimed');
    expect(html).toContain('by you');
    expect(html).toContain('by chris@clinic.example');
    expect(html).not.toContain('/claim');
    await post(`/dashboard/tasks/${mine}/done?status=claimed`);
    const done = (await pageOf('/dashboard/tasks?status=done')).html;
    expect(done).toMatch(/Done <time/);
    expect(done).not.toContain('hx-post="/dashboard/tasks');
  });

  it.each([
    ['', 'Nothing is waiting.'],
    ['?status=claimed', 'Nobody has a task in hand.'],
    ['?status=done', 'No task has been done yet.'],
    ['?cursor=9999999999999.task_0199f3c2-7f4e-7000-8000-000000000001', 'There are no more tasks.'],
  ])('says so when there is nothing: %s', async (query, words) => {
    expect((await pageOf(`/dashboard/tasks${query}`)).html).toContain(words);
  });

  it('pages, and keeps page and filter while polling and in its buttons', async () => {
    const made = await givenCall(given);
    await endCall(given, made, { tasks: [] });
    for (let n = 0; n < 26; n += 1) {
      await given.db.insert(tasks).values({
        ...{ id: `task_0199f3c2-7f4e-7000-8000-0000000000${String(n).padStart(2, '0')}`, kind: 'callback' },
        ...{ callId: `call_${n}`, patientId: made.patient.id, status: 'open', dueAt: 1000 + n, createdAt: 1 },
      });
    }
    const { html } = await pageOf('/dashboard/tasks');
    const more = /href="(\/dashboard\/tasks\?cursor=[^"]+)" rel="next"/.exec(html)?.[1] ?? '';
    const second = (await pageOf(more)).html;
    expect(second.match(/<tr id="task-/g)).toHaveLength(1);
    const query = more.slice(more.indexOf('?'));
    expect(second).toContain(`hx-get="/dashboard/fragments/tasks${query}"`);
    expect(second).toContain(`000025/claim${query}"`);
    expect(second).toContain('First tasks');
  });

  it('refuses a filter there is not', async () => {
    expect((await pageOf('/dashboard/tasks?status=all')).status).toBe(422);
  });
});

describe('claim and done', () => {
  it('answer with the list as it is now, what came of it, and the new count', async () => {
    const id = await openedTask(given, await givenCall(given));
    const claimed = await post(`/dashboard/tasks/${id}/claim`);
    expect([claimed.status, claimed.html.startsWith('<div id="tasks"')]).toEqual([200, true]);
    expect(claimed.html).toContain('<p id="outcome" hx-swap-oob="innerHTML">“Red flag” is yours now.</p>');
    expect(claimed.html).toContain('<span id="alerts" hx-swap-oob="true"></span>');
    expect(claimed.html).toContain('Nothing is waiting.');
    const done = await post(`/dashboard/tasks/${id}/done?status=claimed`);
    expect(done.html).toContain('“Red flag” is done.');
    expect(await getTask(given.db, id)).toMatchObject({ status: 'done', owner: ADMIN });
  });

  it('tell whoever comes too late who was faster', async () => {
    const id = await openedTask(given, await givenCall(given));
    await claimTask(given.db, id, 'chris@clinic.example', Date.now());
    const late = await post(`/dashboard/tasks/${id}/claim`);
    expect([late.status, late.html.startsWith('<div id="tasks"')]).toEqual([409, true]);
    expect(late.html).toContain('Not claimed: chris@clinic.example had already claimed “Red flag”.');
    expect((await post(`/dashboard/tasks/${id}/done`)).status).toBe(200);
    const again = await post(`/dashboard/tasks/${id}/done`);
    expect(again.status).toBe(409);
    expect(again.html).toContain('chris@clinic.example had already done “Red flag”.');
  });

  it('show an owner as text, whatever it is', async () => {
    const id = await openedTask(given, await givenCall(given));
    await claimTask(given.db, id, '"><img src=x onerror=alert(1)>@x.example', Date.now());
    for (const { html } of [
      await post(`/dashboard/tasks/${id}/claim`),
      await pageOf('/dashboard/tasks?status=claimed'),
    ])
      expect(html).not.toContain('<img');
  });

  it('of an unknown task are 404', async () => {
    const unknown = 'task_0199f3c2-7f4e-7000-8000-000000000001';
    expect((await post(`/dashboard/tasks/${unknown}/claim`)).status).toBe(404);
  });
});

describe('people of the intake desk', () => {
  it('begin at today, claim tasks, and see no way to what they may not open', async () => {
    const made = await givenCall(given);
    const id = await openedTask(given, made, 'callback');
    const token = await as('intake');
    const home = await given.request('/dashboard', { token, redirect: 'manual' });
    expect(home.headers.get('Location')).toBe('/dashboard/today');
    const { html } = await pageOf('/dashboard/tasks', { token });
    expect(html).not.toContain('/dashboard/calls');
    expect(html).toContain(`href="/dashboard/patients/${made.patient.id}"`);
    expect(html).toContain('Call a patient');
    expect((await post(`/dashboard/tasks/${id}/claim`, { token })).html).toContain('is yours now');
    const refused = await pageOf(`/dashboard/calls/${made.call.id}`, { token });
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('Go to today');
    expect((await post(`/dashboard/calls/${made.call.id}/tasks/${id}/done`, { token })).status).toBe(403);
  });

  it.each([
    ['operator', 302],
    ['auditor', 302],
  ] as const)('an %s may neither look nor claim', async (role, atHome) => {
    const id = await openedTask(given, await givenCall(given));
    const token = await as(role);
    for (const path of ['/dashboard/tasks', '/dashboard/fragments/tasks'])
      expect((await pageOf(path, { token })).status).toBe(403);
    expect((await given.request('/dashboard', { token, redirect: 'manual' })).status).toBe(atHome);
    expect((await post(`/dashboard/tasks/${id}/claim`, { token })).status).toBe(403);
    expect(await getTask(given.db, id)).toMatchObject({ status: 'open' });
  });
});

describe('the count beside “Tasks”', () => {
  it('is on every page, in words too, and gone when somebody has seen to it', async () => {
    const made = await givenCall(given);
    const id = await openedTask(given, made);
    await openedTask(given, await givenCall(given));
    for (const path of [
      '/dashboard/calls',
      '/dashboard/new-call',
      '/dashboard/tasks',
      `/dashboard/calls/${made.call.id}`,
    ]) {
      const { html } = await pageOf(path);
      expect(html).toContain('data-news="2 red flags that nobody has claimed."');
      expect(html).toMatch(/class="badge"[^>]*>2<span class="visually-hidden"> red flags/);
    }
    await post(`/dashboard/tasks/${id}/claim`);
    expect((await pageOf('/dashboard/calls')).html).toContain('data-news="1 red flag that nobody has claimed."');
  });
});
