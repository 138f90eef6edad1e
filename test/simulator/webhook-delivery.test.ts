import { describe, expect, test } from 'vitest';
import { retryDelaysMs } from '../../src/simulator/webhook-delivery.ts';
import { clientState, type Delivered, rig } from './rig.ts';

async function isSigned(publicKey: string, { headers, body }: Delivered): Promise<boolean> {
  const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes(publicKey), { name: 'Ed25519' }, false, ['verify']);
  const signed = new TextEncoder().encode(`${headers['telnyx-timestamp']}|${body}`);
  return crypto.subtle.verify('Ed25519', key, bytes(headers['telnyx-signature-ed25519'] ?? ''), signed);
}

describe('Webhooks', () => {
  test('go to the URL of the Dial, signed over timestamp and raw body, compact or pretty', async () => {
    for (const bodies of ['compact', 'pretty'] as const) {
      const { answered, inbox, engine } = await rig({ bodies });
      await answered();
      const [first] = inbox as [Delivered];
      expect(first.url).toBe('http://worker.test/webhooks/telnyx');
      expect(first.meta).toEqual({ attempt: 1, delivered_to: first.url });
      expect(first.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'telnyx-webhooks' });
      expect(first.body.includes('\n')).toBe(bodies === 'pretty');
      expect(await isSigned(engine.publicKey, first)).toBe(true);
    }
  });

  test.each([0, 408, 429, 500, 503])(
    'are sent again after %s, with the same id, a new attempt and time',
    async (status) => {
      let refusals = 2;
      const { answered, inbox, engine, clock } = await rig({
        bodies: 'compact',
        answerWith: ({ event }) => (event.event_type === 'call.initiated' && refusals-- > 0 ? status : 200),
      });
      await answered();
      await clock.advance(5_000);
      const sent = inbox.filter(({ event }) => event.event_type === 'call.initiated');
      expect(sent.map(({ meta }) => meta.attempt)).toEqual([1, 2, 3]);
      expect(new Set(sent.map(({ event }) => event.id)).size).toBe(1);
      const [first, second, third] = sent as [Delivered, Delivered, Delivered];
      expect([second.at - first.at, third.at - second.at]).toEqual(retryDelaysMs.slice(0, 2));
      expect(Number(third.headers['telnyx-timestamp'])).toBeGreaterThan(Number(first.headers['telnyx-timestamp']));
      for (const delivered of sent) expect(await isSigned(engine.publicKey, delivered)).toBe(true);
    },
  );

  test('are not sent again after another 4xx', async () => {
    const { answered, clock, types } = await rig({ answerWith: () => 401 });
    await answered();
    await clock.advance(120_000);
    expect(types()).toEqual(['call.initiated', 'call.answered']);
  });

  test('retries keep the protocol time at any speed, and end', async () => {
    const { dial, clock, events } = await rig({ speed: 20, answerWith: () => 503 });
    await dial();
    await clock.advance(90_000);
    const at = events('call.initiated').map((delivered) => delivered.at);
    expect(at.slice(1).map((time, index) => time - (at[index] ?? 0))).toEqual(retryDelaysMs);
  });

  test('a failing one does not hold back the others', async () => {
    const { answered, types } = await rig({
      answerWith: ({ event }) => (event.event_type === 'call.initiated' ? 503 : 200),
    });
    await answered();
    expect(types()).toContain('call.answered');
  });

  test('can be lost, by predicate', async () => {
    const { answered, types, engine } = await rig({ webhookFaults: { drop: ({ type }) => type === 'call.answered' } });
    await answered();
    expect(types()).toEqual(['call.initiated']);
    expect(engine.deliveries.map(({ status }) => status)).toEqual([200, -1]);
  });

  test('can come twice with one id, late, and out of order', async () => {
    const { answered, act, clock, inbox, engine } = await rig({ webhookFaults: { duplicate: 1 } });
    const id = await answered();
    expect(inbox.filter(({ event }) => event.event_type === 'call.initiated')).toHaveLength(2);
    expect(new Set(inbox.map(({ event }) => event.id)).size).toBe(2);
    engine.setWebhookFaults({ reorder: 0.5, delayMs: 100 });
    for (let index = 0; index < 10; index += 1) {
      await act(id, 'speak', { payload: 'Hi.', voice: 'female', client_state: clientState('x', index) });
    }
    await act(id, 'playback_stop');
    await clock.runUntilIdle();
    const late = inbox.slice(4).map(({ event }) => event.occurred_at);
    expect(late).not.toEqual([...late].sort());
    expect(new Set(late).size).toBe(late.length);
  });
});
