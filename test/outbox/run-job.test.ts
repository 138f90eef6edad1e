/** One try of one job: taken under a lease, settled by what came of it; whatever fails, hangs, dies, is doubled or lost, none is forgotten. */
import { createMessageBatch } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JOB_POLICIES } from '../../src/domain/jobs/backoff.ts';
import type { JobMessage } from '../../src/env.ts';
import worker from '../../src/index.ts';
import { HANDLERS } from '../../src/outbox/handlers.ts';
import { DONE, failed, type JobHandler, type JobOutcome } from '../../src/outbox/job-handler.ts';
import { runJob } from '../../src/outbox/run-job.ts';
import { getJob, type Job, listJobs, retryJob, takeJob } from '../../src/store/jobs.ts';
import { SealError } from '../../src/store/seal.ts';
import { catchJobHints, deliver, givenJob, hintOf, type JobHints } from '../support/given-jobs.ts';
import { catchLog, db, later, restore, START, stopClock, testEnv, until } from '../support/worker-env.ts';

const POLICY = JOB_POLICIES.fetch_recording;
const TRIES = POLICY.waitsMs.length + 1;
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

const handler = HANDLERS.fetch_recording;
/** What the handler does from now on; each thing once, then the last for ever. */
function givenOutcomes(...outcomes: (JobOutcome | (() => Promise<JobOutcome>))[]) {
  const run = vi.spyOn(handler, 'run');
  const tries = outcomes.map((outcome) => (typeof outcome === 'function' ? outcome : async () => outcome));
  for (const each of tries.slice(0, -1)) run.mockImplementationOnce(each);
  return run.mockImplementation(tries.at(-1) as () => Promise<JobOutcome>);
}
const givenUp = () => vi.spyOn(handler as Required<JobHandler>, 'onGivenUp').mockResolvedValue('given_up');
const now = () => getJob(db, job.id) as Promise<Job>;
const events = (event: string) => lines.filter((line) => line['event'] === event);
/** The hint of a job arrives, and what it is acknowledged with. */
const hinted = () => deliver(hintOf(job));

