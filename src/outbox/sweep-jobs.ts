/** The cron behind the hints: work that is due is hinted at again, work that nobody asked for is put in, old work is forgotten. */
import { goesBefore } from '../domain/retention/retention-policy.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { type Database, database } from '../store/database.ts';
import { forgetOldKeys } from '../store/idempotency-keys.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { dueJobs, findJob, forgetDone, insertJob, type NewJob } from '../store/jobs.ts';
import { isRotationDue } from '../store/rotation.ts';
import { forgetSignIns } from '../store/staff-sessions.ts';

const BATCH = 100;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export async function sweepJobs(env: Env, now: number): Promise<void> {
  const config = configOf(env);
  const db = database(env);
  await tried('sweep_storage', beginDaily(db, { kind: 'sweep_storage', subject: 'all' }, now));
  await tried('apply_retention', beginDaily(db, { kind: 'apply_retention', subject: 'all' }, now));
  await tried('rotate_keys', beginRotation(db, config.keyRing, now));
  const doneBefore = goesBefore('done_work', now, config.retentionDays);
  if (doneBefore !== null) await forgetDone(db, doneBefore, BATCH);
  await tried('idempotency_keys', forgetOldKeys(db, now));
  await tried('staff_sessions', forgetSignIns(db, now - HOUR_MS));
  const due = await dueJobs(db, now, BATCH);
  if (
    !(await sendJobHints(
      env,
      due.map(({ id }) => id),
    ))
  )
    log.warn('job.hint_failed', { count: due.length });
}

async function beginDaily(db: Database, job: NewJob, now: number): Promise<void> {
  const known = await findJob(db, job.kind, job.subject);
  if (known === null || (known.status === 'done' && (known.endedAt ?? 0) < now - DAY_MS))
    await insertJob(db, job, now, 'again');
}

/** One that was given up waits for a person: the key it misses has to be put back. */
async function beginRotation(db: Database, ring: ReturnType<typeof configOf>['keyRing'], now: number): Promise<void> {
  const job = { kind: 'rotate_keys', subject: ring.currentId } as const;
  const known = await findJob(db, job.kind, job.subject);
  if (known !== null && known.status !== 'done') return;
  if ((await ring.vault().isRotationDue()) || (await isRotationDue(db, ring))) await insertJob(db, job, now, 'again');
}

/** What cannot be begun now is begun a minute later; the hints go out all the same. */
async function tried(kind: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.error('sweep.failed', { kind, reason: (error as Error).name });
  }
}
