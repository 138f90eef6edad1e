/** Tries every binding of the deployment in earnest: a query, an object written and read back, a message through each queue. */
import type { Finding } from '../domain/doctor/finding.ts';
import { judgePlatform, type PlatformFacts, type QueueFacts, type Tried } from '../domain/doctor/platform.ts';
import type { Env } from '../env.ts';
import { appliedMigrations, MIGRATIONS } from '../store/applied-migrations.ts';
import { database } from '../store/database.ts';
import { hasComeThrough, type QueueSign, sendProbe } from '../store/queue-probe.ts';
import { isAnswering, readSigns } from '../store/signs.ts';
import { reading, tried } from './doctor-try.ts';

const BINDINGS = [
  'DB',
  'BUCKET',
  'DIAL_QUEUE',
  'JOB_QUEUE',
  'INTAKE_SESSION',
  'DIALER',
  'CAMPAIGN_RUNNER',
  'KEY_VAULT',
  'ASSETS',
] as const satisfies readonly (keyof Env)[];
type Binding = (typeof BINDINGS)[number];

export async function examinePlatform(env: Env, now: number): Promise<readonly Finding[]> {
  const db = database(env);
  const bound = (name: Binding) => env[name] !== undefined;
  const ifBound = (name: Binding, look: () => Promise<boolean>): Promise<Tried> =>
    bound(name) ? tried(look) : Promise.resolve('unbound');
  const [answers, migrations, storage, objects, assets, cron, dialQueue, jobQueue] = await Promise.all([
    ifBound('DB', () => isAnswering(db)),
    reading(async () => ({ needed: MIGRATIONS, applied: await appliedMigrations(db) }), 'The list of migrations'),
    ifBound('BUCKET', () => roundTrip(env.BUCKET)),
    Promise.all(
      Object.entries(OBJECTS(env)).map(async ([name, look]) => ({ name, tried: await ifBound(name as Binding, look) })),
    ),
    ifBound('ASSETS', () => hasStyles(env.ASSETS)),
    reading(async () => (await readSigns(db)).cron ?? null, 'The database'),
    tryQueue(env, 'dial_queue'),
    tryQueue(env, 'job_queue'),
  ]);
  const facts: PlatformFacts = {
    missingBindings: BINDINGS.filter((name) => !bound(name)),
    database: answers,
    migrations,
    storage,
    objects,
    assets,
    cron,
    queues: { dial_queue: dialQueue, job_queue: jobQueue },
  };
  return judgePlatform(facts, now);
}

/** One of each class, by a name no call, campaign or account has; asked something that changes nothing. */
const OBJECTS = (env: Env) => ({
  INTAKE_SESSION: async () => !(await env.INTAKE_SESSION.getByName('doctor').hasStarted()),
  DIALER: async () => typeof (await env.DIALER.getByName('dialer').isStopped()) === 'boolean',
  CAMPAIGN_RUNNER: async () => {
    await env.CAMPAIGN_RUNNER.getByName('doctor').wake();
    return true;
  },
  KEY_VAULT: async () => Array.isArray(await env.KEY_VAULT.getByName('vault').erasedOf([])),
});

async function roundTrip(bucket: R2Bucket): Promise<boolean> {
  const key = `doctor/${crypto.randomUUID()}`;
  const written = crypto.getRandomValues(new Uint8Array(32));
  try {
    await bucket.put(key, written);
    const object = await bucket.get(key);
    return object !== null && new Uint8Array(await object.arrayBuffer()).toHex() === written.toHex();
  } finally {
    await bucket.delete(key);
  }
}

async function hasStyles(assets: Fetcher): Promise<boolean> {
  const answer = await assets.fetch('https://assets.invalid/app.css');
  await answer.body?.cancel();
  return answer.status === 200;
}

/** Looked for less and less often; 5 s in all. */
const LOOK_AFTER_MS = [50, 150, 300, 500, 1000, 1500, 1500] as const;

async function tryQueue(env: Env, name: QueueSign): Promise<QueueFacts> {
  if ((name === 'dial_queue' ? env.DIAL_QUEUE : env.JOB_QUEUE) === undefined)
    return { sent: true, tookMs: { read: false, why: 'its binding is missing.' } };
  const sent = await reading(() => sendProbe(env, name), 'The queue');
  if (!sent.read) return { sent: false, tookMs: sent };
  const sentAt = Date.now();
  for (const afterMs of LOOK_AFTER_MS) {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const come = await reading(() => hasComeThrough(env, name, sent.value), 'The database');
    if (!come.read) return { sent: true, tookMs: come };
    if (come.value) return { sent: true, tookMs: { read: true, value: Date.now() - sentAt } };
  }
  return { sent: true, tookMs: { read: true, value: null } };
}
