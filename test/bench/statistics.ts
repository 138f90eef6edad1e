/** Medians, percentiles and verdicts of what was measured. Pure. */
import type { Row } from './row.ts';

/** With the value itself when it was measured, between two when not; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Of several rounds: the median, and how far they lie apart. */
export const spread = (rounds: readonly number[]): Pick<Row, 'value' | 'low' | 'high'> => ({
  value: median(rounds),
  low: percentile(rounds, 0),
  high: percentile(rounds, 1),
});

/** A row measured in rounds, each beside a round of the baseline: the ratio is the median of theirs, as a machine drifts. */
export function beside(
  row: Pick<Row, 'name' | 'unit' | 'note'>,
  rounds: readonly number[],
  baseline: { readonly name: string; readonly rounds: readonly number[] },
): Row {
  const ratios = rounds.map((round, n) => round / (baseline.rounds[n] ?? Number.NaN));
  return {
    ...row,
    ...spread(rounds),
    baseline: { name: baseline.name, value: median(baseline.rounds) },
    ratio: median(ratios),
  };
}

/** `of`: whether the target is for the ratio to the baseline, or for the value itself. */
export function judged(row: Row, target: NonNullable<Row['target']>, of: 'value' | 'ratio' = 'value'): Row {
  const figure = of === 'ratio' ? row.ratio : row.value;
  if (figure === undefined || Number.isNaN(figure)) return { ...row, target, met: false };
  return { ...row, target, met: target.op === '<=' ? figure <= target.value : figure >= target.value };
}
