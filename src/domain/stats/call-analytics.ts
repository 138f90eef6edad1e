/** Figures of many calls, from the sums of each part of a time, campaign and version of a questionnaire. Every rate names its whole. Pure. */
import { type Share, shareOf } from './share.ts';

/** What is summed; all whole numbers. */
export const SUMMED = [
  'calls',
  'attempts',
  'redials',
  'refusedDials',
  'unknownDials',
  'notDialled',
  'underWay',
  'talking',
  'reached',
  'consented',
  'refused',
  'recorded',
  'notRecorded',
  'completed',
  'partial',
  'declined',
  'optedOut',
  'wrongPerson',
  'identityFailed',
  'voicemail',
  'flagged',
  'seconds',
  'costNanos',
  'withCost',
  'transcriptionNanos',
  'counted',
  'uncounted',
  'beforeItems',
] as const;
export type Summed = (typeof SUMMED)[number];

export interface AnalyticsSum extends Readonly<Record<Summed, number>> {
  /** Which part of the time, from 0; -1: the time before it. */
  readonly step: number;
  readonly campaignId: string | null;
  readonly questionnaireId: string;
  readonly questionnaireVersion: number;
  /** Of `costNanos`. What writing down a recording takes is in dollars, whatever the calls were paid in. */
  readonly currency: string;
}

/** All that was spent in one currency, whatever became of the calls: amounts of two are never added. */
export interface Cost {
  readonly currency: string;
  /** With what it took to write down their recordings. */
  readonly nanos: number;
  readonly transcriptionNanos: number;
  /** Ended calls that Telnyx has named a cost of. */
  readonly ofCalls: number;
  /** Null without a completed intake. */
  readonly perCompletedNanos: number | null;
}

export interface Analytics {
  readonly calls: number;
  /** Calls that rang somebody or may have, or came in. */
  readonly attempts: number;
  /** Of those: nobody knows whether the dial reached Telnyx. It counts as one that rang, as it does against a contact's tries. */
  readonly unknownDials: number;
  /** None of those: Telnyx would not take the dial. */
  readonly refusedDials: number;
  /** Over without a dial: none of those either. */
  readonly notDialled: number;
  readonly underWay: number;
  /** Of those, answered by a person. */
  readonly talking: number;
  /** By anybody but a machine, of those that rang. */
  readonly reached: Share;
  /** Of those who were asked. */
  readonly consented: Share;
  readonly recorded: Share;
  /** All of the reached. */
  readonly completed: Share;
  readonly partial: Share;
  readonly declined: Share;
  readonly optedOut: Share;
  readonly wrongPerson: Share;
  readonly identityFailed: Share;
  /** In any other way, as a call that staff ended. With these and `talking` the reached are all told. */
  readonly otherwise: Share;
  readonly flagged: Share;
  /** Of those that rang. */
  readonly voicemail: Share;
  /** Second and later calls to the same contact. */
  readonly redials: number;
  readonly redialsPerCompleted: number | null;
  /** By currency, in the order of their names; none before a cost is known. */
  readonly costs: readonly Cost[];
  readonly averageSeconds: number | null;
  /** Calls whose questions were counted; that ended before the first; and that left a note before questions were counted. */
  readonly counted: number;
  readonly beforeItems: number;
  readonly uncounted: number;
}

/** How a call ends that a person answered; each call ends in one way. */
const ENDS = ['completed', 'partial', 'declined', 'optedOut', 'wrongPerson', 'identityFailed'] as const;

export function analyticsOf(sums: readonly AnalyticsSum[]): Analytics {
  const of = (field: Summed) => sums.reduce((total, row) => total + row[field], 0);
  const [attempts, reached, completed] = [of('attempts'), of('reached'), of('completed')];
  const told = ENDS.reduce((all, field) => all + of(field), of('talking'));
  const perCompleted = (amount: number) => (completed === 0 ? null : amount / completed);
  return {
    attempts,
    calls: of('calls'),
    notDialled: of('notDialled'),
    underWay: of('underWay'),
    talking: of('talking'),
    reached: shareOf(reached, attempts),
    consented: shareOf(of('consented'), of('consented') + of('refused')),
    recorded: shareOf(of('recorded'), of('recorded') + of('notRecorded')),
    completed: shareOf(completed, reached),
    partial: shareOf(of('partial'), reached),
    declined: shareOf(of('declined'), reached),
    optedOut: shareOf(of('optedOut'), reached),
    wrongPerson: shareOf(of('wrongPerson'), reached),
    identityFailed: shareOf(of('identityFailed'), reached),
    otherwise: shareOf(Math.max(0, reached - told), reached),
    flagged: shareOf(of('flagged'), reached),
    voicemail: shareOf(of('voicemail'), attempts),
    unknownDials: of('unknownDials'),
    refusedDials: of('refusedDials'),
    redials: of('redials'),
    redialsPerCompleted: perCompleted(of('redials')),
    costs: costsOf(sums, completed),
    averageSeconds: reached === 0 ? null : Math.round(of('seconds') / reached),
    counted: of('counted'),
    beforeItems: of('beforeItems'),
    uncounted: of('uncounted'),
  };
}

const TRANSCRIPTION_CURRENCY = 'USD';

function costsOf(sums: readonly AnalyticsSum[], completed: number): readonly Cost[] {
  const transcriptionNanos = sums.reduce((total, row) => total + row.transcriptionNanos, 0);
  const found = new Map<string, { nanos: number; ofCalls: number; transcriptionNanos: number }>();
  if (transcriptionNanos > 0)
    found.set(TRANSCRIPTION_CURRENCY, { nanos: transcriptionNanos, ofCalls: 0, transcriptionNanos });
  for (const { currency, costNanos, withCost } of sums) {
    if (withCost === 0) continue;
    const before = found.get(currency) ?? { nanos: 0, ofCalls: 0, transcriptionNanos: 0 };
    found.set(currency, { ...before, nanos: before.nanos + costNanos, ofCalls: before.ofCalls + withCost });
  }
  return [...found]
    .map(([currency, cost]) => ({
      ...{ currency, ...cost },
      perCompletedNanos: completed === 0 ? null : Math.round(cost.nanos / completed),
    }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}
