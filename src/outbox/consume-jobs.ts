/** The job queue's consumer. A message is a hint: doubled, late or out of order it finds the row taken, not due, or over. */
import type { Env, JobMessage } from '../env.ts';
import { log } from '../log.ts';
import { tookProbe } from '../store/queue-probe.ts';
import { runJob } from './run-job.ts';

const RETRY_SECONDS = 10;

/** Side by side: one that takes minutes does not hold up the others. */
export async function consumeJobs(batch: MessageBatch<JobMessage>, env: Env): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      if (await tookProbe(env, 'job_queue', message)) return;
      // Ours alone come here; one of another shape would come again and again.
      const job_id = (message.body as Partial<JobMessage> | null)?.job_id;
      if (typeof job_id !== 'string') {
        log.error('job.hint_malformed');
        message.ack();
        return;
      }
      try {
        await runJob(env, job_id);
        message.ack();
      } catch (error) {
        log.error('job.not_run', { job_id, reason: (error as Error).name, attempt: message.attempts });
        message.retry({ delaySeconds: RETRY_SECONDS });
      }
    }),
  );
}
