/**
 * One Durable Object per Telnyx account: who may be dialled now. Its ledger is the only permit, because rate, live lines and
 * their caps are account-wide while a queue's batches come in bursts; and it is where dialing is stopped. Queue messages are hints:
 * this object's alarm sends again what was not taken, and looks after leases whose release was lost.
 * Whoever asks for a permit a little early is kept at the counter until it is time, so that the pace is this object's clock's.
 */
import { LEAD_MS, nextTurn } from '../domain/campaign/fair-share.ts';
import { decidePermit, LINE_WAIT_MS, type Pacer, type Permit } from '../domain/campaign/pacing.ts';
import {
  AT_FULL_SPEED,
  afterRefusal,
  type EffectiveLimits,
  effectiveLimits,
  type LimitCode,
  type SlowDown,
} from '../domain/campaign/slow-down.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { aheadIn, HINT_LATE_MS, pacerOf, waitingIn, waitingOf } from './books.ts';
import type { Asked } from './database-guard.ts';
import type { Asker, DialingStatus, Stopped, Taken } from './dialing-status.ts';
import { type CampaignLimits, type Line, LineTable, type NewLine } from './line-table.ts';
import { ReplayingDialer } from './replaying-dialer.ts';

/** A hint not taken by then was lost, or its consumer died: it is sent again. */
const HINT_AGAIN_MS = 15_000;
/** How long whoever asks early is kept waiting for the permit. */
const COUNTER_MS = 2000;
/** How often the session behind a taken line is asked whether the call still lives, and of how many at a time. */
const LEASE_CHECK_MS = 120_000;
const CHECKS = 20;
const HINTS = 100;