describe('a try', () => {
  it('that is done ends the job, and its hint is acknowledged', async () => {
    const run = givenOutcomes(DONE);
    later(500);
    expect(await hinted()).toEqual({ acked: 1, retried: 0 });
    expect(run.mock.calls[0]?.[0]).toMatchObject({ now: START + 500, job: { subject: 'call_1', attempts: 1 } });
    expect(await now()).toMatchObject({ status: 'done', attempts: 1, endedAt: START + 500 });
    expect(events('job.done')).toMatchObject([{ job_id: job.id, kind: 'fetch_recording', call_id: 'call_1' }]);
    expect(hints.sent).toEqual([]);
  });

  it('that fails comes back after its wait, and is hinted at then', async () => {
    givenOutcomes(failed('telnyx_500'), DONE);
    expect(await hinted()).toEqual({ acked: 1, retried: 0 });
    expect(await now()).toMatchObject({ status: 'waiting', attempts: 1, code: 'telnyx_500', dueAt: START + 10_000 });
    expect(hints.take()).toEqual([{ jobId: job.id, delaySeconds: 10 }]);
    expect(events('job.failed')).toMatchObject([{ code: 'telnyx_500', wait_ms: 10_000, attempt: 1 }]);
    later(10_000);
    await hinted();
    expect(await now()).toMatchObject({ status: 'done', attempts: 2, code: null });
  });

  it.each<[string, unknown, string]>([
    ['an error of ours by its code', new SealError('no_key', 'a patient has no data key'), 'no_key'],
    ['any other by its name', new TypeError('About +12025550143'), 'type_error'],
    [
      'one of a driver by its name, not by words in its code',
      Object.assign(new Error('x'), { code: '+12025550143 is bad' }),
      'error',
    ],
    ['something thrown that is no error', { reason: 'Canary' }, 'unknown'],
  ])('that throws has failed, and says %s', async (_, thrown, code) => {
    givenOutcomes(() => Promise.reject(thrown));
    expect(await hinted()).toEqual({ acked: 1, retried: 0 });
    expect(await now()).toMatchObject({ status: 'waiting', code, dueAt: START + 10_000 });
    expect(JSON.stringify(lines)).not.toMatch(/5550143|\b0143\b|Canary/);
  });

  it('that fails for good is a dead letter at once, and its handler is told first', async () => {
    givenOutcomes(failed('link_refused', true));
    const told: [string, string][] = [];
    givenUp().mockImplementation(async ({ job: { id } }, code) => {
      told.push([code, (await getJob(db, id))?.status ?? '']);
      return 'given_up';
    });
    await hinted();
    expect(told).toEqual([['link_refused', 'waiting']]);
    expect(await now()).toMatchObject({ status: 'dead', code: 'link_refused', attempts: 1, endedAt: START });
    const { items } = await listJobs(db, { status: 'dead', limit: 10, cursor: null });
    expect(items).toEqual([await now()]);
    expect(events('job.dead')).toMatchObject([{ level: 'error', code: 'link_refused', call_id: 'call_1' }]);
    expect(hints.sent).toEqual([]);
  });

  it('of a kind this version does not know waits for a person, and is not lost', async () => {
    const unknown = await givenJob({ kind: 'fold_paper' as never, subject: 'x' });
    expect(await deliver(hintOf(unknown))).toEqual({ acked: 1, retried: 0 });
    expect(await getJob(db, unknown.id)).toMatchObject({ status: 'dead', code: 'unknown_kind' });
    expect(events('job.dead')).toMatchObject([{ job_id: unknown.id, code: 'unknown_kind' }]);
  });

  it('that is given up while there is news is tried again at once, with all its tries', async () => {
    givenOutcomes(failed('not_found', true));
    givenUp().mockResolvedValueOnce('news');
    await hinted();
    expect(await now()).toMatchObject({ status: 'waiting', attempts: 0, dueAt: START });
    expect(hints.take()).toEqual([{ jobId: job.id, delaySeconds: 0 }]);
    await hinted();
    expect(await now()).toMatchObject({ status: 'dead', code: 'not_found' });
  });

  it.each([true, false])(
    'given up and sent again goes on where it stood, unless it forgets that: %s',
    async (forgets) => {
      givenOutcomes(
        { kind: 'goes_on', progress: 'p', afterMs: 0 },
        { ...failed('key_missing', true), ...(forgets ? { forgetsProgress: true } : {}) },
      );
      await hinted();
      await hinted();
      expect(await now()).toMatchObject({ status: 'dead', progress: forgets ? null : 'p' });
      await retryJob(db, job.id, Date.now());
      expect(await now()).toMatchObject({ status: 'waiting', attempts: 0, progress: forgets ? null : 'p' });
    },
  );

  it('that fails each time is given up after the last wait of its policy, a day later', async () => {
    const run = givenOutcomes(failed('not_found'));
    const told = givenUp();
    const waits: number[] = [];
    for (let n = 1; n < TRIES; n += 1) {
      await hinted();
      const { dueAt, attempts, status } = await now();
      expect([status, attempts]).toEqual(['waiting', n]);
      waits.push(dueAt - Date.now());
      // A moment too early it is not to be had.
      later(dueAt - Date.now() - 1);
      await hinted();
      later(1);
    }
    expect(told).not.toHaveBeenCalled();
    await hinted();
    expect(waits).toEqual(POLICY.waitsMs);
    expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(23 * 3_600_000);
    expect(run).toHaveBeenCalledTimes(TRIES);
    expect(told).toHaveBeenCalledTimes(1);
    expect(await now()).toMatchObject({ status: 'dead', code: 'not_found', attempts: TRIES });
    later(100 * 3_600_000);
    await hinted();
    expect(run).toHaveBeenCalledTimes(TRIES);
  });

  it('waits up to a fifth longer, so that what failed together does not come back together', async () => {
    vi.mocked(Math.random).mockReturnValue(0.999);
    givenOutcomes(failed('not_found'));
    await hinted();
    expect((await now()).dueAt - START).toBeGreaterThan(11_900);
    expect((await now()).dueAt - START).toBeLessThanOrEqual(12_000);
  });

  it('in a simulation is as short as everything else: lease, waits and pages are scaled', async () => {
    const env = { ...testEnv, TIMER_SCALE: '0.01' };
    const leases: number[] = [];
    const look = async (outcome: JobOutcome) => {
      leases.push((await now()).dueAt - Date.now());
      return outcome;
    };
    givenOutcomes(
      () => look(failed('not_found')),
      () => look({ kind: 'goes_on', progress: 'p', afterMs: 5000 }),
    );
    await runJob(env, job.id);
    expect(await now()).toMatchObject({ dueAt: START + 100 });
    later(100);
    await runJob(env, job.id);
    expect(await now()).toMatchObject({ dueAt: START + 150 });
    expect(leases).toEqual([POLICY.leaseMs / 100, POLICY.leaseMs / 100]);
    expect(hints.take().map(({ delaySeconds }) => delaySeconds)).toEqual([1, 1]);
  });

  it('that has done a page goes on from there at once, and each page has all its tries', async () => {
    const page = (progress: string): JobOutcome => ({ kind: 'goes_on', progress, afterMs: 0 });
    const run = givenOutcomes(page('1'), failed('call_live'), page('2'), DONE);
    await hinted();
    expect([await now(), hints.take()]).toMatchObject([
      { status: 'waiting', progress: '1', attempts: 0, code: null, dueAt: START },
      [{ delaySeconds: 0 }],
    ]);
    await hinted();
    expect(await now()).toMatchObject({ progress: '1', attempts: 1, code: 'call_live' });
    later(10_000);
    await hinted();
    await hinted();
    expect(run.mock.calls.map(([context]) => context.job.progress)).toEqual([null, '1', '1', '2']);
    expect(await now()).toMatchObject({ status: 'done' });
  });
});

