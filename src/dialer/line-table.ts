/**
 * The Dialer's rows: attempts waiting for a line or holding one, campaigns' limits, and the times of recent dials. Synchronous SQL
 * of one Durable Object. What waits may be a hundred thousand rows and stays there; what is under way, and counts, are held in
 * memory beside it, written through. What may be dialled is decided by domain/campaign.
 * waiting → hinted (a queue message is under way) → taken (permit given) → started (the session has it) → gone.
 */
import { LEDGER_MS } from '../domain/campaign/pacing.ts';

export interface Line {
  readonly attemptId: string;
  readonly callId: string;
  /** Null: a single call. */
  readonly campaignId: string | null;
  readonly state: 'waiting' | 'hinted' | 'taken' | 'started';
  /** Epoch milliseconds: when a line under way is looked at again. */
  readonly dueAt: number;
}
export interface NewLine {
  readonly attemptId: string;
  readonly callId: string;
}
export interface CampaignLimits {
  readonly pacePerSecond: number;
  readonly maxLiveCalls: number;
}

/** What is known of one campaign, or of the single calls; of no use once another line was moved. */
export interface Book {
  readonly campaignId: string | null;
  /** Null: it may dial nothing now. Single calls have none of their own. */
  readonly limits: CampaignLimits | null;
  readonly waiting: number;
  readonly liveCalls: number;
  /** When each hint left whose line was not taken yet. */
  readonly hinted: ReadonlyMap<string, number>;
  readonly dialedAt: readonly number[];
  readonly turn: number;
}
type OpenBook = { -readonly [K in keyof Book]: Book[K] } & {
  readonly hinted: Map<string, number>;
  dialedAt: number[];
};
interface Dial {
  readonly id: number;
  readonly at: number;
  readonly key: string;
}

const LINES_PER_INSERT = 5000;
const SINGLE = '';
const keyOf = (campaignId: string | null): string => campaignId ?? SINGLE;
const COLUMNS = 'attempt_id, call_id, campaign_id, state, due_at';
type Row = {
  attempt_id: string;
  call_id: string;
  campaign_id: string;
  state: Line['state'];
  due_at: number;
};
const lineOf = (row: Row): Line => ({
  attemptId: row.attempt_id,
  callId: row.call_id,
  campaignId: row.campaign_id === SINGLE ? null : row.campaign_id,
  state: row.state,
  dueAt: row.due_at,
});

