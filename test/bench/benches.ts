/** Every benchmark of `npm run bench`, in the order it runs. */
import * as calls from './calls.bench.ts';
import * as cost from './cost.bench.ts';
import { account } from './data/account.bench.ts';
import { campaigns } from './data/campaigns.bench.ts';
import { lists } from './data/lists.bench.ts';
import { dialer } from './dialer.bench.ts';
import { pacing } from './pacing.bench.ts';
import type { Benchmark } from './row.ts';
import * as startUp from './start-up.bench.ts';
import * as verify from './verify.bench.ts';
import * as webhook from './webhook.bench.ts';

export const benches: readonly Benchmark[] = [
  startUp,
  verify,
  webhook,
  calls,
  cost,
  lists,
  campaigns,
  pacing,
  dialer,
  account,
];
