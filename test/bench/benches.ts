/** Every benchmark of `npm run bench`, in the order it runs. */
import type { Benchmark } from './row.ts';

export const benches: readonly Benchmark[] = [];
