/** A note that is only stored at the second try, and one whose call comes back to life: nothing is left standing, nothing spins. */
import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { getCall } from '../../src/store/calls.ts';
import { refused } from '../support/fake-telnyx.ts';
import { givenSession } from '../support/given-session.ts';
import { db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(stopClock);
afterEach(restore);

it('is saved at the second try, then waits a day for late events and is buried, without an alarm in between', async () => {
  const call = await givenSession();
  await call.consented();
  await call.hangup();
  vi.spyOn(testEnv.DB, 'batch').mockRejectedValueOnce(new Error('D1 is away'));
  await call.after(5000);
  await call.alarm();
  expect(await getCall(db, ring, call.callId)).toMatchObject({ status: 'partial' });
  const alarm = await runInDurableObject(call.stub, (_, { storage }) => storage.getAlarm());
  expect((alarm ?? 0) - Date.now()).toBeGreaterThan(23 * 3_600_000);
  later(25 * 3_600_000);
  await call.alarm();
  const keys = await runInDurableObject(call.stub, (_, { storage }) => [...storage.kv.list()].map(([key]) => key));
  expect(keys).toEqual(['tombstone']);
});

it('of a dial given up is not written over the call that lives after all', async () => {
  const call = await givenSession();
  call.telnyx.next('dial', refused(500, '10007'));
  await call.start();
  await call.alarm();
  await call.after(30_000);
  const batch = vi.spyOn(testEnv.DB, 'batch').mockRejectedValue(new Error('D1 is away'));
  await call.after(5000);
  await call.webhook('call.answered');
  batch.mockRestore();
  await call.alarm();
  expect(await call.state()).toMatchObject({ phase: 'asking' });
  expect((await call.stub.liveView())?.record.status).toBe('in_progress');
  const reserved = await testEnv.DB.prepare('select reserved_number from attempts where id = ?')
    .bind(call.placed.attemptId)
    .first();
  expect(reserved?.['reserved_number']).not.toBeNull();
});