export class Dialer extends ReplayingDialer {
  readonly #lines: LineTable;
  /** In the order they came. */
  readonly #counter = new Set<Asker>();
  /** When the counter is looked at next. */
  #counterAt = Number.POSITIVE_INFINITY;
  #stopped: Stopped | null;
  #slow: SlowDown;
  /** When the next hint may be sent, as the last look at those who wait found; null: not by time alone. */
  #wakeAt: number | null = null;
  /** What the alarm is set to; undefined: not looked up yet. */
  #armed: number | null | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#lines = new LineTable(ctx.storage.sql);
    this.#stopped = ctx.storage.kv.get<Stopped>('stopped') ?? null;
    this.#slow = ctx.storage.kv.get<SlowDown>('slow') ?? AT_FULL_SPEED;
  }

  /** Takes a single call into the order, before all campaigns. Idempotent. */
  async enqueue(attemptId: string, callId: string): Promise<void> {
    this.#lines.add(null, [{ attemptId, callId }], Date.now());
    await this.#pump();
  }

  /** Idempotent: a line already known stays where it is. */
  async enqueueMany(campaignId: string, lines: readonly NewLine[], limits: CampaignLimits): Promise<void> {
    this.#lines.setLimits(campaignId, limits);
    this.#lines.add(campaignId, lines, Date.now());
    await this.#pump();
  }

  /** Null: the campaign may dial nothing now. Its lines stay. */
  async setLimits(campaignId: string, limits: CampaignLimits | null): Promise<void> {
    this.#lines.setLimits(campaignId, limits);
    await this.#pump();
  }

  /** The attempts of its lines not yet taken: they are gone, and never will be. */
  async dropWaiting(campaignId: string): Promise<string[]> {
    const dropped = this.#lines.dropWaiting(campaignId);
    await this.#pump();
    return dropped;
  }

  backlog(campaignId: string): { waiting: number; live: number } {
    const book = this.#lines.book(campaignId);
    return { waiting: waitingIn(book), live: book.liveCalls };
  }

  /** The permit, asked for just before the dial. `not_before`: leave it, the hint comes again. `gone`: not to be dialled. */
  async take(attemptId: string, { dial, marks }: Asked): Promise<Taken> {
    if (!this.guard.notes(marks)) await this.heed(marks);
    const until = Date.now() + COUNTER_MS;
    const taken = await new Promise<Taken>((answer) => {
      this.#counter.add({ attemptId, dial, until, answer });
      this.#serve();
    });
    this.ctx.waitUntil(this.#pump());
    return taken;
  }

  /** The session has the attempt: from here the line is a lease until it is released. */
  async started(attemptId: string): Promise<void> {
    const line = this.#lines.get(attemptId);
    if (line !== null) this.#lines.move(line, 'started', Date.now() + this.#leaseCheckMs());
    await this.#arm();
  }

  /** The call is over, or the attempt is not to be dialled. Idempotent. */
  async release(attemptId: string): Promise<void> {
    this.#lines.remove(attemptId);
    await this.#pump();
  }

  /** Telnyx refused a dial for rate or for channels. */
  throttled(code: LimitCode): void {
    const { dialing, timerScale } = configOf(this.env);
    const live = this.#account(Date.now()).liveCalls;
    const slow = afterRefusal(this.#slow, code, dialing, live, Date.now(), timerScale);
    if (slow === this.#slow) return;
    this.#slow = slow;
    this.ctx.storage.kv.put('slow', slow);
    log.warn('dialer.slowed', { code, count: live });
  }

  /** From here nothing is granted, neither what was hinted nor who stands at the counter. Idempotent, over restarts too. */
  async stop({ by, now }: { by: string; now: number }): Promise<void> {
    if (this.#stopped !== null) return;
    this.#stopped = { at: now, by };
    this.ctx.storage.kv.put('stopped', this.#stopped);
    this.#lines.hintedBack();
    this.#serve();
    log.warn('dialer.stopped');
    await this.#pump();
  }

  async resume(_: { by: string }): Promise<void> {
    if (this.#stopped !== null) log.warn('dialer.resumed');
    this.#stopped = null;
    this.ctx.storage.kv.delete('stopped');
    await this.#pump();
  }

  /** By somebody, or by itself. */
  isStopped(): boolean {
    return this.#stopped !== null || this.guard.held !== null;
  }

  protected override async closed(): Promise<void> {
    this.#lines.hintedBack();
    this.#serve();
    await this.#pump();
  }
  protected override opened(): Promise<void> {
    return this.#pump();
  }

  status(): DialingStatus {
    const { ratePerSecond, maxLiveCalls, liveCalls, slowedUntil } = this.#account(Date.now());
    let waiting = 0;
    for (const book of this.#lines.books()) waiting += waitingIn(book);
    return {
      stoppedAt: this.#stopped?.at ?? null,
      stoppedBy: this.#stopped?.by ?? null,
      held: this.guard.held,
      replayed: this.guard.replayed,
      ...{ ratePerSecond, maxLiveCalls, live: liveCalls, waiting, slowedUntil },
    };
  }

  /** Those that hold a line, whether their session has them yet or not. */
  liveCalls(): string[] {
    return this.#lines.liveCalls();
  }

  override async alarm(): Promise<void> {
    this.#armed = null;
    const now = Date.now();
    for (const line of this.#lines.overdue('hinted', now, CHECKS)) this.#lines.moveToEnd(line, now);
    const taken = this.#lines.overdue('taken', now, CHECKS);
    const started = this.#lines.overdue('started', now, CHECKS);
    if (taken.length + started.length > 0) {
      // Sessions are asked, which may take long or end this object: the alarm is there again before.
      await this.#setAlarm(now + HINT_AGAIN_MS);
      await Promise.all([
        ...taken.map((line) => this.#checkTaken(line, now)),
        ...started.map((line) => this.#checkLease(line, now)),
      ]);
    }
    await this.#pump();
  }

  /** Whoever took the permit died: before the session had the attempt, which is then hinted again, or after. */
  async #checkTaken(line: Line, now: number): Promise<void> {
    const { attemptId, callId } = line;
    // Looked at again in any case: a session that cannot answer may hold a live line.
    this.#lines.move(line, 'taken', now + HINT_AGAIN_MS);
    try {
      const hasStarted = await this.env.INTAKE_SESSION.getByName(callId).hasStarted();
      const still = this.#lines.get(attemptId);
      if (still?.state !== 'taken') return;
      if (hasStarted) this.#lines.move(still, 'started', now + this.#leaseCheckMs());
      else this.#lines.moveToEnd(still, now);
    } catch (error) {
      log.warn('dialer.lease_unknown', { attempt_id: attemptId, call_id: callId, reason: (error as Error).name });
    }
  }

  /** A session that cannot answer keeps its line and is asked again; the others are not held up by it. */
  async #checkLease(line: Line, now: number): Promise<void> {
    const { attemptId, callId } = line;
    this.#lines.move(line, 'started', now + this.#leaseCheckMs());
    try {
      if (!(await this.env.INTAKE_SESSION.getByName(callId).isOver())) return;
      log.warn('dialer.lease_recovered', { attempt_id: attemptId, call_id: callId });
      this.#lines.remove(attemptId);
    } catch (error) {
      log.warn('dialer.lease_unknown', { attempt_id: attemptId, call_id: callId, reason: (error as Error).name });
    }
  }

  /** Answers all at the counter that can be answered now, single calls first, then whose campaign dialled longest ago. */
  #serve(): void {
    const now = Date.now();
    const open = [...this.#counter].map((asker) => ({ asker, line: this.#lines.get(asker.attemptId) }));
    const inOrder = open.toSorted((a, b) => this.#lastDial(a.line) - this.#lastDial(b.line));
    const account = this.#account(now);
    let nextAt = Number.POSITIVE_INFINITY;
    for (const { asker, line } of inOrder) {
      if (line === null || line.state === 'started') {
        this.#answer(asker, { permit: 'gone' });
        continue;
      }
      const permit = this.#permit(line, account, now);
      if (permit.permit === 'granted') {
        this.#grant(asker, line, now);
        // With one more line and dial everything stands differently.
        this.#serve();
        return;
      }
      if (permit.at <= asker.until) {
        nextAt = Math.min(nextAt, permit.at);
        continue;
      }
      // One taken before stays so: whoever has that permit may be dialling.
      if (line.state === 'hinted') this.#lines.waitAgain(line);
      this.#answer(asker, permit);
    }
    if (nextAt < this.#counterAt) this.ctx.waitUntil(this.#serveAt(nextAt));
  }

  async #serveAt(at: number): Promise<void> {
    this.#counterAt = at;
    await scheduler.wait(Math.max(1, at - Date.now()));
    if (this.#counterAt === at) this.#counterAt = Number.POSITIVE_INFINITY;
    this.#serve();
  }

  #grant(asker: Asker, line: Line, now: number): void {
    this.#lines.recordDial(line.campaignId, now);
    this.guard.ledger.add(asker.dial, now);
    this.#lines.move(line, 'taken', now + HINT_AGAIN_MS);
    this.#answer(asker, { permit: 'granted' });
    // A doubled message that waited beside it: this attempt has its permit.
    for (const other of this.#counter) if (other.attemptId === line.attemptId) this.#answer(other, { permit: 'gone' });
  }

  #answer(asker: Asker, taken: Taken): void {
    this.#counter.delete(asker);
    asker.answer(taken);
  }

  #lastDial(line: Line | null): number {
    if (line === null || line.campaignId === null) return -1;
    return this.#lines.book(line.campaignId).dialedAt.at(-1) ?? 0;
  }

  #permit(line: Line, account: Pacer, now: number): Permit {
    // An attempt that asks again holds no second line.
    const own = line.state === 'taken' ? 1 : 0;
    const campaign = line.campaignId === null ? null : pacerOf(this.#lines.book(line.campaignId));
    const isHeld = this.isStopped() || (line.campaignId !== null && campaign === null);
    if (isHeld) return { permit: 'not_before', at: now + LINE_WAIT_MS };
    const pacers = campaign === null ? [account] : [account, campaign];
    return decidePermit(
      pacers.map((pacer) => ({ ...pacer, liveCalls: pacer.liveCalls - own })),
      now,
    );
  }

  #account(now: number): Pacer & EffectiveLimits & { ahead: number } {
    const { dialing, timerScale } = configOf(this.env);
    let [liveCalls, ahead] = [0, 0];
    for (const book of this.#lines.books()) {
      liveCalls += book.liveCalls;
      ahead += aheadIn(book, now);
    }
    return {
      ...effectiveLimits(this.#slow, dialing, now, timerScale),
      dialedAt: this.#lines.dialedAt,
      liveCalls,
      ahead,
    };
  }

  /** Sends hints for as many attempts as could be dialled soon; the rest wait for their time or a free line. */
  async #pump(): Promise<void> {
    const now = Date.now();
    const hinted: Line[] = [];
    this.#wakeAt = null;
    while (!this.isStopped()) {
      const books = [...this.#lines.books()];
      const queues = books.filter(({ waiting }) => waiting > 0).map((book) => waitingOf(book, now));
      const able = queues.filter(({ campaignId, pacer }) => campaignId === null || pacer !== null);
      if (able.length === 0) break;
      const next = nextTurn(this.#account(now), able, now);
      if (next.kind === 'wait' || hinted.length === HINTS) {
        const late = books.flatMap(({ hinted }) => [...hinted.values()]).filter((at) => at > now - HINT_LATE_MS);
        this.#wakeAt = Math.min(
          next.kind === 'wait' ? (next.at ?? now + LINE_WAIT_MS) : now + LEAD_MS,
          ...late.map((at) => at + HINT_LATE_MS),
        );
        break;
      }
      const line = this.#lines.hintNext(next.campaignId, now, now + HINT_AGAIN_MS);
      if (line === null) throw new Error('a line was counted that is not there');
      hinted.push(line);
    }
    await Promise.all([this.#arm(), ...hinted.map((line) => this.#hint(line))]);
  }

  /** A hint that cannot be sent is like a lost one: the alarm sends it again. */
  async #hint({ attemptId, callId }: Line): Promise<void> {
    try {
      await this.env.DIAL_QUEUE.send({ attempt_id: attemptId, call_id: callId });
    } catch (error) {
      log.warn('dialer.hint_failed', { attempt_id: attemptId, call_id: callId, reason: (error as Error).name });
    }
  }

  /** An alarm that comes a little early costs less than one that is moved with each call. */
  async #arm(): Promise<void> {
    if (this.#armed === undefined) {
      const armed = await this.ctx.storage.getAlarm();
      // Whoever was faster knows better.
      if (this.#armed === undefined) this.#armed = armed;
    }
    const times = [this.#lines.nextDue(), this.#wakeAt].filter((time) => time !== null);
    if (times.length === 0) {
      if (this.#armed !== null) await this.ctx.storage.deleteAlarm();
      this.#armed = null;
      return;
    }
    const at = Math.max(Math.min(...times), Date.now() + 1);
    const armed = this.#armed ?? Number.POSITIVE_INFINITY;
    // One long overdue may have been lost: the platform has been seen to.
    if (armed > at + 50 || armed < at - HINT_AGAIN_MS || armed < Date.now() - HINT_AGAIN_MS) await this.#setAlarm(at);
  }

  async #setAlarm(at: number): Promise<void> {
    this.#armed = at;
    await this.ctx.storage.setAlarm(at);
  }

  #leaseCheckMs(): number {
    return LEASE_CHECK_MS * configOf(this.env).timerScale;
  }
}
