/**
 * A call as it was flown once: every event, with the commands Telnyx had taken when it occurred. Replayed against the core in
 * another order, with other delays, twice, or with the hang-up elsewhere.
 */
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import { type Command, isOwn } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { type PendingCommand, pickCommand } from '../../src/domain/intake/pick-command.ts';
import { type CallState, newCall, nextTimer } from '../../src/domain/intake/state.ts';
import { transition } from '../../src/domain/intake/transition.ts';
import { noteOf } from '../../src/domain/note/note.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { type FlightOptions, givenFlight } from './flight.ts';

export interface RecordedEvent {
  readonly event: CallEvent;
  /** How many commands Telnyx had taken when it occurred: it cannot come before the last of them was sent. */
  readonly cause: number;
  readonly sinceCauseMs: number;
}

export interface RecordedCall {
  readonly name: string;
  readonly plan: CallPlan;
  readonly events: readonly RecordedEvent[];
  /** Seq of a command → its place among those that left for Telnyx. */
  readonly places: ReadonlyMap<number, number>;
  readonly endsByUs: boolean;
  readonly note: unknown;
  readonly commands: readonly string[];
}

/** What the shell itself tells the core, and no network can reorder. */
const OWN_EVENTS: ReadonlySet<CallEvent['type']> = new Set([
  'call.requested',
  'dial.sent',
  'timeout.fired',
  'command.dropped',
  'command.failed',
]);

export async function recordCall(persona: Persona, options: FlightOptions = {}): Promise<RecordedCall> {
  const flight = await givenFlight({ personas: [persona], ...options });
  const session = flight.call(persona);
  await flight.land();
  const line = session.sent.filter(({ command }) => !isOwn(command.name));
  const places = new Map(line.map(({ command }, place) => [command.seq, place]));
  const taken = (at: number) => line.filter((sent) => sent.at <= at).length;
  const hungUpAt = session.seen.find(({ type }) => type === 'call.hangup')?.at ?? Number.POSITIVE_INFINITY;
  const events = session.seen
    .filter(({ type }) => !OWN_EVENTS.has(type))
    .map((event): RecordedEvent => {
      // What a call costs follows from its end, whoever brought it about.
      const cause = taken(event.type === 'cost.reported' ? Math.min(event.at, hungUpAt) : event.at);
      return { event, cause, sinceCauseMs: event.at - (line[cause - 1]?.at ?? event.at) };
    });
  const endsByUs = events.some(({ event }) => event.type === 'call.hangup' && event.source === 'caller');
  return {
    name: persona.id,
    plan: session.plan,
    events,
    places,
    endsByUs,
    note: noteOfCall(session),
    commands: session.sent.map(({ command }) => commandLine(command)),
  };
}

/** Which of the events that may come now comes next; a place in the list, which is in the order they occurred. */
export type Choose = (ready: readonly RecordedEvent[]) => number;
const asItCame: Choose = () => 0;

export class Replay {
  readonly call: RecordedCall;
  state: CallState;
  now: number;
  /** As they were sent, our own among them. */
  readonly sent: Command[] = [];
  /** The names of the timers that fired. */
  readonly timers: string[] = [];
  readonly #line: { readonly seq: number; readonly at: number }[] = [];
  readonly #done = new Set<RecordedEvent>();
  readonly #known = new Set<string>();
  #pending: readonly PendingCommand[] = [];
  #count = 0;

  constructor(call: RecordedCall) {
    this.call = call;
    this.state = newCall(call.plan);
    this.now = call.plan.createdAt;
    this.#own({ type: 'call.requested' });
  }

  get delivered(): number {
    return this.#done.size;
  }

  has(recorded: RecordedEvent): boolean {
    return this.#done.has(recorded);
  }

