/** /api/dialing: status, the kill switch (TC-27) with or without live calls, going on, and who may do which. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import type { Role } from '../../src/store/staff.ts';
import { catchHints, dialerNamed } from '../support/given-dialer.ts';
import { testEnv } from '../support/worker-env.ts';
import { ADMIN, type GivenApp, givenApp } from './given-app.ts';
import { givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const FAST = { pacePerSecond: 30, maxLiveCalls: 200 };

let given: GivenApp;
const dialer = dialerNamed();
/** Which call was asked to hang up. */
let asked: string[];
let requestHangup: (callId: string) => Promise<string>;

beforeEach(async () => {
  given = givenApp({}, { objects: 'real' });
  catchHints();
  await dialer.stub.resume({ by: 'test' });
  await dialer.stub.dropWaiting('cmp');
  for (const attempt of Object.keys(await dialer.lines())) await dialer.release(attempt);
  asked = [];
  requestHangup = async () => 'accepted';
  const INTAKE_SESSION = {
    getByName: (callId: string) => ({
      requestHangup: () => {
        asked.push(callId);
        return requestHangup(callId);
      },
    }),
  };
  Object.assign(given.env, { INTAKE_SESSION });
});
afterEach(() => vi.restoreAllMocks());

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
const stop = (body: object, init: { token?: string } = {}) => given.send('POST', '/api/dialing/stop', body, init);
const resume = (token?: string) =>
  given.request('/api/dialing/resume', { method: 'POST', ...(token === undefined ? {} : { token }) });
const status = async () => jsonOf(await given.request('/api/dialing'));

/** Live lines without waiting for their pace. */
async function givenLive(count: number): Promise<void> {
  await dialer.enqueueMany('cmp', count, FAST);
  for (let n = 0; n < count; n += 1) await dialer.started(`cmp-${n}`);
}

describe('the status', () => {
  it('tells how fast is dialled, how many are live and wait, and that nobody stopped it', async () => {
    await givenLive(2);
    await dialer.enqueue('att_1', 'call_1');
    expect(await status()).toEqual({
      ...{ stopped: false, stopped_at: null, stopped_by: null, slowed_until: null },
      ...{ held_since: null, replayed_at: null },
      ...{ rate_per_second: 2, max_live_calls: 3, live_calls: 2, waiting: 1 },
    });
  });

  it('tells that Telnyx’ refusals are heeded', async () => {
    await dialer.stub.throttled('90103');
    expect(await status()).toMatchObject({ rate_per_second: 1, slowed_until: expect.stringMatching(/Z$/) });
  });

  it.each([
    ['cannot be reached', () => ({ status: () => Promise.reject(new Error('x')) })],
    [
      'throws at once',
      () => ({
        status: () => {
          throw new TypeError('x');
        },
      }),
    ],
    [
      'is not to be had',
      () => {
        throw new Error('x');
      },
    ],
  ])('is 503 with what to do while the dialer %s', async (_, getByName) => {
    Object.assign(given.env, { DIALER: { getByName } });
    const response = await given.request('/api/dialing');
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1']);
    expect(await jsonOf(response)).toMatchObject({
      code: 'dialer_unavailable',
      detail: expect.stringContaining('/api/doctor'),
    });
  });

  it('is 503 while the dialer cannot be reached, and so is the stop: it was not stopped', async () => {
    Object.assign(given.env, {
      DIALER: {
        getByName: () => ({ status: () => Promise.reject(new Error('x')), stop: () => Promise.reject(new Error('x')) }),
      },
    });
    expect((await given.request('/api/dialing')).status).toBe(503);
    const response = await stop({ hang_up_live: true });
    expect([response.status, (await jsonOf(response))['code']]).toEqual([503, 'dialer_unavailable']);
  });
});

