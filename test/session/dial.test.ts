/** Dial is sent once per attempt, whatever dies or is lost around it (design: dial is sent once). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dialer } from '../../src/dialer/dialer.ts';
import { getCall } from '../../src/store/calls.ts';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import {
  type Answer,
  CALL_IDS,
  dialed,
  hang,
  held,
  html,
  networkError,
  refused,
  timeout,
} from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const DIAL_WAIT = 30_000;
/** As it was seen in production: the code says no more than that it was refused. */
const tooManyChannels: Answer = () =>
  Response.json(
    { errors: [{ code: 10010, detail: 'User channel limit exceeded D1' }], telnyx_error: { error_code: 'D1' } },
    { status: 403 },
  );

async function givenDialed(...answers: readonly Answer[]): Promise<SessionUnderTest> {
  const call = await givenSession();
  call.telnyx.next('dial', ...answers);
  await call.start();
  await call.alarm();
  return call;
}

const liveCall = (call: SessionUnderTest): Answer => {
  const client_state = encodeClientState({ callId: call.callId, step: 'dial', seq: 0 });
  return () =>
    Response.json({ data: [{ record_type: 'call', ...CALL_IDS, client_state, call_duration: 3 }], meta: {} });
};
const loggedCall = (call: SessionUnderTest): Answer => {
  const client_state = encodeClientState({ callId: call.callId, step: 'dial', seq: 0 });
  const row = {
    record_type: 'call_event',
    name: 'call.initiated',
    metadata: { raw: { payload: { ...CALL_IDS, client_state } } },
  };
  return () => Response.json({ data: [{ metadata: null }, row], meta: {} });
};

describe('a dial', () => {
  it('carries our id, the webhook address, and no recording parameter (RC-02)', async () => {
    const call = await givenDialed();
    const [dial] = call.telnyx.sent('dial');
    expect(dial?.body).toMatchObject({
      to: call.placed.patient.phoneNumber,
      from: '+12025550101',
      connection_id: '1494404757140276705',
      webhook_url: 'https://intake.example/webhooks/telnyx',
      client_state: encodeClientState({ callId: call.callId, step: 'dial', seq: 0 }),
      command_id: `${call.callId}:1`,
    });
    expect(Object.keys(dial?.body ?? {}).filter((name) => /record|transcri/.test(name))).toEqual([]);
    expect(await call.state()).toMatchObject({ phase: 'ringing', ids: { callControlId: 'v3:control' } });
  });

  it.each([
    ['403 with a number as code', refused(403, 10010), 'telnyx_10010'],
    ['403 for too many channels', tooManyChannels, 'telnyx_D1'],
    ['422', refused(422, '10016'), 'telnyx_10016'],
    ['429', refused(429, '90103'), 'telnyx_90103'],
    ['400 without a code', html(400), 'telnyx_http_400'],
  ])('refused with %s is failed with the code, frees the line and is not sent again', async (_, answer, code) => {
    const call = await givenDialed(answer);
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'dial_refused', error: code });
    await call.after(60_000);
    await call.after(60_000);
    expect(call.telnyx.actions).toEqual(['dial']);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'failed', error: code });
    expect(await call.stub.isOver()).toBe(true);
  });

  describe.each([
    ['500', refused(500, '10007')],
    ['503', html(503)],
    ['408', refused(408, '10007')],
    ['a time limit passed', timeout],
    ['a network error', networkError],
    ['200 with a body nobody understands', (() => new Response('ok')) as Answer],
    ['200 without ids', (() => Response.json({ data: {} })) as Answer],
  ])('after %s', (_, answer) => {
    it('is unknown, and waits 30 s for a webhook before anybody is asked', async () => {
      const call = await givenDialed(answer);
      expect(await call.state()).toMatchObject({ phase: 'dialing', dial: 'unknown' });
      await call.after(DIAL_WAIT - 1);
      expect(call.telnyx.actions).toEqual(['dial']);
      await call.after(1);
      expect(call.telnyx.actions).toEqual(['dial', 'active_calls', 'call_events']);
      expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'dial_unknown', error: 'dial_unknown' });
    });
  });

  it('found among the live calls is adopted', async () => {
    const call = await givenDialed(timeout);
    call.telnyx.next('active_calls', liveCall(call));
    await call.after(DIAL_WAIT);
    expect(call.telnyx.actions).toEqual(['dial', 'active_calls']);
    expect(await call.state()).toMatchObject({ phase: 'ringing', ids: { callLegId: 'leg-1' }, error: null });
    await call.webhook('call.answered');
    expect(call.asked).toBe('opening');
  });

  it('found in the log of the last day is adopted', async () => {
    const call = await givenDialed(timeout);
    call.telnyx.next('active_calls', refused(404, '10005')).next('call_events', loggedCall(call));
    await call.after(DIAL_WAIT);
    expect(call.telnyx.actions).toEqual(['dial', 'active_calls', 'call_events']);
    const asked = String(call.telnyx.sent('call_events')[0]?.query);
    expect(asked).not.toContain(call.placed.patient.phoneNumber.slice(1));
    expect(await call.state()).toMatchObject({ phase: 'ringing' });
  });

  it('of another call among the live ones is left alone', async () => {
    const call = await givenDialed(timeout);
    const other = { ...CALL_IDS, client_state: encodeClientState({ callId: 'call_other', step: 'dial', seq: 0 }) };
    call.telnyx.next('active_calls', () => Response.json({ data: [{ client_state: null }, other], meta: {} }));
    await call.after(DIAL_WAIT);
    expect(await call.state()).toMatchObject({ phase: 'ended', error: 'dial_unknown' });
  });

  it('that stays unknown ends as failed with dial_unknown, counted as dialled', async () => {
    const call = await givenDialed(timeout);
    await call.after(DIAL_WAIT);
    await call.after(5000);
    const row = await getCall(db, ring, call.callId);
    expect(row).toMatchObject({ status: 'failed', error: 'dial_unknown' });
    expect(row?.dialedAt).not.toBeNull();
  });

  it('given up, and alive after all, is adopted as the same attempt', async () => {
    const call = await givenDialed(timeout);
    await call.after(DIAL_WAIT);
    await call.after(5000);
    expect(await call.webhook('call.answered')).toBe('applied');
    expect(call.asked).toBe('opening');
    await call.keys('2');
    await call.webhook('call.speak.ended');
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'wrong_person', error: null });
    expect(call.telnyx.sent('dial')).toHaveLength(1);
  });
});

