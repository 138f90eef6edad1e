/**
 * The worker with faulty queues, for `npm run chaos` alone: the product as it is, each of its parts given an environment in which
 * the two queues lose and double messages. The product knows nothing of it. Each fault is a line in the worker's log.
 */

import type { Env } from '../../src/env.ts';
import worker, * as product from '../../src/index.ts';
import { faultyQueue, type QueueFaults } from './faulty-queue.ts';

interface ToolEnv extends Env {
  readonly QUEUE_FAULT_RATE?: string;
}

/** One for each: the configuration is read once per environment. */
const environments = new WeakMap<Env, Env>();

function faulty(env: ToolEnv): Env {
  const known = environments.get(env);
  if (known !== undefined) return known;
  const faults = (queue: string): QueueFaults => ({
    rate: Number(env.QUEUE_FAULT_RATE ?? 0),
    chance: Math.random,
    told: (fault) => console.log(JSON.stringify({ event: 'queue.fault', queue, fault })),
  });
  const made: Env = {
    ...env,
    DIAL_QUEUE: faultyQueue(env.DIAL_QUEUE, faults('dial')),
    JOB_QUEUE: faultyQueue(env.JOB_QUEUE, faults('jobs')),
  };
  environments.set(env, made);
  return made;
}

/** It sends nothing through a queue. */
export const { AuditLog } = product;

export class CampaignRunner extends product.CampaignRunner {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }
}
export class Dialer extends product.Dialer {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }
}
export class IntakeSession extends product.IntakeSession {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }
}
export class KeyVault extends product.KeyVault {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, faulty(env));
  }
}

export default {
  fetch: (request, env, ctx) => worker.fetch(request, faulty(env), ctx),
  queue: (batch, env) => worker.queue(batch, faulty(env)),
  scheduled: (controller, env) => worker.scheduled(controller, faulty(env)),
} satisfies ExportedHandler<Env, never>;
