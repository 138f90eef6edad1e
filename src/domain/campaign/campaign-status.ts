/**
 * The states of a campaign and what leads from one to the other. Pure. What the verbs mean for its calls:
 * - pause: nobody new is dialled; live calls go on to their end, and what waits in the dialer goes back to its contact.
 * - cancel: as pause, and for good.
 * - redial: whom a completed or paused campaign did not reach waits again with a new budget, and it runs. Not while it runs, for its
 *   retry rules are at work then; not after a cancel, which says that nobody is to be called.
 * - complete: the runner's own, once nobody is left. A paused campaign is not over, though nobody may be left in it.
 */
import type { CallStatus } from '../intake/call-record.ts';
import type { DoneCode } from './retry.ts';

export const CAMPAIGN_STATUSES = [
  'importing',
  'failed',
  'draft',
  'running',
  'paused',
  'completed',
  'canceled',
] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** What people may say. */
export type CampaignVerb = 'start' | 'pause' | 'resume' | 'cancel' | 'redial';

export type VerbRefusal =
  | 'still_importing'
  | 'import_failed'
  | 'not_started'
  | 'already_started'
  | 'not_running'
  | 'still_running'
  /** It is as the verb would make it. */
  | 'already'
  | 'over';
export interface VerbRefused {
  readonly refused: VerbRefusal;
}

type Verbs = Readonly<Record<CampaignVerb | 'complete', CampaignStatus | VerbRefusal>>;
const allRefused = (code: VerbRefusal): Verbs => ({
  ...{ start: code, pause: code, resume: code, cancel: code, redial: code, complete: code },
});
const AFTER: Readonly<Record<CampaignStatus, Verbs>> = {
  importing: { ...allRefused('not_started'), start: 'still_importing', cancel: 'canceled' },
  failed: allRefused('import_failed'),
  draft: { ...allRefused('not_started'), start: 'running', cancel: 'canceled' },
  running: {
    ...{ start: 'already', resume: 'already', pause: 'paused' },
    ...{ cancel: 'canceled', redial: 'still_running', complete: 'completed' },
  },
  paused: {
    ...{ start: 'already_started', resume: 'running', pause: 'already' },
    ...{ cancel: 'canceled', redial: 'running', complete: 'not_running' },
  },
  completed: { ...allRefused('over'), redial: 'running', complete: 'already' },
  canceled: { ...allRefused('over'), cancel: 'already' },
};

export function after(status: CampaignStatus, verb: CampaignVerb | 'complete'): CampaignStatus | VerbRefused {
  const next = AFTER[status][verb];
  return isStatus(next) ? next : { refused: next };
}

const isStatus = (next: CampaignStatus | VerbRefusal): next is CampaignStatus =>
  (CAMPAIGN_STATUSES as readonly string[]).includes(next);

const NOT_REACHED: readonly CallStatus[] = ['no_answer', 'busy', 'failed'];
/** `failed` is also how a call ends whose identity check failed; that is final. */
export const NEVER_REDIALED: DoneCode = 'outcome_final';

/** Last outcomes of contacts that a redial makes ready again, unless their code is `NEVER_REDIALED`; a message left may count as reached. */
export const redialedOutcomes = ({ voicemail }: { readonly voicemail: boolean }): readonly CallStatus[] =>
  voicemail ? [...NOT_REACHED, 'voicemail'] : NOT_REACHED;
