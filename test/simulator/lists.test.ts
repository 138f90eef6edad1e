/** The lists in which a client looks for a call whose Dial was never answered: live calls, and the log. */
import Telnyx from 'telnyx';
import { describe, expect, test } from 'vitest';
import { startTelnyxServer } from '../../src/simulator/telnyx-server.ts';
import { clientState, rig } from './rig.ts';

const crowd = { liveCalls: 1_000, dialsPerFiveSeconds: 1_000 };
const phone = (index: number) => `+1202555${String(1_000 + index)}`;
const start = 1_700_000_000_000;
const iso = (ms: number) => new Date(start + ms).toISOString();

async function dialled(count: number, everyMs = 0) {
  const line = await rig(crowd);
  const calls: { call_control_id: string; call_leg_id: string; call_session_id: string }[] = [];
  for (let index = 0; index < count; index += 1) {
    calls.push((await line.dial({ to: phone(index), client_state: clientState('dial', 0, `call_${index}`) })).data);
    if (everyMs > 0) await line.clock.advance(everyMs);
  }
  const events = (query: Record<string, string>) => line.api('GET', '/v2/call_events', undefined, query);
  const live = (query: Record<string, string> = {}) =>
    line.api('GET', `/v2/connections/${line.engine.connectionId}/active_calls`, undefined, query);
  return { ...line, calls, events, live };
}

type Listed = { name: string; call_leg_id: string; metadata: { payload: { client_state: string } } };

describe('The log of events', () => {
  test('finds one dial among hundreds, by number and time', async () => {
    const { calls, events } = await dialled(300, 20);
    const { data, meta } = await events({ 'filter[to]': phone(250), 'filter[occurred_at][gte]': iso(4_000) });
    expect(data.map(({ name }: Listed) => name)).toEqual(['call.initiated']);
    expect(data[0].call_leg_id).toBe(calls[250]?.call_leg_id);
    expect(data[0].metadata.payload.client_state).toBe(clientState('dial', 0, 'call_250'));
    expect(meta).toEqual({ page_number: 1, page_size: 20, total_pages: 1, total_results: 1 });
  });

  test.each([
    ['filter[to]', phone(1), 1],
    ['filter[to]', '+12025550199', 0],
    ['filter[from]', '+12025550100', 3],
    ['filter[from]', phone(1), 0],
    ['filter[connection_id]', '42', 0],
    ['filter[name]', 'call.initiated', 3],
    ['filter[name]', 'call.hangup', 0],
    ['filter[type]', 'command', 0],
    ['filter[product]', 'fax', 0],
    ['filter[product]', 'call_control', 3],
    ['filter[occurred_at][eq]', iso(1_000), 1],
    ['filter[occurred_at][gt]', iso(1_000), 1],
    ['filter[occurred_at][gte]', iso(1_000), 2],
    ['filter[occurred_at][lt]', iso(1_000), 1],
    ['filter[occurred_at][lte]', iso(1_000), 2],
  ])('%s %s leaves %i of three', async (name, value, count) => {
    const { events } = await dialled(3, 1_000);
    expect((await events({ [name]: value })).data).toHaveLength(count);
  });

  test('knows both legs of a transfer by the session, and each by its own number', async () => {
    const { calls, events, act, clock } = await dialled(2);
    await clock.advance(10_000);
    const id = calls[0]?.call_control_id ?? '';
    expect((await act(id, 'transfer', { to: '+12025550190' })).status).toBe(200);
    const session = await events({ 'filter[application_session_id]': calls[0]?.call_session_id ?? '' });
    expect(new Set(session.data.map((event: Listed) => event.call_leg_id)).size).toBe(2);
    const staff = await events({ 'filter[to]': '+12025550190' });
    expect(staff.data.map(({ name }: Listed) => name)).toEqual(['call.initiated']);
    const leg = await events({ 'filter[leg_id]': calls[1]?.call_leg_id ?? '', 'filter[to]': phone(0) });
    expect(leg.data).toEqual([]);
  });

  test('is ordered by time, in pages that hold each event once', async () => {
    const { events } = await dialled(45, 10);
    const all: Listed[] = [];
    for (const number of [1, 2, 3]) {
      const { data, meta } = await events({ 'page[number]': String(number) });
      expect(meta).toEqual({ page_number: number, page_size: 20, total_pages: 3, total_results: 45 });
      all.push(...data);
    }
    const states = all.map(({ metadata }) => metadata.payload.client_state);
    expect(states).toEqual(Array.from({ length: 45 }, (_, index) => clientState('dial', 0, `call_${index}`)));
    expect((await events({ 'page[number]': '4' })).data).toEqual([]);
  });

  test('forgets a number after a day, whatever time is asked for, and not a leg', async () => {
    const { calls, events, clock } = await dialled(1);
    await clock.runUntilIdle();
    await clock.advance(86_400_000);
    expect((await events({ 'filter[to]': phone(0), 'filter[occurred_at][gte]': iso(0) })).data).toEqual([]);
    expect((await events({ 'filter[leg_id]': calls[0]?.call_leg_id ?? '' })).data).not.toEqual([]);
  });

  test('refuses what is no time, and tells of two times and of a filter that does nothing', async () => {
    const { events, engine } = await dialled(1);
    const refused = await events({ 'filter[occurred_at][gte]': 'yesterday' });
    expect([refused.status, refused.errors[0].code]).toEqual([422, '10033']);
    await events({ 'filter[occurred_at][gte]': iso(0), 'filter[occurred_at][lt]': iso(9), 'filter[number]': phone(0) });
    expect(engine.warnings.map(({ message }) => message)).toEqual([
      'only one filter[occurred_at] can be passed',
      'filter[number] leaves out nothing here',
    ]);
  });
});

