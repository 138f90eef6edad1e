/**
 * How long everything is kept (HS-06, RC-09, TC-26): data, in versions that count from a date, so that a change is a new version. Every table
 * and every place in the store of files has its rule here; a test compares. Terms are this house's own, above what the law asks for,
 * and are for counsel to confirm. Pure: whoever removes something asks `cutoffOf` and removes nothing that is younger.
 */
import { DAY_MS, isInstant, isoDate } from '../campaign/local-clock.ts';

export interface RetentionRule {
  readonly id: RetentionRuleId;
  /** What is kept, as people say it. */
  readonly what: string;
  readonly tables: readonly string[];
  /** Of the store of files. */
  readonly prefixes: readonly string[];
  /** `setting`: RETENTION_DAYS. `for_good`: nothing removes it by its age. */
  readonly keep: { readonly days: number } | 'setting' | 'for_good';
  /** The moment from which the days count. */
  readonly from: string;
  /** Nothing younger may go, whatever a setting says; 0: no law asks for it. */
  readonly minimumDays: number;
  /** Why so long. */
  readonly source: string;
  /** Who removes it: the daily round of this policy, work of its own, or nobody. */
  readonly removal: 'daily_round' | 'own_sweep' | 'none';
}

export interface RetentionPolicy {
  readonly version: string;
  /** The first date on which it counts, UTC. */
  readonly effectiveFrom: string;
  readonly rules: readonly RetentionRule[];
}

/** Those the daily round sees to, in its order. */
export const ROUND_RULES = [
  'call_audio',
  'call_records',
  'dial_evidence',
  'campaign_lists',
  'consents',
  'rights',
  'number_answers',
] as const;
export type RoundRuleId = (typeof ROUND_RULES)[number];
const OTHER_RULES = [
  ...['uploads', 'refused_rows', 'list_files', 'done_work', 'repeat_keys', 'sign_ins', 'alerts', 'sessions'],
  ...['patients', 'suppressions', 'audit', 'campaigns', 'lists', 'questionnaires', 'prompt_audio', 'staff', 'signs'],
] as const;
export type RetentionRuleId = RoundRuleId | (typeof OTHER_RULES)[number];

/** With their leap days, rounded up: a day too many is none too few. */
const years = (count: number): number => Math.ceil(count * 365.25);
const SIX_YEARS = years(6);

const rule = (
  id: RetentionRuleId,
  what: string,
  [tables, prefixes]: readonly [readonly string[], readonly string[]],
  terms: Pick<RetentionRule, 'keep' | 'from' | 'source'> & Partial<Pick<RetentionRule, 'minimumDays' | 'removal'>>,
): RetentionRule => ({ id, what, tables, prefixes, minimumDays: 0, removal: 'none', ...terms });

const round = { removal: 'daily_round' } as const;
const sweep = { removal: 'own_sweep' } as const;
const documented = { minimumDays: SIX_YEARS } as const;

