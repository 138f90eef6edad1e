/**
 * How the dialer gives way when Telnyx refuses for rate or for channels: down at once by a factor, up again slowly and evenly.
 * Pure. Others may dial on the same account, so what we may use is learned, not known.
 */
import type { PacingLimits } from './pacing.ts';

/** Telnyx' words for "too many": of dials or requests, and of channels (account, profile, connection). */
export type LimitCode = '90103' | '10011' | 'http_429' | '90041' | '90042' | '90043' | 'D1' | 'D2' | 'D3';
const RATE_CODES: ReadonlySet<LimitCode> = new Set(['90103', '10011', 'http_429']);

/** A limit lowered to `value` at `at`. */
interface Lowered {
  readonly value: number;
  readonly at: number;
}
export interface SlowDown {
  readonly rate: Lowered | null;
  readonly lines: Lowered | null;
}
export const AT_FULL_SPEED: SlowDown = { rate: null, lines: null };

export interface EffectiveLimits extends PacingLimits {
  /** Epoch milliseconds: when both are what was configured again; null when they are. */
  readonly slowedUntil: number | null;
}

const RATE_FACTOR = 0.5;
const LINES_FACTOR = 0.75;
/** Refusals of dials that left before the first was heard say nothing new; the window of Telnyx is as long. */
const SAME_BURST_MS = 5000;
/** Nothing goes up so soon after a refusal. */
const QUIET_MS = 10_000;
/** From nothing to what was configured. */
const RECOVERY_MS = 120_000;
/** It never stands still: a dial now and then is how it learns that there is room again. */
const LEAST_SHARE_OF_RATE = 1 / 16;

/** `timeScale`: under 1 where human time is shortened. `liveCalls` still counts the refused one. */
export function afterRefusal(
  slow: SlowDown,
  code: LimitCode,
  configured: PacingLimits,
  liveCalls: number,
  now: number,
  timeScale = 1,
): SlowDown {
  const { ratePerSecond, maxLiveCalls } = effectiveLimits(slow, configured, now, timeScale);
  const isNews = (lowered: Lowered | null) => lowered === null || now - lowered.at >= SAME_BURST_MS * timeScale;
  if (RATE_CODES.has(code)) {
    if (!isNews(slow.rate)) return slow;
    const value = Math.max(ratePerSecond * RATE_FACTOR, configured.ratePerSecond * LEAST_SHARE_OF_RATE);
    return { ...slow, rate: { value, at: now } };
  }
  // Each refusal tells how many lines there are not; only the first of a burst asks for more caution than that.
  const cautious = isNews(slow.lines) ? Math.floor(maxLiveCalls * LINES_FACTOR) : maxLiveCalls;
  return { ...slow, lines: { value: Math.max(1, Math.min(cautious, liveCalls - 1)), at: now } };
}

export function effectiveLimits(slow: SlowDown, configured: PacingLimits, now: number, timeScale = 1): EffectiveLimits {
  const rate = recovered(slow.rate, configured.ratePerSecond, now, timeScale);
  const lines = recovered(slow.lines, configured.maxLiveCalls, now, timeScale);
  const until = Math.max(rate.until, lines.until);
  return {
    ratePerSecond: rate.value,
    maxLiveCalls: Math.floor(lines.value),
    slowedUntil: until > now ? until : null,
  };
}

function recovered(lowered: Lowered | null, full: number, now: number, timeScale: number) {
  if (lowered === null || lowered.value >= full) return { value: full, until: now };
  const recoveryMs = RECOVERY_MS * timeScale;
  const from = lowered.at + QUIET_MS * timeScale;
  const until = Math.ceil(from + ((full - lowered.value) / full) * recoveryMs);
  if (now >= until) return { value: full, until: now };
  return { value: Math.min(full, lowered.value + (full * Math.max(0, now - from)) / recoveryMs), until };
}
