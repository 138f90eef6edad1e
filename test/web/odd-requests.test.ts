/**
 * Default deny, asked in every odd way (SE-09, T02): whatever is done to a path, a method or a Host, somebody without a token gets nothing
 * but 401, and whoever has one gets no further than the path as it stands in the table. Every route of the table is tried.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaff } from '../../src/store/staff.ts';
import { routes } from '../../src/web/routes.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';

let given: GivenApp;
beforeAll(async () => {
  await createStaff(givenApp().db, { email: 'auditor@role.example', roles: ['auditor'] }, Date.now());
  vi.restoreAllMocks();
});
beforeEach(() => {
  given = givenApp();
  Object.assign(given.env, unlimited());
});
afterEach(() => vi.restoreAllMocks());

const paths = [...new Set(routes.map(({ path }) => path as string))];
/** As it comes over the wire: `new URL` would tidy some of these up before the worker sees them, as Cloudflare does too. */
const ask = async (
  path: string,
  init: RequestInit = {},
  token: string | null = null,
  origin = 'https://intake.example',
) => {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('Cf-Access-Jwt-Assertion', token);
  return given.app.request(`${origin}${path}`, { ...init, headers }, given.env);
};

const encodedOnce = (path: string) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
const encodedTwice = (path: string) => path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`);
/** What somebody tries on a path that is kept from them. */
const TWISTS: Readonly<Record<string, (path: string) => string>> = {
  'a slash at its end': (path) => `${path}/`,
  'two slashes': (path) => path.replace('/', '//'),
  'two slashes inside': (path) => path.replace(/\/([^/]*)$/, '//$1'),
  'a dot segment': (path) => `/.${path}`,
  'up and down again': (path) => `/static/..${path}`,
  'up and down, encoded': (path) => `/static/%2e%2e${path}`,
  'up and down, by backslash': (path) => `/static/..\\\\${path}`,
  'an encoded slash': (path) => `/static/..%2f${path.slice(1)}`,
  'under health': (path) => `/healthz/..${path}`,
  'under health, encoded': (path) => `/healthz%2f..${path}`,
  'under the webhook': (path) => `/webhooks/telnyx/..%2f..${path}`,
  'a letter encoded': encodedOnce,
  'a letter encoded twice': encodedTwice,
  'in capitals': (path) => path.toUpperCase(),
  'a first capital': (path) => path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  'a matrix parameter': (path) => `${path};/static/app.css`,
  'a matrix parameter before': (path) => `/static;${path}`,
  'a null byte': (path) => `${path}%00`,
  'a null byte and an ending': (path) => `${path}%00.css`,
  'an ending': (path) => `${path}.css`,
  'an ending of JSON': (path) => `${path}.json`,
  'a line break': (path) => `${path}%0d%0aX-Admin: 1`,
  'a space': (path) => `${path}%20`,
  'a fragment': (path) => `/static/app.css%23${path}`,
  'a query of its own': (path) => `${path}?path=/healthz`,
  'bad UTF-8': (path) => `${path}%ff`,
  'half an escape': (path) => `${path}%`,
  'full-width letters': (path) => path.replace('a', '%EF%BD%81'),
};

describe('without a token, every path of the table (SE-09, T02)', () => {
  it.each(Object.entries(TWISTS))('with %s', async (_name, twist) => {
    for (const path of paths) {
      const { status } = await ask(twist(addressOf(path)));
      // Under /static there are files alone; a name that is none is not there.
      expect([twist(path), status === 401 || (status === 404 && twist(path).startsWith('/static'))]).toEqual([
        twist(path),
        true,
      ]);
    }
  });

  it.each(['HEAD', 'OPTIONS', 'PROPFIND', 'SEARCH', 'COPY', 'LOCK', 'PURGE', 'get'])('asked by %s', async (method) => {
    for (const path of paths) {
      const response = await ask(addressOf(path), { method });
      expect([path, response.status]).toEqual([path, 401]);
      if (method === 'HEAD') expect(await response.text()).toBe('');
    }
  });

  it.each([
    { 'X-Original-URL': '/healthz' },
    { 'X-Rewrite-URL': '/static/app.css' },
    { 'X-Forwarded-Path': '/healthz', 'X-Forwarded-Prefix': '/static' },
    { 'X-HTTP-Method-Override': 'GET', 'X-Method-Override': 'GET', 'X-HTTP-Method': 'HEAD' },
    { 'Cf-Access-Authenticated-User-Email': 'admin@clinic.example' },
    { Cookie: 'CF_Authorization=a.b.c' },
    { Authorization: 'Bearer a.b.c' },
    { 'CF-Access-Client-Id': '0123456789abcdef.access', 'CF-Access-Client-Secret': 'x', 'CF-Access-Token': 'a.b.c' },
    { 'X-Forwarded-For': '127.0.0.1', 'CF-Connecting-IP': '127.0.0.1', 'X-Real-IP': '::1' },
    { 'X-Forwarded-Host': 'localhost', 'X-Forwarded-Proto': 'http' },
    { Upgrade: 'websocket', Connection: 'Upgrade' },
  ] as Record<string, string>[])('with %j', async (headers) => {
    for (const path of paths) expect([path, (await ask(addressOf(path), { headers })).status]).toEqual([path, 401]);
  });

  it.each([
    'https://telnyx-edge-intake.workers.dev',
    'https://1a2b-telnyx-edge-intake.clinic.workers.dev',
    'http://intake.example',
    'http://127.0.0.1:8788',
    'http://localhost',
    'https://intake.example:8443',
    'https://[::1]',
  ])('at %s', async (origin) => {
    for (const path of paths)
      expect([path, (await ask(addressOf(path), {}, null, origin)).status]).toEqual([path, 401]);
  });

  it.each([
    '/cdn-cgi/access/certs',
    '/cdn-cgi/access/get-identity',
    '/cdn-cgi/access/login',
    '/cdn-cgi/trace',
    '/cdn-cgi/handler/scheduled',
    '/cdn-cgi/local/scheduled',
    '/cdn-cgi/mf/scheduled',
    '/__scheduled',
    '/.well-known/security.txt',
    '/robots.txt',
    '/favicon.ico',
    '/.git/HEAD',
    '/.env',
    '/.dev.vars',
    '/wrangler.toml',
    '/src/index.ts',
    '/openapi.json',
    '/docs',
    '/metrics',
    '/debug',
    '/admin',
    '/graphql',
    '/media',
    '/media/x',
    '/webhooks/telnyx/',
    '/webhooks//telnyx',
    '/Webhooks/Telnyx',
    '/healthz/',
    '/HEALTHZ',
    '//healthz',
    '/',
    '//',
    '/?',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//evil.example/api/calls',
  ])('%s, which is nobody’s', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect([method, (await ask(path, { method })).status]).toEqual([method, 401]);
  });
});

describe('with a token of a role that is not let in', () => {
  it('no twist of the path lets it in', async () => {
    const token = await given.token({ email: 'auditor@role.example', sub: 'auditor' });
    const closed = paths.filter((path) =>
      routes.every((route) => route.path !== path || !route.roles.includes('auditor')),
    );
    expect(closed.length).toBeGreaterThan(50);
    for (const [name, twist] of Object.entries(TWISTS)) {
      // Each twist at some routes, each route by some twists: all of them at all take a minute.
      for (const path of closed.filter(
        (_, nth) => nth % Object.keys(TWISTS).length === Object.keys(TWISTS).indexOf(name) || nth % 11 === 0,
      )) {
        const { status } = await ask(twist(addressOf(path)), {}, token);
        expect([name, path, [403, 404, 405, 302].includes(status) ? 'kept out' : status]).toEqual([
          name,
          path,
          'kept out',
        ]);
      }
    }
  });

  it('no header makes another method of it', async () => {
    const email = 'intake@role.example';
    await createStaff(given.db, { email, roles: ['intake'] }, Date.now());
    const token = await given.token({ email, sub: email });
    for (const header of ['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method', '_method']) {
      // GET is let in, DELETE is not.
      const path = addressOf('/api/patients/:patient_id');
      const response = await ask(`${path}?_method=DELETE`, { headers: { [header]: 'DELETE' } }, token);
      expect([header, response.status]).toEqual([header, 404]);
    }
    expect(given.logged('audit').map(({ audit }) => audit)).toEqual(Array(4).fill('patient.reveal'));
  });
});

describe('HEAD and OPTIONS of somebody who is let in', () => {
  it('HEAD is GET without a body, with the same right and the same audit line', async () => {
    const token = await given.token({ email: 'auditor@role.example', sub: 'auditor' });
    for (const { path, roles, audit } of routes.filter(({ method }) => method === 'GET')) {
      const before = given.logged('audit').length;
      const response = await ask(addressOf(path), { method: 'HEAD' }, token);
      expect([path, await response.text()]).toEqual([path, '']);
      if (!roles.includes('auditor')) expect([path, response.status]).toEqual([path, 403]);
      expect(given.logged('audit').slice(before)).toMatchObject([{ audit, status: response.status }]);
    }
  });

  it('OPTIONS tells the methods of a path and nothing else', async () => {
    for (const path of paths) {
      const response = await ask(addressOf(path), { method: 'OPTIONS' }, await given.token());
      const own = routes
        .filter((route) => route.path === path)
        .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      expect([path, response.status, response.headers.get('Allow')?.split(', ').sort()]).toEqual([
        path,
        405,
        own.sort(),
      ]);
    }
  });
});
