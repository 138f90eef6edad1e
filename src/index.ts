/** The worker's entry: requests, the dial queue, the cron, and the two Durable Objects. Wiring only. */
import { consumeDial } from './dialer/consume-dial.ts';
import { sweep } from './dialer/sweep.ts';
import type { DialMessage, Env } from './env.ts';
import { log } from './log.ts';
import { createApp } from './web/app.ts';

export { Dialer } from './dialer/dialer.ts';
export { IntakeSession } from './session/intake-session.ts';
export { KeyVault } from './vault/key-vault.ts';

const app = createApp();

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),

  async queue(batch, env) {
    if (batch.queue.startsWith('dial-dead')) {
      // The dialer sends the hint again by itself; what stands here shows that something is wrong for longer.
      for (const { body } of batch.messages)
        log.error('dial.dead', { attempt_id: body.attempt_id, call_id: body.call_id });
      return;
    }
    await consumeDial(batch, env);
  },

  scheduled: (controller, env) => sweep(env, controller.scheduledTime),
} satisfies ExportedHandler<Env, DialMessage>;
