import { CompactSign, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStaff, deleteStaff, setStaffRoles } from '../../src/store/staff.ts';
import {
  ADMIN,
  type Claims,
  type GivenApp,
  givenApp,
  personClaims,
  publicJwk,
  serviceClaims,
  signed,
} from './given-app.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
const ask = (token: string | null) => given.request('/api/staff', { token });

describe('tokens (SE-06, SE-07, SE-08, T02, HS-08)', () => {
  it('lets a person of ADMIN_EMAILS in, whatever the case of the address (S1-K14, S2-R6)', async () => {
    expect((await ask(await given.token())).status).toBe(200);
    expect((await ask(await given.token({ email: 'Admin@Clinic.Example' }))).status).toBe(200);
  });

  it('lets a service token of ADMIN_EMAILS in by its client id', async () => {
    expect((await ask(await signed(serviceClaims(given.team)))).status).toBe(200);
    expect(given.logged('audit')[0]).toMatchObject({ actor: 'service:cdef' });
  });

  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const wrongClaims: readonly (readonly [string, Claims])[] = [
    ['another issuer', { iss: 'https://other.cloudflareaccess.com' }],
    ['another audience', { aud: ['other'] }],
    ['no audience', { aud: undefined }],
    ['an expired one', { exp: nowSeconds() - 6 }],
    ['no expiry', { exp: undefined }],
    ['no time of issue', { iat: undefined }],
    ['a time of issue that is no number', { iat: 'now' as unknown as number }],
    ['one issued in the future', { iat: nowSeconds() + 60 }],
    ['one not valid yet', { nbf: nowSeconds() + 60 }],
    ['type org', { type: 'org' }],
    ['no type', { type: undefined }],
    ['a person without subject', { sub: '' }],
    ['no e-mail', { email: undefined }],
    ['an e-mail that is no text', { email: 7 }],
    ['neither a person nor a client id', { sub: '', email: undefined, common_name: undefined }],
    ['a client id together with a subject', { email: undefined, common_name: '0123456789abcdef.access' }],
    ['a client id together with an e-mail and no subject', { sub: '', common_name: '0123456789abcdef.access' }],
  ];
  it.each(wrongClaims)('refuses %s', async (_name, claims) => {
    const response = await ask(await given.token(claims));
    expect(response.status).toBe(401);
    expect(await codeOf(response)).toBe('unauthenticated');
  });

  it('allows a clock that is 5 seconds off', async () => {
    expect((await ask(await given.token({ exp: nowSeconds() - 3 }))).status).toBe(200);
  });

  it('refuses alg none', async () => {
    const encode = (value: unknown) =>
      new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: 'base64url', omitPadding: true });
    const unsigned = `${encode({ alg: 'none', kid: 'key-1' })}.${encode(personClaims(given.team))}.`;
    expect((await ask(unsigned)).status).toBe(401);
  });

  it('refuses HS256 signed with the public key', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(publicJwk));
    const token = await new SignJWT(personClaims(given.team))
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(secret);
    expect((await ask(token)).status).toBe(401);
  });

  it('refuses RS512, even of the right key', async () => {
    const { privateKey } = await generateKeyPair('RS512');
    const token = await new SignJWT(personClaims(given.team))
      .setProtectedHeader({ alg: 'RS512', kid: 'key-1' })
      .sign(privateKey);
    expect((await ask(token)).status).toBe(401);
  });

  it('refuses a signature of another key under our key id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect((await ask(await signed(personClaims(given.team), { key: privateKey }))).status).toBe(401);
  });

  it('refuses a changed payload', async () => {
    const [head, , signature] = (await given.token()).split('.');
    const other = (await given.token({ email: 'other@clinic.example' })).split('.')[1];
    expect((await ask(`${head}.${other}.${signature}`)).status).toBe(401);
  });

  it('refuses a token without key id', async () => {
    expect((await ask(await signed(personClaims(given.team), { kid: null }))).status).toBe(401);
    expect((await ask(await signed(personClaims(given.team), { kid: '' }))).status).toBe(401);
  });

  it('never follows a key or address inside the token', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = (await crypto.subtle.exportKey('jwk', publicKey)) as { n: string; e: string; kty: string };
    const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(personClaims(given.team))))
      .setProtectedHeader({ alg: 'RS256', kid: 'mine', jku: 'https://evil.example/keys', jwk })
      .sign(privateKey);
    expect((await ask(token)).status).toBe(401);
    expect(given.jwks.fetches).toBe(1);
  });

  it.each(['', 'x', 'a.b.c', 'Bearer x', '..', 'é'.repeat(10)])('refuses garbage %j', async (token) => {
    expect((await ask(token === 'é'.repeat(10) ? encodeURIComponent(token) : token)).status).toBe(401);
  });

  it('refuses a good token in the cookie, and the e-mail header alone (SE-06, T02)', async () => {
    const headers = { Cookie: `CF_Authorization=${await given.token()}`, 'Cf-Access-Authenticated-User-Email': ADMIN };
    expect((await given.request('/api/staff', { token: null, headers })).status).toBe(401);
  });

  it('gives every refusal the same answer, and the log the reason (SE-31, S1-M7)', async () => {
    const bodies = await Promise.all(
      [null, 'x', await given.token({ aud: ['other'] })].map(async (token) => {
        const { request_id: _id, ...body } = (await (await ask(token)).json()) as Record<string, unknown>;
        return JSON.stringify(body);
      }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(
      given
        .logged('access.refused')
        .map((line) => line['reason'])
        .sort(),
    ).toEqual(['ERR_JWS_INVALID', 'ERR_JWT_CLAIM_VALIDATION_FAILED', 'no_token'].sort());
  });
});

