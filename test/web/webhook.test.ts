import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSigns } from '../../src/store/signs.ts';
import { inboundCallId } from '../../src/telnyx/inbound-call-id.ts';
import { delivery, type GivenApp, givenApp, ORIGIN } from './given-app.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const CALL_ID = 'call_0199f3c2-7f4e-7000-8000-000000000001';
const clientState = btoa(JSON.stringify({ s: CALL_ID, q: 'dial', n: 0 }));
const eventBody = (payload: Record<string, unknown> = {}, eventType = 'call.hangup', id = 'ev-1') =>
  JSON.stringify({
    data: {
      record_type: 'event',
      event_type: eventType,
      id,
      occurred_at: '2026-11-20T15:00:00.000000Z',
      payload: {
        call_control_id: 'v3:c',
        call_leg_id: 'l',
        call_session_id: 's',
        connection_id: '1',
        client_state: clientState,
        from: '+12025550100',
        to: '+12025550143',
        hangup_cause: 'normal_clearing',
        hangup_source: 'caller',
        ...payload,
      },
    },
    meta: { attempt: 1, delivered_to: 'https://intake.example/webhooks/telnyx' },
  });

const deliver = async (body: string, options: Parameters<typeof delivery>[1] = {}) =>
  given.app.request(await delivery(body, options), undefined, given.env);
const bare = (init: RequestInit) => given.app.request(`${ORIGIN}/webhooks/telnyx`, init, given.env);

