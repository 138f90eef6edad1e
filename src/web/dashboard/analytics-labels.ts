/** How figures of many calls are written: a rate beside its counts, a change against the time before, lengths and money. */
import type { Cost } from '../../domain/stats/call-analytics.ts';
import { isFew, type Share } from '../../domain/stats/share.ts';
import { counted, dollars } from './campaign-labels.ts';
import { spokenLength } from './clinic-clock.tsx';

export const NONE = '—';

const percentOf = (rate: number): number => Math.round(rate * 100);
export const percent = ({ rate }: Pick<Share, 'rate'>): string => (rate === null ? NONE : `${percentOf(rate)} %`);
export const ofText = ({ count, of }: Share): string => `${counted(count)} of ${counted(of)}`;

/** In points of a hundred; few calls are said to be few. */
export function rateChange(now: Share, before: Share): string {
  if (before.rate === null) return 'None before';
  const was = `${percent(before)} before${isFew(now) || isFew(before) ? ', of few' : ''}`;
  if (now.rate === null) return was;
  const points = percentOf(now.rate) - percentOf(before.rate);
  return points === 0 ? 'As before' : `${signed(points)} ${Math.abs(points) === 1 ? 'point' : 'points'}, ${was}`;
}

/** In percent of what it was. */
export function countChange(now: number, before: number): string {
  if (now === before) return 'As before';
  if (before === 0) return 'None before';
  return `${signed(Math.round(((now - before) * 100) / before))} %, ${counted(before)} before`;
}

/** What was measured then, as it is written. */
export const wasText = (before: string | null): string => (before === null ? 'None before' : `${before} before`);

const signed = (value: number): string => (value < 0 ? `−${counted(-value)}` : `+${counted(value)}`);

/** `3:04` of a call. */
export const callLength = (seconds: number | null): string | null => (seconds === null ? null : spokenLength(seconds));

/** `40 min`, `5 h`, `3 days`: nobody waits by the second for a signature. */
export function waitLength(seconds: number | null): string | null {
  if (seconds === null) return null;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(seconds / 3600);
  return hours < 60 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

const CENTS = 10_000_000;
/** Below ten cents two digits say nothing. */
function moneyText(nanos: number, currency: string): string {
  if (currency !== 'USD') return `${(nanos / 1e9).toFixed(4)} ${currency}`;
  return nanos > 0 && nanos < 10 * CENTS ? `$${(nanos / 1e9).toFixed(4)}` : dollars(nanos);
}

/** `$0.24 + 0.1000 EUR`: amounts of two currencies are not added. Null: none is known. */
function amountsText(costs: readonly Cost[], nanosOf: (cost: Cost) => number | null): string | null {
  const texts = costs.flatMap((cost) => {
    const nanos = nanosOf(cost);
    return nanos === null ? [] : [moneyText(nanos, cost.currency)];
  });
  return texts.length === 0 ? null : texts.join(' + ');
}
export const costEachText = (costs: readonly Cost[]): string | null =>
  amountsText(costs, ({ perCompletedNanos }) => perCompletedNanos);

/** What it was in all, and how much of it went for writing down recordings. */
export function costNote(costs: readonly Cost[]): string {
  const all = amountsText(costs, ({ nanos }) => nanos);
  if (all === null) return 'No cost is known yet';
  const writing = amountsText(costs, ({ transcriptionNanos: nanos }) => (nanos === 0 ? null : nanos));
  return `${all} in all${writing === null ? '' : `; ${writing} to write down recordings`}`;
}

export const ratioText = (ratio: number | null): string => (ratio === null ? NONE : ratio.toFixed(ratio < 10 ? 1 : 0));
