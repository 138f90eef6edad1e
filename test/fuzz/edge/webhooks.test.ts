/** Deliveries that are almost right: signed, each is acknowledged; not signed by Telnyx, each is refused unread (SE-01, SE-05, T01, T21, S1-T9, C81). */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { encodeClientState } from '../../../src/telnyx/client-state.ts';
import { fuzzRuns } from '../../support/fuzz-runs.ts';
import { spoiledBytes, spoiledJson } from '../../support/spoiled.ts';
import { delivery, type GivenApp, givenApp } from '../../web/given-app.ts';

let given: GivenApp;
beforeAll(() => {
  given = givenApp();
});
afterAll(() => vi.restoreAllMocks());

const body = {
  data: {
    ...{
      record_type: 'event',
      event_type: 'call.gather.ended',
      id: 'evt-1',
      occurred_at: '2030-01-07T15:00:00.123456Z',
    },
    payload: {
      ...{
        call_control_id: 'v3:EXAMPLE-a_1',
        call_leg_id: 'leg',
        call_session_id: 'session',
        digits: '1',
        status: 'valid',
      },
      client_state: encodeClientState({ callId: 'call_0199f3c2-7f4e-7000-8000-000000000001', step: 'opening', seq: 1 }),
    },
  },
  meta: { attempt: 1 },
};

it('a signed body of any kind is acknowledged, so that Telnyx does not send it again', async () => {
  await fc.assert(
    fc.asyncProperty(spoiledJson(body), async (value) => {
      const response = await given.app.request(await delivery(JSON.stringify(value) ?? ''), {}, given.env);
      expect(response.status).toBe(200);
    }),
    fuzzRuns(300),
  );
});

it('a body that was changed after it was signed, by a byte or by a lot, reaches no call', async () => {
  const text = JSON.stringify(body);
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(spoiledBytes(bytes), async (changed) => {
      if (changed.length === bytes.length && changed.every((byte, i) => byte === bytes[i])) return;
      const { headers } = await delivery(text);
      const calls = vi.mocked(given.session.receive).mock.calls.length;
      const request = new Request('https://intake.example/webhooks/telnyx', {
        method: 'POST',
        headers,
        body: changed as Uint8Array<ArrayBuffer>,
      });
      expect((await given.app.request(request, {}, given.env)).status).toBe(401);
      expect(given.session.receive).toHaveBeenCalledTimes(calls);
    }),
    fuzzRuns(300),
  );
});
