/** The app with real D1, Access tokens of a key made here, and stand-ins for the two Durable Objects. */
import { env as bindings } from 'cloudflare:workers';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { vi } from 'vitest';
import type { CallLog } from '../../src/domain/intake/call-log.ts';
import type { CallRecord } from '../../src/domain/intake/call-record.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { configOf, type Env } from '../../src/env.ts';
import { database } from '../../src/store/database.ts';
import type { Arrival } from '../../src/telnyx/parse-event.ts';
import { createApp } from '../../src/web/app.ts';
import { routes } from '../../src/web/routes.ts';

export const ORIGIN = 'https://intake.example';
const AUDIENCE = 'aud-of-the-application';
export const ADMIN = 'admin@clinic.example';
export const SERVICE_ID = '0123456789abcdef.access';
export const NUMBER = '+12025550143';

const KEY_ID = 'key-1';
const signingKeys = await generateKeyPair('RS256', { extractable: true });
export const publicJwk: JWK = { ...(await exportJWK(signingKeys.publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };

const webhookKeys = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
const webhookPublicKey = new Uint8Array(
  (await crypto.subtle.exportKey('raw', webhookKeys.publicKey)) as ArrayBuffer,
).toBase64();

export const VARIABLES = {
  TELNYX_API_KEY: 'KEY0123',
  TELNYX_PUBLIC_KEY: webhookPublicKey,
  TELNYX_CONNECTION_ID: '1494404757140276705',
  TELNYX_FROM_NUMBER: '+12025550100',
  TELNYX_API_BASE: 'http://127.0.0.1:8789/v2',
  PUBLIC_URL: ORIGIN,
  CLINIC_NAME: 'Riverside Clinic',
  CLINIC_TIME_ZONE: 'America/New_York',
  CALLBACK_NUMBER: '+12025550101',
  ACCESS_TEAM_DOMAIN: 'https://riverside.cloudflareaccess.com',
  ACCESS_AUD: AUDIENCE,
  ADMIN_EMAILS: `${ADMIN},${SERVICE_ID}`,
  PHI_KEYS: `k1:${new Uint8Array(32).fill(7).toBase64()}`,
  CALLING_HOURS: 'always',
};

export interface FakeSession {
  receive: (event: CallEvent) => Promise<string>;
  arrive: (arrival: Arrival) => Promise<string>;
  liveView: () => Promise<{ record: CallRecord; log: CallLog } | null>;
  requestHangup: () => Promise<'accepted' | 'not_live'>;
}

/** Claims as a bad issuer might write them. */
export type Claims = Readonly<Record<string, unknown>>;

/** One for all, as an isolate has: what differs from test to test is in the environment. To build its router takes longer than most requests. */
const app = createApp(routes);
let teams = 0;

/** Each app has its own Access team, so that no test finds keys another one fetched. */
type Variables = Partial<Record<keyof typeof VARIABLES | TranscriberVariable | SinkVariable | AlertVariable, string>>;
type AlertVariable = 'ALERT_URL' | 'ALERT_SECRET';
type SinkVariable =
  | 'SINK_BACKEND_URL'
  | 'SINK_BACKEND_KEY'
  | 'SINK_BACKEND_SECRET'
  | 'SINK_R2'
  | 'FHIR_BASE'
  | 'FHIR_TOKEN';
type TranscriberVariable = 'TRANSCRIBER' | 'OPENAI_API_KEY' | 'OPENAI_BASE' | 'BAA_CONFIRMED';

/** `objects: 'real'` leaves the Durable Objects as they are bound. */
export function givenApp(variables: Variables = {}, { objects = 'fake' }: { objects?: 'fake' | 'real' } = {}) {
  teams += 1;
  const team = `https://team-${teams}.cloudflareaccess.com`;
  const session: FakeSession = {
    receive: vi.fn(async () => 'applied'),
    arrive: vi.fn(async () => 'applied'),
    liveView: vi.fn(async () => null),
    requestHangup: vi.fn(async () => 'not_live' as const),
  };
  const sessionOf = vi.fn((_callId: string) => session);
  const enqueue = vi.fn(async () => {});
  const isStopped = vi.fn(async () => false);
  const env = {
    ...(bindings as unknown as Env),
    ...VARIABLES,
    ACCESS_TEAM_DOMAIN: team,
    ...ownLimits(),
    ...variables,
    ...(objects === 'real'
      ? {}
      : {
          INTAKE_SESSION: { getByName: sessionOf },
          DIALER: { getByName: () => ({ enqueue, isStopped, heed: async () => null }) },
        }),
  } as unknown as Env;
  const jwks = { keys: [publicJwk] as JWK[], down: false, fetches: 0 };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    if (String(input) !== `${team}/cdn-cgi/access/certs`) throw new TypeError(`unexpected fetch of ${String(input)}`);
    jwks.fetches += 1;
    if (jwks.down) throw new TypeError('network');
    return Response.json({ keys: jwks.keys });
  });
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)));

  const token = (claims: Claims = {}) => signed({ ...personClaims(team), ...claims });
  const request = async (path: string, init: RequestInit & { token?: string | null } = {}): Promise<Response> => {
    const { token: given, ...rest } = init;
    const headers = new Headers(rest.headers);
    const assertion = given === undefined ? await token() : given;
    if (assertion !== null) headers.set('Cf-Access-Jwt-Assertion', assertion);
    return app.request(`${ORIGIN}${path}`, { ...rest, headers }, env);
  };
  const send = (method: string, path: string, body: unknown, init: RequestInit & { token?: string } = {}) =>
    request(path, { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' }, ...init });
  const logged = (event: string) =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['event'] === event);

  const isReady = Object.values(variables).every((value) => value !== '');
  return {
    app,
    env,
    team,
    session,
    sessionOf,
    enqueue,
    isStopped,
    jwks,
    lines,
    logged,
    token,
    request,
    send,
    db: database(env),
    get config() {
      if (!isReady) throw new Error('this app is not configured');
      return configOf(env);
    },
  };
}
/** The platform's counters, for this app alone: tests that share a runtime and a minute do not use each other's up. */
function ownLimits() {
  const own = crypto.randomUUID();
  const names = ['READ_LIMIT', 'WRITE_LIMIT', 'EXPORT_LIMIT', 'SIGN_IN_LIMIT'] as const;
  const limit = (name: (typeof names)[number]): RateLimit => ({
    limit: ({ key }) => (bindings as unknown as Env)[name].limit({ key: `${own} ${key}` }),
  });
  return Object.fromEntries(names.map((name) => [name, limit(name)]));
}

