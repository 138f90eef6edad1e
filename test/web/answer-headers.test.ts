/**
 * The headers of every answer (SE-13, SE-22): one list, held against the whole route table, the public routes, what nobody registered, and
 * each refusal there is, as JSON and as a page. A header that is not in the list fails, so none slips in either.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaff } from '../../src/store/staff.ts';
import { PROBLEM_TITLES } from '../../src/web/errors.ts';
import { routes } from '../../src/web/routes.ts';
import { addressOf, unlimited } from './every-route.ts';
import { type GivenApp, givenApp, VARIABLES } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';

/** Of every answer, exactly so. */
const ALWAYS = {
  'cache-control': 'no-store',
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
/** Where the answer says something of its own. No version, no server, no cookie, nothing for other origins (SE-15, SE-29, S1-K6, S1-U2). */
const SOMETIMES: Readonly<Record<string, RegExp>> = {
  'content-type':
    /^(application\/(json|problem\+json|schema\+json)|text\/(html|css|plain|csv|javascript|tab-separated-values); charset=utf-8|image\/svg\+xml|audio\/(mpeg|wav))$/i,
  'content-length': /^\d+$/,
  'content-disposition': /^(attachment|inline); filename="[a-z0-9_.-]+"$/i,
  'content-range': /^bytes [\d*]+/,
  'accept-ranges': /^bytes$/,
  'idempotent-replayed': /^true$/,
  'hx-redirect': /^\/cdn-cgi\/access\/logout$/,
  'hx-reswap': /^none$/,
  'retry-after': /^\d{1,3}$/,
  allow: /^[A-Z]+(, [A-Z]+)*$/,
  etag: /^(W\/)?"[^"]+"$/,
  location: /^\/[a-z]/,
};

interface Look {
  readonly cacheControl?: string;
  readonly csp?: string;
}
function expectHeaders(response: Response, about: string, { cacheControl, csp }: Look = {}) {
  const { 'x-request-id': requestId, ...headers } = Object.fromEntries(response.headers);
  const wrong = Object.entries(headers).filter(
    ([name, value]) => !(name in ALWAYS) && SOMETIMES[name]?.test(value) !== true,
  );
  const always = Object.fromEntries(Object.entries(headers).filter(([name]) => name in ALWAYS));
  expect([about, wrong, requestId?.length]).toEqual([about, [], 36]);
  expect([about, always]).toEqual([
    about,
    {
      ...ALWAYS,
      ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
      ...(csp === undefined ? {} : { 'content-security-policy': csp }),
    },
  ]);
  expect([about, response.body === null || response.headers.has('Content-Type')]).toEqual([about, true]);
}

/** What must never be in an answer, of what is thrown inside. */
const INSIDE = /SQLITE|select \*|Zephyrine|\+12025550143|at [a-z]+ \(|\.ts:|node_modules|stack/i;
const SECRET = new Error('SQLITE_ERROR: select * from patients where name = Zephyrine +12025550143');
const throws = async (): Promise<never> => {
  throw SECRET;
};

let given: GivenApp;
beforeAll(async () => {
  await createStaff(givenApp().db, { email: 'operator@role.example', roles: ['operator'] }, Date.now());
  vi.restoreAllMocks();
});
beforeEach(() => {
  given = givenApp();
  Object.assign(given.env, unlimited());
});
afterEach(() => vi.restoreAllMocks());
const operator = () => given.token({ email: 'operator@role.example', sub: 'operator' });

/** Every route, as somebody asks it who has nothing to say: a GET, or an empty form or object. */
async function* everyRoute(token?: string | null) {
  for (const { method, path } of routes) {
    const body = path.startsWith('/api/')
      ? { body: '{}', headers: { 'Content-Type': 'application/json' } }
      : { body: '', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
    const init = { method, ...(method === 'GET' ? {} : body), ...(token === undefined ? {} : { token }) };
    yield [`${method} ${path}`, await given.request(addressOf(path), init)] as const;
  }
}

describe('every route of the table (SE-13, SE-22, S1-M13, S2-R7)', () => {
  it('has its headers, whatever it answers an administrator', async () => {
    given = givenApp({}, { objects: 'real' });
    Object.assign(given.env, unlimited());
    handOnProbes();
    const statuses = new Set<number>();
    const failed: string[] = [];
    for await (const [name, response] of everyRoute()) {
      statuses.add(response.status);
      if (response.status >= 500) failed.push(name);
      expectHeaders(response, name);
      await response.arrayBuffer();
    }
    // A walk that met one kind of answer alone would show little.
    expect([...statuses]).toEqual(expect.arrayContaining([200, 404, 409, 415, 422]));
    expect(failed).toEqual([]);
  });

  it('has them where the role does not include it, and without a token', async () => {
    const seen = new Set<number>();
    for await (const [name, response] of everyRoute(await operator())) {
      seen.add(response.status);
      expectHeaders(response, name);
      await response.arrayBuffer();
    }
    expect(seen.has(403)).toBe(true);
    for await (const [name, response] of everyRoute(null)) {
      expect([name, response.status]).toEqual([name, 401]);
      expectHeaders(response, name);
    }
  });

  it('has them when the database fails, and says nothing from inside (SE-21)', async () => {
    vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
      throw SECRET;
    });
    for await (const [name, response] of everyRoute()) {
      expectHeaders(response, name);
      const text = await response.text();
      expect([name, INSIDE.exec(text)?.[0]]).toEqual([name, undefined]);
      const isPage = (response.headers.get('Content-Type') ?? '').startsWith('text/html');
      if (response.status >= 500 && !isPage) expect(JSON.parse(text)).toMatchObject({ status: response.status });
    }
    expect(given.lines.join('\n')).not.toMatch(/Zephyrine|2025550143|select/);
  });
});

