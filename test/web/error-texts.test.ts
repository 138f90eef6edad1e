/**
 * Whatever fails, what it said gets nowhere: databases quote the values of a query, and vendors what they were sent (LG-03). In every
 * layer the error holds a patient, and neither a log line nor an answer does.
 */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { catchMetrics, type Point } from '../support/catch-metrics.ts';
import { encodingsOf } from '../support/encodings.ts';
import { refused } from '../support/fake-telnyx.ts';
import { deliverJobOf, givenNote, sinkEnv, triedDelivery } from '../support/given-delivery.ts';
import { catchHints, consume, dialerNamed } from '../support/given-dialer.ts';
import { catchJobHints, deliver, hintOf } from '../support/given-jobs.ts';
import { fetched, fetchJobOf, givenPending } from '../support/given-recording.ts';
import { givenSession, givenTelnyx } from '../support/given-session.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';
import { delivery, type GivenApp, givenApp } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';

/** Written so that the second barrier of the log would let them through. */
const WHO = ['Zephyrine Quimbleton', '3035550177', '03191947'] as const;
const TEXT = `D1_ERROR: ${WHO.join(', ')} in insert into patients`;
const failing = (): Promise<never> => Promise.reject(new Error(TEXT, { cause: new TypeError(TEXT) }));

let lines: Record<string, unknown>[];
let points: Point[];
afterEach(restore);

/** Queries that match fail, and with them the batches they are in. */
function breakDatabase(when = /./): void {
  const { prepare, batch } = testEnv.DB;
  const broken = new Set<unknown>();
  vi.spyOn(testEnv.DB, 'prepare').mockImplementation((query) => {
    if (!when.test(query)) return prepare.call(testEnv.DB, query);
    const statement = { bind: () => statement, first: failing, run: failing, all: failing, raw: failing };
    broken.add(statement);
    return statement as unknown as D1PreparedStatement;
  });
  vi.spyOn(testEnv.DB, 'batch').mockImplementation((statements) =>
    statements.some((each) => broken.has(each)) ? failing() : batch.call(testEnv.DB, statements as never),
  );
}

/** Something was said of it, and nothing of whom it was about. */
function expectSilence(event: string, answer = ''): void {
  expect(lines.map((line) => line['event'])).toContain(event);
  const written = `${JSON.stringify(lines)}\n${JSON.stringify(points)}\n${answer}`;
  for (const form of [...WHO, 'D1_ERROR', 'Failed query', 'insert into'].flatMap(encodingsOf))
    expect(written).not.toContain(form);
}

describe('a request', () => {
  let given: GivenApp;
  beforeEach(async () => {
    given = givenApp({ ALERT_URL: 'https://pager.example/hook', PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
    catchJobHints();
    // Signed in, before anything fails.
    await given.request('/api/calls');
    [lines, points] = [catchLog(), catchMetrics()];
  });

  const patient = {
    ...{ first_name: 'Zephyrine', last_name: 'Quimbleton', date_of_birth: '1947-03-19', phone_number: '+13035550177' },
    consent: { basis: 'verbal', obtained_at: '2026-11-01T15:00:00Z', obtained_by: 'desk', evidence: 'form' },
  };
  it.each<[string, string, object | null, RegExp]>([
    ['GET', '/api/calls', null, /from "calls"/],
    ['GET', '/dashboard/calls', null, /from "calls"/],
    ['GET', '/dashboard/fragments/tasks', null, /from "tasks"/],
    ['POST', '/api/patients', patient, /into "patients"/],
    ['GET', '/api/calls', null, /./],
    ['GET', '/dashboard/today', null, /./],
  ])('%s %s says only that it failed when D1 does (LG-03)', async (method, path, body, when) => {
    breakDatabase(when);
    const response = await (body === null ? given.request(path) : given.send(method, path, body));
    expect(response.status).toBeGreaterThanOrEqual(500);
    expectSilence('request.failed', `${await response.text()} ${JSON.stringify([...response.headers])}`);
  });

  it('that looks at the bucket says only that it failed when R2 does (LG-03)', async () => {
    for (const method of ['get', 'head', 'put'] as const) vi.spyOn(testEnv.BUCKET, method).mockImplementation(failing);
    handOnProbes();
    const response = await given.request('/api/doctor');
    expect(response.status).toBe(200);
    expectSilence('audit', await response.text());
  });

  it('that asks somebody outside says only that they did not take it (LG-03)', async () => {
    vi.mocked(globalThis.fetch).mockImplementation(failing);
    const response = await given.send('POST', '/api/alerts/test', {});
    expect(response.status).toBe(409);
    expectSilence('alert.test_failed', await response.text());
  });

  it('of which nobody knows what was thrown says only its kind (LG-03)', async () => {
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
      throw TEXT;
    });
    const response = await given.request('/api/calls');
    expect(response.status).toBe(500);
    expectSilence('request.failed', await response.text());
    expect(lines.find(({ event }) => event === 'request.failed')).toMatchObject({ kind: expect.any(String) });
  });

  it('by webhook is answered 503 and nothing else when its session or D1 fails (LG-03)', async () => {
    breakDatabase();
    given.session.receive = failing;
    const client_state = btoa(JSON.stringify({ s: `call_${crypto.randomUUID()}`, q: 'dial', n: 0 }));
    const payload = {
      call_control_id: 'v3:c',
      call_leg_id: 'l',
      call_session_id: 's',
      client_state,
      to: '+13035550177',
    };
    const data = { record_type: 'event', event_type: 'call.hangup', id: 'ev-1', occurred_at: '2026-11-20T15:00:00Z' };
    const context = createExecutionContext();
    const request = await delivery(JSON.stringify({ data: { ...data, payload } }));
    const response = await given.app.request(request, undefined, given.env, context);
    await waitOnExecutionContext(context);
    expect([response.status, await response.text()]).toEqual([503, '']);
    expectSilence('webhook.not_stored');
  });
});

