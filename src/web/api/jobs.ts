/** /api/jobs: the work behind the scenes, its dead letters among it, and sending one of those again. Ids and codes only. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { getJob, JOB_STATUSES, type Job, listJobs } from '../../store/jobs.ts';
import { notFound } from '../errors.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { settleDeadJob } from '../settle-dead-job.ts';
import { count, idOf, listOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, jobId, limit } from './fields.ts';

const people = { roles: ['admin', 'auditor'], phi: false } as const;
const oneJob = z.strictObject({ job_id: jobId });

const jobAnswer = z
  .strictObject({
    job_id: idOf('job'),
    kind: z.string(),
    subject: z.string().meta({ description: 'Opaque id of what it is about.' }),
    call_id: idOf('call').nullable(),
    status: z.enum(JOB_STATUSES),
    attempts: count,
    due_at: moment.nullable(),
    code: z.string().nullable().meta({ description: 'Why the last try failed.' }),
    created_at: moment,
    ended_at: moment.nullable(),
  })
  .meta({ id: 'Job' });

const jobJson = (job: Job): z.infer<typeof jobAnswer> => ({
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
    summary: 'List work behind the scenes; what was given up, unless another status is asked for',
    answers: { 200: listOf(jobAnswer) },
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
  {
    ...people,
    method: 'GET',
    path: '/api/jobs/:job_id',
    audit: 'job.read',
    params: oneJob,
    summary: 'Read one piece of work',
    answers: { 200: jobAnswer },
  },
  async ({ params, db, c }) => {
    const job = await getJob(db, params.job_id);
    if (job === null) throw notFound();
    return c.json(jobJson(job));
  },
);

const retry = route(
  {
    ...people,
    roles: ['admin'],
    method: 'POST',
    path: '/api/jobs/:job_id/retry',
    audit: 'job.retry',
    params: oneJob,
    summary: 'Try work again that was given up',
    answers: { 202: jobAnswer },
  },
  async (ask) => ask.c.json(jobJson(await settleDeadJob(ask, ask.params.job_id, 'retry')), 202),
);

const dismiss = route(
  {
    ...people,
    roles: ['admin'],
    method: 'POST',
    path: '/api/jobs/:job_id/dismiss',
    audit: 'job.dismiss',
    summary: 'Let work be that was given up',
    answers: { 200: jobAnswer },
    params: oneJob,
  },
  async (ask) => ask.c.json(jobJson(await settleDeadJob(ask, ask.params.job_id, 'dismiss')), 200),
);

export const jobRoutes: readonly Route[] = [list, read, retry, dismiss];
