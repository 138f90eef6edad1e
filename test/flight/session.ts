/**
 * One call as the Durable Object runs it, in memory and under the engine's clock: events deduplicated, decided by the core and
 * logged; one runner that asks the core before each send; timers. It decides nothing. Storage never fails here: that is for
 * the tests of the real shell.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterFailure } from '../../src/domain/intake/after-failure.ts';
import type { EventEffect, LoggedEvent, TranscriptLine } from '../../src/domain/intake/call-log.ts';
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import { leavesNote } from '../../src/domain/intake/call-record.ts';
import type { Command } from '../../src/domain/intake/command.ts';
import type { CallEvent, CallEventBody } from '../../src/domain/intake/event.ts';
import { greeted } from '../../src/domain/intake/greeting.ts';
import { type PendingCommand, pickCommand, retryLater } from '../../src/domain/intake/pick-command.ts';
import { type CallState, newCall, nextTimer, type TaskKind } from '../../src/domain/intake/state.ts';
import { patientLine, spokenLine } from '../../src/domain/intake/transcript.ts';
import type { transition } from '../../src/domain/intake/transition.ts';
import { type Note, noteOf } from '../../src/domain/note/note.ts';
import type { Clock } from '../../src/simulator/clock.ts';
import type { TelnyxClient } from '../../src/telnyx/client.ts';
import { isDefiniteNo, type TelnyxFailure } from '../../src/telnyx/errors.ts';

/** One try of a command that left for Telnyx or for our own storage. `code`: what came back instead of a yes. */
export interface Sent {
  readonly command: Command;
  readonly at: number;
  /** The state it was sent in. */
  readonly state: CallState;
  outcome: 'under_way' | 'accepted' | 'failed';
  code: string | null;
}

/** What the shell around the sessions gives them. */
export interface Surroundings {
  readonly clock: Clock;
  readonly client: TelnyxClient;
  readonly transition: typeof transition;
  /** Runners at work: time must not pass over them. */
  active: number;
  onEvent(session: Session, event: CallEvent, commands: readonly Command[]): void;
  onSent(session: Session, sent: Sent): void;
}

/** Of the state: an event, a command that is tried again, a greeting Telnyx took. */
export type Move =
  | { readonly kind: 'event'; readonly event: CallEvent }
  | { readonly kind: 'again'; readonly entry: PendingCommand; readonly at: number }
  | { readonly kind: 'greeted'; readonly command: Command; readonly at: number };

type Done = { readonly kind: 'done' | 'saved'; readonly event: CallEventBody | null } | { readonly kind: 'retry' };

const DONE: Done = { kind: 'done', event: null };

export class Session {
  readonly plan: CallPlan;
  state: CallState;
  pending: readonly PendingCommand[] = [];
  readonly events: LoggedEvent[] = [];
  /** The events as the core saw them. */
  readonly seen: CallEvent[] = [];
  /** All that ever moved the state: enough to come to it again. */
  readonly moves: Move[] = [];
  readonly transcript: TranscriptLine[] = [];
  readonly sent: Sent[] = [];
  /** Every order the core gave, sent or not. */
  readonly ordered: Command[] = [];
  readonly dropped: Command[] = [];
  /** Every version that was written. */
  readonly notes: Note[] = [];
  readonly tasks: TaskKind[] = [];
  readonly suppressed: string[] = [];
  savedAt: number | null = null;
  released = 0;
  readonly #around: Surroundings;
  readonly #known = new Set<string>();
  #running = false;
  #armedFor = Number.POSITIVE_INFINITY;
  #adopted: (() => void) | null = null;

  constructor(around: Surroundings, plan: CallPlan) {
    this.#around = around;
    this.plan = plan;
    this.state = newCall(plan);
  }

  get note(): Note | null {
    return this.notes.at(-1) ?? null;
  }

  get isIdle(): boolean {
    return this.pending.length === 0 && nextTimer(this.state) === null && !this.#running;
  }

  apply(event: CallEvent): EventEffect {
    if (this.#known.has(event.id)) return 'duplicate';
    this.#known.add(event.id);
    const before = this.state;
    const [state, commands] = this.#around.transition(before, event, this.plan);
    const changed = commands.length > 0 || !isDeepStrictEqual(state, before);
    const effect: EventEffect = changed ? 'applied' : before.phase === 'ended' ? 'late' : 'ignored';
    const said = changed || event.type === 'transcription.received' ? patientLine(before, event, state) : null;
    if (said !== null) this.transcript.push(said);
    this.seen.push(event);
    this.moves.push({ kind: 'event', event });
    this.events.push({
      ...{ event_id: event.id, type: event.type, at: event.at, received_at: event.receivedAt, effect },
      commands: commands.map(({ name }) => name),
    });
    if (before.phase === 'ended' && state.phase !== 'ended') this.savedAt = null;
    this.state = state;
    this.ordered.push(...commands);
    this.pending = [...this.pending, ...commands.map((command) => ({ command, attempts: 0, notBefore: 0 }))];
    this.#around.onEvent(this, event, commands);
    if (before.phase === 'dialing' && state.phase !== 'dialing') this.#adopted?.();
    this.#arm();
    this.run();
    return effect;
  }

  /** Something the shell learned itself. */
  observe(body: CallEventBody): void {
    const now = this.#around.clock.now();
    this.apply({ ...body, id: `${this.plan.callId}:${body.type}:${this.events.length}`, at: now, receivedAt: now });
  }

  run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#around.active += 1;
    Promise.resolve()
      .then(() => this.#runPending())
      .finally(() => {
        this.#running = false;
        this.#around.active -= 1;
      });
  }

  #fireTimers(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    for (let fired = 0; fired < 8; fired += 1) {
      const due = nextTimer(this.state);
      if (due === null || due.dueAt > this.#around.clock.now()) break;
      this.observe({ type: 'timeout.fired', timer: due.timer });
    }
    this.#arm();
  }

