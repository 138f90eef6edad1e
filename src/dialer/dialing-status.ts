/** What the Dialer says of a permit, and of dialing as a whole. */
import type { Permit } from '../domain/campaign/pacing.ts';
import type { Held, Replayed } from './database-guard.ts';
import type { GrantedDial } from './dial-ledger.ts';

export type Taken = Permit | { readonly permit: 'gone' };
/** Whoever waits at the counter. */
export interface Asker {
  readonly attemptId: string;
  readonly dial: GrantedDial;
  readonly until: number;
  readonly answer: (taken: Taken) => void;
}
export interface Stopped {
  readonly at: number;
  readonly by: string;
}
export interface DialingStatus {
  readonly stoppedAt: number | null;
  readonly stoppedBy: string | null;
  readonly held: Held | null;
  readonly replayed: Replayed | null;
  /** As they are now: what was configured, or less while Telnyx' refusals are heeded. */
  readonly ratePerSecond: number;
  readonly maxLiveCalls: number;
  readonly live: number;
  readonly waiting: number;
  readonly slowedUntil: number | null;
}