  /** What has occurred or will before anything else is known; by the time it occurred. */
  ready(): RecordedEvent[] {
    return this.call.events
      .filter((recorded) => !this.#done.has(recorded) && recorded.cause <= this.#line.length)
      .sort((a, b) => this.#at(a) - this.#at(b));
  }

  /** Delivers everything, in the order that is chosen; an event that has occurred comes before the next timer fires. */
  run(choose: Choose = asItCame, until: (replay: Replay) => boolean = () => false): this {
    while (!until(this)) {
      const due = nextTimer(this.state);
      const ready = this.ready().filter((recorded) => due === null || this.#at(recorded) <= due.dueAt);
      const next = ready[choose(ready)];
      if (next !== undefined) this.deliver(next);
      else if (due !== null) this.#fire(due.timer, due.dueAt);
      else return this;
    }
    return this;
  }

  deliver(recorded: RecordedEvent): void {
    this.#done.add(recorded);
    const at = this.#at(recorded);
    this.now = Math.max(this.now, at);
    this.apply({ ...recorded.event, ...this.#asked(recorded.event), at, receivedAt: this.now } as CallEvent);
  }

  apply(event: CallEvent): void {
    if (this.#known.has(event.id)) return;
    this.#known.add(event.id);
    const [state, commands] = transition(this.state, event, this.call.plan);
    this.state = state;
    this.#pending = [...this.#pending, ...commands.map((command) => ({ command, attempts: 0, notBefore: 0 }))];
    this.#sendAll();
  }

  /** The patient hangs up, after these events have occurred; nothing that was caused later exists. */
  hangUp(after: readonly RecordedEvent[] = []): void {
    this.now = Math.max(this.now, ...after.map((recorded) => this.#at(recorded))) + 1;
    const id = `${this.call.name}:hung-up`;
    const hangup = { type: 'call.hangup', cause: 'normal_clearing', source: 'callee', sipCause: '200' } as const;
    this.apply({ ...hangup, id, at: this.now, receivedAt: this.now });
  }

  /** Time passes; only timers fire. */
  wait(ms: number): void {
    const until = this.now + ms;
    for (let due = nextTimer(this.state); due !== null && due.dueAt <= until; due = nextTimer(this.state))
      this.#fire(due.timer, due.dueAt);
    this.now = Math.max(this.now, until);
  }

  get note(): unknown {
    return noteOfCall({ state: this.state, plan: this.call.plan });
  }

  get status(): CallState['outcome'] {
    return this.state.outcome;
  }

  /** By name, step and words. */
  get commands(): string[] {
    return this.sent.map(commandLine);
  }

  #at({ event, cause, sinceCauseMs }: RecordedEvent): number {
    return cause === 0 ? event.at : (this.#line[cause - 1]?.at ?? event.at) + sinceCauseMs;
  }

  /** The question an event names, by the seq it has this time. */
  #asked(event: CallEvent): object {
    if (!('asked' in event) || event.asked === null) return {};
    const place = this.call.places.get(event.asked.seq);
    const seq = place === undefined ? event.asked.seq : (this.#line[place]?.seq ?? -1);
    return { asked: { ...event.asked, seq } };
  }

  #own(
    body: { readonly type: 'call.requested' | 'dial.sent' } | { readonly type: 'timeout.fired'; timer: never },
  ): void {
    this.#count += 1;
    this.apply({ ...body, id: `${this.call.plan.callId}:own:${this.#count}`, at: this.now, receivedAt: this.now });
  }

  #fire(timer: string, dueAt: number): void {
    this.now = Math.max(this.now, dueAt);
    this.timers.push(timer);
    this.#own({ type: 'timeout.fired', timer: timer as never });
  }

  #sendAll(): void {
    for (;;) {
      const { pending, next } = pickCommand(this.state, this.#pending, this.now);
      if (next === null) return;
      const { command } = next;
      this.#pending = pending.filter((entry) => entry !== next);
      this.sent.push(command);
      if (isOwn(command.name)) continue;
      this.#line.push({ seq: command.seq, at: this.now });
      if (command.name === 'dial') this.#own({ type: 'dial.sent' });
    }
  }
}

const LEFT_OUT: ReadonlySet<string> = new Set(
  'note_id version created_at completed_at timestamp at offset_ms started_at ended_at duration_seconds'.split(' '),
);

function commandLine(command: Command): string {
  const { seq: _, createdAt: __, ...rest } = command;
  return JSON.stringify(rest);
}

/**
 * The note without its ids and without times: those of writing, and those that a delay moves. Also without what a hang-up
 * that was faster really undoes: a recorder that never started, a language nothing was said in.
 */
function noteOfCall({ state, plan }: { readonly state: CallState; readonly plan: CallPlan }): unknown {
  const { recording: _, questionnaire: __, ...rest } = noteOf(state, plan, '', 1, 0, (at) => String(at));
  return JSON.parse(JSON.stringify(rest, (key, value) => (LEFT_OUT.has(key) ? undefined : value)));
}