describe('The live calls', () => {
  const ids = (page: { data: { call_control_id: string }[] }) => page.data.map((call) => call.call_control_id);

  test('come twenty at a time, each once, by the cursor of the page before', async () => {
    const { calls, live } = await dialled(45);
    const first = await live();
    expect(ids(first)).toHaveLength(20);
    expect(first.meta).toMatchObject({ total_items: 45, cursors: { before: null }, previous: null });
    expect(first.meta.next).toMatch(/^\/v2\/connections\/\d+\/active_calls\?page\[after\]=v1:/);
    const second = await live({ 'page[after]': first.meta.cursors.after });
    const third = await live({ 'page[after]': second.meta.cursors.after });
    expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(calls.map((call) => call.call_control_id));
    expect(third.meta).toMatchObject({ cursors: { after: null }, next: null });
    expect(ids(await live({ 'page[before]': third.meta.cursors.before }))).toEqual(ids(second));
  });

  test('are none twice and none left out when calls of the page before have ended', async () => {
    const { calls, live, act } = await dialled(45);
    const first = await live();
    for (const { call_control_id: id } of calls.slice(10, 20)) await act(id, 'hangup');
    const second = await live({ 'page[after]': first.meta.cursors.after });
    expect(ids(second)).toEqual(calls.slice(20, 40).map((call) => call.call_control_id));
    expect(second.meta.total_items).toBe(35);
  });

  test('come by number and size too, 250 at most', async () => {
    const { calls, live } = await dialled(260);
    const all = calls.map((call) => call.call_control_id);
    expect(ids(await live({ 'page[number]': '3' }))).toEqual(all.slice(40, 60));
    expect(ids(await live({ 'page[size]': '250' }))).toEqual(all.slice(0, 250));
    expect(ids(await live({ 'page[size]': '1000', 'page[number]': '2' }))).toEqual(all.slice(250));
    expect(ids(await live({ 'page[limit]': '100' }))).toEqual(all.slice(0, 100));
    expect(ids(await live({ 'page[number]': '14' }))).toEqual([]);
  });

  test('refuse a cursor that was never given', async () => {
    const { live } = await dialled(1);
    for (const cursor of ['', 'v1:%%', 'v1:eA==']) {
      expect((await live({ 'page[after]': cursor })).errors[0].code).toBe('10033');
    }
  });
});

test('the official SDK finds the last of sixty calls in both lists', async () => {
  const { url, engine, close } = await startTelnyxServer({ port: 0, engineOptions: crowd });
  const sdk = new Telnyx({ apiKey: engine.apiKey, baseURL: `${url}/v2`, maxRetries: 0 });
  const since = new Date(engine.clock.now()).toISOString();
  const dial = (index: number) =>
    sdk.calls.dial({ connection_id: engine.connectionId, from: '+12025550100', to: phone(index) });
  for (let index = 0; index < 59; index += 1) await dial(index);
  const wanted = (await dial(59)).data?.call_control_id;
  const logged = await sdk.callEvents.list({ filter: { to: phone(59), occurred_at: { gte: since } } });
  expect(logged.data.map(({ metadata }) => metadata['payload'])).toMatchObject([{ call_control_id: wanted }]);
  const everything: string[] = [];
  for await (const event of sdk.callEvents.list({ filter: { from: '+12025550100' } }))
    everything.push(event.call_leg_id);
  expect(new Set(everything).size).toBe(60);
  const live = await sdk.connections.listActiveCalls(engine.connectionId, { 'page[size]': 250 });
  expect(live.data.at(-1)?.call_control_id).toBe(wanted);
  const third = await sdk.connections.listActiveCalls(engine.connectionId, { 'page[number]': 3 });
  expect(third.data.at(-1)?.call_control_id).toBe(wanted);
  await close();
});
