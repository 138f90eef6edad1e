/** The cron behind the alarms. */
import { createScheduledController, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dialer } from '../../src/dialer/dialer.ts';
import { sweep } from '../../src/dialer/sweep.ts';
import worker from '../../src/index.ts';
import { IntakeSession } from '../../src/session/intake-session.ts';
import { openTask } from '../../src/store/tasks.ts';
import { networkError } from '../support/fake-telnyx.ts';
import { catchHints, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { givenSession, givenTelnyx, SessionUnderTest } from '../support/given-session.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { catchLog, db, later, restore, stopClock, testEnv, until } from '../support/worker-env.ts';

let hints: Hints;
let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  hints = catchHints();
  await testEnv.DB.exec('delete from attempts; delete from calls; delete from tasks;');
  for (const attempt of Object.keys(await dialerNamed().lines())) await dialerNamed().release(attempt);
  hints.take();
});
afterEach(restore);

const statusOf = async (callId: string) =>
  (await testEnv.DB.prepare('select status from calls where id = ?').bind(callId).first<{ status: string }>())?.status;

describe('the sweep', () => {
  it('queues an attempt that never reached the dialer', async () => {
    const placed = await givenPlacedCall();
    await sweep(testEnv, Date.now());
    expect(hints.take()).toEqual([]);
    later(60_001);
    await sweep(testEnv, Date.now());
    expect(hints.sent).toEqual([{ attempt_id: placed.attemptId, call_id: placed.callId }]);
    await sweep(testEnv, Date.now());
    expect(hints.take()).toHaveLength(1);
  });

  it('leaves alone what is under way, blocked or over', async () => {
    const placed = await givenPlacedCall();
    later(60_001);
    for (const status of ['dialing', 'blocked', 'ended', 'canceled']) {
      await testEnv.DB.prepare('update attempts set status = ? where id = ?').bind(status, placed.attemptId).run();
      await sweep(testEnv, Date.now());
    }
    expect([hints.sent, lines]).toEqual([[], []]);
  });

  it('wakes the session of a call that should be over, and it goes on with what is left', async () => {
    const call = await givenSession();
    await call.consented();
    await until(async () => (await statusOf(call.callId)) === 'in_progress');
    await runInDurableObject(call.stub, (_, state) => state.storage.deleteAlarm());
    await call.evict();
    later(30 * 60_000);
    await sweep(testEnv, Date.now());
    // The time for the interview is up meanwhile.
    expect(call.telnyx.actions.slice(-2)).toEqual(['gather_stop', 'speak']);
    expect(await call.state()).toMatchObject({ phase: 'closing', outcome: 'partial', lostEvents: 1 });
  });

  it('goes on with the rest when one call cannot be helped', async () => {
    const first = await givenSession();
    await first.consented();
    later(1000);
    const second = new SessionUnderTest(await givenPlacedCall(), first.telnyx);
    await second.consented();
    await until(async () => (await statusOf(second.callId)) === 'in_progress');
    later(30 * 60_000);
    vi.spyOn(IntakeSession.prototype, 'wake').mockRejectedValueOnce(new Error('does not open'));
    const mark = testEnv.DB.prepare(`update attempts set status = 'dialing'`);
    await mark.run();
    const placed = await givenPlacedCall();
    later(60_001);
    vi.spyOn(Dialer.prototype, 'enqueue').mockRejectedValueOnce(new Error('dialer is down'));
    await sweep(testEnv, Date.now());
    expect(lines.filter(({ event }) => event === 'sweep.failed')).toMatchObject([
      { call_id: placed.callId },
      { call_id: first.callId },
    ]);
    expect((await second.state()).lostEvents).toBe(1);
  });

  it('tells staff of every alert that is due, one that does not get through among them', async () => {
    const telnyx = givenTelnyx();
    const placed = [await givenPlacedCall(), await givenPlacedCall(), await givenPlacedCall()];
    const ids: string[] = [];
    for (const { callId, patient } of placed) {
      ids.push(await openTask(db, { kind: 'red_flag', callId, patientId: patient.id }, Date.now()));
      later(1000);
    }
    await openTask(db, { kind: 'callback', callId: placed[0]?.callId ?? '', patientId: 'pat_1' }, Date.now());
    telnyx.next('alert', networkError);
    await sweep(testEnv, Date.now());
    expect(telnyx.alerts.map(({ body }) => body['task_id'])).toEqual(ids);
    expect(lines.filter(({ event }) => event === 'alert.not_sent')).toMatchObject([{ task_id: ids[0] }]);
    await sweep(testEnv, Date.now() + 60_000);
    expect(telnyx.alerts.slice(3).map(({ body }) => body['task_id'])).toEqual([ids[0]]);
  });

  it('is what the cron runs', async () => {
    const placed = await givenPlacedCall();
    const controller = createScheduledController({ scheduledTime: new Date(Date.now() + 60_001), cron: '*/5 * * * *' });
    await worker.scheduled(controller, testEnv);
    expect(hints.take()).toEqual([placed.attemptId]);
  });
});
