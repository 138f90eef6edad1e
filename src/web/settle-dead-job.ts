/** Work that was given up begins anew, or is put away because nothing is to be done; API and page both come through here. */
import { log } from '../log.ts';
import { putAwayDelivery } from '../store/deliveries.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { dismissJob, getJob, type Job, retryJob } from '../store/jobs.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

export const DEAD_JOB_VERBS = ['retry', 'dismiss'] as const;
export type DeadJobVerb = (typeof DEAD_JOB_VERBS)[number];

/** 409 for what is not dead. */
export async function settleDeadJob({ db, env, actor, now }: Ask, id: string, verb: DeadJobVerb): Promise<Job> {
  if (verb === 'dismiss') await putAwayDelivery(db, id, now);
  const job = await (verb === 'retry' ? retryJob : dismissJob)(db, id, now);
  if (job !== null) {
    log.info(verb === 'retry' ? 'job.sent_again' : 'job.dismissed', { actor: actor.id, job_id: id, kind: job.kind });
    if (verb === 'retry') await sendJobHints(env, [job.id]);
    return job;
  }
  if ((await getJob(db, id)) === null) throw notFound();
  throw new Problem(409, 'not_dead', {
    detail: 'Only work that was given up is sent again or put away; this one is done or still being tried.',
  });
}
