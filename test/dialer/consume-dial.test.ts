/** From a hint to a dial: the gate at the last moment, one dial per attempt whatever is doubled or dies in between. */
import { createMessageBatch, evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dialer } from '../../src/dialer/dialer.ts';
import { STOPPING_FLAGS } from '../../src/domain/campaign/gate-policy.ts';
import type { DialMessage } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { IntakeSession } from '../../src/session/intake-session.ts';
import { getCall } from '../../src/store/calls.ts';
import { updateDetails } from '../../src/store/patients.ts';
import { insertSuppression } from '../../src/store/suppressions.ts';
import type { FakeTelnyx } from '../support/fake-telnyx.ts';
import { catchHints, consume, dialerNamed, type Hints } from '../support/given-dialer.ts';
import { givenTelnyx, SessionUnderTest } from '../support/given-session.ts';
import { givenPlacedCall, type Placed } from '../support/place-call.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv, until } from '../support/worker-env.ts';

let telnyx: FakeTelnyx;
let hints: Hints;
let lines: Record<string, unknown>[];
const dialer = dialerNamed();

let hours = 0;
beforeEach(async () => {
  stopClock();
  // The ledger of one test must not hold up the next, which shares the object.
  hours += 1;
  later(hours * 3_600_000);
  lines = catchLog();
  telnyx = givenTelnyx();
  hints = catchHints();
  for (const attempt of Object.keys(await dialer.lines())) await dialer.release(attempt);
  hints.take();
});
afterEach(restore);

const messageOf = ({ attemptId, callId }: Placed): DialMessage => ({ attempt_id: attemptId, call_id: callId });
const sessionOf = (placed: Placed) => new SessionUnderTest(placed, telnyx);
const statusOf = async ({ callId }: Placed) => (await getCall(db, ring, callId))?.status;
const attemptOf = ({ attemptId }: Placed) =>
  testEnv.DB.prepare('select status, reserved_number is not null as reserved from attempts where id = ?')
    .bind(attemptId)
    .first<{ status: string; reserved: number }>();
const decisionsOf = async ({ callId }: Placed) => {
  const rows = testEnv.DB.prepare(
    'select moment, allowed, code from dial_decisions where call_id = ? order by decided_at, moment desc',
  );
  return (await rows.bind(callId).all()).results;
};

async function givenHinted(): Promise<Placed> {
  const placed = await givenPlacedCall();
  await dialer.enqueue(placed.attemptId, placed.callId);
  // Where others are before it its hint comes a little later; a test brings the message itself.
  hints.take();
  return placed;
}
const dialed = () => until(() => telnyx.sent('dial').length > 0);

