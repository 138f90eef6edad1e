/** /api/sinks, /api/deliveries and /api/storage/test: who sees and does what, in ids and codes alone (C66, S1-E14). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runJob } from '../../src/outbox/run-job.ts';
import { findJob } from '../../src/store/jobs.ts';
import { deliveries, jobs } from '../../src/store/schema.ts';
import { ROLES } from '../../src/store/staff.ts';
import { BACKEND, givenReceiver, type Receiver, says, takes } from '../support/given-delivery.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall, noteFor } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const UNKNOWN = 'dlv_0199f3c2-7f4e-7000-8000-000000000001';

let given: GivenApp;
let hints: JobHints;
beforeEach(async () => {
  hints = catchJobHints();
  given = givenApp(BACKEND);
  await given.db.delete(jobs);
  await given.db.delete(deliveries);
});
afterEach(() => vi.restoreAllMocks());

type Json = Record<string, unknown>;
const jsonOf = async (response: Response) => (await response.json()) as Json;
const codeOf = async (response: Response) => [response.status, (await jsonOf(response))['code']];
const get = async (path: string) => jsonOf(await given.request(path));
const items = async (path: string) => (await get(path))['items'] as Json[];

/** A receiver beside the keys that the app asks for. */
function receiving(...answers: readonly Receiver[]) {
  const keys = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
  const sent = givenReceiver(...answers);
  const toSink = vi.mocked(globalThis.fetch).getMockImplementation() as typeof fetch;
  vi.mocked(globalThis.fetch).mockImplementation((input, init) =>
    String(input) === BACKEND.SINK_BACKEND_URL ? toSink(input, init) : keys(input, init),
  );
  return sent;
}

/** The id of the delivery of a call that has just ended. */
async function givenDelivery(): Promise<{ id: string; callId: string }> {
  const made = await givenCall(given);
  await endCall(given, made);
  const [item] = await items(`/api/deliveries?call_id=${made.call.id}`);
  return { id: String(item?.['delivery_id']), callId: made.call.id };
}
async function tried({ id }: { id: string }): Promise<void> {
  const job = await findJob(given.db, 'deliver', id);
  await runJob(given.env, job?.id ?? '');
}

const EARLIER = { sink: 'backend', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };

describe('who may', () => {
  it.each([
    ['GET', '/api/sinks', ['admin', 'clinician', 'auditor'], 200],
    ['GET', '/api/deliveries', ['admin', 'clinician', 'auditor'], 200],
    ['GET', `/api/deliveries/${UNKNOWN}`, ['admin', 'clinician', 'auditor'], 404],
    ['POST', `/api/deliveries/${UNKNOWN}/retry`, ['admin'], 404],
    ['POST', '/api/deliveries/retry', ['admin'], 202],
    ['POST', '/api/sinks/test', ['admin'], 200],
    ['GET', '/api/deliveries/earlier', ['admin', 'clinician', 'auditor'], 200],
    ['POST', '/api/deliveries/earlier', ['admin'], 202],
    ['POST', '/api/storage/test', ['admin'], 200],
  ] as const)('%s %s: %j (HS-11)', async (method, path, allowed, status) => {
    receiving(takes);
    for (const role of ROLES) {
      const token = await tokenOf(given, role);
      const named = path.endsWith('sinks/test') ? { sink: 'backend' } : { status: 'dead' };
      const body = path.endsWith('earlier') ? EARLIER : named;
      const sends = method === 'POST' && !path.includes(UNKNOWN) && !path.startsWith('/api/storage');
      const response = sends
        ? await given.send(method, path, body, { token })
        : await given.request(path, { method, token });
      expect([role, response.status]).toEqual([role, (allowed as readonly string[]).includes(role) ? status : 403]);
      await response.text();
    }
  });
});