describe('the stop (TC-27)', () => {
  it('grants nothing from then on, says who and when, and leaves live calls alone', async () => {
    await givenLive(2);
    await dialer.enqueue('att_1', 'call_1');
    const response = await stop({ hang_up_live: false });
    expect(response.status).toBe(202);
    expect(await jsonOf(response)).toMatchObject({
      ...{ stopped: true, stopped_by: ADMIN, live_calls: 2, waiting: 1, hung_up: 0, hang_up_failed: 0 },
    });
    expect(await dialer.take('att_1')).toMatchObject({ permit: 'not_before' });
    expect(asked).toEqual([]);
    expect(given.logged('audit')[0]).toMatchObject({ audit: 'dialing.stop', status: 202, phi: false });
    expect(given.lines.join('\n')).not.toContain(ADMIN);
  });

  it('ends all live calls when asked, side by side, though some cannot be reached', async () => {
    await givenLive(250);
    requestHangup = async (callId) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (callId.endsWith('7')) throw new Error('does not open');
      return callId.endsWith('8') ? 'not_live' : 'accepted';
    };
    const from = Date.now();
    const response = await stop({ hang_up_live: true });
    expect(Date.now() - from).toBeLessThan(5000);
    expect(response.status).toBe(202);
    expect(await jsonOf(response)).toMatchObject({ stopped: true, hung_up: 225, hang_up_failed: 25 });
    expect(new Set(asked).size).toBe(250);
  });

  it('one session that hangs holds up nobody, and counts as failed', async () => {
    await givenLive(3);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      requestHangup = (callId) => (callId.endsWith('0') ? new Promise(() => {}) : Promise.resolve('accepted'));
      const answering = stop({ hang_up_live: true });
      while (asked.length < 3) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(4000);
      expect(await jsonOf(await answering)).toMatchObject({ hung_up: 2, hang_up_failed: 1 });
    } finally {
      vi.useRealTimers();
    }
  });

  it('asked again tries the calls again', async () => {
    await givenLive(1);
    await stop({ hang_up_live: true });
    const first = await status();
    await stop({ hang_up_live: true });
    expect(asked).toEqual(['call_cmp-0', 'call_cmp-0']);
    expect((await status())['stopped_at']).toBe(first['stopped_at']);
  });

  it('of a call that has its permit and not its session yet: it is canceled and never rings', async () => {
    given = givenApp({}, { objects: 'real' });
    const { call, attemptId } = await givenCall(given);
    await dialer.enqueue(attemptId, call.id);
    expect(await dialer.take(attemptId)).toEqual({ permit: 'granted' });
    expect(await jsonOf(await stop({ hang_up_live: true }))).toMatchObject({ hung_up: 1, live_calls: 0 });
    expect(await getCall(given.db, given.config.keyRing, call.id)).toMatchObject({ status: 'canceled' });
    expect(await testEnv.INTAKE_SESSION.getByName(call.id).requestHangup()).toBe('unstarted');
  });

  it.each([[{ hang_up_live: 'yes' }], [{ everything: true }], [[]]])(
    'with %j is 422 and stops nothing',
    async (body) => {
      expect((await stop(body)).status).toBe(422);
      expect(await status()).toMatchObject({ stopped: false });
    },
  );
});

describe('going on', () => {
  it('goes on with what waits, asked once or twice', async () => {
    await dialer.enqueue('att_1', 'call_1');
    await stop({});
    for (let times = 0; times < 2; times += 1) {
      const response = await resume();
      expect(response.status).toBe(202);
      expect(await jsonOf(response)).toMatchObject({ stopped: false, stopped_by: null, waiting: 1 });
    }
    expect(await dialer.take('att_1')).toEqual({ permit: 'granted' });
  });
});

it.each<[Role, number, number, number]>([
  ['admin', 200, 202, 202],
  ['clinician', 200, 202, 403],
  ['intake', 200, 202, 403],
  ['operator', 200, 202, 403],
  ['auditor', 200, 403, 403],
])('%s reads the status with %i, stops with %i and goes on with %i', async (role, reading, stopping, resuming) => {
  const token = await tokenOf(given, role);
  expect((await given.request('/api/dialing', { token })).status).toBe(reading);
  expect((await stop({ hang_up_live: false }, { token })).status).toBe(stopping);
  expect((await status())['stopped']).toBe(stopping === 202);
  expect((await resume(token)).status).toBe(resuming);
});
