/** What calls came to, from the sums of each step of a time: figures of the whole, and a row for each step or day of it. Pure. */
import { type CallStatus, isLiveStatus } from '../intake/call-record.ts';

/** The calls of one step and status. */
export interface CallSum {
  /** Which step since the beginning, from 0. */
  readonly step: number;
  readonly status: CallStatus;
  readonly calls: number;
  /** Reached: answered by anybody but a machine, however the call ended then. */
  readonly answered: number;
  /** Over without a dial, as a call that was canceled while it waited. */
  readonly notDialled: number;
  readonly consented: number;
  readonly refused: number;
  readonly flagged: number;
  readonly answeredSeconds: number;
}

/** How far a call got, for people who look at many. */
export const OUTCOMES = ['completed', 'reached', 'not_reached', 'under_way'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Of some calls, how many. */
interface Counts {
  readonly calls: number;
  readonly notDialled: number;
  readonly underWay: number;
  /** Of those, answered by anybody but a machine. */
  readonly talking: number;
  /** All that anybody but a machine answered, `talking` and `completed` among them. */
  readonly reached: number;
  readonly completed: number;
}
/** How far calls got, each in one of them, but those that ended without a dial, which are in none. */
export const outcomesOf = (counts: Counts): Readonly<Record<Outcome, number>> => ({
  completed: counts.completed,
  reached: counts.reached - counts.completed - counts.talking,
  not_reached: counts.calls - counts.notDialled - counts.underWay - (counts.reached - counts.talking),
  under_way: counts.underWay,
});

export interface CallFigures {
  readonly total: number;
  readonly byStatus: Readonly<Partial<Record<CallStatus, number>>>;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** In no outcome. */
  readonly notDialled: number;
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
  const [live, complete] = [{ calls: 0, answered: 0 }, { answered: 0 }];
  for (const { status, calls, answered } of sums) {
    byStatus[status] = (byStatus[status] ?? 0) + calls;
    if (isLiveStatus(status)) {
      live.calls += calls;
      live.answered += answered;
    }
    if (status === 'completed') complete.answered += answered;
  }
  const [calls, notDialled, answered] = [total('calls'), total('notDialled'), total('answered')];
  const [consented, refused] = [total('consented'), total('refused')];
  const byOutcome = outcomesOf({
    ...{ calls, notDialled, reached: answered },
    ...{ underWay: live.calls, talking: live.answered, completed: complete.answered },
  });
  return {
    ...{ byStatus, byOutcome, notDialled, answered, consented, refused },
    total: calls,
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
