/** The Dialer with its hints caught before the queue: a test hands them on, loses or doubles them. */
import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { vi } from 'vitest';
import { consumeDial } from '../../src/dialer/consume-dial.ts';
import type { Asked } from '../../src/dialer/database-guard.ts';
import type { CampaignLimits } from '../../src/dialer/line-table.ts';
import { type DatabaseMarks, NO_MARKS } from '../../src/domain/campaign/database-marks.ts';
import type { DialMessage } from '../../src/env.ts';
import { testEnv } from './worker-env.ts';

export interface Hints {
  readonly sent: DialMessage[];
  /** Attempts hinted since last asked. */
  take(): string[];
}

export function catchHints(): Hints {
  const sent: DialMessage[] = [];
  vi.spyOn(testEnv.DIAL_QUEUE, 'send').mockImplementation(async (message) => {
    sent.push(message);
    return {} as Awaited<ReturnType<typeof testEnv.DIAL_QUEUE.send>>;
  });
  return { sent, take: () => sent.splice(0).map(({ attempt_id }) => attempt_id) };
}

/** As a consumer asks, of a database that nothing is known of. */
export const askedFor = (attemptId: string, marks: DatabaseMarks = NO_MARKS): Asked => {
  const about = { campaignId: null, contactId: null, patientId: `pat_${attemptId}`, phoneHash: `k1.${attemptId}` };
  return { dial: { attemptId, callId: `call_${attemptId}`, ...about, counts: true }, marks };
};

export const dialerNamed = (name = 'dialer') => {
  const stub = testEnv.DIALER.getByName(name);
  return {
    enqueue: async (attemptId: string, callId = `call_${attemptId}`) => await stub.enqueue(attemptId, callId),
    /** Attempts `<campaign>-0`, `<campaign>-1`, … */
    enqueueMany: async (campaignId: string, count: number, limits: CampaignLimits) =>
      await stub.enqueueMany(
        campaignId,
        Array.from({ length: count }, (_, n) => ({
          attemptId: `${campaignId}-${n}`,
          callId: `call_${campaignId}-${n}`,
        })),
        limits,
      ),
    take: async (attemptId: string) => await stub.take(attemptId, askedFor(attemptId)),
    started: async (attemptId: string) => await stub.started(attemptId),
    release: async (attemptId: string) => await stub.release(attemptId),
    alarm: () => runDurableObjectAlarm(stub),
    alarmAt: () => runInDurableObject(stub, (_, state) => state.storage.getAlarm()),
    lines: () =>
      runInDurableObject(stub, (_, state) =>
        Object.fromEntries(
          [...state.storage.sql.exec<{ attempt_id: string; state: string }>('select attempt_id, state from lines')].map(
            (row) => [row.attempt_id, row.state],
          ),
        ),
      ),
    stub,
  };
};

let messages = 0;

/** One delivery of these messages; which were acknowledged, and which come again. */
export async function consume(...bodies: readonly DialMessage[]) {
  const batch = createMessageBatch<DialMessage>(
    'dial',
    bodies.map((body) => {
      messages += 1;
      return { id: `m-${messages}`, timestamp: new Date(), attempts: 1, body };
    }),
  );
  await consumeDial(batch, testEnv);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { acked: explicitAcks.length, retried: retryMessages.length };
}
