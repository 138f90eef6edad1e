/** The worker's entry: requests, the dial queue, the cron, and the Durable Objects. Wiring only. */
import { consumeDial } from './dialer/consume-dial.ts';
import { sweep } from './dialer/sweep.ts';
import type { DialMessage, Env, JobMessage } from './env.ts';
import { log } from './log.ts';
import { consumeJobs } from './outbox/consume-jobs.ts';
import { sweepJobs } from './outbox/sweep-jobs.ts';
import { keepDatabase, noticeSetBack } from './outbox/watch-database.ts';
import { watchInstallation } from './outbox/watch-installation.ts';
import { signRedactions } from './sign-redactions.ts';
import { database } from './store/database.ts';
import { noteSign } from './store/signs.ts';
import { createApp, PUBLIC } from './web/app.ts';

export { AuditLog } from './audit/audit-log.ts';
export { CampaignRunner } from './dialer/campaign-runner.ts';
export { Dialer } from './dialer/dialer.ts';
export { IntakeSession } from './session/intake-session.ts';
export { KeyVault } from './vault/key-vault.ts';

/** Less than the minute between two runs, or every other one would leave no sign. */
const CRON_SIGN_EVERY_MS = 30_000;

/** An isolate that wakes up for a call does not make every page ready first: that is half of what there is to run at a start. */
const front = createApp([]);
let whole: typeof front | undefined;

export default {
  async fetch(request, env, ctx) {
    if (PUBLIC.test(new URL(request.url).pathname)) return front.fetch(request, env, ctx);
    whole ??= createApp((await import('./web/routes.ts')).routes);
    return whole.fetch(request, env, ctx);
  },

  async queue(batch, env) {
    switch (batch.queue) {
      case 'dial':
        await consumeDial(batch as MessageBatch<DialMessage>, env);
        break;
      case 'jobs':
        await consumeJobs(batch as MessageBatch<JobMessage>, env);
        break;
      default:
        // The dialer and the cron send hints again by themselves; what stands here shows that something is wrong for longer.
        for (const { body } of batch.messages) log.error('hint.dead', { ...body });
        await noteSign(database(env), 'hint_dead', { at: Date.now(), code: 'hint_dead' }).catch(() => undefined);
    }
    await signRedactions(env);
  },

  async scheduled({ scheduledTime }, env) {
    // First: nothing may be done by a database that was set back before that is noticed.
    const [noticed] = await Promise.allSettled([noticeSetBack(env, scheduledTime)]);
    const swept = await Promise.allSettled([
      ...(noticed.status === 'fulfilled' ? [keepDatabase(env, noticed.value, scheduledTime)] : []),
      sweep(env, scheduledTime),
      sweepJobs(env, scheduledTime),
      watchInstallation(env, scheduledTime),
      env.AUDIT_LOG.getByName('audit').settle(scheduledTime),
    ]);
    const failed = [noticed, ...swept].flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as Error).name] : [],
    );
    // Never thrown on: the text of a failed query names what it was about.
    for (const reason of failed) log.error('sweep.failed', { reason });
    const sign = { at: Date.now(), code: failed[0] ?? null };
    await noteSign(database(env), 'cron', sign, CRON_SIGN_EVERY_MS).catch(() => log.error('sweep.unsigned'));
  },
} satisfies ExportedHandler<Env, DialMessage | JobMessage>;
