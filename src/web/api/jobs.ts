/** /api/jobs: the work behind the scenes, its dead letters among it, and sending one of those again. Ids and codes only. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { getJob, JOB_STATUSES, type Job, listJobs } from '../../store/jobs.ts';
import { notFound } from '../errors.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { settleDeadJob } from '../settle-dead-job.ts';
import { DEFAULT_LIMIT, jobId, limit } from './fields.ts';

const people = { roles: ['admin', 'auditor'], phi: false } as const;
const oneJob = z.strictObject({ job_id: jobId });

const jobJson = (job: Job) => ({
  job_id: job.id,
  kind: job.kind,
  subject: job.subject,
  call_id: job.callId,
  status: job.status,
  attempts: job.attempts,
  due_at: job.status === 'waiting' ? iso(job.dueAt) : null,
  code: job.code,
  created_at: iso(job.createdAt),
  ended_at: job.endedAt === null ? null : iso(job.endedAt),
});

const list = route(
  {
    ...people,
    method: 'GET',
    path: '/api/jobs',
    audit: 'job.list',
    query: z.strictObject({ limit, cursor: pageCursor('job').optional(), status: z.enum(JOB_STATUSES).optional() }),
  },
  async ({ query, db, c }) => {
    const { items, nextCursor } = await listJobs(db, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      status: query.status ?? 'dead',
    });
    return c.json({ items: items.map(jobJson), next_cursor: cursorText(nextCursor) });
  },
);

const read = route(
  { ...people, method: 'GET', path: '/api/jobs/:job_id', audit: 'job.read', params: oneJob },
  async ({ params, db, c }) => {
    const job = await getJob(db, params.job_id);
    if (job === null) throw notFound();
    return c.json(jobJson(job));
  },
);

const retry = route(
  { ...people, roles: ['admin'], method: 'POST', path: '/api/jobs/:job_id/retry', audit: 'job.retry', params: oneJob },
  async (ask) => ask.c.json(jobJson(await settleDeadJob(ask, ask.params.job_id, 'retry')), 202),
);

const dismiss = route(
  {
    ...people,
    roles: ['admin'],
    method: 'POST',
    path: '/api/jobs/:job_id/dismiss',
    audit: 'job.dismiss',
    params: oneJob,
  },
  async (ask) => ask.c.json(jobJson(await settleDeadJob(ask, ask.params.job_id, 'dismiss')), 200),
);

export const jobRoutes: readonly Route[] = [list, read, retry, dismiss];
