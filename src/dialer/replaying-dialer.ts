/**
 * The half of the Dialer that knows whether D1 was set back (HS-12, T23): it closes dialing by itself, keeps how far the replay is, and opens
 * when all is written again. A class that the Dialer extends, because only methods of its class can be called from outside.
 */
import { DurableObject } from 'cloudflare:workers';
import { type DatabaseMarks, isBehind, lostSince } from '../domain/campaign/database-marks.ts';
import type { Env } from '../env.ts';
import { database } from '../store/database.ts';
import { readMarks } from '../store/database-marks.ts';
import { DatabaseGuard, type Held, type LedgerPage, type Replay, type ReplayStep } from './database-guard.ts';

export abstract class ReplayingDialer extends DurableObject<Env> {
  protected readonly guard: DatabaseGuard;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.guard = new DatabaseGuard(ctx.storage);
  }

  abstract stop(stop: { by: string; now: number }): Promise<void>;
  /** Nothing is granted any more: neither what was hinted nor who stands at the counter. */
  protected abstract closed(): Promise<void>;
  protected abstract opened(): Promise<void>;

  /** What D1 said, to the cron and before each dial. Thrown on where it does not answer: then nobody is dialled. */
  async heed(marks: DatabaseMarks): Promise<Held | null> {
    if (this.guard.held !== null) return this.guard.held;
    if (this.guard.notes(marks)) return null;
    const { seen } = this.guard;
    const read = await readMarks(database(this.env));
    // By what was seen before it was asked: others may have written since.
    return isBehind(seen, read) ? this.hold(lostSince(read)) : null;
  }

  /** D1 was set back: nothing is granted until all is replayed. The stop of a person is another thing, and stays. */
  async hold(since: number): Promise<Held> {
    if (this.guard.held !== null) return this.guard.held;
    const held = this.guard.hold(since);
    await this.closed();
    return held;
  }

  /** How far the replay is, after that step; null: nothing is held, or somebody else was faster. */
  replaying(step?: ReplayStep): Replay | null {
    return this.guard.replay(step);
  }

  /** All that D1 lacked is there again; its marks now. Whoever says so before every stage is done is not heeded. */
  async openAfterReplay(id: string, marks: DatabaseMarks): Promise<void> {
    const held = this.guard.open(id, marks);
    if (held === null) return;
    if (held.byPerson) await this.stop({ by: 'the restore from a backup', now: Date.now() });
    await this.opened();
  }

  /** Who was given a permit since then, whatever D1 says. */
  dialledSince(at: number, after: number, limit: number): LedgerPage {
    return this.guard.ledger.since(at, after, limit);
  }
}
