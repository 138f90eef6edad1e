/** The account as the stand-in tells of it, read by the official SDK: its shapes, its filters, its refusals, and each change asked for. */
import Telnyx from 'telnyx';
import { afterEach, describe, expect, test } from 'vitest';
import { startTelnyxServer, type TelnyxServer } from '../../src/simulator/telnyx-server.ts';
import { rig } from './rig.ts';

const open: TelnyxServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start() {
  const server = await startTelnyxServer({
    port: 0,
    engineOptions: { webhookUrl: 'http://worker.test/webhooks/telnyx', otherNumbers: ['+13055550111'] },
  });
  open.push(server);
  const { engine, url } = server;
  const client = new Telnyx({ apiKey: engine.apiKey, baseURL: `${url}/v2`, maxRetries: 0 });
  const change = (body: object) =>
    fetch(`${url}/simulator/account`, { method: 'POST', body: JSON.stringify(body) }).then((answer) => answer.status);
  return { engine, url, client, change };
}

describe('What the SDK reads', () => {
  test('is an account in which a call goes through', async () => {
    const { client, engine } = await start();
    const { data: application } = await client.callControlApplications.retrieve(engine.connectionId);
    expect(application).toMatchObject({
      ...{ record_type: 'call_control_application', active: true, webhook_api_version: '2' },
      webhook_event_url: 'http://worker.test/webhooks/telnyx',
    });
    const profileId = application?.outbound?.outbound_voice_profile_id ?? '';
    const { data: profile } = await client.outboundVoiceProfiles.retrieve(profileId);
    expect(profile).toMatchObject({ enabled: true, whitelisted_destinations: ['US', 'CA'] });
    expect((await client.balance.retrieve()).data).toMatchObject({
      record_type: 'balance',
      available_credit: '500.00',
    });
    const { data: numbers, meta } = await client.phoneNumbers.list();
    expect(numbers?.map(({ phone_number, status, connection_id }) => [phone_number, status, connection_id])).toEqual([
      ['+12025550100', 'active', engine.connectionId],
      ['+13055550111', 'active', engine.connectionId],
    ]);
    expect(meta).toMatchObject({ total_results: 2, page_size: 20 });
  });

  test('a number is found by its digits alone, and by a part of them', async () => {
    const { client } = await start();
    const found = async (phone_number: string) =>
      (await client.phoneNumbers.list({ filter: { phone_number } })).data?.map((row) => row.phone_number);
    expect(await found('12025550100')).toEqual(['+12025550100']);
    expect(await found('555')).toEqual(['+12025550100', '+13055550111']);
    expect(await found('+12025550100')).toEqual([]);
    expect(await found('12025550199')).toEqual([]);
  });

  test('what is not there is 404, and another key 401', async () => {
    const { client, url } = await start();
    await expect(client.callControlApplications.retrieve('1')).rejects.toMatchObject({ status: 404 });
    await expect(client.outboundVoiceProfiles.retrieve('1')).rejects.toMatchObject({ status: 404 });
    const stranger = new Telnyx({ apiKey: 'KEY_other', baseURL: `${url}/v2`, maxRetries: 0 });
    await expect(stranger.balance.retrieve()).rejects.toMatchObject({ status: 401 });
  });

  test('is as somebody changed it, one field and the rest as it was', async () => {
    const { client, engine, change } = await start();
    const status = await change({
      application: { outbound: { outbound_voice_profile_id: null }, webhook_api_version: '1' },
      profile: { enabled: false },
      numbers: { '+12025550100': { status: 'port-pending' }, '+13055550111': null, '+14155550122': {} },
      balance: { available_credit: '-2.00' },
      clockAheadMs: 90_000,
    });
    expect(status).toBe(200);
    const { data: application } = await client.callControlApplications.retrieve(engine.connectionId);
    expect(application).toMatchObject({ active: true, webhook_api_version: '1' });
    expect(application?.outbound).toEqual({ channel_limit: null, outbound_voice_profile_id: null });
    const { data, response } = await client.phoneNumbers.list().withResponse();
    expect(data.data?.map((row) => [row.phone_number, row.status, row.connection_id])).toEqual([
      ['+12025550100', 'port-pending', engine.connectionId],
      ['+14155550122', 'active', null],
    ]);
    expect((await client.balance.retrieve()).data?.available_credit).toBe('-2.00');
    const aheadMs = Date.parse(response.headers.get('date') ?? '') - Date.now();
    expect(aheadMs).toBeGreaterThan(80_000);
    await change({ applicationExists: false });
    await expect(client.callControlApplications.retrieve(engine.connectionId)).rejects.toMatchObject({ status: 404 });
  });
});

describe('A dial', () => {
  test.each([
    ['without a profile', { application: { outbound: { outbound_voice_profile_id: null } } }, 'D38'],
    ['by a profile that is gone', { profileExists: false }, 'D38'],
    ['by a profile that is off', { profile: { enabled: false } }, 'D7'],
  ])('%s is refused with 403, and rings nobody', async (_, account, reason) => {
    const { dial, engine } = await rig({ account });
    const answer = await dial();
    expect(answer).toMatchObject({ status: 403, errors: [{ code: 10010 }], telnyx_error: { error_code: reason } });
    expect(engine.calls()).toEqual([]);
  });
});

describe('The list of deliveries', () => {
  test('tells those that failed from those that came after all, by address and time', async () => {
    const { api, dial, clock } = await rig({
      answerWith: ({ event }) => (event.event_type === 'call.initiated' ? 302 : 200),
    });
    await dial();
    await clock.advance(10_000);
    const list = (query: Record<string, string>) => api('GET', '/v2/webhook_deliveries', undefined, query);
    const failed = await list({ 'filter[status][eq]': 'failed' });
    expect(failed.data).toMatchObject([
      {
        ...{ record_type: 'webhook_delivery', status: 'failed', webhook: { event_type: 'call.initiated' } },
        attempts: [{ status: 'failed', http: { response: { status: 302 } } }],
      },
    ]);
    expect(JSON.stringify(failed.data)).not.toContain('+1202');
    expect((await list({ 'filter[status][eq]': 'delivered' })).data.length).toBeGreaterThan(0);
    expect((await list({ 'filter[attempts][contains]': 'elsewhere.test' })).data).toEqual([]);
    const later = new Date(clock.now() + 1).toISOString();
    expect((await list({ 'filter[started_at][gte]': later })).data).toEqual([]);
  });
});
