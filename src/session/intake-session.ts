/**
 * One Durable Object per call. It owns order and durability, and decides nothing: every decision is the core's. Safe to be
 * evicted or killed between any two lines: state, event ids and pending commands are one write, and the alarm goes on with
 * what is left. A command that was sent is only forgotten with the next write: sent again within 50 s it carries the same
 * command_id, which Telnyx ignores for 60 s.
 */
import { DurableObject } from 'cloudflare:workers';
import type { CallLog, EventEffect } from '../domain/intake/call-log.ts';
import type { CallPlan } from '../domain/intake/call-plan.ts';
import { type CallRecord, callRecord } from '../domain/intake/call-record.ts';
import type { Command } from '../domain/intake/command.ts';
import type { CallEvent, CallEventBody } from '../domain/intake/event.ts';
import { isCallOf, isHeldOf, mayBeErased } from '../domain/intake/may-be-erased.ts';
import { pickCommand, retryLater } from '../domain/intake/pick-command.ts';
import { nextTimer } from '../domain/intake/state.ts';
import { type CallSoFar, callSoFar } from '../domain/note/newest-note.ts';
import { configOf, type Env } from '../env.ts';
import { log } from '../log.ts';
import type { Arrival } from '../telnyx/parse-event.ts';
import { admit, firstRecord } from './admit.ts';
import { afterSending } from './after-sending.ts';
import { applyEvent, emptyRecord } from './apply-event.ts';
import {
  buryRecord,
  deleteArrival,
  NOTHING_PUT_AWAY,
  readArrival,
  readSession,
  readTombstone,
  rewrapPlan,
  type Session,
  type Tombstone,
  unlessSealed,
  type WaitingArrival,
  writeArrival,
  writePlan,
  writeRecord,
  writeTombstone,
} from './call-storage.ts';
import { ListMirror } from './list-mirror.ts';
import { type Alongside, type Done, isoTime, runCommand } from './run-command.ts';
import { KEEP_AFTER_SAVE_MS, RUNNER_WATCH_MS, SessionAlarm } from './session-alarm.ts';

export type Received = EventEffect | 'unknown';

/** How soon looking up a caller is tried again. */
const ADMIT_AGAIN_MS = 2000;

