/** What the policy of retention is at this moment, what was removed by it last, what goes next and what is held back, for API and page. */
import {
  cutoffOf,
  daysKept,
  type RetentionRule,
  ROUND_RULES,
  type RoundRuleId,
  retentionPolicyAt,
} from '../domain/retention/retention-policy.ts';
import { countHeld } from '../store/holds.ts';
import { findJob, type Job } from '../store/jobs.ts';
import {
  countHeldBack,
  type OverdueAudio,
  oldestOf,
  overdueAudio,
  type RetentionRun,
  retentionRunsByRule,
} from '../store/retention.ts';
import type { Ask } from './route.ts';

export interface RuleState {
  readonly rule: RetentionRule;
  /** Null: for good. */
  readonly days: number | null;
  readonly run: RetentionRun | null;
  /** When the oldest of it falls due; null: nothing does, or it is not of the daily round. */
  readonly nextAt: number | null;
  /** Due, and kept by a hold. */
  readonly held: number;
  /** Why nothing goes by it. */
  readonly refused: string | null;
}
export interface RetentionState {
  readonly version: string;
  readonly effectiveFrom: string;
  readonly rules: readonly RuleState[];
  /** The daily round; null before the first. */
  readonly round: Job | null;
  readonly heldPatients: number;
  /** Audio past its time that nobody has signed for. */
  readonly overdue: { readonly count: number; readonly shown: readonly OverdueAudio[] };
}

const MOST_SHOWN = 20;

export async function readRetention({ db, config, now }: Pick<Ask, 'db' | 'config' | 'now'>): Promise<RetentionState> {
  const policy = retentionPolicyAt(now);
  if (policy === null) throw new Error('no policy of retention is in force');
  const { retentionDays } = config;
  const audio = policy.rules.find(({ id }) => id === 'call_audio');
  const cutoff = audio === undefined ? null : cutoffOf(audio, now, retentionDays);
  const [runs, round, heldPatients, overdue, rules] = await Promise.all([
    retentionRunsByRule(db),
    findJob(db, 'apply_retention', 'all'),
    countHeld(db),
    cutoff?.kind === 'before' ? overdueAudio(db, cutoff.at, MOST_SHOWN) : { count: 0, shown: [] },
    Promise.all(policy.rules.map(async (rule) => ({ rule, ...(await standOf(rule)) }))),
  ]);
  async function standOf(rule: RetentionRule) {
    const limit = cutoffOf(rule, now, retentionDays);
    const days = daysKept(rule, retentionDays);
    if (!isOfRound(rule.id) || limit.kind !== 'before')
      return { days, nextAt: null, held: 0, refused: limit.kind === 'refused' ? limit.code : null };
    const [oldest, held] = await Promise.all([oldestOf(db, rule.id), countHeldBack(db, rule.id, limit.at)]);
    return { days, nextAt: oldest === null ? null : oldest + (now - limit.at), held, refused: null };
  }
  return {
    ...{ version: policy.version, effectiveFrom: policy.effectiveFrom, round, heldPatients, overdue },
    rules: rules.map((each) => ({ ...each, run: runs.get(each.rule.id) ?? null })),
  };
}

const isOfRound = (id: RetentionRule['id']): id is RoundRuleId => (ROUND_RULES as readonly string[]).includes(id);
