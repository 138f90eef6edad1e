import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Telnyx from 'telnyx';
import { afterEach, describe, expect, test } from 'vitest';
import { startTelnyxServer, type TelnyxServer, type TelnyxServerOptions } from '../../src/simulator/telnyx-server.ts';
import { clientState, patient } from './rig.ts';

type Event = { event_type: string; payload: { call_control_id: string; client_state: string | null; digits?: string } };
type OnWebhook = (raw: string, headers: Record<string, string>) => Promise<number> | number;

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function start(
  engineOptions: TelnyxServerOptions['engineOptions'] = {},
): Promise<TelnyxServer & { client: Telnyx }> {
  const server = await startTelnyxServer({ port: 0, engineOptions: { speed: 50, ...engineOptions } });
  open.push(server.close);
  const client = new Telnyx({
    apiKey: server.engine.apiKey,
    publicKey: server.engine.publicKey,
    baseURL: `${server.url}/v2`,
    maxRetries: 0,
  });
  return { ...server, client };
}

async function receive(onWebhook: OnWebhook): Promise<string> {
  const server: Server = createServer(async (request, response) => {
    let raw = '';
    for await (const chunk of request) raw += String(chunk);
    response.statusCode = await onWebhook(raw, request.headers as Record<string, string>);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/telnyx`;
}

const prompt = { payload: 'Please press a key.', voice: 'Telnyx.KokoroTTS.af', maximum_tries: 1 };

describe('The official SDK as a peer', () => {
  test('drives a whole call, from Dial to the downloaded recording, trusting every webhook it unwraps', async () => {
    const { client, engine } = await start();
    const digits: Record<string, string | undefined> = {};
    const seen: string[] = [];
    const finished = Promise.withResolvers<string>();
    const ask = (id: string, step: string, more: object = {}) =>
      client.calls.actions.gatherUsingSpeak(id, { ...prompt, client_state: clientState(step), ...more });

    const react = async (event: Event): Promise<void> => {
      const { call_control_id: id, client_state: state } = event.payload;
      const step = state === null ? '' : JSON.parse(atob(state)).q;
      seen.push(event.event_type);
      switch (event.event_type) {
        case 'call.answered':
          await ask(id, 'opening', { maximum_digits: 1 });
          break;
        case 'call.gather.ended':
          digits[step] = event.payload.digits;
          if (step === 'opening') await ask(id, 'birth_date');
          if (step === 'birth_date') await ask(id, 'consent', { maximum_digits: 1 });
          if (step === 'consent') {
            await client.calls.actions.startRecording(id, { channels: 'single', format: 'mp3' });
            await ask(id, 'hpi.pain_level');
          }
          if (step === 'hpi.pain_level') await client.calls.actions.speak(id, { ...prompt, payload: 'Thank you.' });
          break;
        case 'call.speak.ended':
          await client.calls.actions.hangup(id, { command_id: 'bye' });
          break;
        case 'call.recording.saved':
          finished.resolve((event.payload as unknown as { recording_urls: { mp3: string } }).recording_urls.mp3);
          break;
      }
    };
    const url = await receive(async (raw, headers) => {
      const { data } = (await client.webhooks.unwrap(raw, { headers })) as unknown as { data: Event };
      react(data).catch(finished.reject);
      return 200;
    });

    const dialled = await client.calls.dial({
      connection_id: engine.connectionId,
      from: '+12025550100',
      to: patient,
      webhook_url: url,
      client_state: clientState('dial'),
    });
    const link = await finished.promise;
    expect(digits).toEqual({ opening: '1', birth_date: '04121980', consent: '1', 'hpi.pain_level': '7' });
    const id = dialled.data?.call_control_id ?? '';
    expect(engine.record(id)).toMatchObject({ callId: 'call_1', entries: { consent: { digits: '1' } } });
    expect(seen.filter((type) => type !== 'call.dtmf.received')).toEqual([
      'call.initiated',
      'call.answered',
      ...Array(4).fill('call.gather.ended'),
      'call.speak.started',
      'call.speak.ended',
      'call.hangup',
      'call.recording.saved',
    ]);
    expect((await client.calls.retrieveStatus(id)).data?.is_alive).toBe(false);
    const file = await fetch(link);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'audio/mpeg']);
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(100);
    expect((await fetch(link, { headers: { authorization: 'Bearer x' } })).status).toBe(400);
    const list = await client.recordings.list({ filter: { call_control_id: id } });
    expect(list.data).toHaveLength(1);
    const recordingId = list.data?.[0]?.id ?? '';
    expect((await client.recordings.delete(recordingId)).data?.id).toBe(recordingId);
    await expect(client.recordings.retrieve(recordingId)).rejects.toThrow(Telnyx.NotFoundError);
  });

  test('meets its own error classes', async () => {
    const { client, engine, url } = await start();
    await expect(client.calls.actions.hangup('v3:nobody', {})).rejects.toThrow(Telnyx.UnprocessableEntityError);
    engine.failNext({ path: /calls/, status: 429, code: '10011' });
    await expect(client.calls.actions.hangup('v3:nobody', {})).rejects.toThrow(Telnyx.RateLimitError);
    const stranger = new Telnyx({ apiKey: 'KEY_OTHER', baseURL: `${url}/v2`, maxRetries: 0 });
    await expect(stranger.calls.retrieveStatus('v3:x')).rejects.toThrow(Telnyx.AuthenticationError);
  });
});

describe('The server', () => {
  test('gives up on a webhook after 2 s, and sends it again', async () => {
    const attempts: number[] = [];
    const url = await receive(async (raw) => {
      attempts.push(JSON.parse(raw).meta.attempt);
      if (attempts.length === 1) await new Promise((resolve) => setTimeout(resolve, 2_400));
      return 200;
    });
    const { client, engine } = await start({ personas: [], speed: 1 });
    await client.calls.dial({ connection_id: engine.connectionId, from: patient, to: patient, webhook_url: url });
    await expect.poll(() => engine.deliveries.map(({ status }) => status), { timeout: 5_000 }).toEqual([0, 200]);
    expect(attempts).toEqual([1, 2]);
  });

  test('answers 400 to a body that is not JSON', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v2/calls`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
  });

  test('can be steered from another process', async () => {
    const types: string[] = [];
    const webhookUrl = await receive((raw) => {
      types.push(JSON.parse(raw).data.event_type);
      return 200;
    });
    const { url, engine } = await start({ webhookUrl });
    const post = (path: string, body: object) =>
      fetch(`${url}/simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const health = await (await fetch(`${url}/simulator/health`)).json();
    expect(health).toMatchObject({ ok: true, public_key: engine.publicKey });
    expect((await post('ring', { from: patient })).status).toBe(201);
    await expect.poll(() => types).toContain('call.hangup');
    await post('faults', { request: { path: '/v2/calls$', status: 503 }, webhooks: { delayMs: 1 } });
    const failed = await fetch(`${url}/v2/calls`, { method: 'POST', body: '{}' });
    expect(failed.status).toBe(503);
    const { items } = (await (await fetch(`${url}/simulator/calls`)).json()) as { items: object[] };
    expect(items).toMatchObject([{ persona: 'full-recorded', direction: 'incoming', phase: 'ended' }]);
    await post('faults', { requests: { tooMany: 1 }, line: { expiredLinks: 1 } });
    expect((await fetch(`${url}/v2/call_events`)).status).toBe(429);
    expect(engine.lineFaults).toEqual({ expiredLinks: 1 });
    expect((await post('ring-back', { phone: patient })).status).toBe(422);
    expect((await post('ring-back', { phone: '+14045550181' })).status).toBe(201);
    const { items: log } = (await (await fetch(`${url}/simulator/log`)).json()) as { items: { kind: string }[] };
    expect(new Set(log.map(({ kind }) => kind))).toEqual(new Set(['request', 'webhook']));
    expect((await fetch(`${url}/simulator/else`)).status).toBe(404);
  });
});