describe('behind a request', () => {
  beforeEach(() => {
    stopClock();
    catchJobHints();
    [lines, points] = [catchLog(), catchMetrics()];
  });

  it('a command that Telnyx refuses leaves its code alone, and one that does not arrive that it did not (LG-03)', async () => {
    const call = await givenSession();
    call.telnyx.next('gather_using_speak', refused(422, '10015', TEXT), failing as never);
    await call.answered();
    expectSilence('command.failed');
    expect(lines.filter(({ event }) => event === 'command.failed').map(({ code }) => code)).toEqual(
      expect.arrayContaining(['10015']),
    );
  });

  it('a call that D1 does not take is tried again without a word of why (LG-03)', async () => {
    const call = await givenSession();
    await call.answered();
    breakDatabase();
    await call.hangup();
    await call.after(5000);
    expectSilence('command.failed');
    restore();
  });

  it.each([/from "attempts"/, /from "calls"/, /./])(
    'a dial that D1 stops is told by its name (%s) (LG-03)',
    async (when) => {
      givenTelnyx();
      catchHints();
      const { attemptId, callId } = await givenPlacedCall();
      await dialerNamed().enqueue(attemptId, callId);
      breakDatabase(when);
      expect(await consume({ attempt_id: attemptId, call_id: callId })).toEqual({ acked: 0, retried: 1 });
      expectSilence('dial.failed');
    },
  );

  it('a job that D1 stops is told by its name (LG-03)', async () => {
    const call = await givenPending();
    const hint = hintOf(await fetchJobOf(call));
    breakDatabase();
    expect(await deliver(hint)).toEqual({ acked: 0, retried: 1 });
    expectSilence('job.not_run');
  });

  it.each<[string, () => unknown]>([
    ['R2', () => vi.spyOn(testEnv.BUCKET, 'put').mockImplementation(failing)],
    ['D1', () => breakDatabase(/"recordings"/)],
  ])('a recording that %s does not take has failed by code (LG-03)', async (_, breakIt) => {
    const call = await givenPending();
    breakIt();
    const { code } = await fetched(call).catch(() => ({ code: 'error' }));
    expect(code).toMatch(/^[a-z_]+$/);
    expectSilence('job.failed');
  });

  it('a recording that cannot be had has failed by code (LG-03)', async () => {
    const call = await givenPending();
    call.telnyx.always('download', failing as never).always('retrieve_recording', refused(503, '10007', TEXT));
    call.telnyx.always('list_recordings', failing as never);
    await fetched(call);
    expectSilence('job.failed');
  });

  it.each<[string, () => Promise<Response>]>([
    ['cannot be reached', failing],
    ['quotes what it was sent', async () => new Response(TEXT, { status: 500, headers: { 'X-Error': 'Quimbleton' } })],
    ['refuses it', async () => new Response(TEXT, { status: 422 })],
  ])('a note for a system that %s has failed by code (LG-03)', async (_, answer) => {
    const placed = await givenNote();
    vi.spyOn(globalThis, 'fetch').mockImplementation(answer);
    const { job } = await triedDelivery(placed);
    expect(job.code).toMatch(/^[a-z0-9_]+$/);
    const { kind } = await deliverJobOf(placed);
    expect(kind).toBe('deliver');
    expectSilence(lines.some(({ event }) => event === 'job.dead') ? 'job.dead' : 'job.failed', JSON.stringify(job));
  });

  it('the cron says what failed by name, and throws nothing the platform would write down (LG-03)', async () => {
    breakDatabase();
    vi.spyOn(globalThis, 'fetch').mockImplementation(failing);
    const controller = createScheduledController({ cron: '* * * * *', scheduledTime: new Date() });
    await worker.scheduled(controller, testEnv);
    expectSilence('sweep.failed');
  });

  it('an alert that nobody takes is told by its name (LG-03)', async () => {
    await db.$client.prepare("insert into signs (name, at, code) values ('redaction', ?, 'x')").bind(Date.now()).run();
    vi.spyOn(globalThis, 'fetch').mockImplementation(failing);
    const env = { ...testEnv, ALERT_URL: 'https://pager.example/hook' } as Env;
    later(1);
    await worker.scheduled(createScheduledController({ cron: '* * * * *', scheduledTime: new Date() }), env);
    expectSilence('alert.not_sent');
  });

  it('a note for a system that is not set up ends without a word of whom it is about (LG-03)', async () => {
    const placed = await givenNote();
    await triedDelivery(placed, 1, sinkEnv({ SINK_BACKEND_URL: '' }));
    expectSilence('job.dead');
  });
});
