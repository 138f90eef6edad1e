/** What real calls leave behind when the line is down is what alerts are told from (C77): Telnyx refuses, or its webhooks do not reach us. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchInstallation } from '../../src/outbox/watch-installation.ts';
import { listAlerts } from '../../src/store/alerts.ts';
import { getCall } from '../../src/store/calls.ts';
import { noteSign } from '../../src/store/signs.ts';
import { refused } from '../support/fake-telnyx.ts';
import { givenSession, type SessionUnderTest } from '../support/given-session.ts';
import { catchLog, db, later, restore, ring, stopClock, testEnv } from '../support/worker-env.ts';

const MINUTE = 60_000;

beforeEach(async () => {
  stopClock();
  catchLog();
  await testEnv.DB.exec('delete from signs; delete from calls; delete from attempts; delete from alerts;');
});
afterEach(restore);

/** A call is dialled, Telnyx takes it, and nothing comes. */
async function givenTaken(): Promise<SessionUnderTest> {
  const call = await givenSession();
  await call.start();
  await call.alarm();
  expect(call.telnyx.sent('dial')).toHaveLength(1);
  return call;
}
/** What is open after so long. */
async function openAfter(ms: number): Promise<unknown[]> {
  later(ms);
  await watchInstallation(testEnv, Date.now());
  const { items } = await listAlerts(db, { limit: 10, cursor: null, open: true });
  return items.map(({ kind, subject, code, count }) => [kind, subject, code, count]);
}
const verified = () => noteSign(db, 'webhook_verified', { at: Date.now(), code: null });
const NO_WEBHOOKS = [['line_down', 'webhooks', 'no_webhooks', 1]];

describe('webhooks that do not come', () => {
  it('is told when no webhook ever came, two minutes after the dial', async () => {
    await givenTaken();
    expect(await openAfter(2 * MINUTE - 1)).toEqual([]);
    expect(await openAfter(1)).toEqual(NO_WEBHOOKS);
  });

  it('is told also of a call that was given up meanwhile', async () => {
    const call = await givenTaken();
    call.telnyx.always('retrieve_call', () => Response.json({ data: { is_alive: false } }));
    for (let checks = 0; checks < 10; checks += 1) await call.after(30_000);
    expect(await getCall(db, ring, call.callId)).toMatchObject({ error: 'hangup_event_lost' });
    expect(await openAfter(0)).toEqual(NO_WEBHOOKS);
  });

  it('is told when they stop, and is over when they come again', async () => {
    await verified();
    later(3 * MINUTE);
    await givenTaken();
    expect(await openAfter(2 * MINUTE)).toEqual(NO_WEBHOOKS);
    await verified();
    await openAfter(20 * MINUTE);
    expect(await openAfter(0)).toEqual([]);
  });

  it('is not told of a call whose webhooks may have come since the last sign of one, which is written once a minute', async () => {
    await verified();
    later(2 * MINUTE - 1);
    await givenTaken();
    expect(await openAfter(5 * MINUTE)).toEqual([]);
  });
});

describe('dials that Telnyx refuses', () => {
  const givenRefused = async (many: number, status: number, code: string): Promise<void> => {
    for (let n = 0; n < many; n += 1) {
      const call = await givenSession();
      call.telnyx.next('dial', refused(status, code));
      await call.start();
      await call.alarm();
      await call.after(MINUTE);
    }
  };

  it('are told of when there are three and none was taken since, by the code', async () => {
    await givenRefused(2, 403, '10010');
    expect(await openAfter(MINUTE)).toEqual([]);
    await givenRefused(1, 403, '10010');
    expect(await openAfter(MINUTE)).toEqual([['line_down', 'dials', '10010', 3]]);
  });

  it('are not told of when they were too much at once, however many', async () => {
    await givenRefused(12, 403, '90041');
    expect(await openAfter(MINUTE)).toEqual([]);
  });
});
