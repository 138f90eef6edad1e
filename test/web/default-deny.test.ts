import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp, PUBLIC } from '../../src/web/app.ts';
import { PROBLEM_DETAILS } from '../../src/web/problem-details.ts';
import { route } from '../../src/web/route.ts';
import { routes } from '../../src/web/routes.ts';
import { type GivenApp, givenApp, ORIGIN, VARIABLES } from './given-app.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => vi.restoreAllMocks());

const PREFIXES: Record<string, string> = {
  patient: 'pat',
  campaign: 'cmp',
  consent: 'con',
  suppression: 'sup',
  media: 'med',
  import: 'imp',
  transcription: 'trn',
  delivery: 'dlv',
  emergency: 'emg',
  alert: 'alr',
  hold: 'hold',
  patient_request: 'req',
};
const pathOf = (template: string) =>
  template.replaceAll(
    /:(call|patient|staff|task|campaign|consent|suppression|media|import|transcription|delivery|emergency|alert|hold|patient_request)_id/g,
    (_, kind) => `${PREFIXES[kind] ?? kind}_0199f3c2-7f4e-7000-8000-000000000001`,
  );
const UNSAFE_BODY = { body: '{}', headers: { 'Content-Type': 'application/json' } };

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
function expectSecurityHeaders(response: Response, cacheControl = 'no-store') {
  const headers = Object.fromEntries(response.headers);
  expect(headers).toMatchObject({ ...SECURITY_HEADERS, 'cache-control': cacheControl });
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers['access-control-allow-origin']).toBeUndefined();
}

describe('without a token (SE-09, T02, S1-M6)', () => {
  it.each(routes.map((r) => [r.method, r.path] as const))('%s %s is 401', async (method, path) => {
    const response = await given.request(pathOf(path), {
      token: null,
      method,
      ...(method === 'GET' ? {} : UNSAFE_BODY),
    });
    expect(response.status).toBe(401);
    expectSecurityHeaders(response);
  });

  it.each([
    '/api',
    '/api/nothing',
    '/apis',
    '/dashboard/nothing',
    '/admin',
    '/webhooks',
    '/webhooks/telnyx/x',
    '/healthz/x',
    '/.env',
    '//api/calls',
    '/%61pi/calls',
    '/API/calls',
    '/cdn-cgi/access/certs',
  ])('%s is 401 too, although nobody registered it', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      expect((await given.request(path, { token: null, method })).status).toBe(401);
    }
  });

  it('leaves health, the webhook and static files open, and nothing else (S1-E13, S1-G3)', async () => {
    for (const path of ['/healthz', '/health']) {
      const response = await given.request(path, { token: null });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 'ok' });
      expectSecurityHeaders(response);
      const posted = await given.request(path, { token: null, method: 'POST' });
      expect([posted.status, posted.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    }
    expect((await given.request('/webhooks/telnyx', { token: null, method: 'POST', ...UNSAFE_BODY })).status).toBe(401);
    expect((await given.request('/static/app.css', { token: null })).status).toBe(200);
  });
});

