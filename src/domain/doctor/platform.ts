/** Whether the deployment has what it needs of Cloudflare, and whether each part of it really works: written, read back, come through. */
import { type Check, type Finding, fine, found, judge, notChecked, type Reading } from './finding.ts';
import { ago, type SignFacts } from './webhooks.ts';

/** What became of a try: it worked; it did not; it was not done in time; there was nothing to try. */
export type Tried = 'fine' | 'failed' | 'late' | 'unbound';

export interface PlatformFacts {
  readonly missingBindings: readonly string[];
  readonly database: Tried;
  readonly migrations: Reading<{ readonly needed: readonly string[]; readonly applied: readonly string[] }>;
  readonly storage: Tried;
  readonly objects: readonly { readonly name: string; readonly tried: Tried }[];
  readonly assets: Tried;
  readonly cron: Reading<SignFacts | null>;
  readonly queues: {
    readonly dial_queue: QueueFacts;
    readonly job_queue: QueueFacts;
  };
}
export interface QueueFacts {
  readonly sent: boolean;
  /** From sending to its coming out; null: not within the wait; not read when nobody could look. */
  readonly tookMs: Reading<number | null>;
}

export function judgePlatform(facts: PlatformFacts, now: number): readonly Finding[] {
  return [
    judgeBindings(facts.missingBindings),
    ...judgeDatabase(facts),
    judgeTried('storage', facts.storage, 'storage_failed', {
      fine: 'A test object was written, read back and deleted.',
      failed: 'A test object could not be written, read back as it was, and deleted.',
    }),
    judgeObjects(facts.objects),
    judgeTried('assets', facts.assets, 'assets_failed', {
      fine: 'The files of the dashboard are there.',
      failed: 'The style sheet of the dashboard is not there.',
    }),
    ...judge('cron', facts.cron, (sign) => [judgeCron(sign, now)]),
    judgeQueue('dial_queue', facts.queues.dial_queue),
    judgeQueue('job_queue', facts.queues.job_queue),
  ];
}

function judgeBindings(missing: readonly string[]): Finding {
  if (missing.length === 0) return fine('bindings', 'Every binding is there.');
  return found('bindings', 'binding_missing', `Missing: ${missing.join(', ')}.`);
}

const LATE = 'no answer in time.';
const UNBOUND = 'its binding is missing.';

function judgeTried(
  check: Check,
  tried: Tried,
  code: 'storage_failed' | 'assets_failed',
  details: { readonly fine: string; readonly failed: string },
): Finding {
  if (tried === 'late') return notChecked(check, LATE);
  if (tried === 'unbound') return notChecked(check, UNBOUND);
  return tried === 'fine' ? fine(check, details.fine) : found(check, code, details.failed);
}

function judgeDatabase({ database, migrations }: PlatformFacts): readonly Finding[] {
  if (database === 'late') return [notChecked('database', LATE)];
  if (database === 'unbound') return [notChecked('database', UNBOUND)];
  if (database === 'failed') return [found('database', 'database_failed', 'A query that asks for nothing failed.')];
  return judge('database', migrations, ({ needed, applied }) => {
    const missing = needed.filter((name) => !applied.includes(name));
    const newer = applied.filter((name) => !needed.includes(name));
    if (missing.length > 0) return [found('database', 'migrations_missing', `Not applied: ${missing.join(', ')}.`)];
    if (newer.length > 0) return [found('database', 'migrations_newer', `Not known here: ${newer.join(', ')}.`)];
    return [fine('database', `It answers, and all ${needed.length} migrations are applied.`)];
  });
}

function judgeObjects(objects: PlatformFacts['objects']): Finding {
  const named = (which: Tried) => objects.filter(({ tried }) => tried === which).map(({ name }) => name);
  const [failed, late] = [named('failed'), [...named('late'), ...named('unbound')]];
  if (failed.length > 0) return found('objects', 'objects_failed', `No answer of use from: ${failed.join(', ')}.`);
  if (late.length > 0) return notChecked('objects', `no answer in time, or no binding: ${late.join(', ')}.`);
  return fine('objects', 'Every kind of Durable Object answers.');
}

/** It runs every minute; a few may be lost. */
const CRON_SILENT_MS = 5 * 60_000;

function judgeCron(sign: SignFacts | null, now: number): Finding {
  if (sign === null) return found('cron', 'cron_silent', 'It has not run since this version was set up.');
  const last = `It last ran ${ago(sign.at, now)}`;
  if (now - sign.at > CRON_SILENT_MS) return found('cron', 'cron_silent', `${last}, and should every minute.`);
  if (sign.code !== null) return found('cron', 'cron_failed', `${last}, and ended with ${sign.code}.`);
  return fine('cron', `${last}.`);
}

function judgeQueue(check: 'dial_queue' | 'job_queue', { sent, tookMs }: QueueFacts): Finding {
  const code = `${check}_silent` as const;
  if (!sent) return found(check, code, 'A test message could not be put in.');
  if (!tookMs.read) return notChecked(check, tookMs.why);
  if (tookMs.value === null) return found(check, code, 'A test message was put in and did not come out in time.');
  return fine(check, `A test message came through in ${tookMs.value} ms.`);
}
