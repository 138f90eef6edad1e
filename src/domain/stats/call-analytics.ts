/** Figures of many calls, from the sums of each part of a time, campaign and version of a questionnaire. Every rate names its whole. Pure. */
import { type Share, shareOf } from './share.ts';

/** What is summed; all whole numbers. */
export const SUMMED = [
  'calls',
  'attempts',
  'redials',
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
  'voicemail',
  'flagged',
  'seconds',
  'costNanos',
  'withCost',
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
  /** Null: no call cost anything yet. `*`: more than one. */
  readonly currency: string | null;
}

export interface Analytics {
  readonly calls: number;
  /** Calls that rang somebody, or came in. */
  readonly attempts: number;
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
  readonly flagged: Share;
  /** Of those that rang. */
  readonly voicemail: Share;
  /** Second and later calls to the same contact. */
  readonly redials: number;
  readonly redialsPerCompleted: number | null;
  /** Of all calls, whatever became of them. */
  readonly costNanos: number;
  readonly currency: string | null;
  /** Ended calls that Telnyx has named a cost of. */
  readonly withCost: number;
  /** All that was spent, for each completed intake; null without one, before there is a cost, and in several currencies. */
  readonly costPerCompletedNanos: number | null;
  readonly averageSeconds: number | null;
  /** Calls whose questions were counted; that ended before the first; and that left a note before questions were counted. */
  readonly counted: number;
  readonly beforeItems: number;
  readonly uncounted: number;
}

export function analyticsOf(sums: readonly AnalyticsSum[]): Analytics {
  const of = (field: Summed) => sums.reduce((total, row) => total + row[field], 0);
  const [attempts, reached, completed] = [of('attempts'), of('reached'), of('completed')];
  const [costNanos, withCost] = [of('costNanos'), of('withCost')];
  const currencies = new Set(sums.flatMap(({ currency }) => (currency === null ? [] : [currency])));
  const [only = null] = currencies;
  const currency = currencies.size > 1 || only === '*' ? null : only;
  const perCompleted = (amount: number) => (completed === 0 ? null : amount / completed);
  return {
    ...{ attempts, costNanos, withCost, currency },
    calls: of('calls'),
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
    flagged: shareOf(of('flagged'), reached),
    voicemail: shareOf(of('voicemail'), attempts),
    redials: of('redials'),
    redialsPerCompleted: perCompleted(of('redials')),
    costPerCompletedNanos: currency === null ? null : rounded(perCompleted(costNanos)),
    averageSeconds: reached === 0 ? null : Math.round(of('seconds') / reached),
    counted: of('counted'),
    beforeItems: of('beforeItems'),
    uncounted: of('uncounted'),
  };
}

const rounded = (amount: number | null): number | null => (amount === null ? null : Math.round(amount));
