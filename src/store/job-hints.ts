/** Hints that there is work: queue messages of ids alone. One that is lost or cannot be sent is sent again by the cron. */
import type { Env } from '../env.ts';

/** False: the queue did not take them. */
export async function sendJobHints(env: Pick<Env, 'JOB_QUEUE'>, jobIds: readonly string[]): Promise<boolean> {
  if (jobIds.length === 0) return true;
  try {
    await env.JOB_QUEUE.sendBatch(jobIds.map((id) => ({ body: { job_id: id } })));
    return true;
  } catch {
    return false;
  }
}