export const RETENTION_POLICIES: readonly RetentionPolicy[] = [
  {
    version: '2026-11-28',
    effectiveFrom: '2026-01-01',
    rules: [
      rule(
        'call_audio',
        'Recordings of calls, and what was written down from them',
        [['recording_transcripts'], ['recordings/']],
        { ...round, keep: 'setting', from: 'the signature under the newest note', source: 'RC-09' },
      ),
      rule(
        'call_records',
        'Calls with their notes, transcripts, signatures, tasks and deliveries, and notes in the archive',
        [['calls', 'call_logs', 'notes', 'reviews', 'tasks', 'recordings', 'deliveries'], ['archive/']],
        { ...round, ...documented, keep: { days: years(10) }, from: 'the end of the call', source: 'HS-06, HS-21' },
      ),
      rule(
        'dial_evidence',
        'Why somebody was or was not called, and each attempt',
        [['dial_decisions', 'attempts'], []],
        {
          ...{ ...round, ...documented, keep: { days: years(7) }, from: 'the decision or the attempt' },
          source: 'TC-26, HS-06',
        },
      ),
      rule('campaign_lists', 'People in campaigns, and their pre-flights', [['contacts', 'preflights'], []], {
        ...{ ...round, ...documented, keep: { days: years(7) }, from: 'the end of the campaign' },
        source: 'TC-26, HS-06',
      }),
      rule('consents', 'Consents to be called; of who was erased, only that there were some', [['consents'], []], {
        ...{ ...round, ...documented, keep: { days: years(7) }, from: 'the day it ended; one in force stays' },
        source: 'HS-06, TC-26',
      }),
      rule(
        'rights',
        'Legal holds, requests of patients, disclosures',
        [['holds', 'patient_requests', 'disclosures'], []],
        {
          ...{ ...round, ...documented, keep: { days: years(7) }, from: 'the day it ended, or the disclosure' },
          source: 'HS-06, HS-22',
        },
      ),
      rule('number_answers', 'Answers about reassigned numbers', [['reassigned_numbers'], []], {
        ...{ ...round, keep: { days: 180 }, from: 'the answer', source: 'TC-21' },
      }),
      rule('uploads', 'Uploaded audio and what was said in it', [['transcriptions'], ['transcriptions/']], {
        ...{ ...sweep, keep: 'setting', from: 'the upload', source: 'S1-M8' },
      }),
      rule('refused_rows', 'Rows of lists that were not taken', [['import_rows'], []], {
        ...{ ...sweep, keep: { days: 30 }, from: 'the end of the reading', source: 'S1-M8' },
      }),
      rule('list_files', 'Uploaded lists', [[], ['imports/']], {
        ...{ ...sweep, keep: { days: 1 }, from: 'the upload; most go as soon as they are read', source: 'S1-M8' },
      }),
      rule('done_work', 'Background work that is done', [['jobs'], []], {
        ...{ ...sweep, keep: { days: 30 }, from: 'its end', source: 'S1-M8' },
      }),
      rule('repeat_keys', 'Answers kept for requests sent twice', [['idempotency_keys'], []], {
        ...{ ...sweep, keep: { days: 1 }, from: 'the request', source: 'S1-M8' },
      }),
      rule('sign_ins', 'When a sign-in was last used', [['staff_sessions'], []], {
        ...{ ...sweep, keep: { days: 0 }, from: 'the end of the sign-in', source: 'HS-03' },
      }),
      rule('alerts', 'What was wrong with this installation', [['alerts'], []], {
        ...{ ...sweep, keep: { days: 365 }, from: 'the moment it was well again', source: 'C77' },
      }),
      rule('sessions', 'What a call holds while it runs', [[], []], {
        ...{ ...sweep, keep: { days: 1 }, from: 'the moment it was written down', source: 'S1-M8' },
      }),
      rule('patients', 'Patients and their keys', [['patients'], ['vault/']], {
        ...{ keep: 'for_good', from: 'until they are erased', source: 'HS-21' },
      }),
      rule('suppressions', 'The do-not-call list', [['suppressions', 'suppression_changes'], ['suppressions/']], {
        ...{ keep: 'for_good', from: 'it never expires', source: 'TC-20', ...documented },
      }),
      rule(
        'audit',
        'Who did or saw what',
        [['audit_events', 'audit_subjects', 'audit_reviews', 'emergency_accesses'], ['audit/']],
        {
          ...{ keep: 'for_good', from: 'lines are never removed', source: 'HS-05, HS-06', ...documented },
        },
      ),
      rule('campaigns', 'Campaigns without their people, and what calls cost', [['campaigns', 'spend'], []], {
        ...{ keep: 'for_good', from: 'no patient data', source: 'HS-06', ...documented },
      }),
      rule('lists', 'That a list was read, and how many rows it had', [['imports'], []], {
        ...{ keep: 'for_good', from: 'no patient data once its rows are gone', source: 'HS-06', ...documented },
      }),
      rule('questionnaires', 'Every version of every questionnaire', [['questionnaire_versions'], []], {
        ...{ keep: 'for_good', from: 'answers name the version they were given to', source: 'CL-13, HS-06' },
        ...documented,
      }),
      rule('prompt_audio', 'Audio that is played to patients', [['media'], ['media/']], {
        ...{ keep: 'for_good', from: 'until somebody removes it; no patient data', source: 'S1-M8' },
      }),
      rule('staff', 'Who works here', [['staff'], []], {
        ...{ keep: 'for_good', from: 'until somebody removes them', source: 'HS-11' },
      }),
      rule('signs', 'Signs that this service works', [['signs', 'retention_runs'], []], {
        ...{ keep: 'for_good', from: 'one line each, written over', source: 'S1-M8' },
      }),
    ],
  },
];

/** Null before the first: then nothing is removed. */
export function retentionPolicyAt(
  at: number,
  policies: readonly RetentionPolicy[] = RETENTION_POLICIES,
): RetentionPolicy | null {
  if (!isInstant(at)) return null;
  const today = isoDate(Math.floor(at / DAY_MS));
  const inForce = policies.filter(({ effectiveFrom }) => effectiveFrom <= today);
  return inForce.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0] ?? null;
}

/** `before`: what was counted from earlier is due. `under_minimum`: the term is shorter than the law's, so nothing goes. */
export type Cutoff =
  | { readonly kind: 'for_good' }
  | { readonly kind: 'refused'; readonly code: 'under_minimum' }
  | { readonly kind: 'before'; readonly at: number };

export function daysKept({ keep }: RetentionRule, settingDays: number): number | null {
  if (keep === 'for_good') return null;
  return keep === 'setting' ? settingDays : keep.days;
}

export function cutoffOf(rule: RetentionRule, now: number, settingDays: number): Cutoff {
  const days = daysKept(rule, settingDays);
  if (days === null) return { kind: 'for_good' };
  if (!(days >= rule.minimumDays)) return { kind: 'refused', code: 'under_minimum' };
  return { kind: 'before', at: now - days * DAY_MS };
}

/** What becomes of one thing. `countedFrom` null: its time has not begun, and it is never removed for its age. */
export type Verdict = 'kept' | 'held' | 'due' | 'refused';

export function verdictOn(
  rule: RetentionRule,
  { countedFrom, held }: { readonly countedFrom: number | null; readonly held: boolean },
  now: number,
  settingDays: number,
): Verdict {
  const cutoff = cutoffOf(rule, now, settingDays);
  if (cutoff.kind === 'refused') return 'refused';
  if (cutoff.kind === 'for_good' || countedFrom === null || !(countedFrom < cutoff.at)) return 'kept';
  return held ? 'held' : 'due';
}

/** The rule in force, or an error that fails whoever asks: nothing is removed without one. */
export function ruleAt(id: RetentionRuleId, now: number): RetentionRule {
  const found = retentionPolicyAt(now)?.rules.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no rule of retention for ${id} is in force`);
  return found;
}

/** For work of its own: the moment before which things of this rule go; null: none does. */
export function goesBefore(id: RetentionRuleId, now: number, settingDays: number): number | null {
  const cutoff = cutoffOf(ruleAt(id, now), now, settingDays);
  return cutoff.kind === 'before' ? cutoff.at : null;
}
