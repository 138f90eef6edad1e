/**
 * One Durable Object per Telnyx account: who may be dialled now. Its ledger is the only permit, because rate, live lines and
 * their caps are account-wide while a queue's batches come in bursts. Queue messages are hints: this object's alarm sends
 * again what was not taken, and looks after leases whose release was lost.
 */
import { DurableObject } from 'cloudflare:workers';
import { decidePermit, ledgerWindowMs, type Permit } from '../domain/campaign/pacing.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import { type Line, LineTable } from './line-table.ts';

/** A hint not taken by then was lost, or its consumer died. */
const HINT_AGAIN_MS = 15_000;
/** How often the session behind a taken line is asked whether the call still lives. */
const LEASE_CHECK_MS = 120_000;

export type Taken = Permit | { readonly permit: 'gone' };

export class Dialer extends DurableObject<Env> {
  readonly #lines: LineTable;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#lines = new LineTable(ctx.storage.sql);
  }

  /** Takes an attempt into the order. Idempotent. */
  async enqueue(attemptId: string, callId: string): Promise<void> {
    this.#lines.add(attemptId, callId, Date.now());
    await this.#pump();
  }

  /** The permit, asked for just before the dial. `not_before`: leave it, the hint comes again. `gone`: not to be dialled. */
  async take(attemptId: string): Promise<Taken> {
    const now = Date.now();
    const line = this.#lines.get(attemptId);
    if (line === null || line.state === 'started') return { permit: 'gone' };
    const { dialing } = configOf(this.env);
    const permit = decidePermit(this.#lines.ledger(attemptId), dialing, now);
    if (permit.permit === 'granted') {
      this.#lines.recordDial(now, ledgerWindowMs(dialing));
      this.#lines.move(attemptId, 'taken', now + HINT_AGAIN_MS);
    } else {
      this.#lines.move(attemptId, 'waiting', permit.at);
    }
    await this.#arm();
    return permit;
  }

  /** The session has the attempt: from here the line is a lease until it is released. */
  async started(attemptId: string): Promise<void> {
    if (this.#lines.get(attemptId) !== null) this.#lines.move(attemptId, 'started', Date.now() + this.#leaseCheckMs());
    await this.#arm();
  }

  /** The call is over, or the attempt is not to be dialled. Idempotent. */
  async release(attemptId: string): Promise<void> {
    this.#lines.remove(attemptId);
    await this.#pump();
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + HINT_AGAIN_MS);
    const now = Date.now();
    for (const line of this.#lines.overdue('hinted', now)) this.#lines.moveToEnd(line.attemptId, now);
    for (const line of this.#lines.overdue('taken', now)) await this.#checkTaken(line, now);
    for (const line of this.#lines.overdue('started', now)) {
      this.#lines.move(line.attemptId, 'started', now + this.#leaseCheckMs());
      await this.#checkLease(line);
    }
    await this.#pump();
  }

  /** Whoever took the permit died: before the session had the attempt, which is then hinted again, or after. */
  async #checkTaken({ attemptId, callId }: Line, now: number): Promise<void> {
    // Looked at again in any case: a session that cannot answer may hold a live line.
    this.#lines.move(attemptId, 'taken', now + HINT_AGAIN_MS);
    try {
      if (await this.env.INTAKE_SESSION.getByName(callId).hasStarted()) await this.started(attemptId);
      else this.#lines.moveToEnd(attemptId, now);
    } catch (error) {
      log.warn('dialer.lease_unknown', { attempt_id: attemptId, call_id: callId, reason: (error as Error).name });
    }
  }

  /** A session that cannot answer keeps its line and is asked again; the others are not held up by it. */
  async #checkLease({ attemptId, callId }: Line): Promise<void> {
    try {
      if (!(await this.env.INTAKE_SESSION.getByName(callId).isOver())) return;
      log.warn('dialer.lease_recovered', { attempt_id: attemptId, call_id: callId });
      this.#lines.remove(attemptId);
    } catch (error) {
      log.warn('dialer.lease_unknown', { attempt_id: attemptId, call_id: callId, reason: (error as Error).name });
    }
  }

  /** Sends hints for as many attempts as could be dialled now; the rest wait for the next dial time or a free line. */
  async #pump(): Promise<void> {
    const { dialing } = configOf(this.env);
    for (let sent = 0; sent < dialing.maxLiveCalls; sent += 1) {
      const now = Date.now();
      const line = this.#lines.nextWaiting();
      if (line === null) break;
      // Hints under way count as dialled, so that no more are sent than can be taken. Counted each time: others may pump too.
      const ledger = this.#lines.ledger(null);
      const ahead = this.#lines.count('hinted');
      const dialedAt = [...ledger.dialedAt, ...Array.from({ length: ahead }, () => now)];
      const permit = decidePermit({ dialedAt, liveCalls: ledger.liveCalls + ahead }, dialing, now);
      if (permit.permit === 'not_before') {
        this.#lines.move(line.attemptId, 'waiting', permit.at);
        break;
      }
      this.#lines.move(line.attemptId, 'hinted', now + HINT_AGAIN_MS);
      await this.#hint(line);
    }
    await this.#arm();
  }

  /** A hint that cannot be sent is like a lost one: the alarm sends it again. */
  async #hint({ attemptId, callId }: Line): Promise<void> {
    try {
      await this.env.DIAL_QUEUE.send({ attempt_id: attemptId, call_id: callId });
    } catch (error) {
      log.warn('dialer.hint_failed', { attempt_id: attemptId, call_id: callId, reason: (error as Error).name });
    }
  }

  async #arm(): Promise<void> {
    const due = this.#lines.nextDue();
    if (due === null) return this.ctx.storage.deleteAlarm();
    const at = Math.max(due, Date.now() + 1);
    const armed = await this.ctx.storage.getAlarm();
    if (armed === null || Math.abs(armed - at) > 50) await this.ctx.storage.setAlarm(at);
  }

  #leaseCheckMs(): number {
    return LEASE_CHECK_MS * configOf(this.env).timerScale;
  }
}