describe('signing keys (SE-07)', () => {
  it('are fetched once for many requests', async () => {
    for (let i = 0; i < 5; i += 1) expect((await ask(await given.token())).status).toBe(200);
    expect(given.jwks.fetches).toBe(1);
  });

  it('are fetched again once for an unknown key id, after the cooldown, and the new key then works', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await ask(await given.token());
    given.jwks.keys = [{ ...publicJwk, kid: 'key-2' }, publicJwk];
    const start = Date.now();
    vi.setSystemTime(start + 59_000);
    expect((await ask(await signed(personClaims(given.team), { kid: 'key-2' }))).status).toBe(401);
    vi.setSystemTime(start + 61_000);
    expect((await ask(await signed(personClaims(given.team), { kid: 'key-2' }))).status).toBe(200);
    expect(given.jwks.fetches).toBe(2);
  });

  it('are not fetched again for a flood of unknown key ids (SE-07, T21)', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await ask(await given.token());
    vi.setSystemTime(Date.now() + 61_000);
    for (let i = 0; i < 20; i += 1) {
      expect((await ask(await signed(personClaims(given.team), { kid: `unknown-${i}` }))).status).toBe(401);
    }
    expect(given.jwks.fetches).toBe(2);
  });

  it('are asked for once a minute, not once a request, while the address is down', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await ask(await given.token());
    given.jwks.down = true;
    vi.setSystemTime(Date.now() + 61_000);
    for (let i = 0; i < 20; i += 1) {
      expect((await ask(await signed(personClaims(given.team), { kid: `unknown-${i}` }))).status).toBe(401);
    }
    expect(given.jwks.fetches).toBe(2);
    expect((await ask(await given.token())).status).toBe(200);
    given.jwks.down = false;
    given.jwks.keys = [{ ...publicJwk, kid: 'key-2' }, publicJwk];
    vi.setSystemTime(Date.now() + 61_000);
    expect((await ask(await signed(personClaims(given.team), { kid: 'key-2' }))).status).toBe(200);
  });

  it('that are there, and fit no token or more than one, are 401 from the first request on', async () => {
    expect((await ask(await signed(personClaims(given.team), { kid: 'unknown' }))).status).toBe(401);
    given = givenApp();
    given.jwks.keys = [publicJwk, publicJwk];
    expect((await ask(await given.token())).status).toBe(401);
  });

  it('that cannot be fetched are 503, not 401, and count as nobody’s flood', async () => {
    given.jwks.down = true;
    const strangers = vi.spyOn(given.env.SIGN_IN_LIMIT, 'limit');
    const response = await ask(await given.token());
    expect(strangers).not.toHaveBeenCalled();
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await codeOf(response)).toBe('access_keys_unavailable');
  });

  it('still count for an hour when the address is down, not longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const start = Date.now();
    await ask(await given.token());
    given.jwks.down = true;
    vi.setSystemTime(start + 50 * 60_000);
    expect((await ask(await given.token())).status).toBe(200);
    vi.setSystemTime(start + 61 * 60_000);
    expect((await ask(await given.token())).status).toBe(503);
  });
});

describe('roles', () => {
  const clinician = 'clinician@clinic.example';
  const as = (path: string, method = 'GET') =>
    given.token({ email: clinician, sub: 'subject-2' }).then((token) => given.request(path, { token, method }));

  it('are needed: nobody knows this person (HS-01, S1-R2)', async () => {
    const response = await as('/api/calls');
    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe('no_role');
  });

  it('are needed: a service token that is not in ADMIN_EMAILS (HS-01)', async () => {
    const token = await signed({ ...serviceClaims(given.team), common_name: 'ffff.access' });
    expect((await given.request('/api/calls', { token })).status).toBe(403);
  });

  it('count from the staff list, change and end with the next request (HS-11, T24)', async () => {
    const member = await createStaff(given.db, { email: 'Clinician@clinic.example', roles: ['clinician'] }, Date.now());
    expect((await as('/api/calls')).status).toBe(200);
    expect(await codeOf(await as('/api/staff'))).toBe('forbidden');
    await setStaffRoles(given.db, member!.id, ['operator'], Date.now());
    expect(await codeOf(await as('/api/calls'))).toBe('forbidden');
    await deleteStaff(given.db, member!.id, Date.now());
    expect(await codeOf(await as('/api/calls'))).toBe('no_role');
  });

  it('are named in the audit line by an opaque id (HS-01, HS-05)', async () => {
    const member = await createStaff(given.db, { email: clinician, roles: ['clinician'] }, Date.now());
    await as('/api/calls');
    await given.request('/api/calls');
    expect(given.logged('audit')).toMatchObject([
      { actor: member!.id, audit: 'call.list', phi: true, route: '/api/calls', status: 200 },
      { actor: expect.stringMatching(/^admin:[0-9a-f]{12}$/) },
    ]);
    await deleteStaff(given.db, member!.id, Date.now());
  });
});
