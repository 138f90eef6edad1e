/**
 * The worker of the Dialer's benchmark: the product with its operations counted (counted-entry.ts), but for the call itself, which is over
 * after a while without a word. Its own addresses drive the Dialer and the runner of a campaign, and say how a list stands.
 */
import { DurableObject } from 'cloudflare:workers';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { consumeDial } from '../../src/dialer/consume-dial.ts';
import { NO_MARKS } from '../../src/domain/campaign/database-marks.ts';
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import type { DialMessage, Env, JobMessage } from '../../src/env.ts';
import { changeStatus, getCampaign } from '../../src/store/campaigns.ts';
import { database } from '../../src/store/database.ts';
import { approvedQuestionnaire } from '../../src/store/questionnaires.ts';
import { attempts, calls, contacts } from '../../src/store/schema.ts';
import product, { counted } from './counted-entry.ts';

export { AuditLog, CampaignRunner, Dialer, KeyVault } from './counted-entry.ts';

const LIVE_FOR_MS = 1500;
const CONSUMER = 'consumer';
type Consumer = Pick<IntakeSession, 'consume'>;
/** Attempts that no database knows: driven by hand, their hints lead nowhere. */
const BY_HAND = 'hand-';
/** A decision every so many milliseconds, by a clock that is moved on: no call waits for its turn. */
const BEAT_MS = 50;

/** Calls that began, in this one isolate. */
let started = 0;
let aheadMs = 0;
const { now } = Date;
Date.now = () => now() + aheadMs;

/** A call that nobody answers. */
export class IntakeSession extends DurableObject<Env> {
  start({ callId }: CallPlan): 'started' | 'already' {
    if (this.ctx.storage.kv.get('started') === true) return 'already';
    this.ctx.storage.kv.put('started', true);
    started += 1;
    this.ctx.waitUntil(scheduler.wait(LIVE_FOR_MS).then(() => this.#end(callId)));
    return 'started';
  }
  hasStarted(): boolean {
    return this.ctx.storage.kv.get('started') === true;
  }
  isOver(): boolean {
    return false;
  }
  requestHangup(): 'not_live' {
    return 'not_live';
  }

  /** Stands for the many consumers that run side by side in production; the local queue waits for each batch before the next. */
  consume(bodies: readonly DialMessage[]): void {
    const messages = bodies.map((body) => ({ body, attempts: 1, ack: () => {}, retry: () => {} }));
    this.ctx.waitUntil(consumeDial({ messages } as unknown as MessageBatch<DialMessage>, counted(this.env)));
  }

  async #end(callId: string): Promise<void> {
    const db = database(counted(this.env));
    const at = Date.now();
    const [ended] = await db.batch([
      db
        .update(attempts)
        .set({ status: 'ended', dialedAt: at - LIVE_FOR_MS, endedAt: at, reservedNumber: null, reservedPatient: null })
        .where(and(eq(attempts.callId, callId), isNull(attempts.endedAt)))
        .returning({ id: attempts.id }),
      db.update(calls).set({ status: 'no_answer', endedAt: at }).where(eq(calls.id, callId)),
    ]);
    for (const { id } of ended) await counted(this.env).DIALER.getByName('dialer').release(id);
  }
}

/** A campaign of lines that only the Dialer knows, and decisions about them one after the other. */
async function byHand(env: Env, name: string, list: string, count: number, from: number, to: number): Promise<void> {
  const dialer = env.DIALER.getByName(name);
  const attempt = (n: number) => `${BY_HAND}${list}-${String(n).padStart(6, '0')}`;
  if (count > 0) {
    const lines = Array.from({ length: count }, (_, n) => ({ attemptId: attempt(n), callId: `call_${list}-${n}` }));
    await dialer.enqueueMany(list, lines, { pacePerSecond: 30, maxLiveCalls: 1000 });
    return;
  }
  for (let n = from; n < to; n += 1) {
    aheadMs += BEAT_MS;
    const attemptId = attempt(n);
    const about = { campaignId: list, contactId: attemptId, patientId: attemptId, phoneHash: attemptId };
    const dial = { attemptId, callId: `call_${list}-${n}`, ...about, counts: true };
    const { permit } = await dialer.take(attemptId, { dial, marks: NO_MARKS });
    if (permit !== 'granted') throw new Error(`${attemptId} was answered ${permit}`);
    await dialer.started(attemptId);
    await dialer.release(attemptId);
  }
}

async function change(env: Env, id: string, status: 'running' | 'paused' | 'canceled'): Promise<void> {
  const db = database(env);
  const campaign = await getCampaign(db, id);
  if (campaign === null) throw new Error(`there is no ${id}`);
  await changeStatus(db, campaign, { status });
  await env.CAMPAIGN_RUNNER.getByName(id).wake();
}

/** How many stand where. Not counted: it is asked by the benchmark alone. */
async function standing(env: Env, id: string) {
  const rows = await database(env)
    .select({ status: contacts.status, n: sql<number>`count(*)` })
    .from(contacts)
    .where(eq(contacts.campaignId, id))
    .groupBy(contacts.status);
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

export default {
  async fetch(request, given, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/counted' || pathname === '/loads') return product.fetch(request as never, given, ctx);
    const env = counted(given);
    const text = (name: string) => searchParams.get(name) ?? '';
    const count = (name: string) => Number(searchParams.get(name) ?? 0);
    const dialer = () => env.DIALER.getByName(text('dialer') || 'dialer');
    switch (pathname) {
      case '/prepare':
        await given.KEY_VAULT.getByName('vault').put([]);
        await approvedQuestionnaire(database(given), 'adult-intake', Date.now());
        return Response.json({});
      case '/turn':
        await env.CAMPAIGN_RUNNER.getByName(text('id')).wake();
        return Response.json({});
      case '/change':
        await change(env, text('id'), text('status') as 'running');
        return Response.json({});
      case '/standing':
        return Response.json(await standing(given, text('id')));
      case '/started':
        return Response.json(started);
      case '/stop':
        await (text('on') === '1' ? dialer().stop({ by: 'bench', now: Date.now() }) : dialer().resume({ by: 'bench' }));
        return Response.json({});
      case '/lines':
        await byHand(env, text('dialer'), text('list'), count('count'), count('from'), count('to'));
        return Response.json({});
      case '/backlog':
        return Response.json(await dialer().backlog(text('list')));
      case '/drop':
        return Response.json((await dialer().dropWaiting(text('list'))).length);
      case '/probe':
        await given.DB.prepare('select 1').first();
        return Response.json({});
      default:
        return new Response(null, { status: 404 });
    }
  },
  async queue(batch, env) {
    const bodies = batch.messages.map(({ body }) => body as DialMessage);
    const known = bodies.filter(({ attempt_id }) => attempt_id?.startsWith(BY_HAND) === false);
    if (known.length > 0) await (env.INTAKE_SESSION.getByName(CONSUMER) as unknown as Consumer).consume(known);
  },
} satisfies ExportedHandler<Env, DialMessage | JobMessage>;
