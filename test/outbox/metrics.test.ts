/** What work behind the scenes leaves as figures: tries of jobs and deliveries, and what the gate said before a dial. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { DONE, failed } from '../../src/outbox/job-handler.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import { catchMetrics, labelsOf, type Point } from '../support/catch-metrics.ts';
import { givenNote, givenReceiver, says, takes, triedDelivery } from '../support/given-delivery.ts';
import { catchHints, consume, dialerNamed } from '../support/given-dialer.ts';
import { catchJobHints, deliver, givenJob, hintOf } from '../support/given-jobs.ts';
import { givenTelnyx } from '../support/given-session.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, until } from '../support/worker-env.ts';

let points: Point[];
beforeEach(() => {
  stopClock();
  catchLog();
  catchJobHints();
  points = catchMetrics();
});
afterEach(restore);

it('a job is told by its kind, how the try ended and a code', async () => {
  vi.spyOn(HANDLERS.fetch_recording, 'run')
    .mockResolvedValueOnce(failed('telnyx_500'))
    .mockRejectedValueOnce(new TypeError('About +12025550143'))
    .mockResolvedValueOnce(DONE);
  const job = await givenJob({ kind: 'fetch_recording', subject: 'call_1', callId: 'call_1' });
  for (let tries = 0; tries < 3; tries += 1) {
    await deliver(hintOf(job));
    later(3_600_000);
  }
  expect(labelsOf(points, 'job')).toEqual([
    ['fetch_recording', 'failed', 'telnyx_500'],
    ['fetch_recording', 'failed', 'type_error'],
    ['fetch_recording', 'done', ''],
  ]);
});

it('a delivery is told by its system and what that said', async () => {
  givenReceiver(says(503), says(400), takes);
  const placed = await givenNote();
  await triedDelivery(placed);
  later(24 * 3_600_000);
  await triedDelivery(placed);
  expect(labelsOf(points, 'delivery').map(([sink, outcome]) => [sink, outcome])).toEqual([
    ['backend', 'try_again'],
    ['backend', 'refused'],
  ]);
  expect(JSON.stringify(points)).not.toMatch(/[Cc]anary|ehr\.example/);
});

it('a dial is told by what the gate said last', async () => {
  const telnyx = givenTelnyx();
  catchHints();
  const [rung, stopped] = [await givenPlacedCall(), await givenPlacedCall()];
  const { phoneNumber } = stopped.patient;
  await insertSuppression(db, ring, { phoneNumber, reason: 'asked', callId: null }, Date.now());
  for (const { attemptId, callId } of [rung, stopped]) {
    await dialerNamed().enqueue(attemptId, callId);
    await consume({ attempt_id: attemptId, call_id: callId });
  }
  await until(() => telnyx.sent('dial').length > 0);
  expect(labelsOf(points, 'dial')).toEqual([['allowed'], ['suppressed']]);
  expect(JSON.stringify(points)).not.toContain(phoneNumber.slice(2));
});
