/** The seam to the real Durable Object: what the fakes of the other files stand for. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import { inboundCallId } from '../../src/telnyx/inbound-call-id.ts';
import { FakeTelnyx } from '../support/fake-telnyx.ts';
import { db, ring, testEnv, until } from '../support/worker-env.ts';
import { delivery, type GivenApp, givenApp } from './given-app.ts';
import { givenCall } from './given-call.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp({}, { objects: 'real' });
});
afterEach(() => vi.restoreAllMocks());

it('a call whose session has not begun is shown from D1; stopped now it is canceled and will never ring', async () => {
  const { call } = await givenCall(given);
  const response = await given.request(`/api/calls/${call.id}`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ call_id: call.id, status: 'queued' });
  expect(await (await given.request(`/api/calls/${call.id}/events`)).json()).toEqual({ items: [], next_cursor: null });
  expect((await given.request(`/api/calls/${call.id}/hangup`, { method: 'POST' })).status).toBe(202);
  expect(await (await given.request(`/api/calls/${call.id}`)).json()).toMatchObject({ status: 'canceled' });
  expect((await given.request(`/api/calls/${call.id}/hangup`, { method: 'POST' })).status).toBe(409);
});

it('an event for a call the session does not know is 200 and a log line', async () => {
  const { call } = await givenCall(given);
  const body = JSON.stringify({
    data: {
      event_type: 'call.hangup',
      id: 'ev-1',
      occurred_at: '2026-11-20T15:00:00Z',
      payload: { client_state: btoa(JSON.stringify({ s: call.id, q: 'dial', n: 0 })), hangup_cause: 'timeout' },
    },
  });
  const response = await given.app.request(await delivery(body), undefined, given.env);
  expect(response.status).toBe(200);
  expect(given.logged('webhook.unknown_call')).toMatchObject([{ call_id: call.id, event_type: 'call.hangup' }]);
});

it('somebody rings, is answered, and asked; a signed webhook is all it takes, said twice or without client_state', async () => {
  const telnyx = new FakeTelnyx(String(testEnv.TELNYX_API_BASE));
  const leg = { call_control_id: 'v3:in', call_leg_id: 'leg-in', call_session_id: 'session-in' };
  const callId = await inboundCallId('leg-in');
  const stub = testEnv.INTAKE_SESSION.getByName(callId);
  const says = async (event_type: string, id: string, payload: Record<string, unknown>) => {
    const data = { event_type, id, occurred_at: new Date().toISOString(), payload: { ...leg, ...payload } };
    const response = await given.app.request(await delivery(JSON.stringify({ data })), undefined, given.env);
    expect(response.status).toBe(200);
    await runDurableObjectAlarm(stub);
  };
  const incoming = { direction: 'incoming', client_state: null, from: '+12025550177', to: '+12025550101' };
  await says('call.initiated', 'in-1', incoming);
  await says('call.initiated', 'in-1', incoming);
  await until(() => telnyx.actions.length === 1);
  const client_state = telnyx.sent('answer')[0]?.body['client_state'];
  await says('call.answered', 'in-2', { client_state });
  await says('call.answered', 'in-2', { client_state });
  expect(telnyx.actions).toEqual(['answer', 'gather_using_speak']);
  expect(await getCall(db, ring, callId)).toMatchObject({ direction: 'inbound', phoneNumber: '+12025550177' });
  await says('call.hangup', 'in-3', { client_state: null, hangup_cause: 'normal_clearing' });
  expect(await stub.isOver()).toBe(true);
});
