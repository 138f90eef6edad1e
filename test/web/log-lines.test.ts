/** What is worth knowing afterwards leaves a line: who came in, who did not, what was refused, and which limit was tried (SE-31). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const webhook = (init: RequestInit) => given.app.request(`${ORIGIN}/webhooks/telnyx`, init, given.env);
const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('signing in', () => {
  it('leaves a line when it succeeds, once, and one for each request (SE-31)', async () => {
    const token = await given.token({ sub: 'newcomer', iat: Math.floor(Date.now() / 1000) - 5 });
    for (let times = 0; times < 2; times += 1) expect((await given.request('/api/calls', { token })).status).toBe(200);
    const who = { actor: expect.stringMatching(/^admin:[0-9a-f]{12}$/), request_id: ID };
    expect(given.logged('session.begun')).toMatchObject([{ level: 'info', ...who }]);
    expect(given.logged('audit')).toMatchObject([who, who]);
  });

  it.each([
    ['no token', null, 'no_token'],
    ['a token that is none', 'Zephyrine', 'ERR_JWS_INVALID'],
  ])('leaves a line with the reason when it fails: %s (SE-31)', async (_, token, reason) => {
    expect((await given.request('/api/calls', { token })).status).toBe(401);
    expect(given.logged('access.refused')).toMatchObject([{ level: 'warn', reason, status: 401, request_id: ID }]);
    expect(given.lines.join()).not.toContain('Zephyrine');
  });

  it('leaves a line when it is over for want of use (SE-31)', async () => {
    const iat = Math.floor(Date.now() / 1000) - 5;
    const token = await given.token({ sub: 'sleeper', iat, exp: iat + 36_000 });
    await given.request('/api/calls', { token });
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 15.1 * 60_000);
    expect((await given.request('/api/calls', { token })).status).toBe(401);
    expect(given.logged('access.denied')).toMatchObject([{ code: 'idle', actor: expect.any(String) }]);
  });
});

describe('access that is denied', () => {
  it('to whoever has no role leaves a line (SE-31)', async () => {
    const token = await given.token({ email: 'nobody@clinic.example', sub: 'nobody' });
    expect((await given.request('/api/calls', { token })).status).toBe(403);
    expect(given.logged('access.denied')).toMatchObject([{ level: 'warn', code: 'no_role', request_id: ID }]);
    expect(given.lines.join()).not.toContain('nobody@clinic.example');
  });

  it('to whoever has another role leaves a line (SE-31)', async () => {
    const token = await tokenOf(given, 'operator');
    expect((await given.request('/api/staff', { token })).status).toBe(403);
    expect(given.logged('audit')).toMatchObject([{ route: '/api/staff', status: 403, code: 'forbidden' }]);
  });

  it('to what another site makes a browser send leaves a line (SE-31)', async () => {
    const headers = { ...JSON_TYPE, Origin: 'https://evil.example' };
    expect((await given.request('/api/patients', { method: 'POST', body: '{}', headers })).status).toBe(403);
    expect(given.logged('access.denied')).toMatchObject([{ code: 'cross_site', method: 'POST' }]);
  });
});

describe('input that is refused', () => {
  it.each([
    ['422', 422, 'invalid', '{"first_name":7}'],
    ['400', 400, 'not_json', '{'],
    ['413, a limit that was tried', 413, 'too_large', `"${'Zephyrine'.repeat(10_000)}"`],
  ])('with %s leaves a line with its code, and nothing of what was sent (SE-31)', async (_, status, code, body) => {
    const response = await given.request('/api/patients', { method: 'POST', body, headers: JSON_TYPE });
    expect(response.status).toBe(status);
    expect(given.logged('audit')).toMatchObject([{ route: '/api/patients', method: 'POST', status, code }]);
    expect(given.lines.join()).not.toContain('Zephyrine');
  });

  it.each([
    ['too long', 413, 'too_large', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1), headers: JSON_TYPE }],
    ['of another type', 415, 'not_json_type', { method: 'POST', body: 'x' }],
    ['by another method', 405, 'method_not_allowed', { method: 'PUT', body: 'x' }],
  ])('at the webhook, %s, leaves a line (SE-31)', async (_, status, code, init) => {
    expect((await webhook(init)).status).toBe(status);
    expect(given.logged('webhook.turned_away')).toMatchObject([{ level: 'warn', status, code }]);
  });

  it('at the webhook without a signature leaves a line with the reason (SE-31)', async () => {
    expect((await webhook({ method: 'POST', body: '{}', headers: JSON_TYPE })).status).toBe(401);
    expect(given.logged('webhook.refused')).toMatchObject([{ level: 'warn', reason: 'signature_missing' }]);
  });
});

describe('the line of a request', () => {
  it('has time, level, event, ids, the template of its route, status and milliseconds, and no address (LG-02)', async () => {
    const { call } = await givenCall(given, { firstName: 'Zephyrine', phoneNumber: '+13035550177' });
    await given.request(`/api/calls/${call.id}?reveal=Zephyrine`);
    await given.request(`/api/calls/${call.id}`);
    const lines = given.logged('audit');
    expect(lines.map(({ status }) => status)).toEqual([200, 200]);
    for (const line of lines) {
      expect(line).toMatchObject({
        ...{ ts: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/), level: 'info', event: 'audit', request_id: ID },
        ...{ call_id: call.id, route: '/api/calls/:call_id', method: 'GET', duration_ms: expect.any(Number) },
      });
    }
    expect(given.lines.join()).not.toMatch(/Zephyrine|3035550177|\?/);
  });

  it('is one line, whatever a caller puts into a request (LG-06)', async () => {
    const forged = '\r\n{"event":"forged"}\u2028';
    await given.request(`/api/calls/${encodeURIComponent(forged)}?limit=${encodeURIComponent(forged)}`);
    await given.send('POST', '/api/patients', { [forged]: forged, first_name: forged });
    await given.request('/api/calls', { token: `a.b.c${encodeURIComponent(forged)}` });
    expect(given.lines.length).toBeGreaterThan(2);
    for (const line of given.lines) {
      expect(line).not.toMatch(/[\r\n\u2028\u2029]|forged/);
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });
});
