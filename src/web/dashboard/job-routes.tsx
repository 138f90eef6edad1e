/** The page of the work behind the scenes, and sending a dead letter again. */
import * as z from 'zod';
import { getJob, JOB_STATUSES, listJobs } from '../../store/jobs.ts';
import { countAlerts } from '../../store/tasks.ts';
import { examineKeys } from '../doctor-keys.ts';
import { Problem } from '../errors.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { DEAD_JOB_VERBS, type DeadJobVerb, settleDeadJob } from '../settle-dead-job.ts';
import { askFirst, isScripted, isSure } from './ask-first.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { type JobList, JobsAnswer, PUT_AWAY } from './jobs-fragment.tsx';
import { JobsPage } from './jobs-page.tsx';
import { JOB_LABELS } from './labels.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf, WORK_ROLES } from './viewer.ts';

const PAGE_SIZE = 25;

const people = { roles: WORK_ROLES, phi: false } as const;
const listQuery = z.strictObject({
  status: z.enum(JOB_STATUSES).default('dead'),
  cursor: pageCursor('job').optional(),
});
const oneJob = z.strictObject({ job_id: z.string().regex(/^job_[0-9a-f-]{36}$/) });

type ListAsk = Ask<RouteSpec & { query: typeof listQuery }>;

async function jobList(ask: ListAsk): Promise<JobList> {
  const { config, db, query, actor, now } = ask;
  const { status, cursor = null } = query;
  const { items: jobs, nextCursor } = await listJobs(db, { limit: PAGE_SIZE, cursor, status });
  return {
    ...{ jobs, status, cursor: cursorText(cursor), nextCursor: cursorText(nextCursor) },
    viewer: viewerOf(actor),
    clock: clinicClock(config.clinic.timeZone, now),
  };
}

/** False: it is not dead any more. */
async function isSettled(ask: Ask, id: string, verb: DeadJobVerb): Promise<boolean> {
  try {
    await settleDeadJob(ask, id, verb);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_dead') return false;
    throw error;
  }
}

const OUTCOMES: Readonly<Record<DeadJobVerb, string>> = { retry: 'is being tried again', dismiss: 'was put away' };

async function answerJobs(ask: ListAsk, outcome: string | null = null, status: 200 | 409 = 200): Promise<Response> {
  const [list, findings, alerts, givenUp] = await Promise.all([
    jobList(ask),
    examineKeys(ask.db, ask.config),
    countAlerts(ask.db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  const frame = { title: 'Background work', clinicName: ask.config.clinic.name, viewer: list.viewer, alerts, givenUp };
  const children = <JobsPage {...{ list, findings, outcome }} />;
  return ask.c.html(page({ ...frame, current: 'jobs', children }), status);
}

const settle = DEAD_JOB_VERBS.map((verb) =>
  route(
    {
      ...{ roles: ['admin'], phi: false },
      method: 'POST',
      path: `/dashboard/jobs/:job_id/${verb}`,
      audit: `job.${verb}`,
      params: oneJob,
      query: listQuery,
    },
    async (ask) => {
      if (verb === 'dismiss' && !(await isSure(ask))) return askFirst(ask, { ...PUT_AWAY, back: '/dashboard/jobs' });
      const ok = await isSettled(ask, ask.params.job_id, verb);
      const job = await getJob(ask.db, ask.params.job_id);
      const name = job === null ? 'The work' : `“${JOB_LABELS[job.kind]}”`;
      const outcome = ok ? `${name} ${OUTCOMES[verb]}.` : `${name} had been seen to already.`;
      if (!isScripted(ask)) return answerJobs(ask, outcome, ok ? 200 : 409);
      return ask.c.html(<JobsAnswer list={await jobList(ask)} outcome={outcome} />, ok ? 200 : 409);
    },
  ),
);

export const jobPageRoutes: readonly Route[] = [
  route({ ...people, method: 'GET', path: '/dashboard/jobs', audit: 'page.jobs', query: listQuery }, (ask) =>
    answerJobs(ask),
  ),
  route(
    { ...people, method: 'GET', path: '/dashboard/fragments/jobs', audit: 'page.jobs_poll', query: listQuery },
    async (ask) => ask.c.html(<JobsAnswer list={await jobList(ask)} />),
  ),
  ...settle,
];
