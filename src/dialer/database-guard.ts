/**
 * What the Dialer knows of D1 that D1 itself may forget: the highest marks there were, and who was dialled. By them a database that was set
 * back is noticed (HS-12, T23), and then nobody is dialled until everything it lacks is there again.
 */
import { type DatabaseMarks, highest, isBehind, NO_MARKS } from '../domain/campaign/database-marks.ts';
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

  constructor({ kv, sql }: DurableObjectStorage) {
    this.#kv = kv;
    this.ledger = new DialLedger(sql);
    this.#held = kv.get<Held>('held') ?? null;
    this.#seen = kv.get<DatabaseMarks>('seen') ?? NO_MARKS;
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
    log.error('dialer.held', { code: 'database_set_back' });
    return this.#held;
  }

  open(held: Held, marks: DatabaseMarks): void {
    this.#kv.put('replayed', { at: Date.now(), since: held.since } satisfies Replayed);
    this.#see(marks);
    this.#held = null;
    this.#kv.delete('held');
    log.warn('dialer.released');
  }

  #see(marks: DatabaseMarks): void {
    this.#seen = marks;
    this.#kv.put('seen', marks);
  }
}
