/** Earlier notes to a system that was set up after them: asked for by an administrator, and how it stands. API and page come through here. */
import {
  type EarlierNotes,
  earlierProgress,
  earlierRefusal,
  earlierSubject,
  MOST_EARLIER_DAYS,
  parseEarlier,
} from '../domain/delivery/earlier-notes.ts';
import { log } from '../log.ts';
import { sinkOf } from '../outbox/sinks.ts';
import type { Database } from '../store/database.ts';
import { earlierJobs } from '../store/earlier-notes.ts';
import { sendJobHints } from '../store/job-hints.ts';
import { findJob, insertJob, type JobStatus } from '../store/jobs.ts';
import { invalidField } from './check-input.ts';
import { checkPeriod } from './check-period.ts';
import { Problem } from './errors.ts';
import type { Ask } from './route.ts';

export interface EarlierState extends EarlierNotes {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly code: string | null;
  /** Notes that were put on their way. */
  readonly sent: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

const MOST_READ = 200;
const MOST_SHOWN = 20;

const REFUSALS = {
  empty: 'The end has to be after the beginning.',
  too_long: `At most ${MOST_EARLIER_DAYS} days at once.`,
  in_the_future: 'There are no notes of the future yet.',
} as const;

type Row = Awaited<ReturnType<typeof earlierJobs>>[number];

function stateOf({ id, subject, status, code, progress, createdAt, endedAt }: Row): EarlierState[] {
  const earlier = parseEarlier(subject);
  if (earlier === null) return [];
  const { sent } = earlierProgress(progress);
  return [{ ...earlier, jobId: id, status: status as JobStatus, code, sent, createdAt, endedAt }];
}

export const earlierStates = async (db: Database): Promise<EarlierState[]> =>
  (await earlierJobs(db, MOST_READ))
    .toSorted((one, other) => other.createdAt - one.createdAt)
    .slice(0, MOST_SHOWN)
    .flatMap(stateOf);

/** Asked for again while it is under way it goes on as it is; when it is over it looks once more for what is missing. */
export async function askForEarlier(ask: Ask, earlier: EarlierNotes): Promise<EarlierState> {
  const { db, env, config, now, actor } = ask;
  if (sinkOf({ env, config }, earlier.sink) === null)
    throw new Problem(409, 'sink_off', {
      detail: 'This system is not set up here. Set its variables, then try again.',
    });
  checkPeriod(earlier);
  const refusal = earlierRefusal(earlier, now);
  if (refusal !== null) throw invalidField('/to', refusal, REFUSALS[refusal]);
  const subject = earlierSubject(earlier);
  await insertJob(db, { kind: 'send_earlier', subject }, now, 'again');
  const job = await findJob(db, 'send_earlier', subject);
  const [state] = job === null ? [] : stateOf(job);
  if (job === null || state === undefined) throw new Error('work that was begun is not there');
  await sendJobHints(env, [job.id]);
  log.info('delivery.earlier_asked', { sink: earlier.sink, job_id: job.id, actor: actor.id });
  return state;
}
