/** Alerts end to end: real D1, a listener at ALERT_URL that verifies what it is sent (C77, HS-09). */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { log } from '../../src/log.ts';
import { watchInstallation } from '../../src/outbox/watch-installation.ts';
import { applyReconciled, listAlerts } from '../../src/store/alerts.ts';
import { insertJob } from '../../src/store/jobs.ts';
import { alerts, calls, deliveries, jobs } from '../../src/store/schema.ts';
import { noteSign } from '../../src/store/signs.ts';
import { tellAlerts } from '../../src/tell-alerts.ts';
import { catchMetrics } from '../support/catch-metrics.ts';
import { db, testEnv } from '../support/worker-env.ts';

const SECRET = `whsec_${btoa('alert-secret-of-thirty-two-bytes')}`;
const URL = 'https://alerts.example/hook';
const env = { ...testEnv, ALERT_URL: URL, ALERT_SECRET: SECRET } as Env;
const START = Date.now();
const minute = (n: number) => START + n * 60_000;

interface Sent {
  readonly headers: Record<string, string>;
  readonly body: string;
}
let sent: Sent[] = [];
let answers: number[] = [];
beforeEach(() => {
  sent = [];
  answers = [];
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    expect([String(input), init?.redirect]).toEqual([URL, 'manual']);
    sent.push({ headers: Object.fromEntries(new Headers(init?.headers)), body: String(init?.body) });
    return new Response(null, { status: answers.shift() ?? 200 });
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await db.delete(alerts);
  await db.delete(jobs);
  await db.delete(deliveries);
  await testEnv.DB.prepare('delete from signs').run();
});

async function givenDeadJob(): Promise<void> {
  await insertJob(db, { kind: 'sweep_storage', subject: crypto.randomUUID() }, START);
  await db.update(jobs).set({ status: 'dead', code: 'gone', endedAt: START });
}
/** How many messages there were after each of these minutes. */
async function toldAfter(minutes: readonly number[]): Promise<number[]> {
  const counts: number[] = [];
  for (const n of minutes) {
    await watchInstallation(env, minute(n));
    counts.push(sent.length);
  }
  return counts;
}
const BREACH = { kind: 'line_down', code: 'c', count: 1 } as const;
/** How many messages each of these minutes brought, with nothing new. */
async function toldEach(minutes: readonly number[]): Promise<number[]> {
  const counts: number[] = [];
  for (const n of minutes) {
    const before = sent.length;
    await tellAlerts(env, minute(n));
    counts.push(sent.length - before);
  }
  return counts;
}
const told = () => sent.map(({ body }) => (JSON.parse(body) as { type: string; kind: string }).type);
const open = async () => (await listAlerts(db, { limit: 10, cursor: null, open: true })).items;

it('tells once of what is wrong, however often it looks, and once that it is over (U31, S1-K7)', async () => {
  await givenDeadJob();
  for (const n of [0, 1, 2, 3]) await watchInstallation(env, minute(n));
  expect(told()).toEqual(['alert.opened']);
  expect(await open()).toMatchObject([{ kind: 'dead_letters', code: 'jobs_dead', count: 1, toldAt: minute(0) }]);
  await db.delete(jobs);
  for (const n of [4, 17, 18, 19]) await watchInstallation(env, minute(n));
  expect(told()).toEqual(['alert.opened', 'alert.resolved']);
  expect(await open()).toEqual([]);
});

it('is signed by Standard Webhooks, so that the listener knows whom it is from (C66)', async () => {
  await givenDeadJob();
  await watchInstallation(env, Date.now());
  const [{ headers, body }] = sent as [Sent];
  expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({ type: 'alert.opened', kind: 'dead_letters' });
  expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow();
});

it('holds a kind, a code, a count and a link, and nothing else (HS-09)', async () => {
  await givenDeadJob();
  await watchInstallation(env, START);
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
    ...{ type: 'alert.opened', kind: 'dead_letters', subject: 'jobs', code: 'jobs_dead', count: 1 },
    alert_id: expect.stringMatching(/^alr_/),
    url: expect.stringMatching(/^https?:\/\/[^/]+\/dashboard\/alerts$/),
  });
});

