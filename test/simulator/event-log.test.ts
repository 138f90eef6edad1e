import { expect, test } from 'vitest';
import { readLog, writeLog } from '../../src/simulator/event-log.ts';
import { replay } from '../../src/simulator/replay.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { createWebhookSigner } from '../../src/simulator/webhook-signer.ts';
import { rig } from './rig.ts';

async function finishedCall() {
  let refusals = 1;
  const line = await rig({
    bodies: 'mixed',
    answerWith: ({ event }) => (event.event_type === 'call.answered' && refusals-- > 0 ? 503 : 200),
    webhookFaults: { drop: ({ type }) => type === 'call.cost' },
  });
  const id = await line.answered();
  await line.act(id, 'speak', { payload: '¿Cómo está?', voice: 'female' });
  await line.clock.advance(10_000);
  await line.act(id, 'hangup');
  await line.clock.runUntilIdle();
  return line;
}

test('the log holds every request with its answer and every attempt with its bytes, and no key', async () => {
  const { engine, inbox } = await finishedCall();
  const requests = engine.log.filter((entry) => entry.kind === 'request');
  expect(requests.map(({ path, status }) => [path.split('/').at(-1), status])).toEqual([
    ['calls', 200],
    ['speak', 200],
    ['hangup', 200],
  ]);
  expect(requests[0]).toMatchObject({ answer: { data: { record_type: 'call' } }, body: { from: '+12025550100' } });
  const webhooks = engine.log.filter((entry) => entry.kind === 'webhook');
  expect(webhooks.filter(({ body }) => body !== '').map(({ body }) => body)).toEqual(inbox.map(({ body }) => body));
  expect(webhooks.find(({ eventType }) => eventType === 'call.cost')?.status).toBe(-1);
  expect(webhooks.filter(({ eventType }) => eventType === 'call.answered').map(({ status }) => status)).toEqual([
    503, 200,
  ]);
  expect(writeLog(engine.log)).not.toContain(engine.apiKey);
});

test('a saved log replays its webhooks byte for byte, in order, at their distances, freshly signed (X14)', async () => {
  const { engine, inbox } = await finishedCall();
  const saved = writeLog(engine.log);
  expect(saved.trim().split('\n')).toHaveLength(engine.log.length);
  const clock = new VirtualClock(1_800_000_000_000);
  const signer = await createWebhookSigner();
  const again: { url: string; body: string; at: number; headers: Record<string, string> }[] = [];
  const done = replay(
    readLog(saved),
    async (url, headers, body) => {
      again.push({ url, body, at: clock.now(), headers });
      return { status: 200 };
    },
    { signer, clock },
  );
  await clock.runUntilIdle();
  expect(await done).toEqual(Array(inbox.length).fill(200));
  expect(again.map(({ body, url }) => [url, body])).toEqual(inbox.map(({ body, url }) => [url, body]));
  const distances = (all: readonly { at: number }[]) => all.map(({ at }) => at - all[0]!.at);
  expect(distances(again)).toEqual(distances(inbox));
  const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes(signer.publicKey), { name: 'Ed25519' }, false, ['verify']);
  for (const { headers, body } of again) {
    expect(Number(headers['telnyx-timestamp'])).toBeGreaterThanOrEqual(1_800_000_000);
    const signed = new TextEncoder().encode(`${headers['telnyx-timestamp']}|${body}`);
    expect(await crypto.subtle.verify('Ed25519', key, bytes(headers['telnyx-signature-ed25519']!), signed)).toBe(true);
  }
});

test('an engine told to keep no log keeps none', async () => {
  const { answered, engine } = await rig({ keepLog: false });
  await answered();
  expect(engine.log).toEqual([]);
});
