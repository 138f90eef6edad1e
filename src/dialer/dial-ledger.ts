/**
 * Who was dialled in the last days, as the Dialer granted it: ids and a keyed hash, never a number. It lies outside D1, so that a database
 * which was set back cannot make anybody be rung twice (HS-12, T23). Synchronous SQL of one Durable Object.
 */

export interface GrantedDial {
  readonly attemptId: string;
  readonly callId: string;
  readonly campaignId: string | null;
  readonly contactId: string | null;
  readonly patientId: string;
  readonly phoneHash: string;
  /** False: a test call to staff. */
  readonly counts: boolean;
}
export interface LedgerDial extends GrantedDial {
  /** Epoch milliseconds. */
  readonly dialedAt: number;
}

/** D1 can be set back by 30 days, and attempts of a week count for the caps. */
const KEEP_MS = 38 * 24 * 3_600_000;
const FORGET = 50;

type Row = { seq: number; dial: string; dialed_at: number };

export class DialLedger {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      create table if not exists granted (seq integer primary key, attempt_id text not null unique, dialed_at integer not null,
        dial text not null)
    `);
  }

  /** An attempt that is granted twice stays where it was. */
  add(dial: GrantedDial, now: number): void {
    this.#sql.exec(
      'insert into granted (attempt_id, dialed_at, dial) values (?, ?, ?) on conflict do nothing',
      ...[dial.attemptId, now, JSON.stringify(dial)],
    );
    const [oldest] = this.#sql.exec<{ dialed_at: number }>('select dialed_at from granted order by seq limit 1');
    if (oldest === undefined || oldest.dialed_at >= now - KEEP_MS) return;
    this.#sql.exec(
      'delete from granted where seq in (select seq from granted order by seq limit ?) and dialed_at < ?',
      ...[FORGET, now - KEEP_MS],
    );
  }

  /** In the order of granting; `next`: where the next page begins, null: that was the last. */
  since(at: number, after: number, limit: number): { readonly dials: LedgerDial[]; readonly next: number | null } {
    const rows = this.#sql
      .exec<Row>(
        'select seq, dial, dialed_at from granted where seq > ? and dialed_at >= ? order by seq limit ?',
        ...[after, at, limit],
      )
      .toArray();
    const dials = rows.map(({ dial, dialed_at }) => ({ ...(JSON.parse(dial) as GrantedDial), dialedAt: dialed_at }));
    return { dials, next: rows.length < limit ? null : (rows.at(-1)?.seq ?? null) };
  }
}
