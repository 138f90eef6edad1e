/** The job table: one row for each piece of work, taken by one at a time, settled by whoever took it last. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  countDeadJobs,
  dueJobs,
  findJob,
  forgetDone,
  getJob,
  insertJob,
  type Job,
  type JobFilter,
  jobsOfCall,
  listJobs,
  retryJob,
  type Settlement,
  settleJob,
  takeJob,
} from '../../src/store/jobs.ts';
import { firstIdAt } from '../../src/store/new-id.ts';
import { givenJob, knownJob } from '../support/given-jobs.ts';
import { db, later, restore, START, stopClock, testEnv } from '../support/worker-env.ts';

beforeEach(async () => {
  stopClock();
  await testEnv.DB.exec('delete from jobs');
});
afterEach(restore);

const LEASE = 60_000;
const WORK = { kind: 'fetch_recording', subject: 'call_1', callId: 'call_1' } as const;
const take = (job: Pick<Job, 'id'>) => takeJob(db, job.id, Date.now(), () => Date.now() + LEASE);
const taken = async (job: Pick<Job, 'id'>): Promise<Job> => {
  const mine = await take(job);
  if (mine === null) throw new Error('not to be had');
  return mine;
};
const settle = (job: Job, settlement: Settlement) => settleJob(db, job, settlement, Date.now());
const retryAt = (dueAt: number, code = 'telnyx_500'): Settlement => ({ status: 'waiting', dueAt, code });
const again = () => insertJob(db, WORK, Date.now(), 'again');
const rows = async () => (await testEnv.DB.prepare('select * from jobs').all()).results;

describe('insertJob', () => {
  it('puts in work that is due at once, or when it is told', async () => {
    expect(await givenJob(WORK)).toEqual({
      ...{ id: expect.stringMatching(/^job_/), ...WORK, status: 'waiting', attempts: 0, dueAt: START },
      ...{ progress: null, code: null, createdAt: START, endedAt: null },
    });
    expect(await givenJob({ kind: 'sweep_storage', subject: 'all', dueAt: START + 5 })).toMatchObject({
      ...{ dueAt: START + 5, callId: null },
    });
  });

  it('puts in one of a kind and a subject, and leaves it as it is, whatever became of it', async () => {
    const job = await givenJob(WORK);
    later(1000);
    await insertJob(db, { ...WORK, dueAt: START + 5000 }, Date.now());
    expect(await rows()).toHaveLength(1);
    expect(await knownJob(WORK)).toEqual(job);
    await settle(await taken(job), { status: 'dead', code: 'not_found' });
    await insertJob(db, WORK, Date.now());
    expect(await knownJob(WORK)).toMatchObject({ status: 'dead', code: 'not_found' });
  });

  it('puts in another kind of the same subject, and another subject of the same kind', async () => {
    await givenJob(WORK);
    await givenJob({ ...WORK, kind: 'discard_recording' });
    await givenJob({ ...WORK, subject: 'call_2' });
    expect(await rows()).toHaveLength(3);
  });

  it('twice at the same moment puts in one', async () => {
    await Promise.all([insertJob(db, WORK, START), again(), insertJob(db, WORK, START), again()]);
    expect(await rows()).toHaveLength(1);
  });

  it.each<[string, Settlement]>([
    ['is done', { status: 'done' }],
    ['was given up', { status: 'dead', code: 'not_found' }],
    ['waits after a failure', retryAt(START + 3_600_000)],
  ])('again begins anew what %s', async (_, settlement) => {
    const job = await givenJob(WORK);
    await settle(await taken(job), settlement);
    later(1000);
    await again();
    expect(await knownJob(WORK)).toEqual({ ...job, dueAt: START + 1000 });
  });

  it('again leaves alone what somebody does at this moment, or nobody has tried yet', async () => {
    const job = await givenJob({ ...WORK, dueAt: START + 500 });
    await again();
    expect(await knownJob(WORK)).toEqual(job);
    later(1000);
    const mine = await taken(job);
    later(1000);
    await again();
    expect(await knownJob(WORK)).toEqual(mine);
    expect(await settle(mine, { status: 'done' })).toBe(true);
  });
});

describe('takeJob', () => {
  it('gives it to one of two who come at once', async () => {
    const job = await givenJob(WORK);
    const both = await Promise.all([take(job), take(job), take(job)]);
    expect(both.filter((mine) => mine !== null)).toEqual([{ ...job, attempts: 1, dueAt: START + LEASE }]);
    expect(await take(job)).toBeNull();
  });

  it('gives nothing before it is due', async () => {
    const job = await givenJob({ ...WORK, dueAt: START + 1000 });
    later(999);
    expect(await take(job)).toBeNull();
    later(1);
    expect(await take(job)).toMatchObject({ attempts: 1 });
  });

  it('gives it to the next when the lease has run out, and counts both', async () => {
    const job = await givenJob(WORK);
    await taken(job);
    later(LEASE - 1);
    expect(await take(job)).toBeNull();
    later(1);
    expect(await take(job)).toMatchObject({ attempts: 2, dueAt: START + 2 * LEASE });
  });

  it('asks for the lease of its kind, and forgets why the last try failed', async () => {
    const job = await givenJob(WORK);
    await settle(await taken(job), retryAt(START));
    const kinds: string[] = [];
    const mine = await takeJob(db, job.id, START, (kind) => {
      kinds.push(kind);
      return START + 7;
    });
    expect([kinds, mine?.code, mine?.dueAt]).toEqual([['fetch_recording'], null, START + 7]);
  });

  it('gives nothing of what is over or unknown', async () => {
    const job = await givenJob(WORK);
    await settle(await taken(job), { status: 'done' });
    later(10 * LEASE);
    expect([await take(job), await take({ id: 'job_none' })]).toEqual([null, null]);
  });
});

describe('settleJob', () => {
  it('ends it, and says when', async () => {
    const mine = await taken(await givenJob(WORK));
    later(500);
    expect(await settle(mine, { status: 'done' })).toBe(true);
    expect(await getJob(db, mine.id)).toMatchObject({ status: 'done', code: null, endedAt: START + 500, attempts: 1 });
  });

  it('lets it wait after a failure, with its tries and its progress', async () => {
    const mine = await taken(await givenJob(WORK));
    await settle(mine, { status: 'waiting', dueAt: START, code: null, progress: '{"after":"call_9"}', anew: true });
    const next = await taken(mine);
    await settle(next, retryAt(START + 10_000));
    expect(await getJob(db, mine.id)).toMatchObject({
      ...{ status: 'waiting', attempts: 1, dueAt: START + 10_000, code: 'telnyx_500' },
      ...{ progress: '{"after":"call_9"}', endedAt: null },
    });
  });

  it('with progress counts the tries of the next page from the beginning', async () => {
    const job = await givenJob(WORK);
    await taken(job);
    later(LEASE);
    const mine = await taken(job);
    await settle(mine, { status: 'waiting', dueAt: Date.now(), code: null, progress: 'p', anew: true });
    expect(await getJob(db, job.id)).toMatchObject({ attempts: 0, progress: 'p' });
  });

  it.each<[string, Settlement]>([
    ['done', { status: 'done' }],
    ['dead', { status: 'dead', code: 'not_found' }],
    ['waiting', retryAt(START)],
    ['a page further', { status: 'waiting', dueAt: START, code: null, progress: 'p', anew: true }],
  ])('as %s by somebody whose lease ran out changes nothing once another has it', async (_, settlement) => {
    const job = await givenJob(WORK);
    const late = await taken(job);
    later(LEASE);
    const mine = await taken(job);
    expect(await settle(late, settlement)).toBe(false);
    expect(await getJob(db, job.id)).toEqual(mine);
    expect(await settle(mine, { status: 'done' })).toBe(true);
    expect(await settle(late, settlement)).toBe(false);
    expect(await getJob(db, job.id)).toMatchObject({ status: 'done' });
  });

  it('twice settles once', async () => {
    const mine = await taken(await givenJob(WORK));
    expect([await settle(mine, { status: 'done' }), await settle(mine, retryAt(START))]).toEqual([true, false]);
  });
});

describe('retryJob', () => {
  it('begins anew what was given up', async () => {
    const job = await givenJob(WORK);
    await settle(await taken(job), { status: 'dead', code: 'not_found' });
    later(1000);
    expect(await retryJob(db, job.id, Date.now())).toMatchObject({
      ...{ status: 'waiting', attempts: 0, dueAt: START + 1000, endedAt: null },
    });
    expect(await take(job)).toMatchObject({ attempts: 1 });
  });

  it('is null of what waits, is being done, is done or is unknown, and changes nothing of it', async () => {
    const job = await givenJob({ ...WORK, dueAt: START + 10 });
    const untouched = async () => {
      const before = await rows();
      expect(await retryJob(db, job.id, Date.now())).toBeNull();
      expect(await rows()).toEqual(before);
    };
    await untouched();
    later(10);
    const mine = await taken(job);
    await untouched();
    await settle(mine, { status: 'done' });
    await untouched();
    expect(await retryJob(db, 'job_none', Date.now())).toBeNull();
  });
});

describe('the lists', () => {
  const givenAt = (subject: string, dueAt: number) => givenJob({ ...WORK, subject, dueAt });
  const givenDead = async (subject: string, dueAt: number) => {
    const mine = await taken(await givenAt(subject, dueAt));
    await testEnv.DB.prepare(`update jobs set status = 'dead', code = 'x', due_at = ? where id = ?`)
      .bind(dueAt, mine.id)
      .run();
  };
  async function pages(filter: Pick<JobFilter, 'status' | 'limit'>): Promise<string[][]> {
    const seen: string[][] = [];
    for (let cursor: JobFilter['cursor'] = null, n = 0; n < 20; n += 1) {
      const { items, nextCursor } = await listJobs(db, { ...filter, cursor });
      seen.push(items.map(({ subject }) => subject));
      if (nextCursor === null) return seen;
      cursor = nextCursor;
    }
    throw new Error('pages without end');
  }

  it('of what waits begin with what is due first; each is on one page, also those due at the same moment', async () => {
    for (const [subject, dueAt] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
      ['b3', 20],
    ] as const)
      await givenAt(subject, START + dueAt);
    const [first, second, third, ...more] = await pages({ status: 'waiting', limit: 2 });
    expect([first?.[0], third, more]).toEqual(['a', ['c'], []]);
    expect([first?.[1], ...(second ?? [])].toSorted()).toEqual(['b1', 'b2', 'b3']);
  });

  it('of dead letters begin with the newest, and hold nothing else', async () => {
    for (const n of [1, 3, 2, 4]) await givenDead(`dead_${n}`, START - n);
    await givenAt('waits', START);
    expect(await pages({ status: 'dead', limit: 3 })).toEqual([['dead_1', 'dead_2', 'dead_3'], ['dead_4']]);
    expect(await pages({ status: 'dead', limit: 4 })).toEqual([['dead_1', 'dead_2', 'dead_3', 'dead_4']]);
    expect(await pages({ status: 'done', limit: 3 })).toEqual([[]]);
  });

  it('of a call hold all of its work and nobody else’s', async () => {
    await givenJob(WORK);
    await givenJob({ ...WORK, kind: 'discard_recording' });
    await givenJob({ ...WORK, subject: 'call_2', callId: 'call_2' });
    await givenJob({ kind: 'erase_patient', subject: 'call_1' });
    expect((await jobsOfCall(db, 'call_1')).map(({ kind }) => kind).toSorted()).toEqual([
      'discard_recording',
      'fetch_recording',
    ]);
    expect(await jobsOfCall(db, 'call_none')).toEqual([]);
  });

  it('of what is due hold what waits longest first, up to the limit, and the work whose lease ran out', async () => {
    for (const n of [3, 1, 2]) await givenAt(`s${n}`, START + n);
    later(2);
    const due = async (limit: number) => {
      const ids = await dueJobs(db, Date.now(), limit);
      return Promise.all(ids.map(async ({ id }) => (await getJob(db, id))?.subject));
    };
    expect([await due(10), await due(1)]).toEqual([['s1', 's2'], ['s1']]);
    await taken(await knownJob({ ...WORK, subject: 's1' }));
    expect(await due(10)).toEqual(['s2']);
    later(LEASE);
    expect(await due(10)).toEqual(['s2', 's3', 's1']);
  });

  it('count the dead letters up to a limit', async () => {
    expect(await countDeadJobs(db, 2)).toBe(0);
    for (const n of [1, 2, 3]) await givenDead(`dead_${n}`, START);
    await givenAt('waits', START);
    expect([await countDeadJobs(db, 2), await countDeadJobs(db, 100)]).toEqual([2, 3]);
  });

  it('forget what was done long ago, a few at a time, and nothing that is dead or waits', async () => {
    for (const subject of ['old_1', 'old_2', 'old_3'])
      await settle(await taken(await givenAt(subject, START)), { status: 'done' });
    await settle(await taken(await givenAt('dead', START)), { status: 'dead', code: 'x' });
    await givenAt('waits', START);
    later(1000);
    await settle(await taken(await givenAt('new', START)), { status: 'done' });
    await forgetDone(db, START + LEASE + 1, 2);
    expect(await rows()).toHaveLength(4);
    await forgetDone(db, START + LEASE + 1, 2);
    const left = (await rows()).map(({ subject }) => subject);
    expect(left.toSorted()).toEqual(['dead', 'new', 'waits']);
    expect(await findJob(db, 'fetch_recording', 'old_1')).toBeNull();
  });

  it('forget without reading all that was done since', async () => {
    await testEnv.DB.prepare(
      `insert into jobs (id, kind, subject, status, attempts, due_at, created_at, ended_at)
       select ?3 || '-7000-8000-' || value, 'fetch_recording', value, 'done', 1, ?1, ?1, ?1 from json_each(?2)`,
    )
      .bind(START, JSON.stringify(Array.from({ length: 500 }, (_, i) => i)), firstIdAt('job', START))
      .run();
    expect((await forgetDone(db, START, 100)).meta.rows_read).toBeLessThan(5);
    expect((await forgetDone(db, START + 1, 2)).meta.changes).toBe(2);
  });
});