describe('a hint', () => {
  it('is gated, permitted, dialled and acknowledged', async () => {
    const placed = await givenHinted();
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    await dialed();
    expect(telnyx.sent('dial')[0]?.body).toMatchObject({ to: placed.patient.phoneNumber });
    expect(await decisionsOf(placed)).toEqual([
      { moment: 'preview', allowed: 1, code: null },
      { moment: 'dial', allowed: 1, code: null },
    ]);
    expect(await attemptOf(placed)).toEqual({ status: 'dialing', reserved: 1 });
    expect(await dialer.lines()).toEqual({ [placed.attemptId]: 'started' });
  });

  it('plans the call from what is on file, in its language', async () => {
    const placed = await givenPlacedCall({ language: 'es', firstName: 'Inés' });
    await dialer.enqueue(placed.attemptId, placed.callId);
    await consume(messageOf(placed));
    await dialed();
    const call = sessionOf(placed);
    await call.webhook('call.answered');
    expect(telnyx.sent('gather_using_speak')[0]?.body).toMatchObject({
      voice: 'Telnyx.KokoroTTS.ef_dora',
      payload: expect.stringContaining('Inés'),
    });
  });

  it('for a number suppressed since then is blocked, its decision stored, number and line free (TC-10)', async () => {
    const placed = await givenHinted();
    await insertSuppression(
      db,
      ring,
      { phoneNumber: placed.patient.phoneNumber, reason: 'asked', callId: null },
      Date.now(),
    );
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    expect(await statusOf(placed)).toBe('blocked');
    expect(await getCall(db, ring, placed.callId)).toMatchObject({ error: 'suppressed', endedAt: Date.now() });
    expect(await decisionsOf(placed)).toContainEqual({ moment: 'dial', allowed: 0, code: 'suppressed' });
    expect(await attemptOf(placed)).toEqual({ status: 'blocked', reserved: 0 });
    expect(await dialer.lines()).toEqual({});
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    expect(telnyx.actions).toEqual([]);
  });

  it.each(STOPPING_FLAGS)(
    'for a patient marked %s since then is blocked: the queued call is dropped (CL-19, HS-17)',
    async (flag) => {
      const placed = await givenHinted();
      await updateDetails(db, ring, placed.patient.id, { flags: [flag] }, Date.now());
      expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
      expect(await getCall(db, ring, placed.callId)).toMatchObject({ status: 'blocked', error: 'patient_flag' });
      expect(await attemptOf(placed)).toEqual({ status: 'blocked', reserved: 0 });
      expect(telnyx.actions).toEqual([]);
    },
  );

  it('for a patient who wants no voicemail is dialled, and the machine hears nothing (HS-17)', async () => {
    const placed = await givenHinted();
    await updateDetails(db, ring, placed.patient.id, { flags: ['no_voicemail'] }, Date.now());
    await consume(messageOf(placed));
    await dialed();
    const call = sessionOf(placed);
    await call.webhook('call.answered');
    await call.webhook('call.machine.premium.detection.ended', { result: 'machine' });
    await call.webhook('call.machine.premium.greeting.ended', { result: 'beep_detected' });
    expect(telnyx.actions).not.toContain('speak');
    expect(telnyx.actions.at(-1)).toBe('hangup');
  });

  it('for a number that can be no US number, whatever was found when it was asked for, is blocked', async () => {
    const placed = await givenPlacedCall({ phoneNumber: '+12011110199' }, { numberValid: true });
    await dialer.enqueue(placed.attemptId, placed.callId);
    await consume(messageOf(placed));
    expect(await getCall(db, ring, placed.callId)).toMatchObject({ status: 'blocked', error: 'bad_number' });
    expect(telnyx.actions).toEqual([]);
  });

  it('that finds the rate used up is acknowledged without a dial, and comes again', async () => {
    const first = await givenHinted();
    await consume(messageOf(first));
    // One in four seconds, which is more than is waited for at the counter.
    for (let refusals = 0; refusals < 3; refusals += 1) {
      await dialer.stub.throttled('90103');
      later(5000);
    }
    const [second, third] = [await givenHinted(), await givenHinted()];
    await consume(messageOf(second));
    expect(await consume(messageOf(third))).toEqual({ acked: 1, retried: 0 });
    expect(await attemptOf(third)).toEqual({ status: 'queued', reserved: 1 });
    later(4000);
    await dialer.alarm();
    expect(hints.take()).toEqual([third.attemptId]);
    await consume(messageOf(third));
    await until(() => telnyx.sent('dial').length === 3);
  });

  it('for an attempt nobody knows, or one that has ended, frees its line and dials nothing', async () => {
    const ended = await givenHinted();
    await dialer.enqueue('att_none', 'call_none');
    await testEnv.DB.prepare(`update attempts set status = 'ended' where id = ?`).bind(ended.attemptId).run();
    const unknown = { attempt_id: 'att_none', call_id: 'call_none' };
    expect(await consume(unknown, messageOf(ended))).toEqual({ acked: 2, retried: 0 });
    expect([await dialer.lines(), telnyx.actions]).toEqual([{}, []]);
  });

  it('that meets a failing D1 comes again, and the others of its batch go through', async () => {
    const [first, second] = [await givenHinted(), await givenHinted()];
    const prepare = testEnv.DB.prepare.bind(testEnv.DB);
    let faults = 1;
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation((query) => {
      faults -= 1;
      if (faults === 0) throw new Error('D1_ERROR +12025550143');
      return prepare(query);
    });
    expect(await consume(messageOf(first), messageOf(second))).toEqual({ acked: 1, retried: 1 });
    expect(await consume(messageOf(first))).toEqual({ acked: 1, retried: 0 });
    await until(() => telnyx.sent('dial').length === 2);
    expect(JSON.stringify(lines)).not.toContain('2025550143');
  });
});

describe('the real queue', () => {
  it('carries a hint from the dialer to its consumer', async () => {
    vi.mocked(testEnv.DIAL_QUEUE.send).mockRestore();
    const placed = await givenPlacedCall();
    await dialer.enqueue(placed.attemptId, placed.callId);
    await until(async () => (await attemptOf(placed))?.status === 'dialing');
    expect(await dialer.lines()).toEqual({ [placed.attemptId]: 'started' });
    await dialed();
  });
});

