/** The clinic's own system: what is sent, how it is signed, and what each answer means; neither key nor answer gets anywhere else (C66). */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backendSink } from '../../src/outbox/backend-sink.ts';
import type { Handover } from '../../src/outbox/sink.ts';
import { sinkOf } from '../../src/outbox/sinks.ts';
import { givenReceiver, SECRET, says, silent, takes } from '../support/given-delivery.ts';
import { catchLog, config, testEnv } from '../support/worker-env.ts';

const URL_OF_SINK = 'https://ehr.example:8443/intake?tenant';
const settings = { url: 'https://ehr.example:8443/intake', key: 'canary-key', secret: SECRET };
const HANDOVER = { call: { call_id: 'call_1' }, intake_data: { version: 1, said: 'ñandú' } } as unknown as Handover;

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = catchLog();
});
afterEach(() => vi.restoreAllMocks());

const deliver = (timeoutMs?: number) => backendSink(settings, timeoutMs).deliver('dlv_1', HANDOVER, Date.now());

describe('what is sent', () => {
  it('is one POST of JSON with key, id and time, and the library of Standard Webhooks verifies it (S1-I3, S1-I1)', async () => {
    const sent = givenReceiver(takes);
    expect(await deliver()).toEqual({ kind: 'delivered', httpStatus: 200, retryAfterMs: null });
    const [{ url, init, headers, body }] = sent as [(typeof sent)[number]];
    expect([url, init.method, init.redirect]).toEqual([settings.url, 'POST', 'manual']);
    expect(body).toEqual(HANDOVER);
    expect(headers.get('Authorization')).toBe('Bearer canary-key');
    expect(headers.get('Content-Type')).toBe('application/json');
    expect(headers.get('webhook-id')).toBe('dlv_1');
    expect(Math.abs(Number(headers.get('webhook-timestamp')) - Date.now() / 1000)).toBeLessThan(5);
  });

  it.each([
    ['another body', (text: string) => `${text} `, {}],
    ['another id', (text: string) => text, { 'webhook-id': 'dlv_2' }],
    ['another time', (text: string) => text, { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 60) }],
  ])('does not verify with %s', async (_, change, headers) => {
    const sent = givenReceiver(takes);
    await deliver();
    const [one] = sent as [(typeof sent)[number]];
    const verify = (text: string, changed: object) =>
      new Webhook(SECRET).verify(text, { ...Object.fromEntries(one.headers), ...changed });
    expect(verify(String(one.init.body), {})).toEqual(HANDOVER);
    expect(() => verify(change(String(one.init.body)), headers)).toThrow(WebhookVerificationError);
  });

  it('without a key names none', async () => {
    const sent = givenReceiver(takes);
    await backendSink({ ...settings, key: '' }).deliver('dlv_1', HANDOVER, Date.now());
    expect(sent[0]?.headers.has('Authorization')).toBe(false);
  });

  it('as a test holds nothing of anybody, and each has an id of its own', async () => {
    const sent = givenReceiver(takes, says(500));
    const sink = backendSink(settings);
    expect(await sink.test(Date.now())).toMatchObject({ kind: 'delivered', httpStatus: 200 });
    expect(await sink.test(Date.now())).toMatchObject({ kind: 'try_again', code: 'answered_500' });
    expect(sent.map(({ body }) => body)).toEqual([{ test: true }, { test: true }]);
    expect(sent[0]?.id).toMatch(/^test_/);
    expect(sent[0]?.id).not.toBe(sent[1]?.id);
  });

  it('shows people the host alone', () => {
    expect(backendSink({ ...settings, url: URL_OF_SINK }).host).toBe('ehr.example:8443');
    expect(sinkOf({ env: testEnv, config }, 'backend')).toBeNull();
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('of %i is a delivery', async (status) => {
    givenReceiver(says(status));
    expect(await deliver()).toMatchObject({ kind: 'delivered', httpStatus: status });
  });

  it.each([400, 401, 403, 404, 409, 410, 413, 422, 451])('of %i will be the same next time', async (status) => {
    givenReceiver(says(status));
    expect(await deliver()).toMatchObject({ kind: 'refused', code: `answered_${status}` });
  });

  it.each([301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504])('of %i may be another one later', async (status) => {
    const sent = givenReceiver(says(status, { Location: 'https://elsewhere.example/' }));
    expect(await deliver()).toMatchObject({ kind: 'try_again', code: `answered_${status}` });
    expect(sent).toHaveLength(1);
  });

  it('says how long it wants to be left alone', async () => {
    givenReceiver(says(429, { 'Retry-After': '120' }), says(503, { 'Retry-After': 'soon' }));
    expect(await deliver()).toMatchObject({ retryAfterMs: 120_000 });
    expect(await deliver()).toMatchObject({ retryAfterMs: null });
  });

  it('that does not come is waited for no longer than it may take', async () => {
    givenReceiver(silent);
    expect(await deliver(20)).toEqual({ kind: 'try_again', code: 'timed_out', httpStatus: null, retryAfterMs: null });
  });

  it.each(['connection refused: canary-key', 'TLS handshake failed'])('%s is no answer', async (message) => {
    givenReceiver(() => Promise.reject(new TypeError(message)));
    expect(await deliver()).toMatchObject({ kind: 'try_again', code: 'unreachable', httpStatus: null });
  });

  it('that breaks off in the middle of its body is judged by its status', async () => {
    const broken = (status: number) => () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.error(new Error('reset')),
        }),
        { status },
      );
    givenReceiver(broken(200), broken(500));
    expect(await deliver()).toMatchObject({ kind: 'delivered' });
    expect(await deliver()).toMatchObject({ kind: 'try_again', code: 'answered_500' });
  });

  it('goes nowhere: neither its words nor the key are in any outcome or log (LG-01)', async () => {
    givenReceiver(says(500), says(422), () => Promise.reject(new TypeError('canary-key')));
    const outcomes = [await deliver(), await deliver(), await deliver()];
    expect(`${JSON.stringify(outcomes)}${JSON.stringify(lines)}`).not.toMatch(/canary/i);
  });
});