describe('whatever happens around it', () => {
  /** A handler that hangs until it is let go. */
  function givenHanging(outcome: JobOutcome) {
    let letGo = () => {};
    const hanging = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    return { run: async () => hanging.then(() => outcome), letGo: () => letGo() };
  }

  it.each<[string, JobOutcome]>([
    ['done', DONE],
    ['failed', failed('too_slow')],
    ['given up', failed('too_large', true)],
    ['a page further', { kind: 'goes_on', progress: 'late', afterMs: 0 }],
  ])('a try that hangs past its lease is done by another, and as %s has no say any more', async (_, outcome) => {
    const hanging = givenHanging(outcome);
    const run = givenOutcomes(hanging.run, DONE);
    const told = givenUp();
    const first = hinted();
    await until(() => run.mock.calls.length === 1);
    later(POLICY.leaseMs - 1);
    await hinted();
    expect(run).toHaveBeenCalledTimes(1);
    later(1);
    await hinted();
    const done = await now();
    expect(done).toMatchObject({ status: 'done', attempts: 2 });
    hints.take();
    hanging.letGo();
    expect(await first).toEqual({ acked: 1, retried: 0 });
    expect([await now(), hints.take()]).toEqual([done, []]);
    expect(told).not.toHaveBeenCalled();
  });

  it('a try that takes its process with it each time ends as a dead letter that says so, and is not tried for ever', async () => {
    const run = givenOutcomes(DONE);
    const told = givenUp();
    for (let n = 1; n <= TRIES; n += 1) {
      const mine = await takeJob(db, job.id, Date.now(), () => Date.now() + POLICY.leaseMs);
      expect(mine?.attempts).toBe(n);
      later(POLICY.leaseMs);
    }
    await hinted();
    expect(run).not.toHaveBeenCalled();
    expect(told.mock.calls.map(([, code]) => code)).toEqual(['crashed']);
    expect(await now()).toMatchObject({ status: 'dead', code: 'crashed' });
  });

  it('doubled hints do the work once, in one batch, in two at once and long after', async () => {
    const run = givenOutcomes(DONE);
    const all = await Promise.all([deliver(hintOf(job), hintOf(job), hintOf(job)), hinted(), hinted()]);
    expect(all).toEqual([
      { acked: 3, retried: 0 },
      { acked: 1, retried: 0 },
      { acked: 1, retried: 0 },
    ]);
    later(24 * 3_600_000);
    await hinted();
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('a hint that the queue does not take is logged, and changes nothing of the row', async () => {
    givenOutcomes(failed('telnyx_500'));
    vi.mocked(testEnv.JOB_QUEUE.send).mockRejectedValue(new Error('queue is down'));
    expect(await hinted()).toEqual({ acked: 1, retried: 0 });
    expect(await now()).toMatchObject({ status: 'waiting', dueAt: START + 10_000 });
    expect(events('job.hint_failed')).toHaveLength(1);
  });

  it('D1 down before the try: the hint comes again, and nothing is done', async () => {
    const run = givenOutcomes(DONE);
    const prepare = vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
      throw new Error('D1_ERROR: overloaded');
    });
    expect(await hinted()).toEqual({ acked: 0, retried: 1 });
    prepare.mockRestore();
    expect([run.mock.calls.length, await now()]).toEqual([0, job]);
    expect(events('job.not_run')).toHaveLength(1);
    expect(await hinted()).toEqual({ acked: 1, retried: 0 });
  });

  it('D1 down after the try: the hint comes again, the lease runs out, and the work is done once more', async () => {
    let prepare = { mockRestore: () => {} };
    const run = givenOutcomes(async () => {
      prepare = vi.spyOn(testEnv.DB, 'prepare').mockImplementation(() => {
        throw new Error('D1_ERROR: overloaded');
      });
      return DONE;
    }, DONE);
    expect(await hinted()).toEqual({ acked: 0, retried: 1 });
    prepare.mockRestore();
    later(10_000);
    expect(await hinted()).toEqual({ acked: 1, retried: 0 });
    expect([run.mock.calls.length, (await now()).status]).toEqual([1, 'waiting']);
    later(POLICY.leaseMs);
    await hinted();
    expect([run.mock.calls.length, await now()]).toMatchObject([2, { status: 'done', attempts: 2 }]);
  });

  it('when giving up cannot be written down, it is not shown as dead, and is given up later', async () => {
    givenOutcomes(failed('too_large', true));
    givenUp().mockRejectedValueOnce(new Error('D1 is away'));
    expect(await hinted()).toEqual({ acked: 0, retried: 1 });
    expect(await now()).toMatchObject({ status: 'waiting' });
    later(POLICY.leaseMs);
    await hinted();
    expect(await now()).toMatchObject({ status: 'dead', code: 'too_large' });
  });

  it.each([
    null,
    undefined,
    'job_1',
    7,
    {},
    { job_id: null },
    { job_id: 7 },
    { job_id: 'job_unknown' },
    { job_id: '' },
  ])('the hint %j is acknowledged and changes nothing, nor does it hold up the others of its batch', async (body) => {
    const run = givenOutcomes(DONE);
    expect(await deliver(body, hintOf(job), body)).toEqual({ acked: 3, retried: 0 });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('one hint of a batch that fails does not hold up the others', async () => {
    const other = await givenJob({ ...WORK, subject: 'call_2' });
    givenOutcomes(DONE);
    vi.spyOn(handler, 'run').mockImplementation(async ({ job: { subject } }) => {
      if (subject === 'call_1') vi.mocked(testEnv.JOB_QUEUE.send).mockRejectedValue(new Error('queue is down'));
      return subject === 'call_1' ? failed('x') : DONE;
    });
    expect(await deliver(hintOf(job), hintOf(other))).toEqual({ acked: 2, retried: 0 });
    expect(await getJob(db, other.id)).toMatchObject({ status: 'done' });
  });

  it('the worker hands the queue of jobs on, and only writes down what the queue gave up', async () => {
    const run = givenOutcomes(DONE);
    const batchOf = (queue: string) =>
      createMessageBatch<JobMessage>(queue, [{ id: queue, timestamp: new Date(), attempts: 1, body: hintOf(job) }]);
    await worker.queue(batchOf('jobs-dead') as never, testEnv);
    expect([run.mock.calls.length, events('hint.dead').length]).toEqual([0, 1]);
    await worker.queue(batchOf('jobs') as never, testEnv);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('a hint sent through the real queue is worked on', async () => {
    const run = givenOutcomes(DONE);
    vi.mocked(testEnv.JOB_QUEUE.send).mockRestore();
    await testEnv.JOB_QUEUE.send(hintOf(job));
    await until(async () => (await now()).status === 'done');
    expect(run).toHaveBeenCalledTimes(1);
  });
});
