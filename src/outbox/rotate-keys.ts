/**
 * After a new key was put in front of PHI_KEYS: everything that hangs on an older one is brought under the new one, page by page,
 * until the older one can be taken out. Patients' keys in the vault, search hashes, the do-not-call list, reservations, remarks
 * of weekly reviews, and the sessions of calls of the last days. Each page is one write; killed anywhere it goes on from the last one.
 */
import { log } from '../log.ts';
import {
  recentCalls,
  rehashAttempts,
  rehashConsents,
  rehashPatients,
  rehashSuppressions,
  resealRemarks,
} from '../store/rotation.ts';
import { DONE, failed, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

const PAGE = 100;
/** Sessions keep what they hold for a day after the call was written down, and a recording may be told of for a day before that. */
const SESSIONS_KEEP_MS = 72 * 3_600_000;

const PHASES = ['keys', 'patients', 'consents', 'suppressions', 'attempts', 'remarks', 'sessions'] as const;
type Phase = (typeof PHASES)[number];
interface Progress {
  readonly phase: Phase;
  readonly after: string;
  /** What could not be opened with PHI_KEYS so far. */
  readonly stuck: number;
}
/** `next`: where the next page begins; null: this was the last. */
interface Page {
  readonly next: string | null;
  readonly stuck: number;
}

export const rotateKeys: JobHandler = {
  run: async (context) => {
    const { job, config } = context;
    // A newer key came meanwhile: that rotation does this work too.
    if (job.subject !== config.keyRing.currentId) return DONE;
    const progress: Progress =
      job.progress === null ? { phase: 'keys', after: '', stuck: 0 } : JSON.parse(job.progress);
    const page = await doPage(context, progress);
    const stuck = progress.stuck + page.stuck;
    if (page.next !== null) return goOn({ ...progress, after: page.next, stuck });
    const phase = PHASES[PHASES.indexOf(progress.phase) + 1];
    if (phase !== undefined) return goOn({ phase, after: '', stuck });
    // Every page is looked at again once somebody has put the missing key back.
    if (stuck > 0) return { ...failed('key_missing', true), forgetsProgress: true };
    log.info('keys.rotated', { job_id: job.id });
    return DONE;
  },
};

const goOn = (progress: Progress): JobOutcome => ({ kind: 'goes_on', progress: JSON.stringify(progress), afterMs: 0 });

async function doPage({ env, config, db, now }: JobContext, { phase, after }: Progress): Promise<Page> {
  const { keyRing } = config;
  switch (phase) {
    case 'keys':
      return keyRing.vault().rewrap(after, PAGE);
    case 'patients':
      return rehashPatients(db, keyRing, after, PAGE);
    case 'consents':
      return rehashConsents(db, keyRing, after, PAGE);
    case 'suppressions':
      return rehashSuppressions(db, keyRing, after, PAGE, now);
    case 'attempts':
      return rehashAttempts(db, keyRing, after, PAGE, now);
    case 'remarks':
      return resealRemarks(db, keyRing, after, PAGE);
    case 'sessions': {
      const page = await recentCalls(db, now - SESSIONS_KEEP_MS, after, PAGE);
      let stuck = 0;
      for (const id of page) if ((await env.INTAKE_SESSION.getByName(id).rewrap()) === 'stuck') stuck += 1;
      return { next: page.length < PAGE ? null : (page.at(-1) ?? null), stuck };
    }
  }
}