describe('POST /webhooks/telnyx', () => {
  it('gives a signed event to its session and answers an empty 200 (S1-E16, S2-E09)', async () => {
    const response = await deliver(eventBody());
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(given.session.receive).toHaveBeenCalledWith(
      expect.objectContaining({ id: 'ev-1', type: 'call.hangup', cause: 'normal_clearing' }),
    );
  });

  it.each(['applied', 'duplicate', 'ignored', 'late'])('answers 200 when the session says %s', async (outcome) => {
    given.session.receive = async () => outcome;
    expect((await deliver(eventBody())).status).toBe(200);
  });

  it('answers 200 and logs a call that is not ours (SE-04)', async () => {
    given.session.receive = async () => 'unknown';
    expect((await deliver(eventBody())).status).toBe(200);
    expect(given.logged('webhook.unknown_call')).toMatchObject([{ call_id: CALL_ID, event_id: 'ev-1' }]);
  });

  it('checks in this order: 405, 413, 415, 503, 401 (SE-05, S1-A3, S1-K2, S2-L3)', async () => {
    const big = 'x'.repeat(1024 * 1024 + 1);
    const broken = givenApp({ TELNYX_PUBLIC_KEY: '' });
    const toBroken = (init: RequestInit) => broken.app.request(`${ORIGIN}/webhooks/telnyx`, init, broken.env);
    expect((await toBroken({ method: 'PUT', body: big, headers: { 'Content-Type': 'text/plain' } })).status).toBe(405);
    expect((await toBroken({ method: 'POST', body: big, headers: { 'Content-Type': 'text/plain' } })).status).toBe(413);
    expect((await toBroken({ method: 'POST', body: '{}', headers: { 'Content-Type': 'text/plain' } })).status).toBe(
      415,
    );
    expect(
      (await toBroken({ method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })).status,
    ).toBe(503);
    expect((await bare({ method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })).status).toBe(
      401,
    );
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s (SE-05, SE-22)', async (method) => {
    const response = await bare({ method });
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe('POST');
  });

  it('stops reading a body of unknown length at the limit (SE-05, T21)', async () => {
    let pulled = 0;
    let canceled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel() {
        canceled = true;
      },
    });
    const response = await bare({ method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    expect(response.status).toBe(413);
    expect(canceled).toBe(true);
    expect(pulled).toBeLessThan(24);
  });

  it('accepts exactly 1 MiB', async () => {
    const body = eventBody();
    expect((await deliver(body + ' '.repeat(1024 * 1024 - body.length))).status).toBe(200);
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'text/json'])(
    'refuses content type %s',
    async (type) => {
      const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
      expect((await bare({ method: 'POST', body: new TextEncoder().encode('{}'), headers })).status).toBe(415);
    },
  );

  it('answers a bare 401, logs the reason and counts (SE-01, SE-02, SE-31, T01)', async () => {
    const request = await delivery(eventBody());
    const headers = new Headers(request.headers);
    headers.set('telnyx-signature-ed25519', new Uint8Array(64).toBase64());
    const response = await bare({ method: 'POST', body: eventBody(), headers });
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('');
    await bare({ method: 'POST', body: eventBody(), headers: { 'Content-Type': 'application/json' } });
    await deliver(eventBody(), { at: Date.now() - 400_000 });
    const [first, second, third] = given.logged('webhook.refused');
    expect(first).toMatchObject({ level: 'warn', reason: expect.stringMatching(/^signature_/) });
    expect(second).toMatchObject({ reason: 'signature_missing', count: (first?.['count'] as number) + 1 });
    expect(third).toMatchObject({ reason: 'timestamp_too_old', age_seconds: expect.any(Number) });
    expect(given.session.receive).not.toHaveBeenCalled();
  });

  it('answers 503 while the key of our own set-up cannot be used', async () => {
    // 32 bytes, but of small order: no signature under it proves anything.
    const weak = givenApp({ TELNYX_PUBLIC_KEY: new Uint8Array(32).toBase64() });
    const response = await weak.app.request(await delivery(eventBody()), undefined, weak.env);
    expect(response.status).toBe(503);
    expect(weak.logged('webhook.refused')).toMatchObject([{ reason: 'public_key_malformed' }]);
  });

  it('answers 503 when the session cannot store the event', async () => {
    given.session.receive = async () => {
      throw new Error('storage is full of +12025550143');
    };
    const response = await deliver(eventBody());
    expect(response.status).toBe(503);
    expect(given.logged('webhook.not_stored')).toMatchObject([{ reason: 'failed', call_id: CALL_ID }]);
  });

  it('answers 503 after 1.5 s without an answer, and a late failure harms nothing (S1-Q2)', async () => {
    let fail: (error: Error) => void = () => {};
    given.session.receive = () => new Promise((_, reject) => (fail = reject));
    const before = performance.now();
    const response = await deliver(eventBody());
    expect(response.status).toBe(503);
    expect(performance.now() - before).toBeGreaterThan(1_400);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(given.logged('webhook.not_stored')).toMatchObject([{ reason: 'timeout' }]);
    fail(new Error('too late'));
    await Promise.resolve();
  });

  it('answers 200 to an event we do not use, one we do not know, and one of no call and no leg', async () => {
    expect((await deliver(eventBody({}, 'call.speak.started'))).status).toBe(200);
    expect((await deliver(eventBody({}, 'call.made.up'))).status).toBe(200);
    expect((await deliver(eventBody({ client_state: null, call_leg_id: null }))).status).toBe(200);
    expect((await deliver(eventBody({ client_state: '%%%', call_leg_id: null }))).status).toBe(200);
    expect(given.logged('webhook.ignored')).toHaveLength(2);
    expect(given.logged('webhook.unaddressed')).toHaveLength(2);
    expect(given.session.receive).not.toHaveBeenCalled();
  });

  it('gives what comes without our client_state to the call of its leg: an inbound one is known by nothing else', async () => {
    for (const client_state of [null, '%%%']) {
      expect((await deliver(eventBody({ client_state }))).status).toBe(200);
    }
    expect(given.sessionOf.mock.calls).toEqual([[await inboundCallId('l')], [await inboundCallId('l')]]);
    expect(given.session.receive).toHaveBeenCalledTimes(2);
  });

  const ringing = { direction: 'incoming', client_state: null, from: '+12025550143', to: '+12025550100' };

  it('gives a patient who rings us to the session of that leg', async () => {
    const response = await deliver(eventBody(ringing, 'call.initiated'));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(given.sessionOf).toHaveBeenCalledWith(await inboundCallId('l'));
    expect(given.session.arrive).toHaveBeenCalledWith(
      expect.objectContaining({ id: 'ev-1', from: '+12025550143', to: '+12025550100' }),
    );
    expect(given.session.receive).not.toHaveBeenCalled();
    expect(given.lines.join('\n')).not.toContain('2025550143');
  });

  it('answers 503 when a patient who rings us could not be stored, so that Telnyx says it again', async () => {
    given.session.arrive = async () => {
      throw new Error('storage is full of +12025550143');
    };
    expect((await deliver(eventBody(ringing, 'call.initiated'))).status).toBe(503);
    expect(given.logged('webhook.not_stored')).toMatchObject([
      { event_type: 'call.initiated', call_id: await inboundCallId('l') },
    ]);
    expect(given.lines.join('\n')).not.toContain('2025550143');
  });

  it('answers 503 when a patient who rings us is not stored within 1.5 s', async () => {
    given.session.arrive = () => new Promise(() => {});
    expect((await deliver(eventBody(ringing, 'call.initiated'))).status).toBe(503);
    expect(given.logged('webhook.not_stored')).toMatchObject([{ reason: 'timeout' }]);
  });

  it.each([
    ['without ids', { call_control_id: null }],
    ['that is ours already', { client_state: clientState }],
  ])('an announcement %s is 200 and no call', async (_, changes) => {
    expect((await deliver(eventBody({ ...ringing, ...changes }, 'call.initiated'))).status).toBe(200);
    expect(given.sessionOf).not.toHaveBeenCalled();
    expect(given.logged('webhook.ignored')).toHaveLength(1);
  });

  it('an inbound call gets an id that tells nothing of the leg, and the same for the same leg', async () => {
    const legs = ['leg-1', 'leg-1', 'leg-2'];
    const [first, again, other] = await Promise.all(legs.map((leg) => inboundCallId(leg)));
    expect(first).toMatch(/^call_[0-9a-f]{64}$/);
    expect([first === again, first === other]).toEqual([true, false]);
  });

  it.each(['', 'not json', '[]', 'null', '{}', '{"data":null}', '{"event_type":"call_hangup","payload":{}}', '\ufffd'])(
    'answers 200 to a signed body it cannot read: %j',
    async (body) => {
      expect((await deliver(body)).status).toBe(200);
      expect(given.logged('webhook.unreadable')).toHaveLength(1);
    },
  );

  it('writes nothing of the body to the log (LG-01, T13, S1-D1)', async () => {
    await deliver(eventBody({ digits: '04121980' }, 'call.gather.ended'));
    await deliver('{"data": "+12025550143 Ana Diaz"}');
    given.session.receive = async () => {
      throw new Error('Ana Diaz');
    };
    await deliver(eventBody());
    expect(given.lines.join('\n')).not.toMatch(/2025550143|Ana|Diaz|04121980|client_state/);
  });

  it('needs no token, and looks at none', async () => {
    await deliver(eventBody());
    expect(given.jwks.fetches).toBe(0);
  });
});

