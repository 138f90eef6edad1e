/**
 * What the audit's object keeps in its own storage: its newest lines, where the chain stands, which days lie in R2. Synchronous, so
 * that a line is numbered, chained and stored in one step.
 */
import { type AuditEntry, type AuditRow, type ChainHead, chained } from '../domain/audit/audit-row.ts';
import type { AuditDay } from '../store/audit-bucket.ts';
import { sha256Hex } from '../store/seal.ts';

type JsonRow = { seq: number; row: string };

export class AuditJournal {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(`
      create table if not exists lines (seq integer primary key, entry_id text not null unique, day text not null,
        at integer not null, poll integer not null, row text not null);
      create index if not exists lines_day on lines (day, seq);
      create table if not exists days (day text primary key, first integer not null, seq integer not null, hash text not null);
    `);
  }

  /** Before the first line; null: nobody asked for one yet. */
  get start(): ChainHead | null {
    return this.#storage.kv.get<ChainHead>('start') ?? null;
  }
  begin(start: ChainHead): void {
    this.#storage.kv.put('start', start);
    this.mirrored = start.seq;
  }

  /** The last line, or what the first one follows. The last line is never dropped. */
  get head(): ChainHead | null {
    const [last] = this.#rows('select seq, row from lines order by seq desc limit 1');
    return last === undefined ? this.start : { seq: last.seq, hash: last.hash };
  }

  /** The last line that stands in D1 too. */
  get mirrored(): number {
    return this.#storage.kv.get<number>('mirrored') ?? 0;
  }
  set mirrored(seq: number) {
    this.#storage.kv.put('mirrored', seq);
  }

  /** D1 may lack lines after that one; null: not that anybody knows. */
  get mendAfter(): number | null {
    return this.#storage.kv.get<number>('mend') ?? null;
  }
  set mendAfter(seq: number | null) {
    if (seq === null) this.#storage.kv.delete('mend');
    else this.#storage.kv.put('mend', seq);
  }

  /** The last day that has an object in R2, and whether it has one is settled for all days before it. */
  get copiedDay(): string | null {
    return this.#sql.exec<{ day: string | null }>('select max(day) as day from days').one().day;
  }

  /** Where it was added before, by the same id, it stays. */
  add(entryId: string, entry: AuditEntry, day: string, isPoll: boolean): AuditRow | null {
    const { head } = this;
    if (head === null) throw new Error('the chain has not begun');
    if (this.#sql.exec('select 1 from lines where entry_id = ?', entryId).toArray().length > 0) return null;
    const row = chained(head, entry, sha256Hex);
    this.#sql.exec(
      'insert into lines values (?, ?, ?, ?, ?, ?)',
      ...[row.seq, entryId, this.#dayFor(day), entry.at, Number(isPoll), JSON.stringify(row)],
    );
    return row;
  }

  /** A line that comes late, or by a clock that was set back, does not go into a day that is closed, nor before the line before it. */
  #dayFor(day: string): string {
    const last = this.#sql.exec<{ day: string }>('select day from lines order by seq desc limit 1').toArray()[0]?.day;
    const open = this.closedDay === null ? '' : dayAfter(this.closedDay);
    return [day, last ?? '', open].reduce((latest, each) => (each > latest ? each : latest));
  }

  /** No line is added to that day any more, nor to one before it: its object is being put. */
  get closedDay(): string | null {
    return this.#storage.kv.get<string>('closed') ?? null;
  }
  set closedDay(day: string) {
    this.#storage.kv.put('closed', day);
  }

  /** At most `limit` lines, and fewer where they are long: they travel as one parameter. */
  after(seq: number, limit: number): AuditRow[] {
    const rows: AuditRow[] = [];
    let length = 0;
    for (const { row } of this.#sql.exec<JsonRow>(
      'select seq, row from lines where seq > ? order by seq limit ?',
      ...[seq, limit],
    )) {
      length += row.length;
      if (rows.length > 0 && length > 500_000) break;
      rows.push(JSON.parse(row) as AuditRow);
    }
    return rows;
  }

  /** Lines of open pages that somebody left since then. */
  pollsSince(at: number): AuditRow[] {
    return this.#rows('select seq, row from lines where poll = 1 and at >= ? order by seq', at);
  }

  /** The number of the oldest line still here. */
  get oldest(): number | null {
    return this.#sql.exec<{ seq: number | null }>('select min(seq) as seq from lines').one().seq;
  }

  /** The oldest day before `today` that has lines and no object in R2 yet. */
  dayToCopy(today: string): string | null {
    const sql = 'select min(day) as day from lines where day < ? and day > ?';
    return this.#sql.exec<{ day: string | null }>(sql, today, this.copiedDay ?? '').one().day;
  }

  linesOf(day: string): { readonly seq: number; readonly line: string }[] {
    return this.#sql
      .exec<JsonRow>('select seq, row from lines where day = ? order by seq', day)
      .toArray()
      .map(({ seq, row }) => ({ seq, line: row }));
  }

  noteDay({ day, first, head }: AuditDay): void {
    this.#sql.exec('insert into days values (?, ?, ?, ?) on conflict do nothing', day, first, head.seq, head.hash);
  }

  /** Days in R2 with a line after `seq`, oldest first. */
  daysAfter(seq: number, limit: number): AuditDay[] {
    type Row = { day: string; first: number; seq: number; hash: string };
    return this.#sql
      .exec<Row>('select day, first, seq, hash from days where seq > ? order by seq limit ?', seq, limit)
      .toArray()
      .map((row) => ({ day: row.day, first: row.first, head: { seq: row.seq, hash: row.hash } }));
  }

  /** What stands both in D1 and in R2 and is older than that goes, but for the last such line. */
  forget(before: number, limit: number): void {
    const copied = this.#sql.exec<{ seq: number | null }>('select max(seq) as seq from days').one().seq ?? 0;
    const last = Math.min(this.mirrored, copied, this.head?.seq ?? 0) - 1;
    this.#sql.exec(
      'delete from lines where seq in (select seq from lines where seq <= ? and at < ? order by seq limit ?)',
      ...[last, before, limit],
    );
  }

  #rows(sql: string, ...bindings: (string | number)[]): AuditRow[] {
    return this.#sql
      .exec<JsonRow>(sql, ...bindings)
      .toArray()
      .map(({ row }) => JSON.parse(row) as AuditRow);
  }
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + 24 * 3_600_000).toISOString().slice(0, 10);