describe('a dial refused because there is too much at once', () => {
  const told = () => vi.spyOn(Dialer.prototype, 'throttled').mockImplementation(() => {});

  it.each([
    ['dials', refused(429, '90103'), '90103'],
    ['requests', refused(429, 10011), '10011'],
    ['channels', refused(403, '90041'), '90041'],
  ])('of %s slows the dialer down, and fails with its code as any other', async (_, answer, code) => {
    const throttled = told();
    const call = await givenDialed(answer);
    await until(() => throttled.mock.calls.length > 0);
    expect(throttled.mock.calls).toEqual([[code]]);
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'dial_refused', error: `telnyx_${code}` });
  });

  it('fails all the same when the dialer cannot be told', async () => {
    const throttled = told().mockImplementation(() => {
      throw new Error('dialer is down');
    });
    const call = await givenDialed(refused(429, '90103'));
    await until(() => throttled.mock.calls.length > 0);
    expect(await call.state()).toMatchObject({ phase: 'ended', outcome: 'dial_refused', error: 'telnyx_90103' });
  });

  it('is not a dial refused for another reason, nor one nobody knows of', async () => {
    const throttled = told();
    await givenDialed(refused(403, '10010'));
    await givenDialed(timeout);
    expect(throttled).not.toHaveBeenCalled();
  });
});

