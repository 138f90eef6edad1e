import { describe, expect, test } from 'vitest';
import { clientState, rig } from './rig.ts';

const speak = { payload: 'A sentence.', voice: 'female' };
const failoverUrl = 'http://other.test/hook';

describe('Faults of webhooks, by rate and seed', () => {
  test('lose, double and reorder the same events for the same seed', async () => {
    const run = async (seed: number) => {
      const { answered, act, clock, inbox } = await rig({
        seed,
        webhookFaults: { drop: 0.2, duplicate: 0.2, reorder: 0.3 },
      });
      const id = await answered();
      for (let index = 0; index < 20; index += 1)
        await act(id, 'speak', { ...speak, client_state: clientState('x', index) });
      await clock.runUntilIdle();
      return inbox.map(({ event, meta }) => `${event.occurred_at} ${event.event_type} ${meta.attempt}`);
    };
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    expect(await run(4)).not.toEqual(first);
  });

  test('bring what ends with the call seconds after the hang-up, and the hang-up itself in time', async () => {
    const { answered, act, ask, clock, inbox, events } = await rig({
      webhookFaults: { lateAfterHangup: 1, lateByMs: [2_000, 4_000] },
    });
    const id = await answered();
    await act(id, 'record_start', { channels: 'dual', format: 'mp3' });
    await act(id, 'speak', speak);
    await ask(id, 'unknown');
    await clock.advance(500);
    const hungUpAt = clock.now();
    await act(id, 'hangup');
    await clock.runUntilIdle();
    expect(events('call.hangup')[0]!.at - hungUpAt).toBeLessThan(100);
    for (const type of ['call.speak.ended', 'call.gather.ended', 'call.recording.saved']) {
      const [late] = events(type);
      expect(late!.at - hungUpAt, type).toBeGreaterThan(2_000);
    }
    expect(inbox.map(({ event }) => event.id)).toHaveLength(new Set(inbox.map(({ event }) => event.id)).size);
  });

  test('add fields nobody documented, and events of unknown types with the ids of the call', async () => {
    const { answered, inbox } = await rig({ webhookFaults: { extraFields: 1, unknownEvents: 1 } });
    const id = await answered();
    expect(inbox.length).toBe(4);
    const [initiated, unknown] = inbox;
    expect(Object.keys(initiated!.event.payload).length).toBeGreaterThan(13);
    expect(unknown!.event.event_type).not.toMatch(/initiated|answered|hangup/);
    expect(unknown!.event.payload.call_control_id).toBe(id);
  });

  test('can hold each back by another time', async () => {
    const { answered, clock, events } = await rig({ webhookFaults: { jitterMs: 800 } });
    await answered();
    await clock.advance(1_000);
    expect(events('call.initiated')[0]!.at % 1000).toBeGreaterThan(5);
  });

  test('the events that never arrived are named, those that a retry brought are not', async () => {
    let failures = 1;
    const { answered, clock, engine, inbox } = await rig({
      webhookFaults: { drop: ({ type }) => type === 'call.answered' },
      answerWith: () => (failures-- > 0 ? 503 : 200),
    });
    await answered();
    await clock.advance(5_000);
    expect(inbox.map(({ meta }) => meta.attempt)).toEqual([1, 2]);
    const lost = engine.deliveries.find(({ status }) => status === -1);
    expect([...engine.lostEvents]).toEqual([lost?.eventId]);
  });
});

test('the failover URL is tried after two failed attempts in a row, with the same id', async () => {
  const { answered, clock, events } = await rig({
    webhookFailoverUrl: failoverUrl,
    answerWith: ({ url }) => (url === failoverUrl ? 200 : 500),
  });
  await answered();
  await clock.advance(10_000);
  const sent = events('call.initiated');
  expect(sent.map(({ url, meta }) => [url === failoverUrl, meta.attempt])).toEqual([
    [false, 1],
    [false, 2],
    [true, 3],
  ]);
  expect(sent[2]?.meta.delivered_to).toBe(failoverUrl);
  expect(new Set(sent.map(({ event }) => event.id)).size).toBe(1);
});

describe('Faults of the API, by rate', () => {
  test('429 with 10011 does nothing; a 5xx may have rung all the same', async () => {
    const busy = await rig({ requestFaults: { tooMany: 1 } });
    expect(await busy.dial()).toMatchObject({ status: 429, errors: [{ code: '10011' }] });
    expect(busy.engine.calls()).toHaveLength(0);
    for (const applied of [0, 1]) {
      const down = await rig({ requestFaults: { serverError: 1, applied } });
      const { status, errors } = await down.dial();
      expect([[500, 503].includes(status), errors[0].code]).toEqual([true, '10007']);
      expect(down.engine.calls()).toHaveLength(applied);
    }
  });

  test('no answer at all leaves the request open, applied or not', async () => {
    for (const applied of [0, 1]) {
      const { dial, clock, engine } = await rig({ requestFaults: { noAnswer: 1, applied } });
      expect(await Promise.race([dial(), clock.advance(60_000).then(() => 'nothing')])).toBe('nothing');
      expect(engine.calls()).toHaveLength(applied);
      expect(engine.log.find(({ kind }) => kind === 'request')).toMatchObject({ status: 0 });
    }
  });

  test('slow answers come in protocol time at any speed', async () => {
    const { dial, clock } = await rig({ speed: 20, requestFaults: { slow: 1, slowMs: 2_000 } });
    let answeredAt = 0;
    const start = clock.now();
    const dialled = dial().then(() => {
      answeredAt = clock.now();
    });
    await clock.advance(5_000);
    await dialled;
    expect(answeredAt - start).toBeGreaterThanOrEqual(2_000);
  });

  test('the first webhook can arrive before the answer to Dial', async () => {
    const { dial, clock, inbox } = await rig({ requestFaults: { dialAfterWebhook: 1 } });
    let seenBefore = 0;
    const dialled = dial().then(() => {
      seenBefore = inbox.length;
    });
    await clock.advance(1_000);
    await dialled;
    expect(seenBefore).toBe(1);
  });

  test('rates hit about as often as they say, and can be changed while it runs', async () => {
    const { api, engine } = await rig({ requestFaults: { serverError: 0.3 } });
    const statuses = await Promise.all(Array.from({ length: 200 }, () => api('GET', '/v2/call_events')));
    const failed = statuses.filter(({ status }) => status >= 500).length;
    expect(failed).toBeGreaterThan(40);
    expect(failed).toBeLessThan(80);
    engine.requestFaultRates = {};
    expect((await api('GET', '/v2/call_events')).status).toBe(200);
  });
});

test('a link to a recording can have expired when it is given; the API gives a fresh one', async () => {
  const { answered, act, api, clock, events, engine } = await rig({ lineFaults: { expiredLinks: 1 } });
  const id = await answered();
  await act(id, 'record_start', { channels: 'single', format: 'mp3' });
  await act(id, 'hangup');
  await clock.runUntilIdle();
  const { recording_urls, recording_id } = events('call.recording.saved')[0]!.event.payload;
  const status = (link: string) => {
    const url = new URL(link);
    return engine.download(url.pathname, url.searchParams.get('X-Amz-Signature'), false).status;
  };
  expect(status(recording_urls.mp3)).toBe(403);
  const fresh = await api('GET', `/v2/recordings/${recording_id}`);
  expect(status(fresh.data.download_urls.mp3)).toBe(200);
});