describe('one dial per attempt', () => {
  it('delivered twice, one after the other (T20)', async () => {
    const placed = await givenHinted();
    await consume(messageOf(placed));
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    await dialed();
    await sessionOf(placed).alarm();
    expect(telnyx.actions).toEqual(['dial']);
  });

  it('delivered twice at the same moment', async () => {
    const placed = await givenHinted();
    await Promise.all([consume(messageOf(placed)), consume(messageOf(placed))]);
    await dialed();
    await sessionOf(placed).alarm();
    expect(telnyx.actions).toEqual(['dial']);
    expect(Object.keys(await dialer.lines())).toHaveLength(1);
  });

  it('delivered twice, the second while the patient opts out: a call under way is never blocked', async () => {
    const placed = await givenHinted();
    await consume(messageOf(placed));
    await dialed();
    const call = sessionOf(placed);
    await call.webhook('call.answered');
    await call.keys('9');
    await consume(messageOf(placed));
    expect(await statusOf(placed)).toBe('in_progress');
    expect(await dialer.lines()).toEqual({ [placed.attemptId]: 'started' });
    await call.webhook('call.speak.ended');
    await call.hangup();
    await call.after(5000);
    expect(await statusOf(placed)).toBe('opted_out');
  });

  it('out of order: a hint that comes after the call is over dials nothing', async () => {
    const placed = await givenHinted();
    await consume(messageOf(placed));
    await dialed();
    const call = sessionOf(placed);
    await call.hangup({ hangup_cause: 'user_busy' });
    await call.after(5000);
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    expect([telnyx.actions, await dialer.lines()]).toEqual([['dial'], {}]);
  });

  it('a consumer that dies between the permit and the start: offered again, dialled once', async () => {
    const placed = await givenHinted();
    vi.spyOn(IntakeSession.prototype, 'start').mockImplementationOnce(() => {
      throw new Error('crash');
    });
    expect(await consume(messageOf(placed))).toEqual({ acked: 0, retried: 1 });
    expect([telnyx.actions, await dialer.lines()]).toEqual([[], { [placed.attemptId]: 'taken' }]);
    later(15_000);
    await dialer.alarm();
    expect(hints.take()).toEqual([placed.attemptId]);
    await consume(messageOf(placed));
    await dialed();
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    await sessionOf(placed).alarm();
    expect(telnyx.actions).toEqual(['dial']);
  });

  it('command failed and the alarm goes on: started was lost, the dialer finds out by itself and nothing is dialled twice', async () => {
    const placed = await givenHinted();
    vi.spyOn(Dialer.prototype, 'started').mockRejectedValueOnce(new Error('crash'));
    expect(await consume(messageOf(placed))).toEqual({ acked: 0, retried: 1 });
    await dialed();
    later(15_000);
    await dialer.alarm();
    expect(hints.take()).toEqual([]);
    expect(await dialer.lines()).toEqual({ [placed.attemptId]: 'started' });
    expect(await consume(messageOf(placed))).toEqual({ acked: 1, retried: 0 });
    await sessionOf(placed).alarm();
    expect(telnyx.actions).toEqual(['dial']);
    expect(await attemptOf(placed)).toMatchObject({ reserved: 1 });
  });

  it('after eviction of dialer and session in between', async () => {
    const placed = await givenHinted();
    await evictDurableObject(dialer.stub);
    await consume(messageOf(placed));
    await dialed();
    await sessionOf(placed).evict();
    await evictDurableObject(dialer.stub);
    await consume(messageOf(placed));
    await sessionOf(placed).alarm();
    expect(telnyx.actions).toEqual(['dial']);
  });
});

describe('the end of a call', () => {
  it('frees the line, and the next attempt is hinted', async () => {
    const placed = [await givenHinted(), await givenHinted()];
    await consume(...placed.map(messageOf));
    await until(() => telnyx.sent('dial').length === 2);
    later(1000);
    const third = await givenHinted();
    await consume(messageOf(third));
    const waiting = await givenPlacedCall();
    await dialer.enqueue(waiting.attemptId, waiting.callId);
    expect(hints.take()).toEqual([]);
    await sessionOf(placed[0] as Placed).hangup({ hangup_cause: 'no_answer' });
    expect(hints.take()).toEqual([waiting.attemptId]);
    expect(Object.keys(await dialer.lines())).toHaveLength(3);
  });

  it('is known to the dialer also when it cannot be reached at first', async () => {
    const placed = await givenHinted();
    await consume(messageOf(placed));
    await dialed();
    vi.spyOn(Dialer.prototype, 'release').mockRejectedValueOnce(new Error('dialer is down'));
    await sessionOf(placed).hangup({ hangup_cause: 'no_answer' });
    expect(await dialer.lines()).toEqual({});
  });
});

describe('the dead letters', () => {
  it('are logged and acknowledged: the dialer sends the hint again by itself', async () => {
    const body = { attempt_id: 'att_1', call_id: 'call_1' };
    const batch = createMessageBatch<DialMessage>('dial-dead', [{ id: 'm', timestamp: new Date(), attempts: 3, body }]);
    await worker.queue(batch, testEnv);
    expect(lines).toMatchObject([{ level: 'error', event: 'hint.dead', attempt_id: 'att_1', call_id: 'call_1' }]);
  });
});
