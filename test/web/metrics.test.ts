/** What requests and webhooks leave as figures: templates and codes, of every route, and never before the answer to a webhook. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { routes } from '../../src/web/routes.ts';
import { catchMetrics, labelsOf, type Point } from '../support/catch-metrics.ts';
import { encodingsOf } from '../support/encodings.ts';
import { catchJobHints } from '../support/given-jobs.ts';
import { ring, testEnv } from '../support/worker-env.ts';
import { delivery, type GivenApp, givenApp, ORIGIN } from './given-app.ts';
import { handOnProbes } from './given-doctor.ts';
import { givenSentinels, type Sentinels } from './given-sentinels.ts';

let given: GivenApp;
let points: Point[];
let sentinels: Sentinels;
const begin = () => {
  given = givenApp({ PHI_KEYS: `k1:${ring.keys.get('k1')?.toBase64()}` });
  catchJobHints();
  handOnProbes();
};
beforeAll(async () => {
  begin();
  sentinels = await givenSentinels(given);
});
beforeEach(() => {
  vi.restoreAllMocks();
  begin();
  points = catchMetrics();
});
afterEach(() => vi.restoreAllMocks());

const addressOf = (path: string) =>
  path.replaceAll(/:([a-z]+_id)/g, (_, name) => sentinels.ids[name] ?? `unknown-${name}`);

describe('requests', () => {
  it('of every route are told by its template, and by nothing of anybody (LG-02, LG-05)', async () => {
    for (const { method, path } of routes.filter((route) => route.method === 'GET' && !route.path.includes('doctor'))) {
      points.length = 0;
      await given.request(`${addressOf(path)}?phone_number=%2B13035550177&q=Zephyrine`, { method });
      const plain = await given.request(addressOf(path), { method });
      await plain.body?.cancel();
      const asked = labelsOf(points, 'request');
      expect(asked.map(([, route]) => route)).toEqual([path, path]);
      expect(asked[1]?.slice(0, 3)).toEqual(['GET', path, String(plain.status)]);
      const written = JSON.stringify(points);
      for (const secret of ['Zephyrine', 'Quimbleton', '+13035550177', 'MRN-SENTINEL'])
        for (const form of encodingsOf(secret)) expect(written).not.toContain(form);
      for (const id of [...Object.values(sentinels.ids).filter((each) => each !== ''), '3035550177', '1947-03-19'])
        expect(written).not.toContain(id);
    }
  });

  it('that are refused say so by code, whatever was sent (LG-03, LG-05)', async () => {
    const body = { first_name: 'Zephyrine', phone_number: '+13035550177', Zephyrine: '1947-03-19' };
    await given.send('POST', '/api/patients', body);
    await given.request('/api/patients?Quimbleton=1');
    await given.request('/api/patients/pat_Zephyrine');
    expect(labelsOf(points, 'request').map(([method, route, status]) => [method, route, status])).toEqual([
      ['POST', '/api/patients', '422'],
      ['GET', '/api/patients', '422'],
      ['GET', '/api/patients/:patient_id', '404'],
    ]);
    expect(JSON.stringify(points)).not.toMatch(/Zephyrine|Quimbleton|3035550177|1947-/);
    for (const { doubles } of points) expect(doubles[1]).toBeGreaterThanOrEqual(0);
  });

  it('are answered where figures cannot be written', async () => {
    vi.spyOn(testEnv.METRICS as AnalyticsEngineDataset, 'writeDataPoint').mockImplementation(() => {
      throw new Error('too many');
    });
    expect((await given.request('/api/calls')).status).toBe(200);
    Object.assign(given.env, { METRICS: undefined });
    expect((await given.request('/api/calls')).status).toBe(200);
  });
});

describe('webhooks', () => {
  const event = (payload: object = {}) =>
    JSON.stringify({
      data: {
        ...{ record_type: 'event', event_type: 'call.hangup', id: 'ev-1', occurred_at: '2026-11-20T15:00:00Z' },
        payload: {
          ...{ call_control_id: 'v3:c', call_leg_id: 'l', call_session_id: 's', to: '+13035550177' },
          client_state: btoa(JSON.stringify({ s: `call_${crypto.randomUUID()}`, q: 'dial', n: 0 })),
          ...payload,
        },
      },
    });
  const receive = async (request: Request) => {
    const context = createExecutionContext();
    const response = await given.app.request(request, undefined, given.env, context);
    await waitOnExecutionContext(context);
    return { status: response.status };
  };

  it('are measured: accepted or refused, and why', async () => {
    const chance = vi.spyOn(Math, 'random');
    for (const drawn of [0.125, 0.124, 0.999]) {
      chance.mockReturnValue(drawn);
      expect(await receive(await delivery(event()))).toEqual({ status: 200 });
    }
    // Of those applied the one below an eighth, and it stands for eight; of all else each.
    expect(points.filter(({ indexes }) => indexes[0] === 'webhook').map(({ doubles }) => doubles[0])).toEqual([8]);
    given.session.receive = async () => {
      throw new Error('Failed query: +13035550177');
    };
    expect((await receive(await delivery(event()))).status).toBe(503);
    expect((await receive(await delivery('Zephyrine'))).status).toBe(200);
    expect((await receive(await delivery(event(), { at: 0 }))).status).toBe(401);
    expect((await receive(new Request(`${ORIGIN}/webhooks/telnyx`))).status).toBe(405);
    expect(labelsOf(points, 'webhook')).toEqual([
      ['accepted', 'applied'],
      ['refused', 'not_stored'],
      ['accepted', 'unreadable'],
      ['refused', 'timestamp_too_old'],
      ['refused', 'method_not_allowed'],
    ]);
    expect(JSON.stringify(points)).not.toMatch(/Zephyrine|3035550177/);
  });

  it('are answered where figures cannot be written', async () => {
    vi.spyOn(testEnv.METRICS as AnalyticsEngineDataset, 'writeDataPoint').mockImplementation(() => {
      throw new Error('too many');
    });
    expect((await receive(await delivery(event()))).status).toBe(200);
  });
});
