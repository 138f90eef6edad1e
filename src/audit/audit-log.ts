/**
 * The only writer of the audit (HS-05, X12), one object for the clinic: it numbers each line, chains it to the one before and has it in
 * its own storage before it answers. D1 gets a copy, many lines in one batch, and R2 each day that is over; an alarm and the cron go
 * on where one of them failed. However long a day, little of it is in memory at once. So a line outlives D1, and D1 set back to an earlier time is noticed and filled again. Safe to evict
 * between any two lines: what is stored in one step is one synchronous write, and what is done twice changes nothing.
 */
import { DurableObject } from 'cloudflare:workers';
import { withDeadline } from '../deadline.ts';
import { type AuditEntry, type AuditRow, type ChainHead, GENESIS_HASH } from '../domain/audit/audit-row.ts';
import type { Env } from '../env.ts';
import { log } from '../log.ts';
import type { AuditPart } from '../store/audit-bucket.ts';
import { lastMirrored, mirrorRows } from '../store/audit-mirror.ts';
import { database } from '../store/database.ts';
import { noteSign } from '../store/signs.ts';
import { copyDays, rowsAfter } from './audit-copies.ts';
import { AuditJournal, utcDay } from './audit-journal.ts';
import { PollsShown } from './polls-shown.ts';

/** D1 may be set back by 30 days: so long everything has to be here. */
const KEEP_MS = 35 * 24 * 3_600_000;
/** After a copy that failed. */
const AGAIN_MS = 5000;
/** After a line was added: only whoever is evicted before it is copied needs it. */
const LOOK_MS = 30_000;
/** After midnight, for lines that come late. */
const DAY_GRACE_MS = 5 * 60_000;
/** Whoever added a line waits no longer for its copy, however many stand before it. */
const COPY_WAIT_MS = 2000;
/** Nobody waits for the alarm or the cron. */
const SETTLE_WAIT_MS = 20_000;
const PAGE = 100;
/** Of lines that D1 lost, so many are looked at in one go: each takes a while, and somebody may wait. */
const MEND_AT_ONCE = 2000;
const FORGET_PAGE = 5000;

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

export interface Refill {
  readonly written: number;
  readonly next: number | null;
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
    if (last !== undefined) await this.#copyUpTo(last.seq, COPY_WAIT_MS);
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

  /** Lines after `seq`, in their order. Empty: nothing comes after it anywhere. */
  rowsAfter(seq: number, limit: number): Promise<AuditRow[]> {
    return rowsAfter(this.#journal, this.env.BUCKET, seq, limit);
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

  /** What lies in R2. */
  partsAfter(seq: number, limit: number): AuditPart[] {
    return this.#journal.partsAfter(seq, limit);
  }

  /**
   * Looks at no more than `budget` lines after `seq` and writes again into D1 what is missing of them; what is there stays. Leaves a line of
   * its own where it wrote any. `next`: where to go on; null: those were all.
   */
  async refill(seq: number, budget: number): Promise<Refill> {
    await this.#begin();
    const db = database(this.env);
    let [from, written, isDone] = [seq, 0, false];
    for (let left = budget; left > 0 && !isDone; ) {
      const rows = await this.rowsAfter(from, Math.min(PAGE, left));
      written += (await mirrorRows(db, rows)).written;
      from = rows.at(-1)?.seq ?? from;
      this.#journal.mirrored = Math.max(this.#journal.mirrored, from);
      left -= rows.length;
      isDone = rows.length === 0;
    }
    if (written > 0) await this.#noteRefill(seq, written);
    return { written, next: isDone ? null : from };
  }

  /** What is missing in D1 after `seq` is written again: the first of it now, the rest minute by minute. */
  async mend(seq: number): Promise<void> {
    this.#journal.mendAfter = Math.min(seq, this.#journal.mendAfter ?? seq);
    await this.#goOnMending();
  }

  /** From the cron: what is not copied yet is, D1 set back is noticed, days that are over go to R2, what is old goes. None waits for another to succeed. */
  async settle(now: number): Promise<void> {
    await this.#begin();
    const failed: unknown[] = [];
    for (const step of [
      () => this.#copyUpTo(this.#journal.head?.seq ?? 0, SETTLE_WAIT_MS),
      () => this.#noticeSetBack(this.#journal.mirrored),
      () => this.#goOnMending(),
      () => copyDays(this.#journal, this.env.BUCKET, utcDay(now - DAY_GRACE_MS)),
      async () => this.#journal.forget(now - KEEP_MS, FORGET_PAGE),
    ])
      await step().catch((error) => void failed.push(error));
    if (failed.length > 0) throw failed[0];
  }

  override async alarm(): Promise<void> {
    this.#isArmed = false;
    await this.#begin();
    if (!(await this.#copyUpTo(this.#journal.head?.seq ?? 0, SETTLE_WAIT_MS))) await this.#arm(AGAIN_MS);
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
    try {
      await this.ctx.storage.setAlarm(Date.now() + inMs);
    } catch (error) {
      this.#isArmed = false;
      throw error;
    }
  }

  /** Whether D1 has everything up to that line. Copying goes on when the waiting is over. */
  async #copyUpTo(seq: number, waitMs: number): Promise<boolean> {
    return this.#journal.mirrored >= seq || withDeadline(this.#copyPages(seq), waitMs).catch(() => false);
  }

  async #copyPages(seq: number): Promise<boolean> {
    while (this.#journal.mirrored < seq) {
      this.#copying ??= this.#copyPage().finally(() => {
        this.#copying = null;
      });
      if (!(await this.#copying)) return false;
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
      // Before the page counts as copied: what is not noticed now is by the next try.
      if (!follows) await this.#noticeBreak(from);
      this.#journal.mirrored = Math.max(this.#journal.mirrored, last.seq);
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
    await this.mend(Math.max(found, this.#journal.start?.seq ?? 0));
  }

  async #goOnMending(): Promise<void> {
    const seq = this.#journal.mendAfter;
    if (seq === null) return;
    const { next } = await this.refill(seq, MEND_AT_ONCE);
    // Unless an earlier one was found missing meanwhile.
    if (this.#journal.mendAfter === seq) this.#journal.mendAfter = next;
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
}
