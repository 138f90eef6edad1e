/**
 * When a campaign stops by itself: too many calls fail (C48), or too many who answer hear nothing in time (TC-16). The bounds are
 * rows with the date from which they count, stricter than the law (TC-27). Pure: what is counted over 30 days comes in as counts.
 */
import type { CallRecord, CallStatus } from '../intake/call-record.ts';
import { DAY_MS, isInstant, isoDate } from './local-clock.ts';
import { isCrowded } from './retry.ts';

export interface HealthPolicy {
  readonly version: string;
  /** The first date on which it counts, UTC. */
  readonly effectiveFrom: string;
  /** So large a share of so many that ended within so long. */
  readonly failedShare: number;
  readonly failedOfAtLeast: number;
  readonly failedWithinMs: number;
  /** More than so large a share, and so many at least. */
  readonly abandonedShare: number;
  readonly abandonedAtLeast: number;
  readonly abandonedWithinMs: number;
  /** A live answer is served when Telnyx has taken the first words by then. */
  readonly greetingWithinMs: number;
}

export const HEALTH_POLICIES: readonly HealthPolicy[] = [
  {
    version: '2026-11-28',
    effectiveFrom: '2026-01-01',
    failedShare: 0.5,
    failedOfAtLeast: 5,
    failedWithinMs: 120_000,
    // The law's bound is 3 %.
    abandonedShare: 0.02,
    abandonedAtLeast: 3,
    abandonedWithinMs: 30 * DAY_MS,
    greetingWithinMs: 2000,
  },
];

/** Before the first the first: no campaign goes unwatched. */
export function healthPolicyAt(at: number, policies: readonly HealthPolicy[] = HEALTH_POLICIES): HealthPolicy {
  const oldestFirst = policies.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
  const today = isInstant(at) ? isoDate(Math.floor(at / DAY_MS)) : '';
  const policy = oldestFirst.findLast(({ effectiveFrom }) => effectiveFrom <= today) ?? oldestFirst[0];
  if (policy === undefined) throw new Error('there is no health policy');
  return policy;
}

export interface EndedCall {
  readonly endedAt: number;
  readonly status: CallStatus;
  /** Of the call, with `telnyx_` before Telnyx' own codes. */
  readonly error: string | null;
}
export interface CampaignFigures {
  /** What ended within `failedWithinMs`; more is looked over. */
  readonly ended: readonly EndedCall[];
  /**
   * Over `abandonedWithinMs`, answered by anybody but a machine, counted no further than where `abandoned` is not too many; of all of
   * those `isAbandoned`; of those after `since`.
   */
  readonly answered: number;
  readonly abandoned: number;
  readonly abandonedSince: number;
  /** People last started it or went on: what failed before is known to them, and only a new abandoned call pauses it again. */
  readonly since: number;
}

export function pauseFor(
  figures: CampaignFigures,
  at: number,
  policy: HealthPolicy = healthPolicyAt(at),
): 'failure_rate' | 'abandonment' | null {
  const from = Math.max(figures.since, at - policy.failedWithinMs);
  // For those refused because there was too much at once the dialer slows down; nothing is broken.
  const recent = figures.ended.filter((call) => call.endedAt > from && !isCrowded(call));
  const failed = recent.filter(({ status }) => status === 'failed').length;
  if (recent.length >= policy.failedOfAtLeast && failed >= recent.length * policy.failedShare) return 'failure_rate';
  const { answered, abandoned, abandonedSince } = figures;
  const tooMany = abandoned >= policy.abandonedAtLeast && abandoned > answered * policy.abandonedShare;
  return tooMany && abandonedSince > 0 ? 'abandonment' : null;
}

/**
 * A live answer that was not served in time: the first words came late, or we hung up before any. Whoever hung up on us sooner was
 * not kept waiting. Counted in SQL (store/campaign-health.ts), held against this by a test.
 */
export function isAbandoned(
  call: Pick<CallRecord, 'answeredAt' | 'answeredBy' | 'greetingDelayMs' | 'endedAt' | 'hangupSource'>,
  { greetingWithinMs }: HealthPolicy,
): boolean {
  if (call.answeredAt === null || call.answeredBy === 'machine') return false;
  if (call.greetingDelayMs !== null) return call.greetingDelayMs > greetingWithinMs;
  return call.endedAt !== null && call.hangupSource !== 'callee';
}