describe('each refusal, as JSON and as a page', () => {
  const json = { 'Content-Type': 'application/json' };
  const tooLong = 'x'.repeat(65 * 1024);
  const unknownCall = addressOf('/api/calls/:call_id');
  const stranger = () => given.token({ email: 'stranger@clinic.example' });
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const busy = () => vi.spyOn(given.env.READ_LIMIT, 'limit').mockResolvedValue({ success: false });
  const page = '/dashboard/calls';
  const post = (path: string, body: string, headers: Record<string, string>) =>
    given.request(path, { method: 'POST', body, headers });

  const CASES: Readonly<Record<string, readonly [number, () => Promise<Response>]>> = {
    '400 not JSON': [400, () => post('/api/calls', '{', json)],
    '401': [401, () => given.request('/api/calls', { token: null })],
    '401 page': [401, () => given.request(page, { token: null })],
    '401 unknown path': [401, () => given.request('/.git/config', { token: null })],
    '403 role': [403, async () => given.request('/api/audit', { token: await operator() })],
    '403 role, page': [403, async () => given.request('/dashboard/audit', { token: await operator() })],
    '403 nobody': [403, async () => given.request('/api/calls', { token: await stranger() })],
    '403 nobody, page': [403, async () => given.request(page, { token: await stranger() })],
    '403 cross site': [403, () => post('/api/calls', '{}', { ...json, Origin: 'https://evil.example' })],
    '403 cross site, page': [403, () => post('/dashboard/new-call', '', { ...form, 'Sec-Fetch-Site': 'cross-site' })],
    '404 id': [404, () => given.request(unknownCall)],
    '404 id, page': [404, () => given.request(unknownCall.replace('/api', '/dashboard'))],
    '404 path': [404, () => given.request('/api/nothing')],
    '404 path, page': [404, () => given.request('/dashboard/nothing')],
    '404 static': [404, () => given.request('/static/nothing.css', { token: null })],
    '405': [405, () => given.request('/api/calls', { method: 'PUT' })],
    '405 page': [405, () => given.request(page, { method: 'POST' })],
    '405 webhook': [405, () => given.request('/webhooks/telnyx', { token: null })],
    '405 health': [405, () => given.request('/healthz', { token: null, method: 'POST' })],
    '409': [409, () => given.send('POST', '/api/calls', { phone_number: '+12025550143' })],
    '413': [413, () => post('/api/calls', tooLong, json)],
    '413 page': [413, () => post('/dashboard/settings/staff', tooLong, form)],
    '415': [415, () => post('/api/calls', 'x', { 'Content-Type': 'text/plain' })],
    '415 page': [415, () => post('/dashboard/settings/staff', 'x', { 'Content-Type': 'text/plain' })],
    '422': [422, () => given.send('POST', '/api/calls', {})],
    '422 page': [422, () => given.request('/dashboard/calls?status=nonsense')],
    '429': [
      429,
      () => {
        busy();
        return given.request('/api/calls');
      },
    ],
    '429 page': [
      429,
      () => {
        busy();
        return given.request(page);
      },
    ],
    '503 keys': [
      503,
      () => {
        given.jwks.down = true;
        return given.request('/api/calls');
      },
    ],
    '503 keys, page': [
      503,
      () => {
        given.jwks.down = true;
        return given.request(page);
      },
    ],
    '503 not configured': [503, () => givenApp({ PHI_KEYS: '' }).request('/api/calls', { token: null })],
  };

  it.each(Object.entries(CASES))('%s', async (name, [status, ask]) => {
    const response = await ask();
    expect(response.status).toBe(status);
    expectHeaders(response, name);
    const text = await response.text();
    const isPage = name.includes('page');
    expect(response.headers.get('Content-Type')).toBe(isPage ? 'text/html; charset=UTF-8' : 'application/problem+json');
    if (isPage) expect(text).toMatch(/^<!DOCTYPE html><html lang="en"/i);
    else expect(JSON.parse(text)).toMatchObject({ status, title: PROBLEM_TITLES[status as 400] });
    if (status === 429 || status === 503)
      expect(name === '503 not configured' || response.headers.has('Retry-After')).toBe(true);
    if (status === 405) expect(response.headers.has('Allow')).toBe(true);
  });

  it('every status the API can refuse with is among them', () => {
    const shown = new Set(Object.values(CASES).map(([status]) => status));
    expect(
      Object.keys(PROBLEM_TITLES)
        .map(Number)
        .filter((status) => !shown.has(status)),
    ).toEqual([416, 500]);
  });
});

