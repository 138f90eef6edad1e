/**
 * What a campaign will take, said before it starts (X9): minutes on the line, what they cost, when it ends at this pace. It is a flow,
 * not a simulation: every contact is called in the mean as often, and as long, as the averages say; against calls drawn at random it is
 * off by a tenth at most from some hundred contacts on (held by a test). Retries come after the delay of the rule for no answer, and
 * hours closed to them are not known here, so an end beyond today's hours is the earliest to expect. Pure.
 */
import type { RetryPolicy } from './retry.ts';

export interface CallAverages {
  /** Of those that ring. */
  readonly answeredShare: number;
  /** From the answer to the hang-up. */
  readonly answeredSeconds: number;
  /** From the dial to the answer. */
  readonly ringingSeconds: number;
  /** From the dial to the end of a call nobody answered. */
  readonly unansweredSeconds: number;
  /** Billionths of a dollar for a minute on the line, the cheapest and the dearest to expect. */
  readonly nanosPerMinute: { readonly low: number; readonly high: number };
}

/**
 * Until a clinic's own calls say better, as of 2026-11-28: half of the people reached, an interview of four minutes, ten seconds of
 * ringing before an answer, thirty without one (`RING_TIMEOUT_SECONDS`). Cost: call control alone, to all of speech, recording and
 * machine detection on top; an account's own prices come in with its first thirty answered calls.
 */
export const ASSUMED_AVERAGES: CallAverages = {
  ...{ answeredShare: 0.5, answeredSeconds: 240, ringingSeconds: 10, unansweredSeconds: 30 },
  nanosPerMinute: { low: 7_000_000, high: 60_000_000 },
};

export interface ForecastInput {
  /** For each contact that will be called, when it may be at the earliest, epoch milliseconds. */
  readonly starts: readonly number[];
  readonly pacePerSecond: number;
  readonly maxLiveCalls: number;
  readonly retry: RetryPolicy;
  readonly averages: CallAverages;
  readonly at: number;
}
export interface Forecast {
  /** That ring, retries included. */
  readonly calls: number;
  /** With somebody, or a machine, on the line. */
  readonly minutes: number;
  readonly costNanos: { readonly low: number; readonly high: number };
  /** Epoch milliseconds; null when nobody is called, or never all of them. */
  readonly finishAt: number | null;
}

/** Part of a contact that is due: a third time only a quarter may be left of it. */
interface Due {
  readonly at: number;
  readonly share: number;
}

export function forecast(input: ForecastInput): Forecast {
  const { starts, averages, retry, at } = input;
  const answeredShare = between(averages.answeredShare, 0, 1);
  const rounds = roundsOf(retry);
  const perContact = Array.from({ length: rounds }, (_, round) => (1 - answeredShare) ** round);
  const calls = starts.length * perContact.reduce((sum, share) => sum + share, 0);
  const minutes = Math.round((calls * answeredShare * averages.answeredSeconds) / 60);
  const { low, high } = averages.nanosPerMinute;
  return {
    ...{ calls: Math.round(calls), minutes },
    costNanos: { low: Math.round(minutes * low), high: Math.round(minutes * high) },
    finishAt: starts.length === 0 ? null : finish(input, answeredShare, perContact, at),
  };
}

/** Rings of somebody who never answers. */
const roundsOf = ({ budget, rules }: RetryPolicy): number => Math.min(budget, 1 + (rules.no_answer?.most ?? 0));

/** First come, first served, at the pace or by the lines, whichever is slower; each round is in order of time by itself. */
function finish(
  { starts, pacePerSecond, maxLiveCalls, averages, retry }: ForecastInput,
  answeredShare: number,
  perContact: readonly number[],
  at: number,
): number | null {
  const talkMs = (averages.ringingSeconds + averages.answeredSeconds) * 1000;
  const silentMs = averages.unansweredSeconds * 1000;
  const lineMs = answeredShare * talkMs + (1 - answeredShare) * silentMs;
  const gapMs = Math.max(1000 / pacePerSecond, lineMs / maxLiveCalls);
  const againMs = silentMs + (retry.rules.no_answer?.delayMinutes ?? 0) * 60_000;
  const first = starts.map((start) => ({ at: Math.max(start, at), share: 1 })).toSorted((a, b) => a.at - b.at);
  // A round in which not even one call is to be expected does not happen.
  const rounds: Due[][] = perContact
    .filter((share) => share * starts.length >= LEAST_CALLS)
    .map((_, round) => (round === 0 ? first : []));
  const next = rounds.map(() => 0);
  let free = at;
  let over = at;
  for (;;) {
    let round = -1;
    let due: Due | undefined;
    rounds.forEach((queue, i) => {
      const head = queue[next[i] ?? 0];
      if (head !== undefined && (due === undefined || head.at < due.at)) [round, due] = [i, head];
    });
    if (due === undefined) return Number.isFinite(over) ? Math.round(over) : null;
    next[round] = (next[round] ?? 0) + 1;
    const dialedAt = Math.max(free, due.at);
    free = dialedAt + due.share * gapMs;
    over = Math.max(over, dialedAt + (answeredShare > 0 ? Math.max(talkMs, silentMs) : silentMs));
    rounds[round + 1]?.push({ at: dialedAt + againMs, share: due.share * (1 - answeredShare) });
  }
}

const LEAST_CALLS = 0.5;

const between = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
