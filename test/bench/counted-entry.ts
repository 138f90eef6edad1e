/**
 * The worker with its billable operations counted, for `npm run bench` alone: the product as it is, each of its parts given an
 * environment that counts. What Durable Objects store is counted at the prototypes of their storage. The product knows nothing of it.
 */
import type { Env } from '../../src/env.ts';
import worker, * as product from '../../src/index.ts';
import { readTombstone } from '../../src/session/call-storage.ts';
import { KEEP_AFTER_SAVE_MS } from '../../src/session/session-alarm.ts';
import { type Loads, NO_LOADS } from './loads.ts';
import { OPERATIONS, type Operation } from './prices.ts';

/** One isolate serves everything here. */
const counts = Object.fromEntries(OPERATIONS.map((name) => [name, 0])) as Record<Operation, number>;
const count = (name: Operation, by = 1): void => {
  counts[name] += by;
};
const loads: { -readonly [K in keyof Loads]: number } = { ...NO_LOADS };
const GB = 0.128;

/** Every line that is logged, whichever way. */
const { console: logged } = globalThis;
for (const level of ['log', 'info', 'warn', 'error'] as const) {
  const write = logged[level].bind(logged);
  logged[level] = (...line: unknown[]) => {
    count('logLines');
    write(...line);
  };
}

type Methods = Record<string, (...input: unknown[]) => unknown>;

/** The same object, some of its methods seen on their way. */
function seen<T extends object>(target: T, see: (method: string, input: unknown[], answer: unknown) => unknown): T {
  return new Proxy(target, {
    get: (it, key) => {
      const value = Reflect.get(it, key) as unknown;
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      // Not `value.apply`: of a method at the other end of a stub that would be a method too.
      return (...input: unknown[]) => see(key, input, Reflect.apply(value, it, input));
    },
  });
}

const R2_WRITES = new Set(['put', 'list', 'createMultipartUpload', 'uploadPart', 'complete']);
const bucket = (it: R2Bucket): R2Bucket =>
  seen(it, (method, _, answer) => {
    if (R2_WRITES.has(method)) count('r2ClassA');
    else if (method === 'get' || method === 'head') count('r2ClassB');
    return answer;
  });

const queue = <T>(it: Queue<T>): Queue<T> =>
  seen(it, (method, [messages], answer) => {
    const sent = method === 'send' ? 1 : method === 'sendBatch' ? [...(messages as Iterable<unknown>)].length : 0;
    count('queueOperations', 3 * sent);
    loads.queueMessages += sent;
    return answer;
  });

/** A call of an object, and how long it was busy with it; what it does on its own after its answer comes on top, in `bench`. */
const namespace = <T extends DurableObjectNamespace<never>>(it: T, asked: () => void = () => {}): T =>
  seen(it, (method, _, stub) =>
    method === 'getByName' || method === 'get'
      ? seen(stub as object, (called, __, answer) => {
          if (called === 'then' || called === 'dup') return answer;
          count('objectRequests');
          asked();
          const began = Date.now();
          const end = () => count('objectGbSeconds', ((Date.now() - began) / 1000) * GB);
          void Promise.resolve(answer).then(end, end);
          return answer;
        })
      : stub,
  );

/** D1 tells the rows of each statement with its results; `raw` keeps them to itself, so the answers are read below it. */
function database(it: D1Database): D1Database {
  const session = Reflect.get(it, 'alwaysPrimarySession') as { fetcher: Fetcher };
  const { fetcher } = session;
  Reflect.set(session, 'fetcher', {
    fetch: async (input: RequestInfo, init?: RequestInit) => {
      const answer = await fetcher.fetch(input, init);
      const told = (await answer.clone().json()) as object;
      let written = 0;
      for (const { meta } of [told].flat() as { meta?: Partial<D1Meta> }[]) {
        count('d1RowsRead', meta?.rows_read ?? 0);
        written += meta?.rows_written ?? 0;
        loads.d1Milliseconds += meta?.duration ?? 0;
      }
      count('d1RowsWritten', written);
      loads.d1Requests += 1;
      if (written > 0) loads.d1Writes += 1;
      return answer;
    },
  });
  return it;
}

