/** Numbers stay reserved exactly as long as they may ring, whatever dies in between. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../src/dialer/sweep.ts';
import { getCall } from '../../src/store/calls.ts';
import { placeCall } from '../../src/store/place-call.ts';
import { refused } from '../support/fake-telnyx.ts';
import { askedFor, catchHints, consume } from '../support/given-dialer.ts';
import { givenSession } from '../support/given-session.ts';
import { givenPlacedCall, requestFor } from '../support/place-call.ts';
import { config, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  // The tests hand hints on themselves; the real queue's would come at any time, the last ones in the next file.
  catchHints();
});
afterEach(restore);

const again = (phoneNumber: string) => placeCall(db, config, requestFor({ phoneNumber }), Date.now());
const attempt = async (id: string) =>
  await testEnv.DB.prepare('select status, reserved_number is not null as reserved from attempts where id = ?')
    .bind(id)
    .first();

describe('a hang-up asked for before the attempt was dialled', () => {
  it('is finished by the next hint when whoever asked died before telling D1', async () => {
    const placed = await givenPlacedCall();
    expect(await testEnv.INTAKE_SESSION.getByName(placed.callId).requestHangup()).toBe('unstarted');
    expect(await attempt(placed.attemptId)).toEqual({ status: 'queued', reserved: 1 });

    await testEnv.DIALER.getByName('dialer').enqueue(placed.attemptId, placed.callId);
    await consume({ attempt_id: placed.attemptId, call_id: placed.callId });
    expect(await getCall(db, ring, placed.callId)).toMatchObject({ status: 'canceled' });
    expect(await attempt(placed.attemptId)).toEqual({ status: 'canceled', reserved: 0 });
  });
});

describe('an attempt whose patient cannot be read any more', () => {
  it('ends as failed with its reason, instead of being hinted for ever', async () => {
    const placed = await givenPlacedCall();
    await testEnv.DB.prepare('delete from questionnaire_versions').run();
    await testEnv.DIALER.getByName('dialer').enqueue(placed.attemptId, placed.callId);
    await consume({ attempt_id: placed.attemptId, call_id: placed.callId });
    expect(await getCall(db, ring, placed.callId)).toMatchObject({ status: 'failed', error: 'not_preparable' });
    expect(await attempt(placed.attemptId)).toEqual({ status: 'failed', reserved: 0 });
  });
});

describe('a dial that nobody knows of', () => {
  const unknown = async () => {
    const call = await givenSession();
    call.telnyx.next('dial', refused(500, '10007'));
    await call.start();
    await call.alarm();
    await call.after(30_000);
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'failed', error: 'dial_unknown' });
    return call;
  };

  it('keeps its number reserved while it may still ring, and no longer', async () => {
    const call = await unknown();
    const { attemptId, patient } = call.placed;
    expect(await again(patient.phoneNumber)).toMatchObject({ ok: false, code: 'already_reserved' });
    await sweep(testEnv, Date.now());
    expect(await attempt(attemptId)).toEqual({ status: 'unknown', reserved: 1 });
    later(5 * 60_000);
    await sweep(testEnv, Date.now());
    expect(await attempt(attemptId)).toEqual({ status: 'ended', reserved: 0 });
  });

  it('that lives after all is shown as live, can be hung up, and keeps its number until it is over', async () => {
    const call = await unknown();
    await call.webhook('call.answered');
    expect(await call.state()).toMatchObject({ phase: 'asking' });
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'in_progress', error: null });
    expect((await call.stub.liveView())?.record.status).toBe('in_progress');
    later(10 * 60_000);
    await sweep(testEnv, Date.now());
    expect(await again(call.placed.patient.phoneNumber)).toMatchObject({ ok: false, code: 'already_reserved' });
    expect(await call.stub.requestHangup()).toBe('accepted');
    await call.hangup();
    await call.after(5000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial' });
    expect(await attempt(call.placed.attemptId)).toEqual({ status: 'ended', reserved: 0 });
  });
});

describe('a consumer that dies right after the session has the attempt', () => {
  const started = async () => {
    const call = await givenSession();
    await testEnv.DIALER.getByName('dialer').enqueue(call.placed.attemptId, call.callId);
    await testEnv.DIALER.getByName('dialer').take(call.placed.attemptId, askedFor(call.placed.attemptId));
    await call.start();
    await call.alarm();
    await call.webhook('call.answered');
    return call;
  };

  it('leaves a live line that stays counted, whatever is hinted again', async () => {
    const call = await started();
    later(20_000);
    await runDurableObjectAlarm(testEnv.DIALER.getByName('dialer'));
    const lines = await runInDurableObject(testEnv.DIALER.getByName('dialer'), (_, { storage }) =>
      storage.sql.exec('select attempt_id, state from lines').toArray(),
    );
    expect(lines).toEqual([{ attempt_id: call.placed.attemptId, state: 'started' }]);
  });

  it('leaves a call that the gate can block no more', async () => {
    const call = await started();
    await testEnv.DB.prepare('update consents set revoked_at = 1').run();
    await consume({ attempt_id: call.placed.attemptId, call_id: call.callId });
    expect(await attempt(call.placed.attemptId)).toEqual({ status: 'dialing', reserved: 1 });
    expect(await call.state()).toMatchObject({ phase: 'asking' });
    expect(call.telnyx.sent('dial')).toHaveLength(1);
  });
});
