/**
 * The worker of the pacing benchmark: the real Dialer and a real queue, and behind them no call at all. A consumer asks for its
 * permits as src/dialer/consume-dial.ts does, and takes as long before and after as D1 would.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Asked } from '../../src/dialer/database-guard.ts';
import { Dialer as RealDialer } from '../../src/dialer/dialer.ts';
import type { Taken } from '../../src/dialer/dialing-status.ts';
import { NO_MARKS } from '../../src/domain/campaign/database-marks.ts';
import type { DialMessage, Env } from '../../src/env.ts';

const LIVE_FOR_MS = 2000;
const LINES = 5000;
/** One isolate serves everything here. */
let granted: number[] = [];

/** The real one, and when it let each call go. */
export class Dialer extends RealDialer {
  override async take(attemptId: string, asked: Asked): Promise<Taken> {
    const taken = await super.take(attemptId, asked);
    if (taken.permit === 'granted') granted.push(Date.now());
    return taken;
  }
}

/** A call that is over after two seconds. */
export class IntakeSession extends DurableObject<Env> {
  start(attemptId: string): void {
    this.ctx.waitUntil(scheduler.wait(LIVE_FOR_MS).then(() => this.env.DIALER.getByName('dialer').release(attemptId)));
  }
  hasStarted(): boolean {
    return true;
  }
  isOver(): boolean {
    return false;
  }
}

type BenchEnv = Env & {
  readonly CALLS: DurableObjectNamespace<IntakeSession>;
  readonly CONSUMER: DurableObjectNamespace<Consumer>;
};

const between = (least: number, most: number) => scheduler.wait(least + Math.random() * (most - least));

/** Stands for the many consumers that run side by side in production; the local queue waits for each batch before the next. */
export class Consumer extends DurableObject<BenchEnv> {
  consume(messages: readonly DialMessage[]): void {
    for (const message of messages) this.ctx.waitUntil(this.#dial(message));
  }

  async #dial({ attempt_id: attemptId, call_id: callId }: DialMessage): Promise<void> {
    const dialer = this.env.DIALER.getByName('dialer');
    await between(5, 40);
    const dial = {
      attemptId,
      callId,
      campaignId: null,
      contactId: null,
      patientId: callId,
      phoneHash: callId,
      counts: true,
    };
    if ((await dialer.take(attemptId, { dial, marks: NO_MARKS })).permit !== 'granted') return;
    await between(5, 20);
    await dialer.started(attemptId);
    await this.env.CALLS.getByName(callId).start(attemptId);
  }
}

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const dialer = env.DIALER.getByName('dialer');
    const campaign = `pace-${searchParams.get('pace')}`;
    if (pathname === '/start') {
      granted = [];
      const lines = Array.from({ length: LINES }, (_, n) => ({ attemptId: `${campaign}-${n}`, callId: `call_${n}` }));
      await dialer.enqueueMany(campaign, lines, {
        pacePerSecond: Number(searchParams.get('pace')),
        maxLiveCalls: 1000,
      });
    }
    if (pathname === '/stop') {
      await dialer.dropWaiting(campaign);
      await dialer.setLimits(campaign, null);
    }
    return Response.json(granted);
  },
  async queue(batch: MessageBatch<DialMessage>, env: BenchEnv): Promise<void> {
    await env.CONSUMER.getByName('consumer').consume(batch.messages.map(({ body }) => body));
  },
};