describe('with a token', () => {
  it('a path nobody registered is 404 (S1-E17)', async () => {
    for (const path of ['/api/nothing', '/api/calls/', '/dashboard/nothing', '/nothing']) {
      const response = await given.request(path);
      expect(response.status).toBe(404);
      expectSecurityHeaders(response);
    }
  });

  it.each([...new Set(routes.map((r) => r.path))])(
    '%s answers 405 to another method and names its own (SE-22)',
    async (path) => {
      const methods = routes.filter((r) => r.path === path).map((r) => r.method as string);
      const other = ['PUT', 'PATCH', 'POST'].find((method) => !methods.includes(method)) ?? 'PROPFIND';
      const response = await given.request(pathOf(path), { method: other, ...UNSAFE_BODY });
      expect(response.status).toBe(405);
      const expected = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      expect(response.headers.get('Allow')?.split(', ').sort()).toEqual(expected.sort());
      expectSecurityHeaders(response);
    },
  );

  it('every route has its security headers, whatever it answers (SE-13, S1-M13, S1-U2, S1-K6, S2-R7)', async () => {
    for (const { method, path } of routes) {
      expectSecurityHeaders(await given.request(pathOf(path), { method, ...(method === 'GET' ? {} : UNSAFE_BODY) }));
    }
    // Some three hundred requests.
  }, 60_000);

  it('HEAD answers as GET does, without a body', async () => {
    const response = await given.request('/api/calls', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

describe('static files', () => {
  it('come with their type and may be kept for a while', async () => {
    for (const [file, type] of [
      ['app.css', 'text/css'],
      ['app.js', 'javascript'],
      ['htmx.min.js', 'javascript'],
      ['pico.min.css', 'text/css'],
      ['icon.svg', 'image/svg+xml'],
    ] as const) {
      const response = await given.request(`/static/${file}`, { token: null });
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toContain(type);
      expectSecurityHeaders(response, 'public, max-age=300, must-revalidate');
      await response.arrayBuffer();
    }
  });

  it('are revalidated by ETag', async () => {
    const etag = (await given.request('/static/app.css', { token: null })).headers.get('ETag');
    const again = await given.request('/static/app.css', { token: null, headers: { 'If-None-Match': etag ?? '' } });
    expect(again.status).toBe(304);
  });

  it.each([
    '',
    'nothing.css',
    'x/app.css',
    '.env',
    '..%2f..%2fwrangler.toml',
    '%2e%2e/env.ts',
    'app.css/',
    'app.css%00.js',
    'APP.CSS',
  ])('refuses /static/%s', async (name) => {
    const response = await given.request(`/static/${name}`, { token: null });
    expect(response.status).toBe(name.startsWith('%2e%2e') ? 401 : 404);
  });
});

describe('without configuration', () => {
  it.each(Object.keys(VARIABLES).filter((name) => !['CALLING_HOURS', 'TELNYX_API_BASE'].includes(name)))(
    'a missing %s leaves only health',
    async (name) => {
      const broken = givenApp({ [name]: '' });
      expect((await broken.request('/healthz', { token: null })).status).toBe(200);
      for (const path of ['/', '/dashboard', '/api/calls', '/static/app.css', '/nothing']) {
        const response = await broken.request(path);
        expect(response.status).toBe(503);
        expect(response.headers.get('Content-Type')).toBe('application/problem+json');
        expectSecurityHeaders(response);
        const text = await response.text();
        expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'not_configured' });
        expect(text).not.toContain(name);
      }
      expect(broken.logged('config.refused')[0]).toMatchObject({ variable: name, code: 'missing' });
      expect(broken.jwks.fetches).toBe(0);
    },
  );
});

describe('the last resort (SE-21, S1-V2, S1-D3, S2-V7)', () => {
  const failing = (thrown: unknown) => {
    const app = createApp(routes);
    vi.spyOn(given.env.ASSETS, 'fetch').mockImplementation(async () => {
      throw thrown;
    });
    return app.request(`${ORIGIN}/static/app.css`, {}, given.env);
  };
  it.each([
    ['an Error', new Error('SELECT * FROM patients WHERE name = Ana')],
    ['a text', 'Ana Diaz +12025550143'],
    ['nothing', undefined],
  ])('answers %s with a code and fixed words, and none of what was thrown', async (_name, thrown) => {
    const response = await failing(thrown);
    expect(response.status).toBe(500);
    expectSecurityHeaders(response);
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'internal',
      detail: PROBLEM_DETAILS.internal,
      request_id: response.headers.get('X-Request-Id'),
    });
    expect(given.lines.join('\n')).not.toMatch(/Ana|SELECT|2025550143/);
    expect(given.logged('request.failed')).toMatchObject([{ code: 'internal' }]);
  });
});

it('a route without roles, audit or phi does not compile (HS-05, T12)', () => {
  const answer = () => new Response();
  // @ts-expect-error: no roles
  route({ method: 'GET', path: '/dashboard/x', audit: 'x.read', phi: false }, answer);
  // @ts-expect-error: nobody may use it
  route({ method: 'GET', path: '/dashboard/x', roles: [], audit: 'x.read', phi: false }, answer);
  // @ts-expect-error: no audit
  route({ method: 'GET', path: '/dashboard/x', roles: ['admin'], phi: false }, answer);
  // @ts-expect-error: no phi
  route({ method: 'GET', path: '/dashboard/x', roles: ['admin'], audit: 'x.read' }, answer);
  expect(routes.every(({ roles }) => roles.length > 0)).toBe(true);
});

it('no route is kept from whoever asks below what is public, where only the start of the worker answers', () => {
  expect(routes.filter(({ path }) => PUBLIC.test(path))).toEqual([]);
  expect(
    ['/webhooks/telnyx', '/healthz', '/health', '/media/x/y', '/static/app.css'].filter((at) => !PUBLIC.test(at)),
  ).toEqual([]);
  expect(['/', '/healthzz', '/mediation', '/api/media', '/dashboard/static'].filter((at) => PUBLIC.test(at))).toEqual(
    [],
  );
});

it('no path is registered twice with one method', () => {
  const keys = routes.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(keys).size).toBe(keys.length);
});
