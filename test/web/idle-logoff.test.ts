/** Signed off after 15 minutes without use (HS-03, SE-11). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listAuditEvents } from '../../src/store/audit-events.ts';
import { forgetSignIns } from '../../src/store/staff-sessions.ts';
import { type GivenApp, givenApp, serviceClaims, signed } from './given-app.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-11-28T15:00:00Z');
let given: GivenApp;
let subjects = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(START);
  given = givenApp();
  subjects += 1;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE_MS);
/** Signed in at `iat`; the token itself is good for ten hours. */
const signedIn = (claims: Record<string, unknown> = {}) =>
  given.token({ sub: `idle-${subjects}`, iat: START / 1000, exp: START / 1000 + 36_000, ...claims });
const ask = async (token: string, path = '/api/calls', headers: Record<string, string> = {}) =>
  given.request(path, { token, headers });

describe('somebody who does nothing for 15 minutes (HS-03, SE-11, S1-R3, S1-K13)', () => {
  it('is signed out, and stays so whatever comes with the same sign-in', async () => {
    const token = await signedIn();
    expect((await ask(token)).status).toBe(200);
    later(15.1);
    const refused = await ask(token);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: 'idle' });
    later(0.1);
    expect((await ask(token)).status).toBe(401);
    expect((await ask(await signedIn({ nonce: 'another token of the same sign-in' }))).status).toBe(401);
  });

  it('comes back with a newer sign-in alone', async () => {
    const token = await signedIn();
    await ask(token);
    later(16);
    expect((await ask(token)).status).toBe(401);
    expect((await ask(await signedIn({ iat: Date.now() / 1000 }))).status).toBe(200);
    expect((await ask(token)).status).toBe(401);
  });

  it('goes to the sign-out of Access from a page, and from a part of a page that asks by itself', async () => {
    const token = await signedIn();
    await ask(token, '/dashboard/calls');
    later(16);
    const page = await ask(token, '/dashboard/calls', { Accept: 'text/html' });
    expect([page.status, page.headers.get('Location')]).toEqual([302, '/cdn-cgi/access/logout']);
    const fragment = await ask(token, '/dashboard/fragments/calls', { Accept: 'text/html' });
    expect([fragment.status, fragment.headers.get('HX-Redirect')]).toEqual([401, '/cdn-cgi/access/logout']);
    expect(await fragment.text()).not.toContain('worklist');
    const form = await given.request('/dashboard/dialing/stop', {
      token,
      method: 'POST',
      headers: { Accept: 'text/html' },
    });
    expect([form.status, form.headers.get('HX-Redirect')]).toEqual([401, '/cdn-cgi/access/logout']);
  });
});

describe('the time', () => {
  it('begins anew with everything somebody does', async () => {
    const token = await signedIn();
    for (let times = 0; times < 5; times += 1) {
      expect((await ask(token)).status).toBe(200);
      later(14);
    }
    expect((await ask(token)).status).toBe(200);
  });

  it.each([
    ['what our own page asks for', {}, { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' }],
    ['coming here by a link of another site', {}, { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
    ['a button on a part of a page', { method: 'POST' }, { 'Sec-Fetch-Site': 'same-origin' }],
  ])('begins anew with %s', async (_, init, headers) => {
    const token = await signedIn();
    const path = 'method' in init ? '/dashboard/fragments/doctor' : '/dashboard/calls';
    const use = () => given.request(path, { token, headers, ...init });
    for (let times = 0; times < 3; times += 1) {
      expect((await use()).status).not.toBe(401);
      later(14);
    }
    expect((await ask(token)).status).toBe(200);
  });

  it('does not begin anew when an open page asks by itself (HS-03)', async () => {
    const token = await signedIn();
    await ask(token, '/dashboard/calls');
    for (let minutes = 0; minutes < 15; minutes += 1) {
      expect((await ask(token, '/dashboard/fragments/calls')).status).toBe(200);
      later(1);
    }
    later(0.1);
    expect((await ask(token, '/dashboard/fragments/calls')).status).toBe(401);
  });

  it('does not begin anew with what another site makes the browser ask for', async () => {
    const token = await signedIn();
    await ask(token);
    for (let minutes = 0; minutes < 15; minutes += 1) {
      await ask(token, '/dashboard/nothing', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' });
      later(1);
    }
    later(0.1);
    expect((await ask(token)).status).toBe(401);
  });

  it('runs for each sign-in by itself', async () => {
    const [here, there] = [await signedIn(), await signedIn({ iat: START / 1000 - 60 })];
    await ask(here);
    await ask(there);
    later(10);
    await ask(there);
    later(10);
    expect((await ask(here)).status).toBe(401);
    expect((await ask(there)).status).toBe(200);
  });

  it('does not run for a service token', async () => {
    const token = await signed({ ...serviceClaims(given.team), iat: START / 1000, exp: START / 1000 + 36_000 });
    expect((await ask(token)).status).toBe(200);
    later(300);
    expect((await ask(token)).status).toBe(200);
  });
});

it('is forgotten only when no token of that sign-in is good any more', async () => {
  const token = await signedIn();
  await ask(token);
  later(16);
  expect((await ask(token)).status).toBe(401);
  await forgetSignIns(given.db, START + 36_000_000 - 1);
  expect((await ask(token)).status).toBe(401);
});

it('leaves a line in the audit when it begins and when it ends (HS-05, SE-31)', async () => {
  const token = await signedIn();
  await ask(token);
  await ask(token);
  later(16);
  await ask(token);
  await ask(token);
  const { items } = await listAuditEvents(given.db, { limit: 50, cursor: null, from: START });
  const mine = new Set(given.logged('audit').map(({ actor }) => actor));
  const own = items.filter(({ action, actor }) => action.startsWith('session.') && mine.has(actor));
  expect(own.map(({ action, code }) => [action, code])).toEqual([
    ['session.end', 'idle'],
    ['session.begin', null],
  ]);
});
