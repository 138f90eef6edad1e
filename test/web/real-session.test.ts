/** The seam to the real Durable Object: what the fakes of the other files stand for. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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