export class IntakeSession extends DurableObject<Env> {
  #session: Session | null = null;
  readonly #alarm = new SessionAlarm(this.ctx);
  #runner: Promise<void> | null = null;
  #admission: Promise<Session | null> | null = null;
  /** Ends the runner's wait before a repeated command: something new may not have to wait with it. */
  #wakeRunner: (() => void) | null = null;
  /** Ends the wait for the dial's reply once a webhook has told what it would say. */
  #onAdopted: (() => void) | null = null;
  readonly #mirror = new ListMirror();
  readonly #alongside: Alongside = {
    mirroring: () => this.#mirror.running,
    inBackground: (work) => this.ctx.waitUntil(work),
  };

  /** Takes over an attempt. Idempotent: a second start of the same call changes nothing, so a doubled message rings nobody twice. */
  start(plan: CallPlan, wrappedKey: string): 'started' | 'already' | 'canceled' {
    const tombstone = readTombstone(this.ctx.storage.kv);
    if (tombstone?.started === false) return 'canceled';
    if (this.#load() !== null || tombstone !== null) return 'already';
    const now = Date.now();
    const event: CallEvent = { id: `${plan.callId}:requested`, type: 'call.requested', at: now, receivedAt: now };
    const { record } = applyEvent(emptyRecord(plan), event, plan);
    const dataKey = writePlan(this.ctx.storage.kv, configOf(this.env).keyRing, plan, wrappedKey);
    this.#store({ plan, dataKey, record, putAway: NOTHING_PUT_AWAY });
    this.#run();
    return 'started';
  }

  /** A verified webhook. Throws only when it could not be stored; then Telnyx must send it again. */
  receive(event: CallEvent): Received {
    const session = this.#load();
    if (session !== null) return this.#apply(session, event);
    const waiting = this.#arrival();
    if (waiting === null) return readTombstone(this.ctx.storage.kv) === null ? 'unknown' : 'late';
    if (waiting.events.some(({ id }) => id === event.id)) return 'duplicate';
    this.#keepArrival({ ...waiting, events: [...waiting.events, event] });
    return 'applied';
  }

  /** Somebody rings. Kept before anybody is looked up: nothing stands between the webhook and its 200. */
  arrive(arrival: Arrival): Received {
    const { kv } = this.ctx.storage;
    if (this.#load() !== null || readTombstone(kv) !== null || this.#arrival() !== null) return 'duplicate';
    this.#keepArrival({ arrival, events: [] });
    this.#alarm.setAt(Date.now() + RUNNER_WATCH_MS);
    this.#run();
    return 'applied';
  }

  /**
   * `unstarted`: the attempt had not come here yet, and now it never will: a tombstone stands in its place, so that a hint
   * already under way starts nothing. Ask only for calls that exist.
   */
  requestHangup(): 'accepted' | 'unstarted' | 'not_live' {
    const session = this.#load();
    if (session === null) {
      const { kv } = this.ctx.storage;
      const tombstone = readTombstone(kv);
      // Said as often as it is asked: whoever asked before may have died before acting on it.
      if (tombstone !== null) return tombstone.started === false ? 'unstarted' : 'not_live';
      // Whoever rings here and was not looked up yet is not answered any more.
      deleteArrival(kv);
      writeTombstone(kv, { callId: this.#callId(), status: 'canceled', started: false });
      return 'unstarted';
    }
    if (session.record.state.phase === 'ended') return 'not_live';
    this.#observe(session, { type: 'hangup.requested' });
    return 'accepted';
  }

  /** The call as it is this moment; null when it is not held here any more, or already in D1. */
  liveView(): { record: CallRecord; log: CallLog } | null {
    const session = this.#load();
    if (session === null || session.record.savedAt !== null) return null;
    const { state, events, transcript } = session.record;
    return { record: callRecord(state), log: { events, transcript } };
  }

  /** For the patient who rings back before this call is written down; null when it is not held here. */
  callSoFar(): CallSoFar | null {
    const session = this.#load();
    return session === null ? null : callSoFar(session.record.state, session.plan, Date.now(), isoTime);
  }

  /** Whether the attempt has come here, whatever became of it since. */
  hasStarted(): boolean {
    const tombstone = readTombstone(this.ctx.storage.kv);
    return tombstone === null ? this.#load() !== null : tombstone.started !== false;
  }

  /** Whether a line is still taken: asked by the dialer about a lease that has grown old. */
  isOver(): boolean {
    const session = this.#load();
    return session === null ? readTombstone(this.ctx.storage.kv) !== null : session.record.state.phase === 'ended';
  }

  /** The patient is erased, and with them all that is held here. `live`: the call runs, or is not written down yet. */
  async erase(patientId: string): Promise<'erased' | 'live' | 'unreadable'> {
    const session = unlessSealed(() => this.#load());
    // What it holds may be an opt-out that is not stored yet.
    if (session === 'sealed') return 'unreadable';
    if (session !== null && !mayBeErased(session, patientId)) return 'live';
    const { kv } = this.ctx.storage;
    await this.#bury(readTombstone(kv) ?? { callId: this.#callId(), status: 'canceled', started: false });
    return 'erased';
  }

  /** Of a call that is not in the patient's name: what is held of them goes. `theirs`: it proved to be theirs; erase it as such. */
  async forgetPatient(patientId: string): Promise<'forgotten' | 'theirs' | 'live' | 'unreadable'> {
    const session = unlessSealed(() => this.#load());
    if (session === 'sealed') return 'unreadable';
    if (session === null || !isHeldOf(session, patientId)) return 'forgotten';
    if (!mayBeErased(session, patientId)) return 'live';
    if (isCallOf(session, patientId)) return 'theirs';
    await this.#buryCall(session);
    return 'forgotten';
  }

  /** The ring has a new current key: what is kept here is opened by it from now on. `stuck`: PHI_KEYS does not open it. */
  rewrap(): 'rewrapped' | 'stuck' {
    const rewrapped = unlessSealed(() => {
      rewrapPlan(this.ctx.storage.kv, configOf(this.env).keyRing);
      const waiting = this.#arrival();
      if (waiting !== null) this.#keepArrival(waiting);
      return 'rewrapped' as const;
    });
    return rewrapped === 'sealed' ? 'stuck' : rewrapped;
  }

  /** From the cron: goes on with whatever is left, should an alarm ever have been lost. */
  async wake(): Promise<void> {
    this.#alarm.setAt(Date.now() + RUNNER_WATCH_MS);
    await this.alarm();
  }

  override alarm(): Promise<void> {
    return this.#alarm.rings(() => this.#goOn());
  }

  /** What is still awaited; null: nothing. */
  async #goOn(): Promise<Session | null> {
    const session = this.#load() ?? (await this.#admitted());
    if (session === null) {
      if (this.#arrival() === null) await this.ctx.storage.deleteAlarm();
      return null;
    }
    const { savedAt } = session.record;
    const idle = session.record.pending.length === 0 && nextTimer(session.record.state) === null;
    if (idle && savedAt !== null && Date.now() >= savedAt + KEEP_AFTER_SAVE_MS) {
      await this.#buryCall(session);
      return null;
    }
    this.#fireTimers();
    this.#run();
    await this.#runner;
    return this.#session;
  }

  #load(): Session | null {
    this.#session ??= readSession(this.ctx.storage.kv, configOf(this.env).keyRing, this.#callId());
    return this.#session;
  }

  #arrival(): WaitingArrival | null {
    return readArrival(this.ctx.storage.kv, configOf(this.env).keyRing, this.#callId());
  }

  #keepArrival(waiting: WaitingArrival): void {
    writeArrival(this.ctx.storage.kv, configOf(this.env).keyRing, this.#callId(), waiting);
  }

  /** One look-up at a time, whoever asks for it: two would make the same caller two patients. */
  #admitted(): Promise<Session | null> {
    this.#admission ??= this.#admit().finally(() => {
      this.#admission = null;
    });
    return this.#admission;
  }

  /** The caller looked up and the call begun; null while that does not work. The caller hears it ring meanwhile. */
  async #admit(): Promise<Session | null> {
    const waiting = this.#arrival();
    if (waiting === null) return null;
    const callId = this.#callId();
    const admitted = await admit(this.env, callId, waiting.arrival);
    if (admitted === 'later') {
      this.#alarm.setAt(Date.now() + ADMIT_AGAIN_MS);
      return null;
    }
    const heard = this.#arrival();
    if (heard === null) return this.#load();
    const { kv } = this.ctx.storage;
    if (admitted === 'gone') {
      writeTombstone(kv, { callId, status: 'failed' });
    } else {
      const { plan, wrappedKey } = admitted;
      const dataKey = writePlan(kv, configOf(this.env).keyRing, plan, wrappedKey);
      this.#store({ plan, dataKey, record: firstRecord(plan, heard), putAway: NOTHING_PUT_AWAY });
    }
    deleteArrival(kv);
    return this.#session;
  }

  #callId(): string {
    return this.ctx.id.name ?? '';
  }

  /** The one write: when it throws, nothing has happened, in memory neither. */
  #store(changed: Session): void {
    const session = { ...changed, putAway: writeRecord(this.ctx.storage.kv, changed) };
    this.#session = session;
    this.#alarm.arm(session, { mayMoveLater: false });
    const telling = this.#mirror.tell(this.env, session.plan.callId, session.record.state);
    if (telling !== null) this.ctx.waitUntil(telling);
  }

  #apply(session: Session, event: CallEvent): Received {
    const { record, effect, mustStore } = applyEvent(session.record, event, session.plan);
    if (mustStore) {
      this.#store({ ...session, record });
      if (session.record.state.phase === 'dialing' && record.state.phase !== 'dialing') this.#onAdopted?.();
      if (record.pending.length > 0) this.#run();
    } else {
      this.#session = { ...session, record };
    }
    // Each event stands in the call's own log; a line for each would cost as much as a third of all rows.
    const { phase } = record.state;
    if (phase !== session.record.state.phase)
      log.info('call.phase', { call_id: session.plan.callId, event_id: event.id, event_type: event.type, phase });
    return effect;
  }

  /** Something this object learned itself. */
  #observe(session: Session, body: CallEventBody): void {
    const now = Date.now();
    const id = `${session.plan.callId}:${body.type}:${session.record.events.length}`;
    this.#apply(session, { ...body, id, at: now, receivedAt: now });
  }

  #fireTimers(): void {
    for (let fired = 0; fired < 8; fired += 1) {
      const session = this.#load();
      const due = session === null ? null : nextTimer(session.record.state);
      if (session === null || due === null || due.dueAt > Date.now()) return;
      this.#observe(session, { type: 'timeout.fired', timer: due.timer });
    }
  }

  #run(): void {
    this.#wakeRunner?.();
    // Begun a step later: what the runner itself observes comes through here again, and must find it running.
    this.#runner ??= Promise.resolve()
      .then(() => this.#runPending())
      .finally(() => {
        this.#runner = null;
      });
    this.ctx.waitUntil(this.#runner);
  }

  /** The single runner: strictly one after the other, asking the core before each send. */
  async #runPending(): Promise<void> {
    for (;;) {
      const session = this.#load() ?? (await this.#admitted());
      if (session === null) return;
      const now = Date.now();
      const { pending, dropped, next } = pickCommand(session.record.state, session.record.pending, now);
      if (dropped.length > 0) {
        this.#drop({ ...session, record: { ...session.record, pending } }, dropped);
        continue;
      }
      if (next === null) return;
      if (next.notBefore > now) {
        // Short waits keep the runner; for long ones the alarm comes back.
        const at = Math.min(next.notBefore, nextTimer(session.record.state)?.dueAt ?? next.notBefore);
        if (at - now > RUNNER_WATCH_MS) return this.#alarm.setAt(at);
        await this.#wait(at - now);
        // A timer that fell due meanwhile does not wait for a command that fails and fails again.
        this.#fireTimers();
        continue;
      }
      if (next.command.name === 'dial') this.#observe(session, { type: 'dial.sent' });
      const ran = runCommand(this.env, this.#session ?? session, next, this.#alongside);
      // A webhook that carries our id is as good a reply to the dial as the reply, and the patient is not kept waiting.
      const done = next.command.name === 'dial' ? await Promise.race([ran, this.#dialAdopted()]) : await ran;
      this.#settle(next.command.seq, done);
    }
  }

  #drop(session: Session, dropped: readonly Command[]): void {
    this.#session = session;
    const { callId } = session.plan;
    for (const { name, seq } of dropped) {
      log.info('command.dropped', { call_id: callId, command: name, command_id: `${callId}:${seq}` });
      this.#observe(this.#session, { type: 'command.dropped', seq, name });
    }
  }

  #dialAdopted(): Promise<Done> {
    return new Promise((resolve) => {
      this.#onAdopted = () => resolve({ kind: 'done', event: null });
    });
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeRunner = resolve;
      this.ctx.waitUntil(scheduler.wait(ms).then(resolve));
    });
  }

  /** After the await the record may have moved on: what comes back is applied to the newest. */
  #settle(seq: number, done: Done): void {
    const session = this.#load();
    if (session === null) return;
    const { record } = session;
    const entry = record.pending.find(({ command }) => command.seq === seq);
    const others = record.pending.filter((pending) => pending !== entry);
    if (done.kind === 'retry') {
      if (entry === undefined) return;
      const [state, again] = retryLater(record.state, entry, Date.now());
      const retried: Session = { ...session, record: { ...record, state, pending: [again, ...others] } };
      // A seq given out is kept: after an eviction no other command may go out under the same command_id.
      if (state.seq === record.state.seq) this.#session = retried;
      else this.#store(retried);
      return;
    }
    const taken = entry !== undefined && done.kind === 'done' && done.event === null;
    const sent = taken ? afterSending(record, entry.command, Date.now()) : record;
    const settled: Session = { ...session, record: { ...sent, pending: others } };
    // TC-16: what was measured once is not measured again after an eviction, when the order goes out a second time.
    if (sent.state !== record.state) this.#store(settled);
    else this.#session = settled;
    if (done.kind === 'saved') {
      // A call that came back to life meanwhile is not over, and not saved.
      const savedAt = record.state.phase === 'ended' ? Date.now() : null;
      this.#store({ ...settled, record: { ...settled.record, savedAt } });
      return;
    }
    if (done.event !== null) this.#observe(settled, done.event);
    else if (entry !== undefined && entry.attempts > 0) this.#observe(settled, { type: 'command.delayed', seq });
  }

  #buryCall({ plan, record }: Session): Promise<void> {
    return this.#bury({ callId: plan.callId, status: callRecord(record.state).status });
  }

  /** In one step without an await: there is no moment at which neither the call nor its tombstone is known. */
  async #bury(tombstone: Tombstone): Promise<void> {
    buryRecord(this.ctx.storage.kv, tombstone);
    this.#session = null;
    await this.ctx.storage.deleteAlarm();
  }
}
