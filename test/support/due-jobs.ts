/** Background work as the queue would do it in time: what is due is done, and what that makes due. Hints have to be caught. */
import { dueJobs } from '../../src/store/jobs.ts';
import { deliver, hintOf } from './given-jobs.ts';
import { db } from './worker-env.ts';

export async function runDueJobs(): Promise<void> {
  for (let rounds = 0; rounds < 200; rounds += 1) {
    const due = await dueJobs(db, Date.now(), 100);
    if (due.length === 0) return;
    await deliver(...due.map(hintOf));
  }
  throw new Error('there is always more to do');
}