export class LineTable {
  readonly #sql: SqlStorage;
  readonly #underWay = new Map<string, Line>();
  readonly #books = new Map<string, OpenBook>();
  #dials: Dial[] = [];
  #turn = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    createTables(sql);
    this.#load();
  }

  /** An attempt already known stays as it is, wherever it stands. */
  add(campaignId: string | null, lines: readonly NewLine[], now: number): void {
    for (let from = 0; from < lines.length; from += LINES_PER_INSERT) {
      const added = this.#sql.exec(
        `insert into lines (attempt_id, call_id, campaign_id, state, waits, queued_at, due_at)
         select value ->> 'attemptId', value ->> 'callId', ?, 'waiting', 1, ?, ? from json_each(?) where true
         on conflict do nothing returning 1`,
        ...[keyOf(campaignId), now, now, JSON.stringify(lines.slice(from, from + LINES_PER_INSERT))],
      );
      this.#book(campaignId).waiting += added.toArray().length;
    }
  }

  setLimits(campaignId: string, limits: CampaignLimits | null): void {
    const book = this.#book(campaignId);
    if (limits === null && book.limits !== null) {
      book.limits = null;
      this.#sql.exec('delete from campaigns where campaign_id = ?', campaignId);
      this.hintedBack(campaignId);
    }
    if (limits !== null && !isSame(limits, book.limits)) {
      book.limits = limits;
      this.#sql.exec(
        'insert or replace into campaigns values (?, ?, ?)',
        ...[campaignId, limits.pacePerSecond, limits.maxLiveCalls],
      );
    }
    this.#tidy(book);
  }

  get(attemptId: string): Line | null {
    const known = this.#underWay.get(attemptId);
    if (known !== undefined) return known;
    const [row] = this.#sql.exec<Row>(`select ${COLUMNS} from lines where attempt_id = ?`, attemptId);
    return row === undefined ? null : lineOf(row);
  }

  /** The one that waited longest, from now on under way to be taken; null when nobody waits. */
  hintNext(campaignId: string | null, now: number, dueAt: number): Line | null {
    const [row] = this.#sql
      .exec<Row>(
        `select ${COLUMNS} from lines where waits = 1 and campaign_id = ? order by queued_at, attempt_id limit 1`,
        keyOf(campaignId),
      )
      .toArray();
    if (row === undefined) return null;
    this.#turn += 1;
    this.#book(campaignId).turn = this.#turn;
    return this.#move(lineOf(row), 'hinted', dueAt, now);
  }

  /** Whatever it was before: the permit, or the session, goes before what the list says. */
  move(line: Line, state: 'taken' | 'started', dueAt: number): void {
    this.#move(line, state, dueAt, 0);
  }

  /** Not taken after all: back to where it stood. */
  waitAgain(line: Line): void {
    if (line.state === 'waiting') return;
    this.#sql.exec(`update lines set state = 'waiting', waits = 1 where attempt_id = ?`, line.attemptId);
    this.#leave(line);
    this.#book(line.campaignId).waiting += 1;
  }

  /** Behind all others: an attempt that cannot be taken must not keep them from the line. */
  moveToEnd(line: Line, now: number): void {
    this.waitAgain(line);
    this.#sql.exec('update lines set queued_at = ? where attempt_id = ?', now, line.attemptId);
  }

  /** Of one campaign, or all. */
  hintedBack(campaignId?: string): void {
    for (const line of [...this.#underWay.values()]) {
      if (line.state === 'hinted' && (campaignId === undefined || line.campaignId === campaignId)) this.waitAgain(line);
    }
  }

  remove(attemptId: string): void {
    const line = this.get(attemptId);
    if (line === null) return;
    this.#sql.exec('delete from lines where attempt_id = ?', attemptId);
    this.#leave(line);
    const book = this.#book(line.campaignId);
    if (line.state === 'waiting') book.waiting -= 1;
    this.#tidy(book);
  }

  /** Those not taken yet are gone, in one step; which they were. */
  dropWaiting(campaignId: string): string[] {
    this.hintedBack(campaignId);
    const rows = this.#sql.exec<{ attempt_id: string }>(
      'delete from lines where waits = 1 and campaign_id = ? returning attempt_id',
      campaignId,
    );
    const dropped = [...rows].map(({ attempt_id }) => attempt_id);
    const book = this.#book(campaignId);
    book.waiting = 0;
    this.#tidy(book);
    return dropped;
  }

  /** Lines past their time in a state that should have moved on, the longest first. */
  overdue(state: 'hinted' | 'taken' | 'started', now: number, limit: number): Line[] {
    return [...this.#underWay.values()]
      .filter((line) => line.state === state && line.dueAt <= now)
      .toSorted((a, b) => a.dueAt - b.dueAt)
      .slice(0, limit);
  }

  /** When a line under way is to be looked at, or null. */
  nextDue(): number | null {
    let due: number | null = null;
    for (const { dueAt } of this.#underWay.values()) due = due === null || dueAt < due ? dueAt : due;
    return due;
  }

  recordDial(campaignId: string | null, now: number): void {
    const key = keyOf(campaignId);
    const [row] = this.#sql.exec<{ id: number }>(
      'insert into dials (dialed_at, campaign_id) values (?, ?) returning rowid as id',
      ...[now, key],
    );
    const book = this.#book(campaignId);
    book.dialedAt.push(now);
    this.#dials.push({ id: row?.id ?? 0, at: now, key });
    this.#forgetDials(now);
  }

  /** Of the whole account, ascending. */
  get dialedAt(): number[] {
    return this.#dials.map(({ at }) => at);
  }

  book(campaignId: string | null): Book {
    return this.#books.get(keyOf(campaignId)) ?? this.#newBook(campaignId);
  }

  books(): Iterable<Book> {
    return this.#books.values();
  }

  liveCalls(): string[] {
    return [...this.#underWay.values()].filter(({ state }) => state !== 'hinted').map(({ callId }) => callId);
  }

  #load(): void {
    const counted = this.#sql.exec<{ campaign_id: string; n: number }>(
      'select campaign_id, count(*) as n from lines where waits = 1 group by campaign_id',
    );
    for (const { campaign_id, n } of counted) this.#book(campaign_id || null).waiting = n;
    const limited = this.#sql.exec<{ campaign_id: string; pace: number; max_live: number }>('select * from campaigns');
    for (const { campaign_id, pace, max_live } of limited)
      this.#book(campaign_id).limits = { pacePerSecond: pace, maxLiveCalls: max_live };
    // Hints sent before a restart count as late: they may have died with it.
    for (const row of this.#sql.exec<Row>(`select ${COLUMNS} from lines where waits is null`))
      this.#enter(lineOf(row), 0);
    const dials = this.#sql.exec<{ id: number; dialed_at: number; campaign_id: string }>(
      'select rowid as id, dialed_at, campaign_id from dials order by dialed_at, rowid',
    );
    for (const { id, dialed_at: at, campaign_id: key } of dials) {
      const book = this.#book(key || null);
      book.dialedAt.push(at);
      this.#dials.push({ id, at, key });
      this.#turn += 1;
      book.turn = this.#turn;
    }
  }

  #move(line: Line, state: Exclude<Line['state'], 'waiting'>, dueAt: number, hintedAt: number): Line {
    // `waits` is named only when it changes: naming it alone would write its indexes.
    const leaving = line.state === 'waiting' ? ', waits = null' : '';
    this.#sql.exec(
      `update lines set state = ?, due_at = ?${leaving} where attempt_id = ?`,
      ...[state, dueAt, line.attemptId],
    );
    if (line.state === 'waiting') this.#book(line.campaignId).waiting -= 1;
    this.#leave(line);
    return this.#enter({ ...line, state, dueAt }, hintedAt);
  }

  #enter(line: Line, hintedAt: number): Line {
    this.#underWay.set(line.attemptId, line);
    const book = this.#book(line.campaignId);
    if (line.state === 'hinted') book.hinted.set(line.attemptId, hintedAt);
    else book.liveCalls += 1;
    return line;
  }

  #leave({ attemptId, campaignId }: Line): void {
    const known = this.#underWay.get(attemptId);
    if (known === undefined) return;
    this.#underWay.delete(attemptId);
    const book = this.#book(campaignId);
    if (known.state === 'hinted') book.hinted.delete(attemptId);
    else book.liveCalls -= 1;
  }

  #book(campaignId: string | null): OpenBook {
    const known = this.#books.get(keyOf(campaignId));
    if (known !== undefined) return known;
    const book = this.#newBook(campaignId);
    this.#books.set(keyOf(campaignId), book);
    return book;
  }

  #newBook(campaignId: string | null): OpenBook {
    const dialedAt = this.#dials.flatMap(({ key, at }) => (key === keyOf(campaignId) ? [at] : []));
    return { campaignId, limits: null, waiting: 0, liveCalls: 0, hinted: new Map(), dialedAt, turn: 0 };
  }

  /** A campaign that is over leaves nothing behind. */
  #tidy(book: Book): void {
    if (!isInUse(book)) this.#books.delete(keyOf(book.campaignId));
  }

  /** What bounds no dial any more. The last one of each stays longer, for paces of one in many seconds. */
  #forgetDials(now: number): void {
    const last = new Map(this.#dials.map(({ id, key }) => [key, id]));
    const newest = this.#dials.at(-1)?.id;
    const isKept = ({ id, at, key }: Dial): boolean => {
      const book = this.#books.get(key);
      return at > now - LEDGER_MS || id === newest || (last.get(key) === id && book !== undefined && isInUse(book));
    };
    const old = this.#dials.filter((dial) => !isKept(dial)).map(({ id }) => id);
    if (old.length === 0) return;
    this.#sql.exec('delete from dials where rowid in (select value from json_each(?))', JSON.stringify(old));
    this.#dials = this.#dials.filter(isKept);
    for (const book of this.#books.values()) {
      const key = keyOf(book.campaignId);
      book.dialedAt = this.#dials.flatMap((dial) => (dial.key === key ? [dial.at] : []));
    }
  }
}

