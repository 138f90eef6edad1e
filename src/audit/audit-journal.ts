/**
 * What the audit's object keeps in its own storage: its newest lines, where the chain stands, what of it lies in R2. Synchronous, so
 * that a line is numbered, chained and stored in one step.
 */
import { type AuditEntry, type AuditRow, type ChainHead, chained } from '../domain/audit/audit-row.ts';
import type { AuditPart } from '../store/audit-bucket.ts';
import { sha256Hex } from '../store/seal.ts';

type JsonRow = { seq: number; row: string };

/** So long is one object in R2, about: it is held in memory whole. At least one line. */
const PART_CHARS = 1_000_000;
/** So long is what is read at once, but for its last line: it travels as one parameter. */
export const PAGE_CHARS = 500_000;

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
      create table if not exists parts (day text not null, part integer not null, first integer not null, seq integer not null,
        hash text not null, primary key (day, part));
      create index if not exists parts_seq on parts (seq);
    `);
    this.#takeOverDays();
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
    const closed = this.#closedDay;
    const open = closed === null ? '' : dayAfter(closed);
    return [day, last ?? '', open].reduce((latest, each) => (each > latest ? each : latest));
  }

  /** No line is added to that day any more, nor to one before it: it is being put into R2. */
  close(day: string): void {
    if (day > (this.#closedDay ?? '')) this.#storage.kv.put('closed', day);
  }
  get #closedDay(): string | null {
    return this.#storage.kv.get<string>('closed') ?? null;
  }

  /** At most `limit` lines that follow each other, and fewer where they are long. */
  after(seq: number, limit: number): AuditRow[] {
    const rows: AuditRow[] = [];
    let length = 0;
    for (const { seq: each, row } of this.#sql.exec<JsonRow>(
      'select seq, row from lines where seq > ? order by seq limit ?',
      ...[seq, limit],
    )) {
      const last = rows.at(-1);
      if (last !== undefined && (each !== last.seq + 1 || length > PAGE_CHARS)) break;
      length += row.length;
      rows.push(JSON.parse(row) as AuditRow);
    }
    return rows;
  }

  /** Lines of open pages that somebody left since then. */
  pollsSince(at: number): AuditRow[] {
    const sql = 'select seq, row from lines where day >= ? and poll = 1 and at >= ? order by seq';
    return this.#rows(sql, utcDay(at), at);
  }

  /** Whether it is a line of that day. */
  holds(day: string, { seq, hash }: ChainHead): boolean {
    const [line] = this.#sql.exec<JsonRow>('select seq, row from lines where seq = ? and day = ?', seq, day).toArray();
    return line !== undefined && (JSON.parse(line.row) as AuditRow).hash === hash;
  }

  /** The first lines that are in no object in R2 yet, of the oldest day after `after` and before `today` that has such. */
  partToPut(today: string, after: string): { readonly part: AuditPart; readonly lines: string[] } | null {
    for (const day of this.#daysBetween(after, today)) {
      const last = this.#lastPart(day);
      const lines: string[] = [];
      let [length, first, seq] = [0, 0, 0];
      for (const line of this.#sql.exec<JsonRow>(
        'select seq, row from lines where day = ? and seq > ? order by seq',
        ...[day, last?.seq ?? 0],
      )) {
        length += line.row.length;
        if (lines.length > 0 && length > PART_CHARS) break;
        if (lines.length === 0) first = line.seq;
        seq = line.seq;
        lines.push(line.row);
      }
      const end = lines.at(-1);
      if (end === undefined) continue;
      const { hash } = JSON.parse(end) as AuditRow;
      return { part: { day, part: last === null ? 0 : last.part + 1, first, head: { seq, hash } }, lines };
    }
    return null;
  }

  notePart({ day, part, first, head }: AuditPart): void {
    const sql = 'insert into parts values (?, ?, ?, ?, ?) on conflict do nothing';
    this.#sql.exec(sql, day, part, first, head.seq, head.hash);
  }

  /** Objects in R2 with a line after `seq`, oldest first. */
  partsAfter(seq: number, limit: number): AuditPart[] {
    type Row = { day: string; part: number; first: number; seq: number; hash: string };
    return this.#sql
      .exec<Row>('select day, part, first, seq, hash from parts where seq > ? order by seq limit ?', seq, limit)
      .toArray()
      .map(({ day, part, first, ...head }) => ({ day, part, first, head: { seq: head.seq, hash: head.hash } }));
  }

  /** What stands both in D1 and in R2 and is of a day before that time goes, but for the last such line. */
  forget(before: number, limit: number): void {
    const copied = this.#sql.exec<{ seq: number | null }>('select max(seq) as seq from parts').one().seq ?? 0;
    const last = Math.min(this.mirrored, copied, this.head?.seq ?? 0) - 1;
    let left = limit;
    for (const day of this.#daysBetween('', utcDay(before))) {
      // By day: by age alone every line that is kept would be looked at each time.
      const gone = this.#sql.exec(
        'delete from lines where seq in (select seq from lines where day = ? and seq <= ? order by seq limit ?) returning seq',
        ...[day, Math.min(last, this.#lastPart(day)?.seq ?? 0), left],
      );
      left -= gone.toArray().length;
      if (left === 0) return;
    }
  }

  /** Days that have lines here, oldest first; neither end included. */
  *#daysBetween(after: string, before: string): Generator<string, void> {
    for (let last = after; ; ) {
      const sql = 'select min(day) as day from lines where day > ?';
      const { day } = this.#sql.exec<{ day: string | null }>(sql, last).one();
      if (day === null || day >= before) return;
      yield day;
      last = day;
    }
  }

  #lastPart(day: string): { readonly part: number; readonly seq: number } | null {
    type Row = { part: number; seq: number };
    const sql = 'select part, seq from parts where day = ? order by part desc limit 1';
    return this.#sql.exec<Row>(sql, day).toArray()[0] ?? null;
  }

  /** A day was one object once. */
  #takeOverDays(): void {
    if (this.#sql.exec(`select 1 from sqlite_master where name = 'days'`).toArray().length === 0) return;
    this.#storage.transactionSync(() => {
      this.#sql.exec('insert or ignore into parts select day, 0, first, seq, hash from days');
      this.#sql.exec('drop table days');
    });
  }

  #rows(sql: string, ...bindings: (string | number)[]): AuditRow[] {
    return this.#sql
      .exec<JsonRow>(sql, ...bindings)
      .toArray()
      .map(({ row }) => JSON.parse(row) as AuditRow);
  }
}

export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
const dayAfter = (day: string): string => utcDay(Date.parse(day) + 24 * 3_600_000);
