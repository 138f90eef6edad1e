/** What a kind of work brings along: how it is done, and what it means when it is given up. Retrying is not its business. */
import type { Config, Env } from '../env.ts';
import type { Database } from '../store/database.ts';
import type { Job } from '../store/jobs.ts';

export interface JobContext {
  readonly env: Env;
  readonly config: Config;
  readonly db: Database;
  readonly job: Job;
  /** Epoch milliseconds at which this try began. */
  readonly now: number;
}

export type JobOutcome =
  | { readonly kind: 'done' }
  /** A page of long work is done; it goes on from `progress`. */
  | { readonly kind: 'goes_on'; readonly progress: string; readonly afterMs: number }
  /**
   * `final`: trying again would change nothing. `forgetsProgress`: given up and sent again, it begins from its beginning.
   * `notBeforeMs`: somebody else asked to be left alone for so long.
   */
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly final?: boolean;
      readonly forgetsProgress?: true;
      readonly notBeforeMs?: number;
    };

export interface JobHandler {
  readonly run: (context: JobContext) => Promise<JobOutcome>;
  /** After the last try, before the job shows as dead. `news`: it is not given up, for something was learned meanwhile. */
  readonly onGivenUp?: (context: JobContext, code: string) => Promise<'given_up' | 'news'>;
}

export const DONE: JobOutcome = { kind: 'done' };
export const failed = (code: string, final = false): JobOutcome => ({ kind: 'failed', code, final });
