import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AccessStandIn, startAccessStandIn } from '../../src/simulator/access-stand-in.ts';

const audience = 'aud-of-this-app';
const person = 'ada@clinic.example';
const token = { clientId: 'abc.access', clientSecret: 'sesame' };
const header = 'cf-access-jwt-assertion';

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

let access: AccessStandIn;
let upstream: ReturnType<typeof createServer>;

beforeAll(async () => {
  upstream = createServer(async (request: IncomingMessage, response) => {
    if (request.url === '/slow-stream') {
      response.write('first ');
      setTimeout(() => response.end('second'), 50);
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.end(JSON.stringify({ method, url, headers, body }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  access = await startAccessStandIn({
    port: 0,
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    audience,
    people: [{ email: person, name: 'Ada <script>' }],
    serviceTokens: [token],
  });
});

afterAll(async () => {
  await access.close();
  upstream.close();
});

const get = (path: string, headers: Record<string, string> = {}, more: RequestInit = {}) =>
  fetch(access.url + path, { headers, redirect: 'manual', ...more });
const echo = async (response: Response) => (await response.json()) as Echo;

function signIn(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return get('/cdn-cgi/access/login', headers, { method: 'POST', body: new URLSearchParams(fields) });
}

async function cookie(email = person): Promise<string> {
  return (await signIn({ email })).headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** As raw as the wire: fetch would tidy the path. */
function rawStatus(path: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(access.url);
    const request = httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
}

describe('Signing in', () => {
  test('sets a cookie the page cannot read, and leads back to where one came from', async () => {
    const response = await signIn({ email: person, redirect: '/dashboard?tab=2' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/dashboard?tab=2']);
    expect(response.headers.get('set-cookie')).toMatch(/^CF_Authorization=[^;]+; HttpOnly; SameSite=Lax; Path=\/;/);
  });

  test('gives the worker a token that the published keys verify', async () => {
    const { headers } = await echo(await get('/api/calls', { cookie: await cookie() }));
    const keys = createRemoteJWKSet(new URL(access.jwksUrl));
    const { payload, protectedHeader } = await jwtVerify(headers[header] ?? '', keys, {
      issuer: access.url,
      audience,
      algorithms: ['RS256'],
    });
    expect(protectedHeader.kid).toBeTruthy();
    expect(payload).toMatchObject({ email: person, type: 'app', aud: [audience], country: 'US' });
    expect(payload['identity_nonce']).toBeTruthy();
  });

  test('keeps the subject of an address, whatever its case, and tells people apart', async () => {
    const subjects = await Promise.all(
      [person, person.toUpperCase(), 'bob@clinic.example'].map(
        async (email) => decodeJwt((await cookie(email)).split('=')[1] ?? '').sub,
      ),
    );
    expect(subjects[0]).toBe(subjects[1]);
    expect(subjects[2]).not.toBe(subjects[0]);
  });

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/.//evil.example/',
    '/\t/evil.example/',
    'javascript:alert(1)',
    '',
  ])('never leads to another site: %j', async (redirect) => {
    expect((await signIn({ email: person, redirect })).headers.get('location')).toBe('/');
  });

  test('is refused from another site, and without an address', async () => {
    expect((await signIn({ email: person }, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await signIn({ email: person }, { origin: access.url })).status).toBe(302);
    expect((await signIn({ email: 'nobody' })).status).toBe(422);
  });

  test('shows people as buttons, and escapes what it shows', async () => {
    const redirect = encodeURIComponent('/x?"><script>alert(1)</script>');
    const response = await get(`/cdn-cgi/access/login?redirect=${redirect}`);
    const html = await response.text();
    expect(html).toContain(`value="${person}"`);
    expect(html).not.toContain('<script>');
    expect(html).toContain('Ada &#60;script&#62;');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('ends for good: after signing out the old cookie is worth nothing', async () => {
    const mine = await cookie();
    expect((await get('/api/calls', { cookie: mine })).status).toBe(200);
    const out = await get('/cdn-cgi/access/logout', { cookie: mine });
    expect(out.headers.get('set-cookie')).toMatch(/CF_Authorization=;.*Max-Age=0/);
    expect((await get('/api/calls', { cookie: mine })).status).toBe(401);
  });

  test('get-identity says who is signed in', async () => {
    expect((await get('/cdn-cgi/access/get-identity')).status).toBe(401);
    const identity = await (await get('/cdn-cgi/access/get-identity', { cookie: await cookie() })).json();
    expect(identity).toMatchObject({ email: person, name: 'Ada <script>' });
  });
});

describe('The door', () => {
  test('sends a browser without a session to sign in, and refuses everything else with 401', async () => {
    const page = await get('/dashboard?tab=2', { accept: 'text/html' });
    expect([page.status, page.headers.get('location')]).toEqual([
      302,
      '/cdn-cgi/access/login?redirect=%2Fdashboard%3Ftab%3D2',
    ]);
    expect((await get('/api/calls')).status).toBe(401);
    expect((await get('/api/calls', { accept: 'text/html' }, { method: 'POST' })).status).toBe(401);
  });

  test.each(['/webhooks/telnyx', '/healthz', '/health', '/media/x/y', '/static/app.css'])(
    'lets %s pass without a token, and strips one that was forged',
    async (path) => {
      const response = await get(path, {
        [header]: 'forged',
        'CF-Access-Authenticated-User-Email': 'x',
        accept: '*/*',
      });
      const { headers, url } = await echo(response);
      expect(url).toBe(path);
      expect(Object.keys(headers).filter((name) => name.startsWith('cf-access'))).toEqual([]);
    },
  );

  test('puts its own token in the place of a forged one', async () => {
    const mine = await cookie();
    const { headers } = await echo(await get('/api/calls', { cookie: mine, 'Cf-Access-Jwt-Assertion': 'forged' }));
    expect(headers[header]).toBe(mine.split('=')[1]);
  });

  test.each(['/static/../api/calls', '/static/%2e%2e/api/calls', '//healthz', '/media'])(
    'is not fooled by the path %s',
    async (path) => {
      expect(await rawStatus(path)).toBe(401);
    },
  );

  test('refuses a cookie that is forged, expired, or for another application', async () => {
    const now = Math.floor(Date.now() / 1000);
    const [good, expired, other] = await Promise.all([
      access.mintToken(person),
      access.mintToken(person, { exp: now - 10 }),
      access.mintToken(person, { aud: ['other'] }),
    ]);
    const status = async (value: string) => (await get('/api/calls', { cookie: `CF_Authorization=${value}` })).status;
    expect(await status(good)).toBe(200);
    expect(await status(`${good.slice(0, -8)}AAAAAAAA`)).toBe(401);
    expect(await status(expired)).toBe(401);
    expect(await status(other)).toBe(401);
  });

  test('turns a service token into a JWT without a subject, and refuses a wrong secret with 403', async () => {
    const call = (secret: string, id = token.clientId) =>
      get('/api/calls', { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret });
    const { headers } = await echo(await call(token.clientSecret));
    expect(decodeJwt(headers[header] ?? '')).toMatchObject({ common_name: token.clientId, sub: '', type: 'app' });
    expect(headers).not.toHaveProperty('cf-access-client-secret');
    expect((await call('wrong')).status).toBe(403);
    expect((await call(token.clientSecret, 'other')).status).toBe(403);
  });

  test('takes a person’s token in a header too, as programs of theirs send it', async () => {
    const own = await access.mintToken(person);
    const { headers } = await echo(await get('/api/calls', { 'CF-Access-Token': own }));
    expect(headers[header]).toBe(own);
    expect(headers).not.toHaveProperty('cf-access-token');
    expect((await get('/api/calls', { 'CF-Access-Token': `${own.slice(0, -8)}AAAAAAAA` })).status).toBe(401);
  });

  test.each(['/cdn-cgi/handler/scheduled', '/cdn-cgi/access/else', '/cdn-cgi/mf/scheduled'])(
    'keeps %s to itself, signed in or not',
    async (path) => {
      expect((await get(path)).status).toBe(404);
      expect((await get(path, { cookie: await cookie() })).status).toBe(404);
    },
  );
});

describe('Forwarding', () => {
  test('keeps Host, method, path, query and body, and every cookie of the answer', async () => {
    const body = 'x'.repeat(300_000);
    const response = await get('/api/a%20b?c=%2F', { cookie: await cookie() }, { method: 'PUT', body });
    const seen = await echo(response);
    expect(seen).toMatchObject({ method: 'PUT', url: '/api/a%20b?c=%2F' });
    expect(seen.body).toHaveLength(body.length);
    expect(seen.headers['host']).toBe(new URL(access.url).host);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('streams the answer as it comes', async () => {
    const response = await get('/slow-stream', { cookie: await cookie() });
    const chunks: string[] = [];
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      chunks.push(new TextDecoder().decode(chunk));
    expect(chunks).toEqual(['first ', 'second']);
  });

  test('says in words that the worker is down', async () => {
    const lonely = await startAccessStandIn({ port: 0, upstream: 'http://127.0.0.1:1', audience });
    const response = await fetch(`${lonely.url}/healthz`);
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(/worker at http:\/\/127\.0\.0\.1:1 is not reachable/);
    await lonely.close();
  });

  test('answers on 127.0.0.1 too', async () => {
    expect((await fetch(`${access.url.replace('localhost', '127.0.0.1')}/healthz`)).status).toBe(200);
  });
});