it('is told again after one minute, then two, until the listener takes it (C77)', async () => {
  await givenDeadJob();
  answers = [500, 302, 200];
  expect(await toldAfter([0, 1, 2, 3, 4, 9])).toEqual([1, 2, 2, 3, 3, 3]);
  expect(told()).toEqual(['alert.opened', 'alert.opened', 'alert.opened']);
  // By one id, so that a listener who took it in spite of its answer knows it again.
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('that nobody takes keeps no newer one from being told, and its end is told at once (C77)', async () => {
  const breaches = Array.from({ length: 25 }, (_, n) => ({ ...BREACH, subject: `old-${n}` }));
  await applyReconciled(db, { open: breaches, seen: [], close: [] }, minute(0));
  vi.mocked(globalThis.fetch).mockImplementation(async (_, init) => {
    const { subject, type } = JSON.parse(String(init?.body)) as { subject: string; type: string };
    sent.push({ headers: {}, body: JSON.stringify({ type: `${type} ${subject}` }) });
    return new Response(null, { status: subject === 'new' ? 200 : 500 });
  });
  // All that was never told comes before what is told again.
  expect(await toldEach([0, 1])).toEqual([20, 20]);
  const tries = new Set(told().slice(0, 25));
  expect(tries.size).toBe(25);
  await applyReconciled(db, { open: [{ ...BREACH, subject: 'new' }], seen: [], close: [] }, minute(1));
  await tellAlerts(env, minute(1));
  expect(told()).toContain('alert.opened new');
  const one = (await listAlerts(db, { limit: 200, cursor: null })).items.find(({ subject }) => subject === 'new');
  expect(one).toMatchObject({ toldAt: minute(1), tellTries: 0 });
  await applyReconciled(db, { open: [], seen: [], close: [one?.id ?? ''] }, minute(2));
  await tellAlerts(env, minute(2));
  expect(told()).toContain('alert.resolved new');
});

it('opens without a listener all the same, and goes unsigned without a secret', async () => {
  await givenDeadJob();
  await watchInstallation({ ...testEnv, ALERT_URL: '' } as Env, minute(0));
  expect([await open(), sent]).toMatchObject([[{ kind: 'dead_letters' }], []]);
  await db.delete(alerts);
  await watchInstallation({ ...testEnv, ALERT_URL: URL } as Env, minute(1));
  expect(sent[0]?.headers['webhook-signature']).toBeUndefined();
});

it('of notes that were given up is told once for each system that is out, and not as work as well (C66, C77)', async () => {
  const givenUp = async (sink: string, n: number) => {
    const id = `dlv_${sink}${n}`;
    const note = { callId: `call_${n}`, noteVersion: 1, sink, createdAt: START };
    await db.insert(deliveries).values({ ...note, id, status: 'dead', code: 'answered_503' });
    await insertJob(db, { kind: 'deliver', subject: id }, START);
    await db.update(jobs).set({ status: 'dead' });
  };
  for (const n of [1, 2, 3]) await givenUp('backend', n);
  for (const n of [0, 1, 2]) await watchInstallation(env, minute(n));
  expect(await open()).toMatchObject([{ kind: 'dead_letters', subject: 'deliveries_backend', count: 3 }]);
  await givenUp('fhir', 1);
  await watchInstallation(env, minute(3));
  expect(told()).toEqual(['alert.opened', 'alert.opened']);
  await db.delete(deliveries);
  for (const n of [4, 19]) await watchInstallation(env, minute(n));
  expect([await open(), told().slice(2)]).toEqual([[], ['alert.resolved', 'alert.resolved']]);
});

describe('the line is down (C77)', () => {
  afterEach(async () => {
    await db.delete(calls);
  });
  const givenFailedDials = (error: string, many: number) =>
    db.insert(calls).values(
      Array.from({ length: many }, (_, n) => ({
        ...{ id: `call_${crypto.randomUUID()}`, patientId: 'pat_1', direction: 'outbound', status: 'failed', error },
        ...{ language: 'en', questionnaireId: 'adult-intake', questionnaireVersion: 1, attempt: 1, sealed: '' },
        ...{
          identity: 'not_checked',
          answeredBy: 'unknown',
          consentCollection: 'none',
          consentRecording: 'none',
          recordingStatus: 'none',
        },
        createdAt: minute(-1) - n,
      })),
    );

  it.each([
    ['telnyx_10010', '10010'],
    ['dial_unknown', 'dial_unknown'],
  ])('when three dials in a row ended with %s', async (error, code) => {
    await givenFailedDials(error, 2);
    await watchInstallation(env, minute(0));
    expect(await open()).toEqual([]);
    await givenFailedDials(error, 1);
    await watchInstallation(env, minute(1));
    expect(await open()).toMatchObject([{ kind: 'line_down', subject: 'dials', code, count: 3 }]);
  });

  it('not when they failed for what one patient’s number or file was', async () => {
    await givenFailedDials('patient_unreadable', 5);
    await watchInstallation(env, minute(0));
    expect(await open()).toEqual([]);
  });

  it('when work that is due is begun by nobody', async () => {
    await insertJob(db, { kind: 'sweep_storage', subject: crypto.randomUUID() }, START);
    await watchInstallation(env, minute(15) - 1);
    expect(await open()).toEqual([]);
    await watchInstallation(env, minute(15));
    expect(await open()).toMatchObject([{ kind: 'line_down', subject: 'queues', code: 'queue_silent', count: 1 }]);
  });
});

it('tells of a line the second barrier of the log held back (LG-04)', async () => {
  log.info('fuzz', { reason: 'call +12025550143' });
  await watchInstallation(env, minute(0));
  expect(await open()).toMatchObject([{ kind: 'redaction', subject: 'log' }]);
});

it('tells of a broken audit for as long as the last look says so (X12)', async () => {
  await noteSign(db, 'audit', { at: minute(0), code: 'audit_break' });
  await watchInstallation(env, minute(0));
  expect(await open()).toMatchObject([{ kind: 'audit_break' }]);
});

it('counts what opened and closed into one point for each kind', async () => {
  const points = catchMetrics();
  await givenDeadJob();
  await watchInstallation(env, minute(0));
  await db.delete(jobs);
  await watchInstallation(env, minute(18));
  expect(points).toEqual([
    { indexes: ['alert'], blobs: ['alert', 'opened', 'dead_letters'], doubles: [1, 0] },
    { indexes: ['alert'], blobs: ['alert', 'closed', 'dead_letters'], doubles: [1, 0] },
  ]);
});
