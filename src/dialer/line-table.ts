/**
 * The Dialer's rows: attempts waiting for a line or holding one, and the times of recent dials. Synchronous SQL of one
 * Durable Object; what may be dialled is decided by domain/campaign/pacing.
 * waiting → hinted (a queue message is under way) → taken (permit given) → started (the session has it) → gone.
 */
import type { Ledger } from '../domain/campaign/pacing.ts';

export interface Line {
  readonly attemptId: string;
  readonly callId: string;
  readonly state: 'waiting' | 'hinted' | 'taken' | 'started';
  /** Epoch milliseconds: when this row is looked at again. */
  readonly dueAt: number;
}

export class LineTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      create table if not exists lines (
        attempt_id text primary key, call_id text not null, state text not null, queued_at integer not null, due_at integer not null
      );
      create table if not exists dials (dialed_at integer not null);
    `);
  }

  /** An attempt already known stays as it is. */
  add(attemptId: string, callId: string, now: number): void {
    this.#sql.exec(
      `insert into lines values (?, ?, 'waiting', ?, ?) on conflict do nothing`,
      attemptId,
      callId,
      now,
      now,
    );
  }

  get(attemptId: string): Line | null {
    return this.#lines('where attempt_id = ?', attemptId)[0] ?? null;
  }

  move(attemptId: string, state: Line['state'], dueAt: number): void {
    this.#sql.exec('update lines set state = ?, due_at = ? where attempt_id = ?', state, dueAt, attemptId);
  }

  /** Back to the end of the order: an attempt that cannot be taken must not keep the others from the line. */
  moveToEnd(attemptId: string, now: number): void {
    this.#sql.exec(
      `update lines set state = 'waiting', queued_at = ?, due_at = ? where attempt_id = ?`,
      now,
      now,
      attemptId,
    );
  }

  remove(attemptId: string): void {
    this.#sql.exec('delete from lines where attempt_id = ?', attemptId);
  }

  /** The head of the order, whenever it is due: pace and cap are everybody's, so nobody behind it may go first. */
  nextWaiting(): Line | null {
    return this.#lines(`where state = 'waiting' order by queued_at, attempt_id limit 1`)[0] ?? null;
  }

  /** Rows past their time in a state that should have moved on. */
  overdue(state: 'hinted' | 'taken' | 'started', now: number): Line[] {
    return this.#lines('where state = ? and due_at <= ? order by due_at limit 20', state, now);
  }

  /** When something is due next, or null. Of those that wait only the head counts: the others come after it anyway. */
  nextDue(): number | null {
    const { due } = this.#sql
      .exec<{ due: number | null }>(`select min(due_at) as due from lines where state != 'waiting'`)
      .one();
    const head = this.nextWaiting()?.dueAt ?? null;
    return due === null || head === null ? (due ?? head) : Math.min(due, head);
  }

  count(...states: Line['state'][]): number {
    const marks = states.map(() => '?').join(', ');
    return this.#sql.exec<{ n: number }>(`select count(*) as n from lines where state in (${marks})`, ...states).one()
      .n;
  }

  recordDial(now: number, keepMs: number): void {
    this.#sql.exec('delete from dials where dialed_at < ?', now - keepMs);
    this.#sql.exec('insert into dials values (?)', now);
  }

  /** `except`: an attempt that asks again holds no second line. */
  ledger(except: string | null): Ledger {
    const dialedAt = [...this.#sql.exec<{ dialed_at: number }>('select dialed_at from dials order by dialed_at')].map(
      (row) => row.dialed_at,
    );
    const { n } = this.#sql
      .exec<{ n: number }>(
        `select count(*) as n from lines where state in ('taken', 'started') and attempt_id is not ?`,
        except,
      )
      .one();
    return { dialedAt, liveCalls: n };
  }

  #lines(where: string, ...params: (string | number)[]): Line[] {
    const rows = this.#sql.exec<{ attempt_id: string; call_id: string; state: Line['state']; due_at: number }>(
      `select attempt_id, call_id, state, due_at from lines ${where}`,
      ...params,
    );
    return [...rows].map((row) => ({
      attemptId: row.attempt_id,
      callId: row.call_id,
      state: row.state,
      dueAt: row.due_at,
    }));
  }
}
