/** The worker's entry: requests, the dial queue, the cron, and the Durable Objects. Wiring only. */
import { consumeDial } from './dialer/consume-dial.ts';
import { sweep } from './dialer/sweep.ts';
import type { DialMessage, Env, JobMessage } from './env.ts';
import { log } from './log.ts';
import { consumeJobs } from './outbox/consume-jobs.ts';
import { sweepJobs } from './outbox/sweep-jobs.ts';
import { createApp } from './web/app.ts';

export { CampaignRunner } from './dialer/campaign-runner.ts';
export { Dialer } from './dialer/dialer.ts';
export { IntakeSession } from './session/intake-session.ts';
export { KeyVault } from './vault/key-vault.ts';

const app = createApp();

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),

  async queue(batch, env) {
    switch (batch.queue) {
      case 'dial':
        return consumeDial(batch as MessageBatch<DialMessage>, env);
      case 'jobs':
        return consumeJobs(batch as MessageBatch<JobMessage>, env);
      default:
        // The dialer and the cron send hints again by themselves; what stands here shows that something is wrong for longer.
        for (const { body } of batch.messages) log.error('hint.dead', { ...body });
    }
  },

  async scheduled({ scheduledTime }, env) {
    for (const swept of await Promise.allSettled([sweep(env, scheduledTime), sweepJobs(env, scheduledTime)])) {
      // Never thrown on: the text of a failed query names what it was about.
      if (swept.status === 'rejected') log.error('sweep.failed', { reason: (swept.reason as Error).name });
    }
  },
} satisfies ExportedHandler<Env, DialMessage | JobMessage>;
