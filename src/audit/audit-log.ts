/**
 * The only writer of the audit (HS-05, X12), one object for the clinic: it numbers each line, chains it to the one before and has it in
 * its own storage before it answers. D1 gets a copy, many lines in one batch, and R2 one object for each day; an alarm goes on
 * where one of them failed. So a line outlives D1, and D1 set back to an earlier time is noticed and filled again. Safe to evict
 * between any two lines: what is stored in one step is one synchronous write, and what is done twice changes nothing.
 */
import { DurableObject } from 'cloudflare:workers';
import { withDeadline } from '../deadline.ts';
import { type AuditEntry, type AuditRow, type ChainHead, GENESIS_HASH } from '../domain/audit/audit-row.ts';
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import { type AuditDay, getAuditDay, putAuditDay } from '../store/audit-bucket.ts';
import { lastMirrored, mirrorRows } from '../store/audit-mirror.ts';
import { database } from '../store/database.ts';
import { noteSign } from '../store/signs.ts';
import { AuditJournal } from './audit-journal.ts';
import { PollsShown } from './polls-shown.ts';

/** D1 may be set back by 30 days: so long everything has to be here. */
const KEEP_MS = 35 * 24 * 3_600_000;
/** After a copy that failed. */
const AGAIN_MS = 5000;
/** After a line was added: only whoever is evicted before it is copied needs it. */
const LOOK_MS = 30_000;
/** After midnight, for lines that come late. */
const DAY_GRACE_MS = 5 * 60_000;
/** Whoever added a line waits no longer for its copy. */
const COPY_WAIT_MS = 2000;
const PAGE = 100;
const FORGET_PAGE = 5000;
/** So many days' objects are put in one go. */
const DAYS_AT_ONCE = 3;

export interface Addition {
  /** The same id adds nothing the second time. */
  readonly id: string;
  readonly entries: readonly AuditEntry[];
  /** Of a page that asks by itself: kept only when it shows somebody whom it did not show lately. */
  readonly isPoll: boolean;
}

/** What only this object knows of the chain. */
export interface AuditStanding {
  readonly start: ChainHead;
  /** The last line of all. */
  readonly head: ChainHead;
  /** The last line that D1 has to hold. */
  readonly mirrored: ChainHead;
}

