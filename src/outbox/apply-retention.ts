/**
 * Once a day: what has been kept for as long as the policy says is removed, rule by rule and page by page (HS-06, RC-09, C74). A rule whose
 * term is shorter than the law's removes nothing and says so; what is under a legal hold stays (HS-21); audio that nobody has signed for
 * is never removed unseen. Killed anywhere it goes on from the last page.
 */
import { cutoffOf, ROUND_RULES, type RoundRuleId, retentionPolicyAt } from '../domain/retention/retention-policy.ts';
import { log } from '../log.ts';
import { deleteArchived } from '../store/archive-bucket.ts';
import { deleteRecordings } from '../store/recording-bucket.ts';
import { countHeldBack, noteRun, purgePage } from '../store/retention.ts';
import { DONE, type JobContext, type JobHandler, type JobOutcome } from './job-handler.ts';

const ROWS_A_PAGE = 200;
/** Each has rows in eight tables. */
const CALLS_A_PAGE = 20;

interface Progress {
  readonly rule: RoundRuleId;
  /** By this rule, in this round. */
  readonly removed: number;
}

export const applyRetention: JobHandler = {
  run: async (context) => {
    const { db, config, job, now } = context;
    const progress: Progress = job.progress === null ? { rule: ROUND_RULES[0], removed: 0 } : JSON.parse(job.progress);
    const policy = retentionPolicyAt(now);
    const rule = policy?.rules.find(({ id }) => id === progress.rule);
    if (policy === null || rule === undefined) return next(progress.rule);
    const run = { rule: rule.id, policyVersion: policy.version, ranAt: now };
    const cutoff = cutoffOf(rule, now, config.retentionDays);
    if (cutoff.kind !== 'before') {
      const code = cutoff.kind === 'refused' ? cutoff.code : null;
      if (code !== null) log.error('retention.refused', { kind: rule.id, code });
      await noteRun(db, { ...run, removed: 0, held: 0, code });
      return next(progress.rule);
    }
    const page = await onePage(context, progress.rule, cutoff.at);
    const removed = progress.removed + page.removed;
    if (page.mayBeMore) return goOn({ rule: progress.rule, removed });
    const held = await countHeldBack(db, progress.rule, cutoff.at);
    await noteRun(db, { ...run, removed, held, code: null });
    if (removed > 0) log.info('retention.removed', { kind: rule.id, count: removed });
    return next(progress.rule);
  },
};

async function onePage({ env, db }: JobContext, rule: RoundRuleId, before: number) {
  const page = await purgePage(db, rule, before, rule === 'call_records' ? CALLS_A_PAGE : ROWS_A_PAGE);
  // Whoever dies in between leaves an object that no row keeps: the sweep of the storage finds it.
  if (page.audio.length > 0) await deleteRecordings(env.BUCKET, page.audio);
  await deleteArchived(env.BUCKET, page.archived);
  return page;
}

const goOn = (progress: Progress): JobOutcome => ({ kind: 'goes_on', progress: JSON.stringify(progress), afterMs: 0 });

function next(rule: RoundRuleId): JobOutcome {
  const following = ROUND_RULES[ROUND_RULES.indexOf(rule) + 1];
  return following === undefined ? DONE : goOn({ rule: following, removed: 0 });
}
