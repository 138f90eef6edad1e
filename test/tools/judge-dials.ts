/**
 * Whom Telnyx was asked to ring, and when, held against what a campaign allows. Pure: the simulator's own books in, problems out.
 * Over five seconds dials count as they arrived, which is how Telnyx judges; in any one second at the best moment between being
 * sent and arriving, because the way takes now longer and now shorter.
 */
const DAY_MS = 86_400_000;
const FIVE_SECONDS_MS = 5_000;

export interface Dial {
  readonly at: number;
  readonly to: string;
  /** It may have arrived from then on: whoever keeps the books was held up. As seen when left out. */
  readonly notBefore?: number;
  /** By whoever sent it, if known. */
  readonly sentAt?: number | null;
}
/** A line that was really rung. */
export interface Rung {
  readonly to: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  /** Telnyx told nobody that it was answered: the clinic cannot know. */
  readonly answerUntold: boolean;
}
interface Window {
  readonly most: number;
  readonly withinMs: number;
}
export interface DialLimits {
  readonly accountInFiveSeconds: number;
  readonly campaignPerSecond: number;
  readonly maxLiveCalls: number;
  /** Rings of one contact. */
  readonly budget: number;
}
export interface Campaigned {
  /** Of the campaign alone. */
  readonly dials: readonly Dial[];
  /** Everything the account dialled. */
  readonly accountDials: readonly Dial[];
  readonly rung: readonly Rung[];
  readonly limits: DialLimits;
  readonly mayBeRung: ReadonlySet<string>;
}
export interface DialVerdict {
  /** By what must be zero; one line for each violation. */
  readonly problems: Readonly<Record<string, readonly string[]>>;
  /** Arriving within five seconds. */
  readonly mostOfCampaign: number;
  readonly mostOfAccount: number;
  readonly mostLive: number;
}

export function judgeDials({ dials, accountDials, rung, limits, mayBeRung }: Campaigned): DialVerdict {
  const { accountInFiveSeconds, campaignPerSecond, maxLiveCalls } = limits;
  const mostLive = mostAtOnce(rung);
  const ofAccount = over(accountDials, { most: accountInFiveSeconds, withinMs: FIVE_SECONDS_MS });
  const ofCampaign = over(dials, { most: campaignPerSecond * 5, withinMs: FIVE_SECONDS_MS });
  const sent = dials.map(({ at, to, notBefore = at, sentAt }) => ({
    ...{ at, to },
    notBefore: Math.min(notBefore, sentAt ?? notBefore),
  }));
  const byNumber = Map.groupBy(rung, ({ to }) => to);
  return {
    problems: {
      'double dials': [...byNumber].flatMap(([to, calls]) =>
        doubles(calls, limits.budget).map((what) => `${to}: ${what}`),
      ),
      'dials over the rate of the account': ofAccount.problems,
      'dials over the pace, over five seconds': ofCampaign.problems,
      'dials over the pace, in any second': over(sent, { most: campaignPerSecond, withinMs: 1_000 }).problems,
      'lines over the cap': mostLive > maxLiveCalls ? [`${mostLive} at once instead of ${maxLiveCalls}`] : [],
      'dials of people who may not be called': dials.filter(({ to }) => !mayBeRung.has(to)).map(({ to }) => to),
    },
    mostOfCampaign: ofCampaign.most,
    mostOfAccount: ofAccount.most,
    mostLive,
  };
}

/** Each dial that, even at the best of the times it may have arrived, is one too many in the window that ends with it. */
function over(dials: readonly Dial[], { most, withinMs }: Window): { most: number; problems: string[] } {
  const sorted = dials.toSorted((a, b) => a.at - b.at);
  const arrived: number[] = [];
  const problems: string[] = [];
  let [first, highest] = [0, 0];
  for (const [last, { at, notBefore = at }] of sorted.entries()) {
    while ((sorted[first] as Dial).at <= at - withinMs) first += 1;
    highest = Math.max(highest, last - first + 1);
    const earliest = Math.max(notBefore, arrived.at(-1) ?? 0, (arrived[last - most] ?? -withinMs) + withinMs);
    if (earliest > at) problems.push(`${earliest - at} ms too early at ${new Date(at).toISOString()}`);
    arrived.push(Math.min(earliest, at));
  }
  return { most: highest, problems };
}

function mostAtOnce(rung: readonly Rung[]): number {
  const changes = rung.flatMap(({ startedAt, endedAt }) => [
    { at: startedAt, by: 1 },
    ...(endedAt === null ? [] : [{ at: endedAt, by: -1 }]),
  ]);
  let [live, most] = [0, 0];
  for (const { by } of changes.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
    live += by;
    most = Math.max(most, live);
  }
  return most;
}

/** Of one number: two lines at once, more than the caps allow, more than the budget. */
function doubles(calls: readonly Rung[], budget: number): string[] {
  const problems: string[] = [];
  const sorted = calls.toSorted((a, b) => a.startedAt - b.startedAt);
  for (const [index, call] of sorted.entries()) {
    const earlier = sorted.slice(0, index);
    const within = (ms: number) => earlier.filter(({ startedAt }) => startedAt > call.startedAt - ms);
    const when = new Date(call.startedAt).toISOString();
    if (earlier.some(({ endedAt }) => endedAt === null || endedAt > call.startedAt))
      problems.push(`rung at ${when} while it was being rung`);
    if (within(DAY_MS).some(({ answeredAt, answerUntold }) => answeredAt !== null && !answerUntold))
      problems.push(`rung at ${when} though it had answered`);
    const unanswered = within(DAY_MS).filter(({ answeredAt }) => answeredAt === null).length;
    if (unanswered >= 2) problems.push(`rung at ${when} after ${unanswered} calls in vain`);
  }
  if (sorted.length > budget) problems.push(`rung ${sorted.length} times, at most ${budget}`);
  return problems;
}
