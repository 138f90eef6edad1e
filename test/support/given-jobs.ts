/** Work with its hints caught before the queue: a test hands them on, loses or doubles them. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { vi } from 'vitest';
import type { JobMessage } from '../../src/env.ts';
import { consumeJobs } from '../../src/outbox/consume-jobs.ts';
import { findJob, insertJob, type Job, type NewJob } from '../../src/store/jobs.ts';
import { db, testEnv } from './worker-env.ts';

export interface JobHint {
  readonly jobId: string;
  readonly delaySeconds: number;
}
export interface JobHints {
  /** All so far, in order. */
  readonly sent: JobHint[];
  /** Those since last asked. */
  take(): JobHint[];
}

export function catchJobHints(): JobHints {
  const sent: JobHint[] = [];
  vi.spyOn(testEnv.JOB_QUEUE, 'send').mockImplementation(async ({ job_id: jobId }, { delaySeconds = 0 } = {}) => {
    sent.push({ jobId, delaySeconds });
    return {} as Awaited<ReturnType<typeof testEnv.JOB_QUEUE.send>>;
  });
  vi.spyOn(testEnv.JOB_QUEUE, 'sendBatch').mockImplementation(async (messages) => {
    for (const { body, delaySeconds = 0 } of messages) sent.push({ jobId: body.job_id, delaySeconds });
    return {} as Awaited<ReturnType<typeof testEnv.JOB_QUEUE.sendBatch>>;
  });
  let taken = 0;
  return {
    sent,
    take: () => {
      const since = sent.slice(taken);
      taken = sent.length;
      return since;
    },
  };
}

let messages = 0;

/** One delivery of these bodies, whatever they are; how many were acknowledged, and how many come again. */
export async function deliver(...bodies: readonly unknown[]) {
  const batch = createMessageBatch<JobMessage>(
    'jobs',
    bodies.map((body) => {
      messages += 1;
      return { id: `job-message-${messages}`, timestamp: new Date(), attempts: 1, body: body as JobMessage };
    }),
  );
  await consumeJobs(batch, testEnv);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { acked: explicitAcks.length, retried: retryMessages.length };
}

export const hintOf = ({ id }: Pick<Job, 'id'>): JobMessage => ({ job_id: id });

export async function givenJob(job: NewJob): Promise<Job> {
  await insertJob(db, job, Date.now());
  return knownJob(job);
}

export async function knownJob({ kind, subject }: Pick<NewJob, 'kind' | 'subject'>): Promise<Job> {
  const job = await findJob(db, kind, subject);
  if (job === null) throw new Error(`no ${kind} of ${subject}`);
  return job;
}
