import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaff } from '../../src/store/staff.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { expectNoInlineCode, openPage, type PageInit } from './given-page.ts';

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
      [await pageOf('/dashboard/calls?status=nonsense'), 422, 'Unprocessable Content'],
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

  it('say nothing of what went wrong inside (SE-21, S1-D4)', async () => {
    vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
      throw new Error('SQLITE_ERROR: near Ana');
    });
    const { status, html } = await pageOf('/dashboard/calls');
    expect(status).toBe(500);
    expect(html).toContain('Something went wrong');
    expect(html).not.toMatch(/SQLITE|Ana/);
  });

  it('of the API stay problem+json, whatever the browser accepts (S1-T4, S2-T5)', async () => {
    const response = await given.request('/api/nothing', { headers: { Accept: 'text/html' } });
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  });
});
