/**
 * What the Dialer knows of D1 that D1 itself may forget: the highest marks there were, and who was dialled. By them a database that was set
 * back is noticed (HS-12, T23), and then nobody is dialled until everything it lacks is there again.
 */
import { type DatabaseMarks, highest, isBehind, NO_MARKS } from '../domain/campaign/database-marks.ts';
import { REPLAY_BEGINS, type ReplayState } from '../domain/campaign/replay-stages.ts';
import { log } from '../log.ts';
import { DialLedger, type GrantedDial, type LedgerDial } from './dial-ledger.ts';

/** Closed by itself. Epoch milliseconds. */
export interface Held {
  readonly at: number;
  /** From when on something may be missing. */
  readonly since: number;
  /** The Dialer is new as well: who was dialled is not known either, so a person opens it. */
  readonly byPerson: boolean;
}
/** How far that is what D1 lacks. Here, because D1 may be set back once more meanwhile. */
export interface Replay {
  /** Another after each piece, of two turns at once the faster one's: whoever goes on from an older one is not heeded. */
  readonly id: string;
  readonly since: number;
  readonly state: ReplayState;
  /** What was last written into D1 to know it by, epoch milliseconds: where it says less, it was set back once more. */
  readonly token: number;
}
/** From the replay of that id: on; or only what was written into D1; or, because D1 was set back once more, from the beginning. */
export type ReplayStep = { readonly from: string } & (
  | { readonly state: ReplayState }
  | { readonly token: number }
  | { readonly lostSince: number }
);
/** The last time that all was written again. */
export interface Replayed {
  readonly at: number;
  readonly since: number;
}
/** What comes with the question for a permit: whom it is about, and what the database said after everything else was read of it. */
export interface Asked {
  readonly dial: GrantedDial;
  readonly marks: DatabaseMarks;
}
export interface LedgerPage {
  readonly dials: LedgerDial[];
  readonly next: number | null;
}

export class DatabaseGuard {
  readonly #kv: DurableObjectStorage['kv'];
  readonly ledger: DialLedger;
  #held: Held | null;
  #seen: DatabaseMarks;
  #replay: Replay | null;

  constructor({ kv, sql }: DurableObjectStorage) {
    this.#kv = kv;
    this.ledger = new DialLedger(sql);
    this.#held = kv.get<Held>('held') ?? null;
    this.#seen = kv.get<DatabaseMarks>('seen') ?? NO_MARKS;
    this.#replay = kv.get<Replay>('replay') ?? null;
  }

  get seen(): DatabaseMarks {
    return this.#seen;
  }

  get held(): Held | null {
    return this.#held;
  }
  get replayed(): Replayed | null {
    return this.#kv.get<Replayed>('replayed') ?? null;
  }

  /** False: they are lower than they were, because D1 was set back, or because they were read before others wrote. */
  notes(read: DatabaseMarks): boolean {
    if (isBehind(this.#seen, read)) return false;
    const seen = highest(this.#seen, read);
    if (isBehind(seen, this.#seen)) this.#see(seen);
    return true;
  }

  hold(since: number): Held {
    this.#held = { at: Date.now(), since, byPerson: this.#seen.tide === 0 };
    this.#kv.put('held', this.#held);
    this.#begin(since);
    log.error('dialer.held', { code: 'database_set_back' });
    return this.#held;
  }

  /** How far it is, after that step. Null: nothing is held, or somebody else went on from there. */
  replay(step?: ReplayStep): Replay | null {
    if (this.#held === null) return null;
    const replay = this.#replay ?? this.#begin(this.#held.since);
    if (step === undefined) return replay;
    if (step.from !== replay.id) return null;
    if ('state' in step) return this.#keep({ ...replay, id: crypto.randomUUID(), state: step.state });
    // The same id: a turn that is still at its piece goes on, or one that takes long would never be done.
    if ('token' in step) return this.#keep({ ...replay, token: Math.max(step.token, replay.token) });
    log.error('dialer.held_again', { code: 'database_set_back' });
    return this.#begin(Math.min(step.lostSince, replay.since));
  }

  /** Null: not every stage is done, or somebody else was faster. */
  open(id: string, marks: DatabaseMarks): Held | null {
    const held = this.#held;
    const replay = this.replay();
    if (held === null || replay?.id !== id || replay.state.stage !== 'done') return null;
    this.#kv.put('replayed', { at: Date.now(), since: replay.since } satisfies Replayed);
    this.#see(marks);
    this.#held = null;
    this.#kv.delete('held');
    this.#replay = null;
    this.#kv.delete('replay');
    log.warn('dialer.released');
    return held;
  }

  #begin(since: number): Replay {
    return this.#keep({ id: crypto.randomUUID(), since, state: REPLAY_BEGINS, token: 0 });
  }
  #keep(replay: Replay): Replay {
    this.#replay = replay;
    this.#kv.put('replay', replay);
    return replay;
  }

  #see(marks: DatabaseMarks): void {
    this.#seen = marks;
    this.#kv.put('seen', marks);
  }
}
