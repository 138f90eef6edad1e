/** The control in the frame of every page: stopping all dialing with or without the live calls, the banner, going on, and for whom. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Role } from '../../src/store/staff.ts';
import { dialerNamed } from '../support/given-dialer.ts';
import { ADMIN, type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
let asked: string[];
const dialer = dialerNamed();
beforeEach(async () => {
  given = givenApp({}, { objects: 'real' });
  await dialer.stub.resume({ by: 'test' });
  for (const attempt of Object.keys(await dialer.lines())) await dialer.release(attempt);
  asked = [];
  const getByName = (callId: string) => ({
    requestHangup: async () => {
      asked.push(callId);
      return 'accepted';
    },
  });
  Object.assign(given.env, { INTAKE_SESSION: { getByName } });
});
afterEach(() => vi.restoreAllMocks());

const pageOf = (path: string, init?: PageInit) => openPage(given, path, init);
const post = (path: string, token?: string) =>
  pageOf(path, {
    method: 'POST',
    headers: { Origin: ORIGIN, 'HX-Request': 'true' },
    ...(token === undefined ? {} : { token }),
  });
const poll = () => pageOf('/dashboard/fragments/dialing');

async function givenLive(count: number): Promise<void> {
  await dialer.enqueueMany('cmp', count, { pacePerSecond: 30, maxLiveCalls: 200 });
  for (let n = 0; n < count; n += 1) await dialer.started(`cmp-${n}`);
}

describe('the control', () => {
  it('is on every page without asking the dialer, and asks as soon as the page is there', async () => {
    for (const path of ['/dashboard/calls', '/dashboard/tasks', '/dashboard/campaigns', '/dashboard/nothing']) {
      const { html } = await pageOf(path);
      expect(html).toContain('<summary>Stop all dialing</summary>');
      expect(html).toMatch(/id="dialing" hx-get="\/dashboard\/fragments\/dialing" hx-trigger="load, every 15s"/);
      expect(html).toContain('<div id="dialing-banner" class="notice notice-bad"></div>');
      expectNoInlineCode(html);
    }
  });

  it('says how many are on the line, and asks before it ends their calls', async () => {
    await givenLive(2);
    const { html } = await poll();
    expect(html).toMatch(/^<div id="dialing" [^>]*hx-trigger="every 15s"/);
    expect(html).toContain('2 calls under way will go on.');
    expect(html).toContain('hx-confirm="Stop dialing and hang up on 2 calls under way? Patients hear nothing more."');
  });

  it('says that nothing is known while the dialer cannot be asked, and keeps the way to stop it and to ask again', async () => {
    const status = async () => {
      throw new Error('away');
    };
    Object.assign(given.env, { DIALER: { getByName: () => ({ status }) } });
    const { html, status: answered } = await poll();
    expect(answered).toBe(200);
    expect(html).toContain('<strong>Whether anybody is called is not known.</strong>');
    expect(html).toContain('id="dialing-banner" hx-swap-oob="true"');
    expect(html).toContain('<summary>Stop all dialing</summary>');
    expect(html).toMatch(/^<div id="dialing" [^>]*hx-trigger="every 15s"/);
    expect((await pageOf('/dashboard/tasks')).status).toBe(200);
  });
});

describe('stopping', () => {
  it('stops, leaves live calls alone, and shows who did it and when on every page', async () => {
    await givenLive(1);
    const { html, status } = await post('/dashboard/dialing/stop');
    expect(status).toBe(200);
    expect(await dialer.stub.isStopped()).toBe(true);
    expect(asked).toEqual([]);
    expect(html).toContain('<p id="outcome" hx-swap-oob="innerHTML">Dialing is stopped.</p>');
    const later = (await poll()).html;
    for (const part of [
      'id="dialing-banner" hx-swap-oob="true"',
      'All dialing is stopped.',
      `by ${ADMIN}`,
      '1 call under way goes on.',
    ])
      expect(later).toContain(part);
    expect(later).toMatch(/<time [^>]*>Today, [^<]* E[SD]T<\/time>/);
    expect(later).toContain('End the call');
    expect(later).not.toContain('<summary>Stop all dialing');
  });

  it('works without a script, and says so on a page', async () => {
    expect((await pageOf('/dashboard/calls')).html).toContain('method="post" action="/dashboard/dialing/stop"');
    const { html, status } = await pageOf('/dashboard/dialing/stop', { method: 'POST', headers: { Origin: ORIGIN } });
    expect([status, await dialer.stub.isStopped()]).toEqual([200, true]);
    expect(html).toContain('<h1>Dialing is stopped.</h1>');
    expectNoInlineCode(html);
  });

  it('is told on a page that asks the dialer itself, with what may be done, and every page leads whoever has no script there', async () => {
    for (const path of ['/dashboard/calls', '/dashboard/today', '/dashboard/nothing'])
      expect((await pageOf(path)).html).toMatch(/<noscript>.*href="\/dashboard\/dialing".*<\/noscript>/s);
    const before = (await pageOf('/dashboard/dialing')).html;
    expect(before).toContain('Dialing goes on: calls are placed as they are due. Nobody is on the line.');
    expect(before).toContain('<form method="post" action="/dashboard/dialing/stop">');
    await givenLive(1);
    await dialer.stub.stop({ by: 'somebody@clinic.example', now: Date.now() });
    const { html, status } = await pageOf('/dashboard/dialing');
    expect(status).toBe(200);
    expectNoInlineCode(html);
    expect(html).toMatch(/<div id="dialing-banner" [^>]*><p><strong>All dialing is stopped.<\/strong>/);
    expect(html).toContain('All dialing is stopped. 1 call under way.');
    expect(html).toContain('<form method="post" action="/dashboard/dialing/resume">');
    const auditor = (await pageOf('/dashboard/dialing', { token: await tokenOf(given, 'auditor') })).html;
    expect(auditor).toContain('<strong>All dialing is stopped.</strong>');
    expect(auditor).not.toContain('action="/dashboard/dialing/');
  });

  it('that cannot be asked after is told on that page too, and so is what is wrong', async () => {
    const status = async () => {
      throw new Error('away');
    };
    Object.assign(given.env, { DIALER: { getByName: () => ({ status }) } });
    const { html, status: answered } = await pageOf('/dashboard/dialing');
    expect(answered).toBe(200);
    expect(html).toContain('<strong>Whether anybody is called is not known.</strong>');
    expect((await given.request('/dashboard/dialing', { token: null })).status).toBe(401);
  });

  it.each<[Role, string]>([
    ['admin', 'All calls are stopped at the moment. Go on dialing above, then place the call again.'],
    ['intake', 'All calls are stopped at the moment. Ask an administrator of your clinic.'],
  ])('refuses a call that %s places, says who can go on, and shows the banner', async (role, said) => {
    const token = await tokenOf(given, role);
    const { patient } = await givenCall(given);
    await dialer.stub.stop({ by: 'somebody@clinic.example', now: Date.now() });
    const form = {
      ...{ method: 'POST', token, body: `phone_number=${encodeURIComponent(patient.phoneNumber)}` },
      headers: { Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded' },
    };
    expect((await pageOf('/dashboard/new-call', { token })).html).toContain(`data-stopped="${said}"`);
    for (const path of ['/dashboard/new-call', `/dashboard/patients/${patient.id}/call`]) {
      const { html, status } = await pageOf(path, form);
      expect([path, status, html.includes(said)]).toEqual([path, 409, true]);
      expect(html).toContain('<strong>All dialing is stopped.</strong>');
    }
  });

  it('ends the live calls too when that is chosen, and says how many', async () => {
    await givenLive(2);
    const { html } = await post('/dashboard/dialing/stop?end_calls=true');
    expect(asked).toHaveLength(2);
    expect(html).toContain('Dialing is stopped. 2 calls told to hang up.');
  });

  it('that did not come to pass is an error, so that the page says it was not done', async () => {
    const stop = async () => {
      throw new Error('away');
    };
    Object.assign(given.env, { DIALER: { getByName: () => ({ stop }) } });
    expect((await post('/dashboard/dialing/stop')).status).toBe(503);
  });

  it.each<[Role, number, number]>([
    ['admin', 200, 200],
    ['clinician', 200, 403],
    ['intake', 200, 403],
    ['operator', 200, 403],
    ['auditor', 403, 403],
  ])('%s: stop %i, go on %i', async (role, stops, resumes) => {
    const token = await tokenOf(given, role);
    const control = (await pageOf('/dashboard/campaigns', { token })).html;
    expect(control.includes('Stop all dialing')).toBe(stops === 200);
    expect((await post('/dashboard/dialing/stop', token)).status).toBe(stops);
    await dialer.stub.stop({ by: 'somebody@clinic.example', now: Date.now() });
    const { html } = await pageOf('/dashboard/fragments/dialing', { token });
    expect(html).toContain('All dialing is stopped.');
    expect(html.includes('/dashboard/dialing/resume')).toBe(resumes === 200);
    expect(html.includes('An administrator can go on.')).toBe(resumes !== 200);
    expect((await post('/dashboard/dialing/resume', token)).status).toBe(resumes);
  });

  it('goes on when an administrator says so, and the banner is gone', async () => {
    await post('/dashboard/dialing/stop');
    const { html } = await post('/dashboard/dialing/resume');
    expect(html).toContain('Dialing goes on.');
    expect(html).toContain('<div id="dialing-banner" hx-swap-oob="true" class="notice notice-bad"></div>');
    expect(await dialer.stub.isStopped()).toBe(false);
  });
});