export class AuditLog extends DurableObject<Env> {
  readonly #journal: AuditJournal;
  readonly #polls: PollsShown;
  #copying: Promise<boolean> | null = null;
  #isArmed = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new AuditJournal(ctx.storage);
    this.#polls = new PollsShown(this.#journal);
  }

  /** The numbers of the lines; empty: it was a poll that showed nobody new, or they were there. Thrown on where nothing could be kept. */
  async add({ id, entries, isPoll }: Addition): Promise<number[]> {
    await this.#begin();
    const kept = isPoll ? entries.filter((entry) => this.#polls.isNews(entry)) : entries;
    if (kept.length === 0) return [];
    // From here to the alarm nothing waits: no other line comes in between.
    const added = this.ctx.storage.transactionSync(() =>
      kept.map((entry, i) => this.#journal.add(`${id}.${i}`, entry, utcDay(entry.at), isPoll)),
    );
    if (isPoll) this.#polls.note(kept);
    await this.#arm(LOOK_MS);
    const rows = added.filter((row) => row !== null);
    const last = rows.at(-1);
    if (last !== undefined) await this.#copyUpTo(last.seq);
    return rows.map(({ seq }) => seq);
  }

  async standing(): Promise<AuditStanding> {
    await this.#begin();
    const [start, head] = [this.#journal.start, this.#journal.head];
    if (start === null || head === null) throw new Error('the chain has not begun');
    const { mirrored } = this.#journal;
    const [row] = mirrored > start.seq ? this.#journal.after(mirrored - 1, 1) : [];
    return { start, head, mirrored: row === undefined ? start : { seq: row.seq, hash: row.hash } };
  }

  /** Lines after `seq`, in their order: as they are here, or, where they are too old for that, in R2. Empty: that was the last. */
  async rowsAfter(seq: number, limit: number): Promise<AuditRow[]> {
    const oldest = this.#journal.oldest;
    if (oldest !== null && seq + 1 >= oldest) return this.#journal.after(seq, limit);
    const [day] = this.#journal.daysAfter(seq, 1);
    const copy = day === undefined ? null : await getAuditDay(this.env.BUCKET, day.day);
    if (copy === null) return oldest === null ? [] : this.#journal.after(seq, limit);
    return copy.rows.filter((row) => row.seq > seq).slice(0, limit);
  }

  /** The hashes of lines that are still here. */
  hashesAfter(seq: number, upTo: number): ChainHead[] {
    const hashes: ChainHead[] = [];
    for (let from = seq; ; ) {
      const rows = this.#journal.after(from, 1000).filter((row) => row.seq <= upTo);
      hashes.push(...rows.map((row) => ({ seq: row.seq, hash: row.hash })));
      const last = rows.at(-1);
      if (last === undefined || last.seq >= upTo) return hashes;
      from = last.seq;
    }
  }

  /** Days that have their object in R2. */
  daysAfter(seq: number, limit: number): AuditDay[] {
    return this.#journal.daysAfter(seq, limit);
  }

  /**
   * Writes again into D1 what is missing there after `seq`; what is there stays. `budget`: so many lines are looked at; `next` null: that
   * were all. Leaves a line of its own where it wrote any.
   */
  async refill(seq: number, budget: number): Promise<{ readonly written: number; readonly next: number | null }> {
    await this.#begin();
    const db = database(this.env);
    let [from, written, isDone] = [seq, 0, false];
    for (let left = budget; left > 0 && !isDone; ) {
      const rows = await this.rowsAfter(from, Math.min(PAGE, left));
      written += (await mirrorRows(db, rows)).written;
      from = rows.at(-1)?.seq ?? from;
      if (from > this.#journal.mirrored) this.#journal.mirrored = from;
      left -= rows.length;
      isDone = rows.length === 0;
    }
    if (written > 0) await this.#noteRefill(seq, written);
    return { written, next: isDone ? null : from };
  }

  /** From the cron: what is not copied yet is, D1 set back is noticed, days that are over go to R2, what is old goes. */
  async settle(now: number): Promise<void> {
    await this.#begin();
    await this.#copyUpTo(this.#journal.head?.seq ?? 0);
    await this.#noticeSetBack(this.#journal.mirrored);
    for (let days = 0; days < DAYS_AT_ONCE && (await this.#copyDay(utcDay(now - DAY_GRACE_MS))); days += 1);
    this.#journal.forget(now - KEEP_MS, FORGET_PAGE);
  }

  override async alarm(): Promise<void> {
    this.#isArmed = false;
    await this.#begin();
    if (!(await this.#copyUpTo(this.#journal.head?.seq ?? 0))) await this.#arm(AGAIN_MS);
  }

  /** The first line ever follows whatever D1 holds: lines from before there was a chain. */
  async #begin(): Promise<void> {
    if (this.#journal.start !== null) return;
    const last = await lastMirrored(database(this.env), Number.MAX_SAFE_INTEGER);
    if (this.#journal.start === null) this.#journal.begin({ seq: last?.seq ?? 0, hash: GENESIS_HASH });
  }

  /** Set before anything waits: whoever is evicted in the middle comes back. At most one at a time. */
  async #arm(inMs: number): Promise<void> {
    if (this.#isArmed) return;
    this.#isArmed = true;
    await this.ctx.storage.setAlarm(Date.now() + inMs);
  }

  /** Whether D1 has everything up to that line. */
  async #copyUpTo(seq: number): Promise<boolean> {
    while (this.#journal.mirrored < seq) {
      this.#copying ??= this.#copyPage().finally(() => {
        this.#copying = null;
      });
      const copied = await withDeadline(this.#copying, COPY_WAIT_MS).catch(() => false);
      if (!copied) return false;
    }
    return true;
  }

  async #copyPage(): Promise<boolean> {
    const from = this.#journal.mirrored;
    const rows = this.#journal.after(from, PAGE);
    const last = rows.at(-1);
    if (last === undefined) return true;
    try {
      const { follows } = await mirrorRows(database(this.env), rows);
      this.#journal.mirrored = last.seq;
      if (!follows) await this.#noticeBreak(from);
      return true;
    } catch (error) {
      log.error('audit.copy_failed', { count: rows.length, reason: (error as Error).name });
      return false;
    }
  }

  /** What D1 had and has no more, because it was set back, is written again. `upTo`: the last line that was copied before. */
  async #noticeSetBack(upTo: number): Promise<void> {
    const start = this.#journal.start?.seq ?? 0;
    const last = await lastMirrored(database(this.env), upTo);
    if (upTo <= start || (last?.seq ?? 0) >= upTo) return;
    await this.#noticeBreak(upTo, last?.seq ?? 0);
  }

  /** The last line that was copied is not there as it was. */
  async #noticeBreak(upTo: number, last?: number): Promise<void> {
    const db = database(this.env);
    const found = last ?? (await lastMirrored(db, upTo))?.seq ?? 0;
    log.error('audit.set_back', { count: upTo - found });
    await noteSign(db, 'audit', { at: Date.now(), code: 'audit_break' }, 0);
    if (found >= upTo) return;
    // Opt-outs may be missing with the lines: nobody is dialled until they are there again too (HS-12).
    const [line] = this.#journal.after(found - 1, 1);
    try {
      await this.env.DIALER.getByName('dialer').hold(line?.at ?? Date.now() - KEEP_MS);
    } catch (error) {
      // The cron and every dial look as well.
      log.error('dialer.unavailable', { reason: (error as Error).name });
    }
    await this.refill(Math.max(found, this.#journal.start?.seq ?? 0), Number.MAX_SAFE_INTEGER);
  }

  async #noteRefill(seq: number, written: number): Promise<void> {
    const at = Date.now();
    const nobody = { roles: '', phi: false, code: null, patientId: null, callId: null, address: null, shown: null };
    const entry: AuditEntry = {
      ...{
        ...nobody,
        at,
        actor: 'audit_log',
        actorName: 'audit_log',
        action: 'audit.refilled',
        method: '-',
        route: '-',
      },
      ...{ status: 200, objectId: `after.${seq}.${written}`, requestId: crypto.randomUUID() },
    };
    log.warn('audit.refilled', { count: written });
    this.#journal.add(entry.requestId, entry, utcDay(at), false);
    await this.#arm(LOOK_MS);
  }

  /** False: every day that is over has its object. */
  async #copyDay(today: string): Promise<boolean> {
    const day = this.#journal.dayToCopy(today);
    if (day === null) return false;
    this.#journal.closedDay = day;
    const lines = this.#journal.linesOf(day);
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return false;
    const { seq, hash } = JSON.parse(last.line) as AuditRow;
    const copied = { day, first: first.seq, head: { seq, hash } };
    const isNew = await putAuditDay(
      this.env.BUCKET,
      copied,
      lines.map(({ line }) => line),
    );
    // Put by a turn that was cut off before it was noted, or by somebody else: verifying tells which.
    if (!isNew) log.warn('audit.day_was_there', { count: lines.length });
    this.#journal.noteDay(copied);
    return true;
  }
}

const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