  #arm(): void {
    const due = nextTimer(this.state);
    if (due === null || due.dueAt >= this.#armedFor) return;
    this.#armedFor = due.dueAt;
    const { clock } = this.#around;
    clock.after(due.dueAt - clock.now(), () => this.#fireTimers());
  }

  async #runPending(): Promise<void> {
    const { clock } = this.#around;
    for (;;) {
      const now = clock.now();
      const { pending, dropped, next } = pickCommand(this.state, this.pending, now);
      this.pending = pending;
      if (dropped.length > 0) {
        this.dropped.push(...dropped);
        for (const { name, seq } of dropped) this.observe({ type: 'command.dropped', seq, name });
        continue;
      }
      if (next === null) return;
      if (next.notBefore > now) {
        clock.after(next.notBefore - now, () => this.run());
        return;
      }
      if (next.command.name === 'dial') this.observe({ type: 'dial.sent' });
      const ran = this.#send(next);
      const done = next.command.name === 'dial' ? await Promise.race([ran, this.#dialAdopted()]) : await ran;
      this.#settle(next.command.seq, done);
    }
  }

  #dialAdopted(): Promise<Done> {
    return new Promise((resolve) => {
      this.#adopted = () => resolve(DONE);
    });
  }

  async #send({ command }: PendingCommand): Promise<Done> {
    const { clock, client } = this.#around;
    const { state, plan } = this;
    const sent: Sent = { command, at: clock.now(), state, outcome: 'under_way', code: null };
    this.sent.push(sent);
    this.#around.onSent(this, sent);
    const failed = (failure: TelnyxFailure): Done => {
      const { kind, code } = failure;
      Object.assign(sent, { outcome: 'failed', code: `telnyx_${code}` });
      const after = afterFailure(command, { kind, code: `telnyx_${code}`, definite: isDefiniteNo(failure) });
      return after === 'retry' ? { kind: 'retry' } : { kind: 'done', event: after };
    };
    const accepted = (event: CallEventBody | null = null): Done => {
      sent.outcome = 'accepted';
      return { kind: 'done', event };
    };
    switch (command.name) {
      case 'dial': {
        const reply = await client.dial(plan, command);
        if (!reply.ok) return failed(reply.failure);
        return accepted(reply.value === null ? { type: 'dial.unknown' } : { type: 'dial.accepted', ids: reply.value });
      }
      case 'find_dial': {
        const reply = await client.findDial(plan);
        return reply.ok ? accepted({ type: 'dial.checked', ids: reply.value }) : failed(reply.failure);
      }
      case 'retrieve_call': {
        const { seq } = command;
        if (state.ids === null) return accepted({ type: 'call.checked', seq, alive: null });
        const reply = await client.isAlive(state.ids.callControlId);
        return reply.ok ? accepted({ type: 'call.checked', seq, alive: reply.value }) : failed(reply.failure);
      }
      case 'suppress_number':
        this.suppressed.push(command.number);
        return accepted();
      case 'open_task':
        this.tasks.push(command.kind);
        return accepted();
      case 'run_jobs':
        return accepted();
      case 'release_line':
        this.released += 1;
        return accepted();
      case 'save_note':
        this.#save();
        sent.outcome = 'accepted';
        return { kind: 'saved', event: null };
      default: {
        if (state.ids === null) return accepted();
        const reply = await client.send(plan, state.ids.callControlId, command);
        return reply.ok ? accepted() : failed(reply.failure);
      }
    }
  }

  #save(): void {
    const { state, plan } = this;
    const noteId = `${plan.callId.replace(/^call_/, 'note_')}.${state.noteVersion}`;
    const iso = (at: number) => new Date(at).toISOString();
    if (!leavesNote(state, plan)) return;
    this.notes.push(noteOf(state, plan, noteId, state.noteVersion, this.#around.clock.now(), iso));
  }

  /** After the await the call may have moved on: what comes back is applied to the newest. */
  #settle(seq: number, done: Done): void {
    const now = this.#around.clock.now();
    const entry = this.pending.find(({ command }) => command.seq === seq);
    const others = this.pending.filter((pending) => pending !== entry);
    if (done.kind === 'retry') {
      if (entry === undefined) return;
      const [state, again] = retryLater(this.state, entry, now);
      this.moves.push({ kind: 'again', entry, at: now });
      this.state = state;
      this.pending = [again, ...others];
      return;
    }
    const taken = entry !== undefined && done.event === null;
    const spoken = taken ? spokenLine(entry.command, now) : null;
    if (spoken !== null) this.transcript.push(spoken);
    if (taken) {
      this.moves.push({ kind: 'greeted', command: entry.command, at: now });
      this.state = greeted(this.state, entry.command, now);
    }
    this.pending = others;
    if (done.kind === 'saved') {
      this.savedAt = this.state.phase === 'ended' ? now : null;
      return;
    }
    if (done.event !== null) this.observe(done.event);
    else if (entry !== undefined && entry.attempts > 0) this.observe({ type: 'command.delayed', seq });
  }
}
