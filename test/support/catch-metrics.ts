/** The points written from here on, by whatever object of the worker. */
import { vi } from 'vitest';
import { testEnv } from './worker-env.ts';

export interface Point {
  readonly indexes: readonly string[];
  readonly blobs: readonly string[];
  readonly doubles: readonly number[];
}

export function catchMetrics(): Point[] {
  const points: Point[] = [];
  const dataset = testEnv.METRICS;
  if (dataset === undefined) throw new Error('METRICS is not bound');
  vi.spyOn(dataset, 'writeDataPoint').mockImplementation((point) => void points.push(point as unknown as Point));
  return points;
}

/** The labels of one metric, without its name. */
export const labelsOf = (points: readonly Point[], name: string): string[][] =>
  points.filter(({ indexes }) => indexes[0] === name).map(({ blobs }) => blobs.slice(1));