describe('around the dial', () => {
  it('delivered twice: initiated again changes nothing', async () => {
    const call = await givenDialed();
    const initiated = call.event('call.initiated');
    expect(await call.receive(initiated)).toBe('ignored');
    expect(await call.receive(initiated)).toBe('duplicate');
    expect(await call.state()).toMatchObject({ phase: 'ringing' });
  });

  it('out of order: the webhook comes before the reply, which then changes nothing', async () => {
    const call = await givenSession();
    const reply = held(dialed);
    call.telnyx.next('dial', reply.answer);
    await call.start();
    await until(() => call.telnyx.actions.length === 1);
    await call.receive(call.event('call.initiated'));
    await call.receive(call.event('call.answered'));
    reply.release();
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak']);
    expect(await call.state()).toMatchObject({ phase: 'asking', question: { step: 'opening' } });
  });

  it('a webhook with our id is as good as the reply: the opening does not wait for a dial that answers late (TC-16)', async () => {
    const call = await givenSession();
    const reply = held(dialed);
    call.telnyx.next('dial', reply.answer);
    await call.start();
    await until(() => call.telnyx.actions.length === 1);
    await call.receive(call.event('call.answered'));
    await until(() => call.telnyx.actions.length === 2);
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak']);
    reply.release();
    await call.alarm();
    expect(await call.state()).toMatchObject({ phase: 'asking', question: { step: 'opening' } });
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak']);
  });

  it('out of order: the hang-up of a busy line comes before the reply, which does not bring the call back', async () => {
    const call = await givenSession();
    const reply = held(dialed);
    call.telnyx.next('dial', reply.answer);
    await call.start();
    await until(() => call.telnyx.actions.length === 1);
    await call.receive(call.event('call.hangup', { hangup_cause: 'user_busy', sip_hangup_cause: '486' }));
    reply.release();
    await call.alarm();
    expect(await call.state()).toMatchObject({ phase: 'ended', hangup: { cause: 'user_busy' } });
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'busy' });
  });

  it('after eviction, a crash between sending and the reply: never sent again, found when asked', async () => {
    const call = await givenSession();
    call.telnyx.next('dial', hang);
    await call.start();
    await until(() => call.telnyx.actions.length === 1);
    await call.crash();
    await call.alarm();
    expect(await call.start()).toBe('already');
    await call.after(10_000);
    expect(call.telnyx.actions).toEqual(['dial']);
    call.telnyx.next('active_calls', liveCall(call));
    await call.after(20_000);
    expect(await call.state()).toMatchObject({ phase: 'ringing' });
    expect(call.telnyx.sent('dial')).toHaveLength(1);
  });

  it('after eviction, a crash between sending and the reply: a webhook adopts the call at once', async () => {
    const call = await givenSession();
    call.telnyx.next('dial', hang);
    await call.start();
    await until(() => call.telnyx.actions.length === 1);
    await call.crash();
    await call.webhook('call.answered');
    expect(call.telnyx.actions).toEqual(['dial', 'gather_using_speak']);
  });

  it('command failed and the alarm goes on: the question to Telnyx is put again until it is answered', async () => {
    const call = await givenDialed(timeout);
    call.telnyx.next('active_calls', refused(503, '10007'), timeout, liveCall(call));
    await call.after(DIAL_WAIT);
    expect(call.telnyx.sent('active_calls')).toHaveLength(3);
    expect(await call.state()).toMatchObject({ phase: 'ringing' });
    expect(call.telnyx.sent('dial')).toHaveLength(1);
  });

  it('command failed and the alarm goes on: Telnyx never answers, and the attempt is given up in the end', async () => {
    const call = await givenDialed(timeout);
    call.telnyx.always('active_calls', refused(503, '10007'));
    for (let minutes = 0; minutes < 10; minutes += 1) await call.after(60_000);
    expect(await call.state()).toMatchObject({ phase: 'ended', error: 'dial_unknown' });
    expect(call.telnyx.sent('dial')).toHaveLength(1);
  });

  it('no answer and no hang-up event: Telnyx is asked, and the line is freed', async () => {
    const call = await givenDialed();
    call.telnyx.next('retrieve_call', () => Response.json({ data: { is_alive: false } }));
    await call.after(61_000);
    expect(await call.state()).toMatchObject({ phase: 'ended', error: 'hangup_event_lost' });
    await call.after(5000);
    const attempt = await testEnv.DB.prepare('select status from attempts where id = ?')
      .bind(call.placed.attemptId)
      .first();
    expect(attempt).toEqual({ status: 'ended' });
  });

  it('the wait is scaled, the 50 s rule is not', async () => {
    const call = await givenSession();
    call.telnyx.next('dial', timeout);
    await call.start({ timerScale: 0.05 });
    await call.alarm();
    later(1500);
    await call.alarm();
    expect(call.telnyx.actions).toEqual(['dial', 'active_calls', 'call_events']);
  });
});
