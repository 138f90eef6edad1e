/** Work that was given up begins anew; API and page both come through here. */
import { sendJobHints } from '../store/job-hints.ts';
import { getJob, type Job, retryJob } from '../store/jobs.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** 409 for what is not dead. */
export async function sendJobAgain({ db, env, now }: Ask, id: string): Promise<Job> {
  const job = await retryJob(db, id, now);
  if (job !== null) {
    await sendJobHints(env, [job.id]);
    return job;
  }
  if ((await getJob(db, id)) === null) throw notFound();
  throw new Problem(409, 'not_dead', {
    detail: 'Only work that was given up is sent again; this one is done or still being tried.',
  });
}
