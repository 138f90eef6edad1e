/** Signs that the installation works: written rarely, and what comes through a queue at once. Also which migrations there are. */
import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import worker from '../../src/index.ts';
import { appliedMigrations, MIGRATIONS } from '../../src/store/applied-migrations.ts';
import { hasComeThrough, sendProbe } from '../../src/store/queue-probe.ts';
import { noteSign, readSigns } from '../../src/store/signs.ts';
import { catchLog, db, restore, testEnv, until } from '../support/worker-env.ts';

beforeEach(() => testEnv.DB.exec('delete from signs'));
afterEach(restore);

const at = Date.UTC(2026, 10, 23, 15);

describe('a sign', () => {
  it('is written again only when the last is a minute old, whatever it says', async () => {
    await noteSign(db, 'webhook_refused', { at, code: 'signature_mismatch' });
    await noteSign(db, 'webhook_refused', { at: at + 59_999, code: 'timestamp_too_old' });
    expect(await readSigns(db)).toEqual({ webhook_refused: { at, code: 'signature_mismatch' } });
    await noteSign(db, 'webhook_refused', { at: at + 60_000, code: 'timestamp_too_old' });
    await noteSign(db, 'webhook_verified', { at, code: null });
    expect(await readSigns(db)).toEqual({
      webhook_refused: { at: at + 60_000, code: 'timestamp_too_old' },
      webhook_verified: { at, code: null },
    });
  });

  it('is never set back by one that comes late', async () => {
    await noteSign(db, 'cron', { at, code: null });
    await noteSign(db, 'cron', { at: at - 120_000, code: 'Error' });
    expect(await readSigns(db)).toEqual({ cron: { at, code: null } });
  });
});

describe('a probe', () => {
  it.each(['dial_queue', 'job_queue'] as const)('comes through the real %s', async (name) => {
    const id = await sendProbe(testEnv, name);
    await until(() => hasComeThrough(testEnv, name, id));
    expect(await hasComeThrough(testEnv, name, 'probe_of_somebody_else')).toBe(false);
  });

  it.each([
    ['dial', 'dial_queue'],
    ['jobs', 'job_queue'],
  ] as const)('in the queue “%s” is noted and done, and starts nothing', async (queue, name) => {
    const lines = catchLog();
    const probe_id = `probe_${crypto.randomUUID()}`;
    const ack = vi.fn();
    const batch = createMessageBatch(queue, [{ id: '1', timestamp: new Date(), attempts: 1, body: { probe_id } }]);
    vi.spyOn(batch.messages[0] as Message, 'ack').mockImplementation(ack);
    await worker.queue(batch as unknown as Parameters<typeof worker.queue>[0], testEnv);
    expect(await hasComeThrough(testEnv, name, probe_id)).toBe(true);
    expect(ack).toHaveBeenCalledTimes(1);
    expect(lines).toEqual([]);
  });

  it('that cannot be noted is done all the same: nobody waits any longer', async () => {
    vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
      throw new Error('down');
    });
    const body = { probe_id: `probe_${crypto.randomUUID()}` };
    const batch = createMessageBatch('jobs', [{ id: '1', timestamp: new Date(), attempts: 1, body }]);
    const retry = vi.spyOn(batch.messages[0] as Message, 'retry');
    await worker.queue(batch as unknown as Parameters<typeof worker.queue>[0], testEnv);
    expect(retry).not.toHaveBeenCalled();
  });
});

describe('the cron', () => {
  const run = async () => {
    const context = createExecutionContext();
    const controller = createScheduledController({ cron: '* * * * *', scheduledTime: new Date() });
    await worker.scheduled(controller, testEnv);
    await waitOnExecutionContext(context);
  };

  it('leaves a sign of each run', async () => {
    catchLog();
    const began = Date.now();
    await run();
    const { cron } = await readSigns(db);
    expect(cron?.code).toBeNull();
    expect(cron?.at).toBeGreaterThanOrEqual(began);
  });

  it('leaves the kind of what failed', async () => {
    catchLog();
    vi.spyOn(testEnv.DIALER, 'getByName').mockImplementation(() => {
      throw new TypeError('reset');
    });
    await run();
    expect((await readSigns(db)).cron?.code).toBe('TypeError');
  });
});

it('the journal names exactly the migrations that wrangler applies', async () => {
  expect(MIGRATIONS.length).toBeGreaterThan(4);
  expect(await appliedMigrations(db)).toEqual(MIGRATIONS);
});