export type GivenApp = ReturnType<typeof givenApp>;

const nowSeconds = () => Math.floor(Date.now() / 1000);

export const personClaims = (team: string): JWTPayload => ({
  iss: team,
  aud: [AUDIENCE],
  sub: 'subject-of-admin',
  email: ADMIN,
  type: 'app',
  iat: nowSeconds() - 10,
  exp: nowSeconds() + 600,
});

export const serviceClaims = (team: string): JWTPayload => {
  const { email: _email, ...claims } = personClaims(team);
  return { ...claims, sub: '', common_name: SERVICE_ID };
};

interface Signing {
  readonly kid?: string | null;
  readonly key?: CryptoKey;
}

/** The same claims give the same token, and signing it is a tenth of a request: whoever asks often in a second signs once. */
let lastSigned: { readonly claims: string; readonly token: Promise<string> } | null = null;

export function signed(claims: JWTPayload, { kid = KEY_ID, key }: Signing = {}): Promise<string> {
  const sign = () =>
    new SignJWT(claims as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', ...(kid === null ? {} : { kid }) })
      .sign(key ?? signingKeys.privateKey);
  if (key !== undefined || kid !== KEY_ID) return sign();
  const text = JSON.stringify(claims);
  if (lastSigned?.claims !== text) lastSigned = { claims: text, token: sign() };
  return lastSigned.token;
}

/** A delivery as Telnyx signs it. */
export async function delivery(
  body: string,
  { at = Date.now(), path = '/webhooks/telnyx' }: { at?: number; path?: string } = {},
): Promise<Request> {
  const timestamp = String(Math.floor(at / 1000));
  const signature = await crypto.subtle.sign(
    'Ed25519',
    webhookKeys.privateKey,
    new TextEncoder().encode(`${timestamp}|${body}`),
  );
  return new Request(`${ORIGIN}${path}`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'telnyx-timestamp': timestamp,
      'telnyx-signature-ed25519': new Uint8Array(signature).toBase64(),
    },
  });
}
