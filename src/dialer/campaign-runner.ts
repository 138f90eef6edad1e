/**
 * One Durable Object per campaign: an alarm, and nothing else. What stands where is in D1, so it may be evicted or killed at any
 * line; each turn reads, moves a page of contacts and goes to sleep. The cron wakes it should an alarm ever be lost.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import { signRedactions } from '../sign-redactions.ts';
import { runCampaign } from './run-campaign.ts';

/** After a turn that failed: D1 or the dialer may be away for minutes. */
const AGAIN_MS = 5000;

export class CampaignRunner extends DurableObject<Env> {
  #turn: Promise<void> | null = null;

  /** Something changed: look now. Returns when it has been looked at. */
  async wake(): Promise<void> {
    // A turn under way may have read what was there before.
    await this.#turn;
    await this.#run();
  }

  override async alarm(): Promise<void> {
    await this.#run();
  }

  #run(): Promise<void> {
    this.#turn ??= this.#once().finally(() => {
      this.#turn = null;
    });
    return this.#turn;
  }

  async #once(): Promise<void> {
    const id = this.ctx.id.name ?? '';
    // Set first: whoever is killed in the middle comes back.
    await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    try {
      const next = await runCampaign(this.env, id, Date.now());
      if (next === null) await this.ctx.storage.deleteAlarm();
      else await this.ctx.storage.setAlarm(Math.max(next, Date.now() + 1));
    } catch (error) {
      log.error('campaign.turn_failed', { campaign_id: id, reason: (error as Error).name });
    }
    await signRedactions(this.env);
  }
}
