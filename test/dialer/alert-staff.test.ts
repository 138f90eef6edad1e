/** One alert: what is sent, how long it is waited for, and when it comes again. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { alertStaff } from '../../src/alert-staff.ts';
import { openTask } from '../../src/store/tasks.ts';
import { hang } from '../support/fake-telnyx.ts';
import { givenTelnyx } from '../support/given-session.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { catchLog, config, db, restore, stopClock, testEnv } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(() => {
  stopClock();
  lines = catchLog();
});
afterEach(restore);

async function givenTask() {
  const { callId, patient } = await givenPlacedCall();
  const id = await openTask(db, { kind: 'red_flag', callId, patientId: patient.id }, Date.now());
  return { id, kind: 'red_flag', callId };
}
const alertAt = async ({ id }: { id: string }) =>
  (await testEnv.DB.prepare('select alert_at from tasks where id = ?').bind(id).first<{ alert_at: number }>())
    ?.alert_at;
const events = () => lines.map(({ event }) => event);

it('without ALERT_URL is sent nowhere, and is due again all the same', async () => {
  const telnyx = givenTelnyx();
  const task = await givenTask();
  await alertStaff(db, { ...config, alerts: { url: null, secret: null } }, task, Date.now());
  expect([telnyx.alerts, await alertAt(task)]).toEqual([[], Date.now() + 300_000]);
});

it('comes again after five minutes of the clinic, shortened with its other timers', async () => {
  givenTelnyx();
  const task = await givenTask();
  await alertStaff(db, { ...config, timerScale: 0.05 }, task, Date.now());
  expect(await alertAt(task)).toBe(Date.now() + 15_000);
});

it('that hangs is waited for 4 s, logged, and due at once', async () => {
  const telnyx = givenTelnyx().always('alert', hang);
  const task = await givenTask();
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() });
  const told = alertStaff(db, config, task, Date.now());
  await vi.advanceTimersByTimeAsync(3999);
  expect(events()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await told;
  expect(telnyx.alerts).toHaveLength(1);
  expect(lines).toMatchObject([{ event: 'alert.not_sent', reason: 'DeadlineExceeded', task_id: task.id }]);
  expect(await alertAt(task)).toBeLessThan(Date.now());
});

it('told while D1 is down does not throw: the sweep tells it again', async () => {
  const telnyx = givenTelnyx();
  const task = await givenTask();
  const fault = vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
    throw new Error('D1_ERROR: overloaded');
  });
  await alertStaff(db, config, task, Date.now());
  fault.mockRestore();
  expect([telnyx.alerts.length, events(), await alertAt(task)]).toEqual([1, ['alert.not_sent'], Date.now()]);
});

it('of a task somebody has claimed meanwhile does not come again', async () => {
  givenTelnyx();
  const task = await givenTask();
  await testEnv.DB.prepare(`update tasks set status = 'claimed', alert_at = null where id = ?`).bind(task.id).run();
  await alertStaff(db, config, task, Date.now());
  expect(await alertAt(task)).toBeNull();
});
