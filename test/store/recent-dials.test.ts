/** The dials of the last day as Telnyx answered them: its refusals, not ours, and when it last took one. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recentDials } from '../../src/store/recent-dials.ts';
import { givenPlacedCall } from '../support/place-call.ts';
import { catchLog, db, restore, START, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  catchLog();
  await testEnv.DB.exec('delete from calls; delete from attempts');
});
afterEach(restore);

async function call(
  at: number,
  fields: { status: string; error?: string | null; controlId?: string; direction?: string },
) {
  const { callId } = await givenPlacedCall();
  const { status, error = null, controlId = null, direction = 'outbound' } = fields;
  await testEnv.DB.prepare(
    'update calls set created_at = ?, status = ?, error = ?, call_control_id = ?, direction = ? where id = ?',
  )
    .bind(at, status, error, controlId, direction, callId)
    .run();
}

it('lists what Telnyx refused, newest first, and nothing that it took or that we refused', async () => {
  await call(START - 3000, { status: 'failed', error: 'telnyx_10010' });
  await call(START - 2000, { status: 'failed', error: 'telnyx_20016' });
  await call(START - 1000, { status: 'failed', error: 'dial_not_sent' });
  await call(START - 900, { status: 'failed', error: 'telnyx_90034', controlId: 'v3:a' });
  await call(START - 800, { status: 'blocked', error: 'telnyx_10010' });
  await call(START - 90_000_000, { status: 'failed', error: 'telnyx_10010' });
  const { refused } = await recentDials(db, START - 86_400_000);
  expect(refused).toEqual([
    { at: START - 2000, code: '20016' },
    { at: START - 3000, code: '10010' },
  ]);
});

it('knows when Telnyx last took a dial of ours; who rings us proves nothing', async () => {
  expect((await recentDials(db, START - 86_400_000)).acceptedAt).toBeNull();
  await call(START - 5000, { status: 'completed', controlId: 'v3:a' });
  await call(START - 4000, { status: 'no_answer', controlId: 'v3:b' });
  await call(START - 3000, { status: 'completed', controlId: 'v3:c', direction: 'inbound' });
  await call(START - 2000, { status: 'failed', error: 'telnyx_10010' });
  expect((await recentDials(db, START - 86_400_000)).acceptedAt).toBe(START - 4000);
});