describe('a delivery', () => {
  it('is there from the moment of its note, in ids and codes', async () => {
    const { id, callId } = await givenDelivery();
    const expected = {
      ...{ delivery_id: id, call_id: callId, note_version: 1, part: 'note', sink: 'backend', status: 'queued' },
      ...{ attempts: 0 },
      ...{ code: null, what_happened: null, failed_at: null, ended_at: null, delivered_at: null },
      ...{ created_at: expect.stringMatching(/Z$/), next_try_at: expect.stringMatching(/Z$/) },
    };
    expect(await get(`/api/deliveries/${id}`)).toEqual(expected);
    expect(await get('/api/deliveries')).toEqual({ items: [expected], next_cursor: null });
    expect(given.logged('audit').find(({ audit }) => audit === 'delivery.read')).toMatchObject({ delivery_id: id });
  });

  it('is not made where no system is set up', async () => {
    given = givenApp();
    const made = await givenCall(given);
    await endCall(given, made);
    expect(await items('/api/deliveries')).toEqual([]);
    expect(await items('/api/sinks')).toEqual([]);
  });

  it('says in words why a try failed and when the next one is', async () => {
    receiving(says(503));
    const made = await givenDelivery();
    await tried(made);
    const item = await get(`/api/deliveries/${made.id}`);
    expect(item).toMatchObject({
      ...{ status: 'queued', attempts: 1, code: 'answered_503' },
      what_happened: 'The system answered 503: it did not work at that time.',
    });
    expect(Date.parse(String(item['next_try_at'])) - Date.now()).toBeGreaterThan(5000);
  });

  it('is found by status, system and call, page by page, each once', async () => {
    receiving(takes, says(422), takes);
    const made = [];
    for (let n = 0; n < 5; n += 1) made.push(await givenDelivery());
    for (const one of made.slice(0, 3)) await tried(one);
    const ids = async (query: string) => (await items(`/api/deliveries?${query}`)).map((item) => item['delivery_id']);
    expect(await ids('status=dead')).toEqual([made[1]?.id]);
    expect(await ids('status=delivered')).toHaveLength(2);
    expect(await ids(`call_id=${made[4]?.callId}`)).toEqual([made[4]?.id]);
    expect(await ids('sink=backend')).toHaveLength(5);
    const found: unknown[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const page: Json = await get(`/api/deliveries?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      found.push(...(page['items'] as Json[]).map((item) => item['delivery_id']));
      next = page['next_cursor'] as string | null;
    }
    expect(found).toHaveLength(5);
    expect(new Set(found)).toEqual(new Set(made.map(({ id }) => id)));
  });

  it.each(['status=lost', 'sink=elsewhere', 'call_id=1', 'cursor=1.job_1', 'limit=0', 'limit=201', 'x=1'])(
    'is not looked for by %s',
    async (query) => {
      expect((await given.request(`/api/deliveries?${query}`)).status).toBe(422);
    },
  );

  it.each(['retry', ''])('of an id nobody knows, or that is none, is 404: %s', async (verb) => {
    const method = verb === '' ? 'GET' : 'POST';
    for (const id of [UNKNOWN, 'dlv_1', 'job_0199f3c2-7f4e-7000-8000-000000000001'])
      expect((await given.request(`/api/deliveries/${id}${verb && `/${verb}`}`, { method })).status).toBe(404);
  });
});

describe('sending again', () => {
  const retry = (id: string) => given.request(`/api/deliveries/${id}/retry`, { method: 'POST' });

  it.each<[string, Receiver]>([
    ['what was delivered', takes],
    ['what was given up', says(410)],
    ['what waits for its next try', says(500)],
  ])('%s is due at once, under the same id', async (_, answer) => {
    const sent = receiving(answer, takes);
    const made = await givenDelivery();
    await tried(made);
    hints.take();
    const response = await retry(made.id);
    expect(response.status).toBe(202);
    expect(await jsonOf(response)).toMatchObject({ delivery_id: made.id, status: 'queued', ended_at: null });
    expect(hints.take()).toHaveLength(1);
    await tried(made);
    expect(await get(`/api/deliveries/${made.id}`)).toMatchObject({ status: 'delivered', attempts: 2 });
    expect(sent.map(({ id }) => id)).toEqual([made.id, made.id]);
    expect(given.logged('delivery.sent_again')).toMatchObject([{ delivery_id: made.id }]);
  });

  it('what is being sent, or was called off, is refused and says why', async () => {
    const made = await givenDelivery();
    await given.db.update(deliveries).set({ status: 'running' });
    expect(await codeOf(await retry(made.id))).toEqual([409, 'being_sent']);
    for (const [code, why] of [
      ['erased', 'The patient was erased'],
      ['superseded', 'a later version was there already'],
    ]) {
      await given.db.update(deliveries).set({ status: 'canceled', code });
      const detail = expect.stringContaining(String(why));
      expect(await jsonOf(await retry(made.id))).toMatchObject({ status: 409, code: 'canceled', detail });
    }
  });

  it('everything that was given up goes out again, and nothing else', async () => {
    const sent = receiving(says(410), says(410), takes);
    const made = [await givenDelivery(), await givenDelivery(), await givenDelivery()];
    for (const one of made) await tried(one);
    const again = await given.send('POST', '/api/deliveries/retry', { status: 'dead', sink: 'backend' });
    expect([again.status, await jsonOf(again)]).toEqual([202, { count: 2 }]);
    expect(await items('/api/deliveries?status=queued')).toHaveLength(2);
    for (const one of made) await tried(one);
    expect(await items('/api/deliveries?status=delivered')).toHaveLength(3);
    expect(sent).toHaveLength(5);
    expect(await jsonOf(await given.send('POST', '/api/deliveries/retry', { status: 'dead' }))).toEqual({ count: 0 });
  });

  it.each([{}, { status: 'delivered' }, { status: 'dead', sink: 'x' }, { status: 'dead', all: true }])(
    'everything takes no other body: %j',
    async (body) => {
      expect((await given.send('POST', '/api/deliveries/retry', body)).status).toBe(422);
    },
  );
});

describe('the systems', () => {
  it('are shown by host, with what waits, what failed and what got through, and no key or secret', async () => {
    receiving(takes, says(401), says(503));
    const fresh = { sink: 'backend', host: 'ehr.example', has_key: true, is_signed: true, waiting: 0, dead: 0 };
    expect(await items('/api/sinks')).toEqual([{ ...fresh, last_success_at: null, last_failure: null }]);
    for (const one of [await givenDelivery(), await givenDelivery(), await givenDelivery()]) await tried(one);
    await givenDelivery();
    const text = await (await given.request('/api/sinks')).text();
    expect(JSON.parse(text)).toMatchObject({
      items: [
        {
          ...{ sink: 'backend', waiting: 2, dead: 1 },
          last_success_at: expect.stringMatching(/Z$/),
          last_failure: { code: 'answered_503' },
        },
      ],
    });
    expect(`${text}${given.lines.join('')}`).not.toMatch(/canary|whsec|\/intake/);
  });

  it('get a signed test without anything of a patient; what came back is told as a code', async () => {
    const sent = receiving(takes, says(401));
    const test = () => given.send('POST', '/api/sinks/test', { sink: 'backend' });
    expect(await jsonOf(await test())).toEqual({
      ...{ sink: 'backend', ok: true, code: null, what_happened: null, http_status: 200 },
      duration_ms: expect.any(Number),
    });
    expect(await jsonOf(await test())).toMatchObject({ ok: false, code: 'answered_401', http_status: 401 });
    expect(sent.map(({ body }) => body)).toEqual([{ test: true }, { test: true }]);
    expect(given.lines.join('')).not.toMatch(/canary/i);
    expect(await items('/api/deliveries')).toEqual([]);
  });

  it('that are not set up, or that nobody knows, get no test', async () => {
    given = givenApp();
    expect(await codeOf(await given.send('POST', '/api/sinks/test', { sink: 'backend' }))).toEqual([409, 'sink_off']);
    expect((await given.send('POST', '/api/sinks/test', { sink: 'nothing' })).status).toBe(422);
  });
});

describe('a delivery that will never be taken', () => {
  it('is put away with its work: no dead letter any more; whoever thinks again sends it again (S2-L5)', async () => {
    receiving(says(422), takes);
    const made = await givenDelivery();
    await tried(made);
    const job = await findJob(given.db, 'deliver', made.id);
    const dead = async () => (await items('/api/sinks'))[0]?.['dead'];
    expect(await dead()).toBe(1);
    expect((await given.request(`/api/jobs/${job?.id}/dismiss`, { method: 'POST' })).status).toBe(200);
    expect(await get(`/api/deliveries/${made.id}`)).toMatchObject({
      ...{ status: 'canceled', code: 'put_away', next_try_at: null },
      what_happened: expect.stringContaining('Somebody put it away'),
    });
    expect(await dead()).toBe(0);
    expect((await given.send('POST', '/api/deliveries/retry', { status: 'dead' })).status).toBe(202);
    expect((await get(`/api/deliveries/${made.id}`))['status']).toBe('canceled');
    expect((await given.request(`/api/deliveries/${made.id}/retry`, { method: 'POST' })).status).toBe(202);
    await tried(made);
    expect((await get(`/api/deliveries/${made.id}`))['status']).toBe('delivered');
  });

  it('other work that is put away leaves every delivery as it is', async () => {
    const made = await givenDelivery();
    await given.db.update(deliveries).set({ status: 'dead' });
    await given.db.update(jobs).set({ status: 'dead', kind: 'fetch_recording' });
    const [job] = await given.db.select().from(jobs);
    expect((await given.request(`/api/jobs/${job?.id}/dismiss`, { method: 'POST' })).status).toBe(200);
    expect((await get(`/api/deliveries/${made.id}`))['status']).toBe('dead');
  });
});

describe('earlier notes', () => {
  const ask = (changes = {}) => given.send('POST', '/api/deliveries/earlier', { ...EARLIER, ...changes });

  it('are asked for by system and span, once, and it is told how that stands', async () => {
    const response = await ask();
    expect(response.status).toBe(202);
    const asked = (await response.json()) as Json;
    const span = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' };
    expect(asked).toMatchObject({ ...span, sink: 'backend', status: 'waiting', sent: 0, code: null, ended_at: null });
    expect(((await (await ask()).json()) as Json)['job_id']).toBe(asked['job_id']);
    await runJob(given.env, String(asked['job_id']));
    expect(await items('/api/deliveries/earlier')).toMatchObject([{ job_id: asked['job_id'], status: 'done' }]);
    expect(given.logged('audit').some(({ audit }) => audit === 'delivery.send_earlier')).toBe(true);
  });

  it('are refused for a system that is off, and for a span that makes no sense, which is told', async () => {
    expect(await codeOf(await ask({ sink: 'alert' }))).toEqual([409, 'sink_off']);
    for (const [changes, code] of [
      [{ to: EARLIER.from }, 'empty'],
      [{ from: '2020-01-01T00:00:00Z' }, 'too_long'],
    ] as const) {
      const response = await ask(changes);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ errors: [{ pointer: '/to', code }] });
    }
  });
});

describe('an early version', () => {
  it('that a FHIR server has a later one of is not sent again: it would take its place', async () => {
    given = givenApp({ FHIR_BASE: 'https://fhir.example/r4', FHIR_TOKEN: 'canary' });
    const made = await givenCall(given);
    await endCall(given, made);
    await given.db.update(deliveries).set({ status: 'delivered', attempts: 1, endedAt: 5, deliveredAt: 5 });
    const [first] = await given.db.select().from(deliveries);
    await given.db.insert(deliveries).values({ ...first!, id: UNKNOWN, noteVersion: 2 });
    const again = (id = '') => given.request(`/api/deliveries/${id}/retry`, { method: 'POST' });
    expect(await codeOf(await again(first?.id))).toEqual([409, 'superseded']);
    expect(await get(`/api/deliveries/${first?.id}`)).toMatchObject({ status: 'delivered' });
    expect((await again(UNKNOWN)).status).toBe(202);
  });
});

describe('the storage', () => {
  const test = async () => jsonOf(await given.request('/api/storage/test', { method: 'POST' }));
  const onlyHere = () => {
    given = givenApp();
  };

  it('is written, read and cleared of its probe (S1-E14)', async () => {
    onlyHere();
    expect(await test()).toEqual({ ok: true, code: null, sinks: [] });
    expect((await given.env.BUCKET.list({ prefix: 'probes/' })).objects).toEqual([]);
  });

  it('is tried with every system that is set up, each with a test of its own (S1-E14)', async () => {
    given = givenApp({ ...BACKEND, SINK_R2: 'on' });
    const sent = receiving(takes, says(503));
    expect(await test()).toMatchObject({
      ...{ ok: true, code: null },
      sinks: [
        { sink: 'backend', ok: true, http_status: 200 },
        { sink: 'r2', ok: true, http_status: null },
      ],
    });
    expect(sent.map(({ body }) => body)).toEqual([{ test: true }]);
    expect((await given.env.BUCKET.list({ prefix: 'archive/' })).objects).toEqual([]);
    expect(await test()).toMatchObject({
      ok: false,
      code: null,
      sinks: [
        { sink: 'backend', ok: false, code: 'answered_503' },
        { sink: 'r2', ok: true },
      ],
    });
  });

  it.each([
    ['put', 'not_written'],
    ['get', 'not_read'],
    ['delete', 'not_deleted'],
  ] as const)('that fails at %s says so, and nothing from inside', async (step, code) => {
    onlyHere();
    vi.spyOn(given.env.BUCKET, step).mockRejectedValue(new Error('Canary'));
    expect(await test()).toEqual({ ok: false, code, sinks: [] });
  });

  it('that gives back other bytes is told', async () => {
    onlyHere();
    vi.spyOn(given.env.BUCKET, 'get').mockResolvedValue(null);
    expect(await test()).toEqual({ ok: false, code: 'not_the_same', sinks: [] });
  });
});

it('another version of a note is another delivery', async () => {
  const made = await givenCall(given);
  await endCall(given, made);
  await endCall(given, made, { note: { ...noteFor(made), note_id: `${noteFor(made).note_id}_2`, version: 2 } });
  const found = await items(`/api/deliveries?call_id=${made.call.id}`);
  expect(found.map((item) => item['note_version']).toSorted()).toEqual([1, 2]);
  expect(new Set(found.map((item) => item['delivery_id'])).size).toBe(2);
});
