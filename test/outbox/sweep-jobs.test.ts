/** The cron behind the hints: what is due is hinted at until it is done, the daily work begins, what was done long ago goes. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import worker from '../../src/index.ts';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { DONE, failed, type JobOutcome } from '../../src/outbox/job-handler.ts';
import { sweepJobs } from '../../src/outbox/sweep-jobs.ts';
import { getJob, type Job, takeJob } from '../../src/store/jobs.ts';
import { catchJobHints, deliver, givenJob, hintOf, type JobHints } from '../support/given-jobs.ts';
import { catchLog, db, later, restore, stopClock, testEnv } from '../support/worker-env.ts';

const WORK = { kind: 'fetch_recording', subject: 'call_1', callId: 'call_1' } as const;

let hints: JobHints;
let lines: Record<string, unknown>[];
let job: Job;
beforeEach(async () => {
  stopClock();
  hints = catchJobHints();
  lines = catchLog();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  await testEnv.DB.exec('delete from jobs');
  job = await givenJob(WORK);
});
afterEach(restore);

function givenOutcomes(...outcomes: JobOutcome[]): void {
  const run = vi.spyOn(HANDLERS.fetch_recording, 'run');
  for (const outcome of outcomes) run.mockResolvedValueOnce(outcome);
}
const events = (event: string) => lines.filter((line) => line['event'] === event);
const hinted = () => deliver(hintOf(job));
const sweep = () => sweepJobs(testEnv, Date.now());
const hintedAt = async () => {
  const subjects = await Promise.all(hints.take().map(async ({ jobId }) => (await getJob(db, jobId))?.subject));
  return subjects.filter((subject) => subject !== 'all');
};

it('hints again at what is due and whose hint was lost, each minute until it is done', async () => {
  givenOutcomes(DONE);
  await sweep();
  later(60_000);
  await sweep();
  expect(await hintedAt()).toEqual(['call_1', 'call_1']);
  await hinted();
  await sweep();
  expect(await hintedAt()).toEqual([]);
});

it('leaves alone what waits and what somebody does, and takes up what was taken and never settled', async () => {
  givenOutcomes(failed('telnyx_500'));
  await hinted();
  hints.take();
  await sweep();
  expect(await hintedAt()).toEqual([]);
  later(10_000);
  await takeJob(db, job.id, Date.now(), () => Date.now() + JOB_POLICIES.fetch_recording.leaseMs);
  await sweep();
  expect(await hintedAt()).toEqual([]);
  later(JOB_POLICIES.fetch_recording.leaseMs);
  await sweep();
  expect(await hintedAt()).toEqual(['call_1']);
});

it('hints no more at a dead letter', async () => {
  givenOutcomes(failed('link_refused', true));
  await hinted();
  later(7 * 24 * 3_600_000);
  await sweep();
  expect(await hintedAt()).toEqual([]);
});

it('puts in the daily sweep of the storage once, and a day after it was done again', async () => {
  const run = vi.spyOn(HANDLERS.sweep_storage, 'run').mockResolvedValue(DONE);
  const work = async () => {
    await sweep();
    await deliver(...hints.take().map(({ jobId }) => ({ job_id: jobId })));
  };
  givenOutcomes(DONE);
  await work();
  await work();
  expect(run).toHaveBeenCalledTimes(1);
  later(24 * 3_600_000 - 60_000);
  await work();
  expect(run).toHaveBeenCalledTimes(1);
  later(120_000);
  await work();
  expect(run).toHaveBeenCalledTimes(2);
});

it('goes on when what it wants to begin cannot be begun, or the queue is down', async () => {
  vi.spyOn(testEnv.DB, 'prepare').mockImplementationOnce(() => {
    throw new Error('D1_ERROR: overloaded');
  });
  await sweep();
  expect(events('sweep.failed')).toMatchObject([{ kind: 'sweep_storage' }]);
  expect(await hintedAt()).toEqual(['call_1']);
  vi.mocked(testEnv.JOB_QUEUE.sendBatch).mockRejectedValueOnce(new Error('queue is down'));
  await sweep();
  expect(events('job.hint_failed')).toHaveLength(1);
  await sweep();
  expect(await hintedAt()).toEqual(['call_1']);
});

it('comes with the cron, beside that of the dialer', async () => {
  await worker.scheduled({ scheduledTime: Date.now() } as never, testEnv);
  expect(await hintedAt()).toEqual(['call_1']);
});

it('forgets work that was done a month ago, and keeps dead letters', async () => {
  const other = await givenJob({ ...WORK, subject: 'call_2' });
  givenOutcomes(DONE, failed('not_found', true));
  await deliver(hintOf(job));
  await deliver(hintOf(other));
  later(31 * 24 * 3_600_000);
  await sweep();
  expect([await getJob(db, job.id), (await getJob(db, other.id))?.status]).toEqual([null, 'dead']);
});
