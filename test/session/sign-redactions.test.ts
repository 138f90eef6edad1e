/** What the second barrier of the log holds back is told of from wherever it was logged (LG-04): a call's session, a queue, a campaign. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DialMessage, Env, JobMessage } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { log, takeRedactions } from '../../src/log.ts';
import { signRedactions } from '../../src/sign-redactions.ts';
import { readSigns } from '../../src/store/signs.ts';
import { givenSession } from '../support/given-session.ts';
import { catchLog, db, restore, stopClock, testEnv, until } from '../support/worker-env.ts';

let lines: Record<string, unknown>[];
beforeEach(async () => {
  stopClock();
  lines = catchLog();
  takeRedactions();
  await testEnv.DB.prepare('delete from signs').run();
});
afterEach(restore);

const sign = async () => (await readSigns(db)).redaction?.code;
const slip = () => log.warn('slip', { reason: 'about +12025550143' });

it('leaves no sign while nothing was held back', async () => {
  log.info('fine', { code: 'ok' });
  await signRedactions(testEnv);
  expect(await sign()).toBeUndefined();
});

it('that cannot be told of is told of by the next who asks, and then no more (LG-04)', async () => {
  slip();
  const away = {
    DB: {
      prepare: () => {
        throw new Error('about +12025550143');
      },
    },
  } as unknown as Env;
  await signRedactions(away);
  expect(await sign()).toBeUndefined();
  await signRedactions(testEnv);
  expect(await sign()).toBe('redacted');
  expect(takeRedactions()).toBe(0);
  expect(JSON.stringify(lines)).not.toMatch(/5550143|\b0143\b/);
});

describe('is told of', () => {
  it('by the session of a call, when the call is over (LG-04)', async () => {
    const call = await givenSession();
    await call.answered();
    slip();
    expect(await sign()).toBeUndefined();
    await call.hangup();
    await call.after(5000);
    await until(async () => (await sign()) === 'redacted');
  });

  it.each(['dial', 'jobs', 'jobs-dead'])('by the consumer of the queue %s (LG-04)', async (queue) => {
    slip();
    const batch = { queue, messages: [], ackAll: vi.fn(), retryAll: vi.fn() };
    const given = batch as unknown as MessageBatch<DialMessage | JobMessage>;
    await worker.queue(given, testEnv);
    expect(await sign()).toBe('redacted');
  });
});