const environments = new WeakMap<Env, Env>();
export function counted(env: Env): Env {
  const known = environments.get(env);
  if (known !== undefined) return known;
  const made: Env = {
    ...env,
    DB: database(env.DB),
    BUCKET: bucket(env.BUCKET),
    DIAL_QUEUE: queue(env.DIAL_QUEUE),
    JOB_QUEUE: queue(env.JOB_QUEUE),
    INTAKE_SESSION: namespace(env.INTAKE_SESSION as never),
    DIALER: namespace(env.DIALER as never, () => {
      loads.dialerRequests += 1;
    }),
    KEY_VAULT: namespace(env.KEY_VAULT as never, () => {
      loads.vaultRequests += 1;
    }),
    CAMPAIGN_RUNNER: namespace(env.CAMPAIGN_RUNNER as never),
    AUDIT_LOG: namespace(env.AUDIT_LOG as never),
    METRICS: { writeDataPoint: () => count('dataPoints') },
  };
  environments.set(env, made);
  return made;
}

function onPrototype(of: object, name: string, see: (answer: unknown, input: unknown[]) => void): void {
  const prototype = Object.getPrototypeOf(of) as Methods;
  const method = prototype[name];
  if (method === undefined) throw new Error(`there is no ${name} to count`);
  prototype[name] = function counting(this: unknown, ...input) {
    const answer = method.apply(this, input);
    see(answer, input);
    return answer;
  };
}

let isWatched = false;
function watchStorage({ storage }: DurableObjectState): void {
  if (isWatched) return;
  isWatched = true;
  onPrototype(storage, 'setAlarm', () => count('objectRowsWritten'));
  onPrototype(storage, 'deleteAlarm', () => count('objectRowsWritten'));
  onPrototype(storage.kv, 'put', () => count('objectRowsWritten'));
  onPrototype(storage.kv, 'delete', () => count('objectRowsWritten'));
  onPrototype(storage.kv, 'get', () => count('objectRowsRead'));
  onPrototype(storage.kv, 'list', () => count('objectRowsRead'));
  // What the cursor has counted once the statement has run: those that write are run at once.
  onPrototype(storage.sql, 'exec', (cursor) => {
    const { rowsRead, rowsWritten } = cursor as { rowsRead: number; rowsWritten: number };
    count('objectRowsRead', rowsRead);
    count('objectRowsWritten', rowsWritten);
  });
}

const watched = (ctx: DurableObjectState): DurableObjectState => {
  watchStorage(ctx);
  return ctx;
};

async function ringing(alarm: () => Promise<void>): Promise<void> {
  count('objectRequests');
  const began = Date.now();
  await alarm().finally(() => count('objectGbSeconds', ((Date.now() - began) / 1000) * GB));
}

export class AuditLog extends product.AuditLog {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watched(ctx), counted(env));
  }
}
export class CampaignRunner extends product.CampaignRunner {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watched(ctx), counted(env));
  }
}
export class Dialer extends product.Dialer {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watched(ctx), counted(env));
  }
  override alarm(): Promise<void> {
    return ringing(async () => super.alarm());
  }
}
/** One looks after the jobs, one takes the call out, and one to spare. */
const MOST_ALARMS = 3;
/** What the clock of this worker is ahead by. */
let aheadMs = 0;
const { now } = Date;
Date.now = () => now() + aheadMs;

export class IntakeSession extends product.IntakeSession {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watched(ctx), counted(env));
  }
  override alarm(): Promise<void> {
    return ringing(async () => super.alarm());
  }
  /** Its alarms ring as if a day had gone by: the last one takes the call out of here and leaves a tombstone. */
  async ringToTheEnd(): Promise<'buried' | 'held'> {
    aheadMs = KEEP_AFTER_SAVE_MS + 60_000;
    try {
      for (let rung = 0; rung < MOST_ALARMS; rung += 1) {
        await this.alarm();
        if (readTombstone(this.ctx.storage.kv) !== null) return 'buried';
      }
      return 'held';
    } finally {
      aheadMs = 0;
    }
  }
}
export class KeyVault extends product.KeyVault {
  constructor(ctx: DurableObjectState, env: Env) {
    super(watched(ctx), counted(env));
  }
}

export default {
  fetch: async (request, env, ctx) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/counted') return Response.json(counts);
    if (pathname === '/loads') return Response.json(loads);
    if (pathname === '/last-alarms') {
      const session = env.INTAKE_SESSION.getByName(searchParams.get('call') ?? '') as unknown as IntakeSession;
      return new Response(await session.ringToTheEnd());
    }
    count('workerRequests');
    return worker.fetch(request, counted(env), ctx);
  },
  queue: (batch, env) => {
    count('workerRequests');
    return worker.queue(batch, counted(env));
  },
  scheduled: (controller, env) => worker.scheduled(controller, counted(env)),
} satisfies ExportedHandler<Env, never>;
