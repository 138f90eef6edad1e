/** TC-16 in the real session: the delay of the first words is measured, survives, and is stored with the call. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import { type Answer, refused, timeout } from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock } from '../support/worker-env.ts';

beforeEach(() => {
  stopClock();
  catchLog();
});
afterEach(restore);

const takes =
  (ms: number): Answer =>
  () => {
    later(ms);
    return Response.json({ data: { result: 'ok' } });
  };
async function storedDelay(call: SessionUnderTest, hangup: Record<string, unknown> = {}): Promise<number | null> {
  await call.hangup(hangup);
  await call.after(5000);
  const stored = await getCall(db, ring, call.callId);
  expect(stored?.endedAt).not.toBeNull();
  return stored?.greetingDelayMs ?? null;
}

it('TC-16: is stored with the final record', async () => {
  const call = await givenSession();
  call.telnyx.next('gather_using_speak', takes(740), takes(5));
  await call.answered();
  expect((await call.state()).greetingDelayMs).toBe(740);
  await call.keys('1');
  expect(await storedDelay(call)).toBe(740);
});

it('TC-16: after eviction the opening goes out a second time, and is measured no second time', async () => {
  const call = await givenSession();
  call.telnyx.next('gather_using_speak', takes(740));
  await call.answered();
  await call.evict();
  later(9000);
  await call.alarm();
  expect(await storedDelay(call)).toBe(740);
});

it('TC-16: a first try that failed is waited for by the patient too', async () => {
  const call = await givenSession();
  call.telnyx.next('gather_using_speak', timeout, takes(100));
  await call.answered();
  expect(await storedDelay(call)).toBe(600);
});

it('TC-16: there is none when Telnyx never took the opening', async () => {
  const call = await givenSession();
  call.telnyx.next('gather_using_speak', refused(422, '10015'));
  await call.answered();
  await call.spoken();
  expect(await storedDelay(call, { hangup_source: 'caller' })).toBeNull();
});

it('what Telnyx refused to say is not in the transcript', async () => {
  const call = await givenSession();
  call.telnyx.next('gather_using_speak', refused(422, '10015'));
  await call.answered();
  const said = (await call.stub.liveView())?.log.transcript.map(({ item }) => item);
  expect(said).toEqual(['closing']);
});
