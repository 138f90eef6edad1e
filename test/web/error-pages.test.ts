import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaff } from '../../src/store/staff.ts';
import { type GivenApp, givenApp, serviceClaims, signed } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());
const pageOf = (path: string, init?: PageInit) => openPage(given, path, init);

describe('error pages', () => {
  it('tell a browser what to do next', async () => {
    const cases = [
      [await pageOf('/dashboard', { token: null }), 401, 'Please sign in'],
      [await pageOf('/', { token: null }), 401, 'Please sign in'],
      [
        await pageOf('/dashboard', { token: await given.token({ email: 'new@clinic.example' }) }),
        403,
        'You have no access yet',
      ],
      [await pageOf('/dashboard/nothing'), 404, 'Nothing here'],
      [await pageOf('/dashboard/calls/call_0199f3c2-7f4e-7000-8000-000000000001'), 404, 'Nothing here'],
    ] as const;
    for (const [{ status, html, response }, expected, text] of cases) {
      expect([status, response.headers.get('Content-Type')]).toEqual([expected, 'text/html; charset=UTF-8']);
      expect(html).toContain(text);
      expect(html).toContain(response.headers.get('X-Request-Id') ?? 'no id');
      expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expectNoInlineCode(html);
    }
  });

  it('lead to the first page, except for whom that is the same refusal', async () => {
    expect((await pageOf('/dashboard/nothing')).html).toContain('Go to today');
    const stranger = await given.token({ email: 'new@clinic.example' });
    expect((await pageOf('/dashboard/calls', { token: stranger })).html).not.toContain('Go to');
    const email = 'operator@clinic.example';
    await createStaff(given.db, { email, roles: ['operator'] }, Date.now());
    const { status, html } = await pageOf('/dashboard/calls', { token: await given.token({ email, sub: 'op' }) });
    expect([status, html.includes('Not part of your role')]).toEqual([403, true]);
    expect(html).toContain('Go to today');
    expect(html).toContain('Sign out');
  });

  it('of a role say what it may see, and where emergency access is to whom it would help (HS-02)', async () => {
    const patient = '/dashboard/patients/pat_0199f3c2-7f4e-7000-8000-000000000001';
    const emergency = 'href="/dashboard/settings/emergency"';
    for (const role of ['operator', 'auditor'] as const) {
      const { status, html } = await pageOf(patient, { token: await tokenOf(given, role) });
      expect([role, status, html.includes(emergency)]).toEqual([role, 403, true]);
      expect(html).toContain('href="/dashboard/settings/roles"');
    }
    const operator = await tokenOf(given, 'operator');
    const { html } = await pageOf(patient, { token: operator });
    expect(html).toContain('You are signed in as campaign operator. You may see: Today, Campaigns,');
    // No emergency gives sight of the configuration, and none gives anybody a pen.
    expect((await pageOf('/dashboard/settings', { token: operator })).html).not.toContain(`<a ${emergency}`);
    const post = await pageOf(`${patient}/consents`, { method: 'POST', token: operator });
    expect([post.status, post.html.includes(`<a ${emergency}`)]).toEqual([403, false]);
    // Who sees patients anyway, and who has taken it.
    const clinician = await pageOf('/dashboard/audit', { token: await tokenOf(given, 'clinician') });
    expect([clinician.status, clinician.html.includes(`<a ${emergency}`)]).toEqual([403, false]);
    await given.send('POST', '/api/emergency-access', { reason: 'Nobody answers on the ward.' }, { token: operator });
    expect((await pageOf(patient, { token: operator })).status).toBe(404);
    // A program has no emergencies.
    await createStaff(given.db, { email: '0a1b.access', roles: ['operator'] }, Date.now());
    const program = await pageOf(patient, {
      token: await signed({ ...serviceClaims(given.team), common_name: '0a1b.access' }),
    });
    expect([program.status, program.html.includes(`<a ${emergency}`)]).toEqual([403, false]);
  });

  it('are headed by the name of the clinic, also before anybody is known', async () => {
    for (const [path, init] of [
      ['/dashboard', { token: null }],
      ['/dashboard/nothing', {}],
    ] as const)
      expect((await pageOf(path, init)).html).toContain('<a href="/dashboard">Riverside Clinic</a>');
    const full: RateLimit = { limit: async () => ({ success: false }) };
    Object.assign(given.env, { READ_LIMIT: full });
    const { status, html } = await pageOf('/dashboard/calls');
    expect([status, html.includes('>Riverside Clinic</a>')]).toEqual([429, true]);
  });

  it('say nothing of what went wrong inside (SE-21, S1-D4)', async () => {
    vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
      throw new Error('SQLITE_ERROR: near Ana');
    });
    const { status, html } = await pageOf('/dashboard/calls');
    expect(status).toBe(500);
    expect(html).toContain('Something went wrong');
    expect(html).not.toMatch(/SQLITE|\bAna\b/);
  });

  it('of the API stay problem+json, whatever the browser accepts (S1-T4, S2-T5)', async () => {
    const response = await given.request('/api/nothing', { headers: { Accept: 'text/html' } });
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  });
});