const isInUse = ({ limits, waiting, liveCalls, hinted }: Book): boolean =>
  limits !== null || waiting + liveCalls + hinted.size > 0;

const isSame = (a: CampaignLimits, b: CampaignLimits | null): boolean =>
  a.pacePerSecond === b?.pacePerSecond && a.maxLiveCalls === b.maxLiveCalls;

/** `waits` is 1 or null, so that a line under way leaves the index of those waiting, and its later moves touch no index at all. */
function createTables(sql: SqlStorage): void {
  sql.exec(`
    create table if not exists lines (
      attempt_id text primary key, call_id text not null, state text not null, queued_at integer not null, due_at integer not null,
      campaign_id text not null default '', waits integer
    ) without rowid;
    create table if not exists dials (dialed_at integer not null, campaign_id text not null default '');
    create table if not exists campaigns (campaign_id text primary key, pace real not null, max_live integer not null) without rowid;
  `);
  const columns = [...sql.exec<{ name: string }>(`select name from pragma_table_info('lines')`)];
  if (!columns.some(({ name }) => name === 'waits')) {
    // Of the time before campaigns: everything was a single call.
    sql.exec(`
      alter table lines add column campaign_id text not null default '';
      alter table lines add column waits integer;
      update lines set waits = 1 where state = 'waiting';
      alter table dials add column campaign_id text not null default '';
    `);
  }
  sql.exec(`
    create index if not exists lines_waiting on lines (campaign_id, queued_at, attempt_id) where waits = 1;
    create index if not exists lines_under_way on lines (waits) where waits is null;
  `);
}
