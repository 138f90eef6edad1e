/** What calls came to, from the sums of each step of a time: figures of the whole, and a row for each step or day of it. Pure. */
import type { CallStatus } from '../intake/call-record.ts';

/** The calls of one step and status. */
export interface CallSum {
  /** Which step since the beginning, from 0. */
  readonly step: number;
  readonly status: CallStatus;
  readonly calls: number;
  /** By anybody but a machine. */
  readonly answered: number;
  readonly consented: number;
  readonly refused: number;
  readonly flagged: number;
  readonly answeredSeconds: number;
}

/** How far a call got, for people who look at many. */
export const OUTCOMES = ['completed', 'reached', 'not_reached', 'under_way'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const OUTCOME_OF: Readonly<Record<CallStatus, Outcome>> = {
  queued: 'under_way',
  dialing: 'under_way',
  ringing: 'under_way',
  in_progress: 'under_way',
  completed: 'completed',
  partial: 'reached',
  declined: 'reached',
  opted_out: 'reached',
  wrong_person: 'reached',
  voicemail: 'not_reached',
  no_answer: 'not_reached',
  busy: 'not_reached',
  failed: 'not_reached',
  blocked: 'not_reached',
  canceled: 'not_reached',
};

export interface CallFigures {
  readonly total: number;
  readonly byStatus: Readonly<Partial<Record<CallStatus, number>>>;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  readonly answered: number;
  readonly consented: number;
  readonly refused: number;
  readonly flagged: number;
  /** Of those who were asked; null when nobody was. */
  readonly consentRate: number | null;
  /** Complete interviews among answered calls; null when none was answered. */
  readonly completionRate: number | null;
  /** Of an answered call; null when there was none. */
  readonly averageSeconds: number | null;
}

export function figuresOf(sums: readonly CallSum[]): CallFigures {
  const total = (field: Exclude<keyof CallSum, 'step' | 'status'>) => sums.reduce((sum, row) => sum + row[field], 0);
  const byStatus: Partial<Record<CallStatus, number>> = {};
  const byOutcome = { completed: 0, reached: 0, not_reached: 0, under_way: 0 };
  for (const { status, calls } of sums) {
    byStatus[status] = (byStatus[status] ?? 0) + calls;
    byOutcome[OUTCOME_OF[status]] += calls;
  }
  const [answered, consented, refused] = [total('answered'), total('consented'), total('refused')];
  return {
    ...{ byStatus, byOutcome, answered, consented, refused },
    total: total('calls'),
    flagged: total('flagged'),
    consentRate: rate(consented, consented + refused),
    completionRate: rate(byOutcome.completed, answered),
    averageSeconds: answered === 0 ? null : Math.round(total('answeredSeconds') / answered),
  };
}

const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export interface CallPeriod extends CallFigures {
  /** Its first instant, epoch milliseconds. */
  readonly start: number;
}

export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A row for each step of the time, also for those without a call. `from` and `to` as in the sums, both included. */
export function bySteps(sums: readonly CallSum[], from: number, to: number, stepMs: number): readonly CallPeriod[] {
  const groups = Map.groupBy(sums, ({ step }) => step);
  return Array.from({ length: Math.floor((to - from) / stepMs) + 1 }, (_, step) => ({
    start: from + step * stepMs,
    ...figuresOf(groups.get(step) ?? []),
  }));
}

const STEPS_MS = [1, 5, 15, 60, 240, 1440, 10_080].map((minutes) => minutes * MINUTE_MS);
const MOST_STEPS = 60;

/** The shortest step by which a time fits into one chart. */
export const stepFor = (lengthMs: number): number =>
  STEPS_MS.find((stepMs) => lengthMs / stepMs <= MOST_STEPS) ?? Math.ceil(lengthMs / MOST_STEPS);
