/** Every benchmark of `npm run bench`, in the order it runs. */
import { account } from './data/account.bench.ts';
import { campaigns } from './data/campaigns.bench.ts';
import { lists } from './data/lists.bench.ts';
import type { Benchmark } from './row.ts';

export const benches: readonly Benchmark[] = [lists, campaigns, account];
