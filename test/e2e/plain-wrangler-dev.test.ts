/**
 * Plain `npx wrangler dev` as a third party would run it: only the documented variables, a Telnyx of the test's own making and
 * a token issuer of its own. Nothing of this project's simulator or Access stand-in takes part.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PORTS } from './ports.ts';

const root = path.resolve(import.meta.dirname, '../..');
const stateFolder = mkdtempSync(path.join(tmpdir(), 'plain-wrangler-'));
const port = PORTS.plainWranglerDev;
const workerUrl = `http://127.0.0.1:${port}`;
const webhookKeys = generateKeyPairSync('ed25519');
const publicKey = webhookKeys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
const ids = { call_control_id: 'v3:plain-1', call_leg_id: randomUUID(), call_session_id: randomUUID() };

/** What the tests read of an answer. */
interface Answer {
  readonly call_id?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly pointer: string }[];
}
interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
}
const asked: Asked[] = [];
let telnyx: Server;
let issuer: Server;
let issuerUrl = '';
let token: (claims?: Record<string, unknown>) => Promise<string>;
let worker: ReturnType<typeof spawn>;

const listen = (server: Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );

function wrangler(...args: string[]): ReturnType<typeof spawn> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1' };
  return spawn('npx', ['--no-install', 'wrangler', ...args], { cwd: root, env, detached: true, stdio: 'ignore' });
}

beforeAll(async () => {
  telnyx = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      asked.push({ path: request.url ?? '', body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) });
      response.setHeader('content-type', 'application/json');
      const dialed = { record_type: 'call', is_alive: false, ...ids };
      response.end(JSON.stringify({ data: request.url === '/v2/calls' ? dialed : { result: 'ok' } }));
    });
  });
  const keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'own-key', alg: 'RS256', use: 'sig' };
  issuer = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.statusCode = request.url === '/cdn-cgi/access/certs' ? 200 : 404;
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  const telnyxUrl = await listen(telnyx);
  issuerUrl = await listen(issuer);
  token = (claims = {}) =>
    new SignJWT({ type: 'app', email: 'owner@clinic.example', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'own-key' })
      .setIssuer(issuerUrl)
      .setAudience('own-audience')
      .setSubject('owner-1')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(keys.privateKey);

  const migrated = wrangler('d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateFolder);
  expect(await new Promise((resolve) => migrated.once('exit', resolve))).toBe(0);
  const variables = {
    TELNYX_API_KEY: 'KEY_own',
    TELNYX_PUBLIC_KEY: publicKey,
    TELNYX_CONNECTION_ID: '1',
    TELNYX_FROM_NUMBER: '+12025550100',
    TELNYX_API_BASE: `${telnyxUrl}/v2`,
    PUBLIC_URL: workerUrl,
    CLINIC_NAME: 'Own Clinic',
    CLINIC_TIME_ZONE: 'America/Chicago',
    CALLBACK_NUMBER: '+12025550101',
    ACCESS_TEAM_DOMAIN: issuerUrl,
    ACCESS_AUD: 'own-audience',
    ADMIN_EMAILS: 'owner@clinic.example',
    PHI_KEYS: `own:${randomBytes(32).toString('base64')}`,
    CALLING_HOURS: 'always',
    TIMER_SCALE: '0.05',
  };
  const vars = Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
  worker = wrangler(
    'dev',
    '--port',
    String(port),
    '--ip',
    '127.0.0.1',
    '--inspector-port',
    '0',
    '--persist-to',
    stateFolder,
    ...vars,
  );
  await eventually(async () => (await fetch(`${workerUrl}/healthz`).catch(() => null))?.status === 200, 60_000);
});
afterAll(() => {
  if (worker?.pid !== undefined) process.kill(-worker.pid, 'SIGKILL');
  telnyx?.close();
  issuer?.close();
  rmSync(stateFolder, { recursive: true, force: true });
});