describe('whatever layer throws (SE-21)', () => {
  type Break = () => void;
  const broken: Readonly<Record<string, readonly [string, Break, number?]>> = {
    'a static file': ['/static/app.css', () => void vi.spyOn(given.env.ASSETS, 'fetch').mockImplementation(throws)],
    'the database at the role': [
      '/api/calls',
      () =>
        void vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
          throw SECRET;
        }),
    ],
    'a text thrown at the role': [
      '/api/calls',
      () =>
        void vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
          throw 'select * from Zephyrine';
        }),
    ],
    'the bucket': [
      `/media/med_0199f3c2-7f4e-7000-8000-000000000001/x`,
      () => void vi.spyOn(given.env.BUCKET, 'head').mockImplementation(throws),
      404,
    ],
    'the dialer': ['/api/dialing', () => void given.isStopped.mockImplementation(throws), 503],
    'the dialer of a page': ['/dashboard/campaigns', () => void given.isStopped.mockImplementation(throws), 200],
  };
  it.each(Object.entries(broken))('%s', async (name, [path, breakIt, status = 500]) => {
    breakIt();
    const response = await given.request(path);
    expect([response.status >= 500 || response.status === status, response.status]).toEqual([true, status]);
    expectHeaders(response, name, path.startsWith('/media/') ? { csp: SANDBOX } : {});
    expect(await response.text()).not.toMatch(INSIDE);
    expect(given.lines.join('\n')).not.toMatch(/Zephyrine|2025550143|select/);
  });

  it('a handler, as JSON and as a page, with the request id in the log', async () => {
    for (const path of ['/api/staff', '/dashboard/settings/staff']) {
      vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
        throw SECRET;
      });
      const response = await given.request(path);
      expect(response.status).toBe(500);
      expectHeaders(response, path);
      const id = response.headers.get('X-Request-Id') ?? 'none';
      expect(await response.text()).toContain(id);
      expect(given.logged('request.failed').at(-1)).toMatchObject({ code: 'internal', request_id: id });
    }
  });
});

const SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox";

describe('what is public', () => {
  it('has the same headers, and says by itself how long it may be kept', async () => {
    for (const file of ['app.css', 'app.js', 'htmx.min.js', 'pico.min.css', 'icon.svg']) {
      const response = await given.request(`/static/${file}`, { token: null });
      expect(response.status).toBe(200);
      expectHeaders(response, file, { cacheControl: 'public, max-age=300, must-revalidate' });
      await response.arrayBuffer();
    }
    for (const path of ['/healthz', '/health']) expectHeaders(await given.request(path, { token: null }), path);
    const media = await given.request('/media/med_0199f3c2-7f4e-7000-8000-000000000001/x', { token: null });
    expectHeaders(media, 'media', { csp: SANDBOX });
    const webhook = await given.request('/webhooks/telnyx', {
      token: null,
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(webhook.status).toBe(401);
    expectHeaders(webhook, 'webhook');
  });
});

describe('other origins (S1-U2, S1-K6, SE-12)', () => {
  it('get nothing that lets their scripts read an answer, at any route', async () => {
    const ask = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
    for (const { path } of routes) {
      const response = await given.request(addressOf(path), { method: 'OPTIONS', headers: ask });
      expect([path, response.status]).toEqual([path, 405]);
      expectHeaders(response, path);
    }
    for (const origin of ['https://evil.example', 'null', VARIABLES.PUBLIC_URL]) {
      const response = await given.request('/api/stats', { headers: { Origin: origin } });
      expectHeaders(response, origin);
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});
