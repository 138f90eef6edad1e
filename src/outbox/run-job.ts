/**
 * One try of one job: taken under a lease, done by its handler, settled. Whoever dies in between leaves a lease that runs out; what
 * fails comes back later; what fails too often waits as a dead letter for a person.
 */
import { JOB_KINDS, JOB_POLICIES, type JobKind, nextTryMs } from '../domain/jobs/backoff.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { database } from '../store/database.ts';
import { isStillTaken, type Job, settleJob, takeJob } from '../store/jobs.ts';
import { isSetBack } from '../store/set-back.ts';
import { HANDLERS } from './handlers.ts';
import { failed, type JobContext, type JobOutcome } from './job-handler.ts';

/** A hint for later travels at most this long; the cron sends one for what is due after that. */
const LONGEST_HINT_DELAY_SECONDS = 12 * 3600;
const UNKNOWN_LEASE_MS = 60_000;
/** What they remove is gone for good, so they wait while the database lacks what is newer, legal holds among it (HS-12, HS-21). */
const REMOVING: ReadonlySet<JobKind> = new Set(['apply_retention', 'sweep_storage', 'erase_patient']);
const SET_BACK_WAIT_MS = 60_000;

/** Throws only when our own storage fails: then the hint comes again. */
export async function runJob(env: Env, jobId: string): Promise<void> {
  const config = configOf(env);
  const db = database(env);
  const now = Date.now();
  const leaseUntil = (kind: JobKind) => now + (JOB_POLICIES[kind]?.leaseMs ?? UNKNOWN_LEASE_MS) * config.timerScale;
  const job = await takeJob(db, jobId, now, leaseUntil);
  if (job === null) return;
  // Left by another version of this program: whoever puts that one back sends it again.
  if (!(JOB_KINDS as readonly string[]).includes(job.kind)) {
    log.error('job.dead', { job_id: job.id, kind: job.kind, code: 'unknown_kind' });
    await settleJob(db, job, { status: 'dead', code: 'unknown_kind' }, now);
    measure(env, 'job', { kind: 'unknown', outcome: 'dead', code: 'unknown_kind' });
    return;
  }
  if (REMOVING.has(job.kind) && (await isSetBack(env))) {
    log.warn('job.waits', { job_id: job.id, kind: job.kind, code: 'database_set_back' });
    const dueAt = Date.now() + SET_BACK_WAIT_MS * config.timerScale;
    // No hint: the cron sends one. It was not tried, so no try is held against it.
    await settleJob(db, job, { status: 'waiting', dueAt, code: null, anew: true }, Date.now());
    return;
  }
  const context: JobContext = { env, config, db, job, now };
  await settle(context, await tried(context));
}

async function tried(context: JobContext): Promise<JobOutcome> {
  const { kind, attempts } = context.job;
  // A try that took its whole process with it has settled nothing.
  if (attempts > JOB_POLICIES[kind].waitsMs.length + 1) return failed('crashed', true);
  try {
    return await HANDLERS[kind].run(context);
  } catch (error) {
    const { name, code } = error as { name?: string; code?: unknown };
    return failed(typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : snakeCase(name ?? 'unknown'));
  }
}

const snakeCase = (name: string): string =>
  name
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toLowerCase()
    .slice(0, 40);

async function settle(context: JobContext, outcome: JobOutcome): Promise<void> {
  const { env, config, db, job } = context;
  const now = Date.now();
  const line = { job_id: job.id, kind: job.kind, call_id: job.callId, attempt: job.attempts };
  const measured = (what: JobOutcome['kind'] | 'dead', code: string | null = null) =>
    measure(env, 'job', { kind: job.kind, outcome: what, code }, { ms: now - context.now });
  switch (outcome.kind) {
    case 'done':
      await settleJob(db, job, { status: 'done' }, now);
      log.info('job.done', line);
      measured('done');
      return;
    case 'goes_on': {
      measured('goes_on');
      const dueAt = now + outcome.afterMs * config.timerScale;
      // Progress is no failure: the tries of a page are not held against the next.
      const settlement = { status: 'waiting', dueAt, code: null, progress: outcome.progress, anew: true } as const;
      if (await settleJob(db, job, settlement, now)) await hintAt(env, job, dueAt - now);
      return;
    }
    case 'failed': {
      const { code, final = false, forgetsProgress = false, notBeforeMs = 0 } = outcome;
      const wait = final ? null : nextTryMs(JOB_POLICIES[job.kind], job.attempts, Math.random());
      if (wait === null) {
        // Whoever has it meanwhile decides what becomes of it.
        if (!(await isStillTaken(db, job))) return;
        if ((await HANDLERS[job.kind].onGivenUp?.(context, code)) === 'news') {
          if (await settleJob(db, job, { status: 'waiting', dueAt: now, code, anew: true }, now))
            await hintAt(env, job, 0);
          return;
        }
        log.error('job.dead', { ...line, code });
        measured('dead', code);
        await settleJob(db, job, { status: 'dead', code, ...(forgetsProgress ? { progress: null } : {}) }, now);
        return;
      }
      // Theirs is a time of the protocol: it is never shortened.
      const dueAt = now + Math.max(wait * config.timerScale, notBeforeMs);
      log.warn('job.failed', { ...line, code, wait_ms: dueAt - now });
      measured('failed', code);
      if (await settleJob(db, job, { status: 'waiting', dueAt, code }, now)) await hintAt(env, job, dueAt - now);
      return;
    }
  }
}

/** Not before it is due: a hint that comes too early finds nothing. */
async function hintAt(env: Env, job: Job, ms: number): Promise<void> {
  const delaySeconds = Math.min(Math.ceil(ms / 1000), LONGEST_HINT_DELAY_SECONDS);
  try {
    await env.JOB_QUEUE.send({ job_id: job.id }, { delaySeconds });
  } catch (error) {
    log.warn('job.hint_failed', { job_id: job.id, reason: (error as Error).name });
  }
}