async function eventually(check: () => Promise<boolean> | boolean, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function api(method: string, apiPath: string, body?: unknown): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${workerUrl}${apiPath}`, {
    method,
    headers: { 'cf-access-jwt-assertion': await token(), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

/** One webhook, pretty-printed, because Telnyx has sent such. */
async function webhook(event: string, payload: Record<string, unknown>, id: string = randomUUID()): Promise<number> {
  const data = {
    record_type: 'event',
    event_type: event,
    id,
    occurred_at: new Date().toISOString(),
    payload: { ...ids, ...payload },
  };
  const body = JSON.stringify({ data, meta: { attempt: 1 } }, null, 2);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = sign(null, Buffer.from(`${timestamp}|${body}`), webhookKeys.privateKey).toString('base64');
  const headers = {
    'content-type': 'application/json',
    'telnyx-signature-ed25519': signature,
    'telnyx-timestamp': timestamp,
  };
  return (await fetch(`${workerUrl}/webhooks/telnyx`, { method: 'POST', headers, body })).status;
}

const question = (state: unknown) =>
  JSON.parse(Buffer.from(String(state), 'base64').toString()) as { s: string; q: string; n: number };

it('carries a call from the request to the note over documented variables alone (S1-I6, S2-L8)', async () => {
  expect((await fetch(`${workerUrl}/api/calls`)).status).toBe(401);
  const placed = await api('POST', '/api/calls', {
    phone_number: '+12025550188',
    consent: { basis: 'written', obtained_at: new Date().toISOString(), obtained_by: 'desk', evidence: 'form 7' },
  });
  expect(placed.status).toBe(201);
  const callId = placed.body.call_id as string;

  await eventually(() => asked.some(({ path }) => path === '/v2/calls'));
  const dial = asked.find(({ path }) => path === '/v2/calls')!.body;
  expect(dial).toMatchObject({
    to: '+12025550188',
    from: '+12025550100',
    connection_id: '1',
    webhook_url: `${workerUrl}/webhooks/telnyx`,
  });
  expect(Object.keys(dial).filter((name) => name.startsWith('record'))).toEqual([]);
  expect(question(dial.client_state)).toEqual({ s: callId, q: 'dial', n: 0 });

  expect(
    await webhook('call.initiated', { client_state: dial.client_state, direction: 'outgoing', state: 'bridging' }),
  ).toBe(200);
  expect(await webhook('call.answered', { client_state: dial.client_state })).toBe(200);

  const keys: Record<string, string> = {
    opening: '1',
    consent: '1',
    'hpi.symptom_duration': '2',
    'hpi.pain_level': '0',
    'ample.last_meal': '4',
  };
  const words: Record<string, string> = { 'hpi.chief_complaint': 'my left knee', 'ample.events': 'I fell' };
  const steps: string[] = [];
  let seen = 0;
  for (;;) {
    await eventually(() => asked.slice(seen).some(({ path }) => /\/(gather_using_speak|speak)$/.test(path)));
    const next = asked.findIndex(({ path }, i) => i >= seen && /\/(gather_using_speak|speak)$/.test(path));
    seen = next + 1;
    const { path, body } = asked[next]!;
    expect(path).toMatch(/^\/v2\/calls\/v3(:|%3A)plain-1\/actions\//);
    if (path.endsWith('/speak')) break;
    const { q } = question(body.client_state);
    steps.push(q);
    if (steps.length === 2) expect(asked.some(({ path }) => path.endsWith('/record_start'))).toBe(false);
    const state = { client_state: body.client_state };
    const transcript = words[q];
    if (transcript !== undefined) {
      const heard = { transcript, is_final: true, confidence: 0.9 };
      expect(await webhook('call.transcription', { ...state, transcription_data: heard })).toBe(200);
    }
    // `#` ends a spoken answer; 1 keeps what is read back.
    const digits = transcript === undefined ? (keys[q] ?? (q.endsWith('.confirm') ? '1' : '2')) : '';
    expect(await webhook('call.gather.ended', { ...state, digits, status: 'valid' })).toBe(200);
  }
  expect(steps).toEqual([
    'opening',
    'consent',
    'hpi.chief_complaint',
    'hpi.chief_complaint.confirm',
    'hpi.symptom_duration',
    'hpi.pain_level',
    'ample.allergies',
    'ample.medications',
    'ample.past_medical_history',
    'ample.last_meal',
    'ample.events',
    'ample.events.confirm',
    'family_history.heart_disease',
    'family_history.diabetes',
    'family_history.cancer',
  ]);
  expect(asked.filter(({ path }) => path.endsWith('/record_start')).map(({ body }) => body.channels)).toEqual(['dual']);
  expect(asked.filter(({ path }) => path.endsWith('/transcription_start'))).toHaveLength(1);
  expect(asked.some(({ path }) => path.endsWith('/hangup'))).toBe(false);
  expect((await api('GET', `/api/calls/${callId}/intake-data`)).body.code).toBe('not_ready');

  expect(await webhook('call.speak.ended', { status: 'completed', client_state: dial.client_state })).toBe(200);
  await eventually(() => asked.some(({ path }) => path.endsWith('/hangup')));
  const ended = {
    client_state: dial.client_state,
    hangup_cause: 'normal_clearing',
    hangup_source: 'caller',
    sip_hangup_cause: '200',
  };
  expect(await webhook('call.hangup', ended)).toBe(200);

  await eventually(async () => (await api('GET', `/api/calls/${callId}/intake-data`)).status === 200);
  const note = (await api('GET', `/api/calls/${callId}/intake-data`)).body;
  expect(note).toMatchObject({
    status: 'complete',
    identity: 'not_checked',
    consent: { given: true, recording_consent: true },
    hpi: {
      chief_complaint: { state: 'answered', value: 'my left knee', confirmed: true, input: 'voice' },
      symptom_duration: { state: 'answered', value: '1_to_3_days' },
      pain_level: { state: 'answered', value: 0 },
    },
    ample: { allergies: { state: 'none', value: false }, last_meal: { value: 'more_than_6_hours' } },
  });
  expect((await api('GET', `/api/calls/${callId}`)).body).toMatchObject({
    status: 'completed',
    hangup_cause: 'normal_clearing',
  });
  expect(asked.filter(({ path }) => path === '/v2/calls')).toHaveLength(1);
});

it('refuses what it should: forged webhooks, foreign tokens, bad numbers, calls without consent (S1-T3, S2-T3)', async () => {
  const forged = await fetch(`${workerUrl}/webhooks/telnyx`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect([forged.status, await forged.text()]).toEqual([401, '']);
  const headers = { 'cf-access-jwt-assertion': await token({ type: 'org' }) };
  expect((await fetch(`${workerUrl}/api/calls`, { headers })).status).toBe(401);
  const bad = await api('POST', '/api/calls', { phone_number: 'not-a-number' });
  expect([bad.status, bad.body.errors?.[0]?.pointer]).toEqual([422, '/phone_number']);
  const unconsented = await api('POST', '/api/calls', { phone_number: '+12025550177' });
  expect([unconsented.status, unconsented.body.code]).toEqual([409, 'no_consent']);
  expect(asked.filter(({ path }) => path === '/v2/calls')).toHaveLength(1);
});
