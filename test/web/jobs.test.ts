/** /api/jobs: the work behind the scenes in ids and codes, what was given up first, and sending it again. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findJob, getJob, insertJob, type Job, type NewJob } from '../../src/store/jobs.ts';
import { jobs } from '../../src/store/schema.ts';
import type { Role } from '../../src/store/staff.ts';
import { catchJobHints, type JobHints } from '../support/given-jobs.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, givenCall } from './given-call.ts';
import { tokenOf } from './given-role.ts';

const UNKNOWN = 'job_0199f3c2-7f4e-7000-8000-000000000001';
const AT = Date.UTC(2026, 10, 20, 15);

let given: GivenApp;
let hints: JobHints;
beforeEach(async () => {
  given = givenApp();
  hints = catchJobHints();
  await given.db.delete(jobs);
});
afterEach(() => vi.restoreAllMocks());

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
const codeOf = async (response: Response) => [response.status, (await jsonOf(response))['code']];
const retry = (id: string, token?: string) =>
  given.request(`/api/jobs/${id}/retry`, { method: 'POST', ...(token === undefined ? {} : { token }) });

async function givenJob(
  subject: string,
  changes: Partial<Job> = {},
  kind: NewJob['kind'] = 'sweep_storage',
): Promise<Job> {
  await insertJob(given.db, { kind, subject }, AT);
  const { id } = (await findJob(given.db, kind, subject)) as Job;
  await given.db
    .update(jobs)
    .set({ dueAt: AT, ...changes })
    .where(eq(jobs.id, id));
  return (await getJob(given.db, id)) as Job;
}
const dead = (subject: string, dueAt = AT) =>
  givenJob(subject, { status: 'dead', code: 'telnyx_unauthenticated', attempts: 13, dueAt, endedAt: AT + 1000 });

async function listed(query = ''): Promise<{ subjects: unknown[]; next: string | null }> {
  const { items, next_cursor } = await jsonOf(await given.request(`/api/jobs${query}`));
  return {
    subjects: (items as { subject: string }[]).map(({ subject }) => subject),
    next: next_cursor as string | null,
  };
}

describe('the list', () => {
  it('shows what was given up, and why', async () => {
    const job = await dead('all');
    await givenJob('waits');
    await givenJob('done', { status: 'done', endedAt: AT });
    expect(await jsonOf(await given.request('/api/jobs'))).toEqual({
      items: [
        {
          ...{ job_id: job.id, kind: 'sweep_storage', subject: 'all', call_id: null, status: 'dead', attempts: 13 },
          ...{ due_at: null, code: 'telnyx_unauthenticated' },
          ...{ created_at: '2026-11-20T15:00:00.000Z', ended_at: '2026-11-20T15:00:01.000Z' },
        },
      ],
      next_cursor: null,
    });
  });

  it('shows another status when asked, what waits by the time it is due', async () => {
    await dead('a');
    await givenJob('later', { dueAt: AT + 1000 });
    await givenJob('sooner', { dueAt: AT });
    await givenJob('over', { status: 'done', endedAt: AT });
    expect((await listed('?status=waiting')).subjects).toEqual(['sooner', 'later']);
    expect((await listed('?status=done')).subjects).toEqual(['over']);
    expect((await listed('?status=dead')).subjects).toEqual(['a']);
    const { items } = await jsonOf(await given.request('/api/jobs?status=waiting'));
    expect(items).toMatchObject([{ due_at: '2026-11-20T15:00:00.000Z', ended_at: null }, {}]);
  });

  it.each(['dead', 'waiting'] as const)('of what is %s is gone through page by page, each once', async (status) => {
    for (const [n, dueAt] of [3, 1, 2, 2, 2].entries()) await givenJob(`s${n}`, { status, dueAt: AT + dueAt });
    const whole = (await listed(`?status=${status}`)).subjects;
    expect(whole).toHaveLength(5);
    const found: unknown[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page = await listed(`?status=${status}&limit=2${next === '' ? '' : `&cursor=${next}`}`);
      expect(page.subjects.length).toBeLessThanOrEqual(2);
      found.push(...page.subjects);
      next = page.next;
    }
    expect(found).toEqual(whole);
  });

  it.each([
    '?status=lost',
    '?limit=0',
    '?limit=201',
    `?cursor=${AT}.call_0199f3c2-7f4e-7000-8000-000000000001`,
    '?kind=x',
  ])('asked with %s is 422', async (query) => {
    expect((await given.request(`/api/jobs${query}`)).status).toBe(422);
  });
});

describe('one piece of work', () => {
  it('is read as the list shows it', async () => {
    const job = await dead('all');
    const { items } = await jsonOf(await given.request('/api/jobs'));
    expect(await jsonOf(await given.request(`/api/jobs/${job.id}`))).toEqual((items as unknown[])[0]);
  });

  it.each([UNKNOWN, 'job_x', 'call_0199f3c2-7f4e-7000-8000-000000000001'])(
    'is 404 under %s, also to be sent again',
    async (id) => {
      expect(await codeOf(await given.request(`/api/jobs/${id}`))).toEqual([404, 'not_found']);
      expect(await codeOf(await retry(id))).toEqual([404, 'not_found']);
    },
  );

  it('that was given up is sent again, due now and hinted at', async () => {
    const job = await dead('all');
    const response = await retry(job.id);
    expect(response.status).toBe(202);
    expect(await jsonOf(response)).toMatchObject({ job_id: job.id, status: 'waiting', attempts: 0, ended_at: null });
    expect(hints.take()).toEqual([{ jobId: job.id, delaySeconds: 0 }]);
    expect((await listed()).subjects).toEqual([]);
    expect(given.logged('audit')[0]).toMatchObject({ audit: 'job.retry', job_id: job.id, status: 202 });
  });

  it('that is sent again twice, or is done, or waits, is 409 and stays as it is', async () => {
    const job = await dead('all');
    await retry(job.id);
    const done = await givenJob('done', { status: 'done', endedAt: AT });
    for (const id of [job.id, done.id]) {
      const before = await getJob(given.db, id);
      expect(await codeOf(await retry(id))).toEqual([409, 'not_dead']);
      expect(await getJob(given.db, id)).toEqual(before);
    }
  });

  it('is sent again although the queue does not take the hint: the cron sends it', async () => {
    const job = await dead('all');
    vi.spyOn(given.env.JOB_QUEUE, 'sendBatch').mockRejectedValueOnce(new Error('queue is away'));
    expect((await retry(job.id)).status).toBe(202);
    expect(await getJob(given.db, job.id)).toMatchObject({ status: 'waiting' });
  });
});

describe('work somebody has looked at and will not do', () => {
  const dismiss = (id: string, token?: string) =>
    given.request(`/api/jobs/${id}/dismiss`, { method: 'POST', ...(token === undefined ? {} : { token }) });

  it('is over, keeps why it was given up, and is no dead letter any more', async () => {
    const job = await dead('all');
    const response = await dismiss(job.id);
    expect(response.status).toBe(200);
    expect(await jsonOf(response)).toMatchObject({ job_id: job.id, status: 'done', code: 'telnyx_unauthenticated' });
    expect([(await listed()).subjects, (await listed('?status=done')).subjects]).toEqual([[], ['all']]);
    expect(hints.take()).toEqual([]);
    expect(given.logged('audit')[0]).toMatchObject({ audit: 'job.dismiss', job_id: job.id, status: 200 });
    expect(await codeOf(await dismiss(job.id))).toEqual([409, 'not_dead']);
    expect(await codeOf(await retry(job.id))).toEqual([409, 'not_dead']);
  });

  it('is 409 while it still waits, 404 when there is none, and 403 for an auditor', async () => {
    const [waits, job] = [await givenJob('waits'), await dead('all')];
    expect(await codeOf(await dismiss(waits.id))).toEqual([409, 'not_dead']);
    expect(await codeOf(await dismiss(UNKNOWN))).toEqual([404, 'not_found']);
    expect(await codeOf(await dismiss(job.id, await tokenOf(given, 'auditor')))).toEqual([403, 'forbidden']);
    expect(await getJob(given.db, waits.id)).toEqual(waits);
    expect(await getJob(given.db, job.id)).toEqual(job);
  });
});

describe('whoever asks', () => {
  it.each<[Role, number, number]>([
    ['admin', 200, 202],
    ['auditor', 200, 403],
    ['clinician', 403, 403],
    ['operator', 403, 403],
    ['intake', 403, 403],
  ])('as %s reads with %i and sends again with %i', async (role, reading, sending) => {
    const job = await dead('all');
    const token = await tokenOf(given, role);
    expect((await given.request('/api/jobs', { token })).status).toBe(reading);
    expect((await given.request(`/api/jobs/${job.id}`, { token })).status).toBe(reading);
    expect((await retry(job.id, token)).status).toBe(sending);
    expect(await getJob(given.db, job.id)).toMatchObject({ status: sending === 202 ? 'waiting' : 'dead' });
  });

  it('learns nothing about a patient', async () => {
    const made = await givenCall(given, { firstName: 'Canary', lastName: 'Sentinel' });
    const told = {
      id: 'rec_1',
      startedAt: 1,
      durationMs: 2000,
      format: 'mp3',
      link: 'https://x.example/a?secret',
      linkAt: 1,
    } as const;
    await endCall(given, made, { recording: { ...told, proof: null } });
    const job = (await findJob(given.db, 'discard_recording', made.call.id)) as Job;
    await given.db.update(jobs).set({ status: 'dead', progress: '{"after":"canary"}' });
    const list = await given.request('/api/jobs');
    const texts = [list, await given.request(`/api/jobs/${job.id}`), await retry(job.id)].map((response) =>
      response.text(),
    );
    for (const text of await Promise.all(texts)) {
      expect(text).toContain(made.call.id);
      expect(text).not.toMatch(/canary|sentinel|secret|1980-04|\+1\d{10}/i);
      expect(text).not.toContain(made.call.phoneNumber.slice(2));
    }
    expect(given.logged('audit')).toMatchObject([{ phi: false }, { phi: false }, { phi: false }]);
  });
});