describe('the sign that webhooks come', () => {
  const behind = async (request: Request) => {
    const context = createExecutionContext();
    const response = await given.app.fetch(request, given.env, context);
    await waitOnExecutionContext(context);
    return response.status;
  };
  // Each isolate leaves one a minute: every test has its own minute, and none of those before.
  let minutes = 0;
  beforeEach(async () => {
    minutes += 5;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2031, 0, 1) + minutes * 60_000 });
    await given.env.DB.exec('delete from signs');
  });

  it('is left once a minute for those that were verified, and not by the answer', async () => {
    const first = Date.now();
    expect(await behind(await delivery(eventBody()))).toBe(200);
    vi.setSystemTime(first + 59_000);
    expect(await behind(await delivery(eventBody()))).toBe(200);
    expect(await readSigns(given.db)).toEqual({ webhook_verified: { at: first, code: null } });
    vi.setSystemTime(first + 61_000);
    expect(await behind(await delivery(eventBody()))).toBe(200);
    expect(await readSigns(given.db)).toEqual({ webhook_verified: { at: first + 61_000, code: null } });
  });

  it('says why one that was signed is refused, and nothing of one that nobody signed', async () => {
    const url = `${ORIGIN}/webhooks/telnyx`;
    const unsigned = new Request(url, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } });
    expect(await behind(unsigned)).toBe(401);
    expect(await readSigns(given.db)).toEqual({});
    const signed = await delivery(eventBody());
    const changed = new Request(url, { method: 'POST', body: `${eventBody()} `, headers: signed.headers });
    expect(await behind(changed)).toBe(401);
    expect(await readSigns(given.db)).toMatchObject({ webhook_refused: { code: 'signature_mismatch' } });
  });

  it('that cannot be written changes no answer, and is left by the next', async () => {
    const prepare = vi.spyOn(given.env.DB, 'prepare').mockImplementation(() => {
      throw new Error('down');
    });
    expect(await behind(await delivery(eventBody()))).toBe(200);
    prepare.mockRestore();
    expect(await behind(await delivery(eventBody()))).toBe(200);
    expect(await readSigns(given.db)).toMatchObject({ webhook_verified: { code: null } });
  });
});
