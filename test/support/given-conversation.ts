/**
 * given(plan).when(...events): one call, driven through the pure core. It threads the state, dates and numbers the events,
 * collects the commands, and holds every turn to the rules of given-sound-turn.ts.
 */
import type { CallPlan } from '../../src/domain/intake/call-plan.ts';
import type { Command, CommandName } from '../../src/domain/intake/command.ts';
import type { Asked, CallEvent, GatherStatus } from '../../src/domain/intake/event.ts';
import { type CallState, newCall, type OpenQuestion, type TimerName } from '../../src/domain/intake/state.ts';
import { transition } from '../../src/domain/intake/transition.ts';
import {
  answered,
  dialAccepted,
  dialSent,
  type EventInput,
  fired,
  gathered,
  heard,
  initiated,
  received,
  requested,
} from './given-events.ts';
import { BIRTH_DATE_KEYS, givenInboundPlan, givenPlan } from './given-plan.ts';
import { expectSoundTurn } from './given-sound-turn.ts';

export class Conversation {
  readonly plan: CallPlan;
  state: CallState;
  /** Epoch milliseconds; every event comes one second after the last. */
  now: number;
  readonly events: CallEvent[] = [];
  readonly commands: Command[] = [];
  /** What the last event led to. */
  last: readonly Command[] = [];

  constructor(plan: CallPlan, state: CallState = newCall(plan)) {
    this.plan = plan;
    this.state = state;
    this.now = plan.createdAt;
  }

  when(...inputs: readonly EventInput[]): this {
    for (const input of inputs) this.#happens(input);
    return this;
  }

  /** The open question ends with these keys. */
  keys(...entries: readonly string[]): this {
    for (const digits of entries) this.#listens().when(gathered(digits, this.asked));
    return this;
  }

  /** The open question ends without usable keys. */
  ends(status: GatherStatus, digits = ''): this {
    return this.#listens().when(gathered(digits, this.asked, status));
  }

  /** An emergency text is heard before a key is pressed: one that comes at once was meant for the question before. */
  #listens(): this {
    return this.at === 'red_flag' ? this.later(3000) : this;
  }

  silent(times = 1): this {
    for (let i = 0; i < times; i += 1) this.ends('timeout');
    return this;
  }

  /** The patient speaks; each text is one final of the transcription. */
  says(...texts: readonly string[]): this {
    for (const text of texts) this.when(heard(text));
    return this;
  }

  /** The patient has said nothing for two seconds. */
  quiet(): this {
    return this.timer('utterance');
  }

  later(ms: number): this {
    this.now += ms;
    return this;
  }

  /** Time passes until the timer is due, and it fires. */
  timer(timer: TimerName): this {
    const dueAt = this.state.timers[timer];
    if (dueAt === undefined) throw new Error(`no ${timer} timer in phase ${this.state.phase}`);
    this.now = Math.max(this.now, dueAt - 1000);
    return this.when(fired(timer));
  }

  get question(): OpenQuestion {
    if (this.state.phase !== 'asking') throw new Error(`no question is open in phase ${this.state.phase}`);
    return this.state.question;
  }

  /** What Telnyx echoes in the client_state of the open question. */
  get asked(): Asked {
    return { step: this.question.commandSince === null ? this.question.step : 'command', seq: this.question.seq };
  }

  /** The step a patient would say they were asked, or the phase when nothing is. */
  get at(): string {
    if (this.state.phase !== 'asking') return this.state.phase;
    return this.question.commandSince === null ? this.question.step : 'command';
  }

  /** Everything the patient heard, one prompt after another. */
  get said(): string[] {
    return this.commands.flatMap((command) => ('payload' in command ? [command.payload] : []));
  }

  get names(): CommandName[] {
    return this.commands.map(({ name }) => name);
  }

  get lastNames(): CommandName[] {
    return this.last.map(({ name }) => name);
  }

  /** The words of the last prompt or closing. */
  get spoken(): string {
    const said = this.commands.findLast((command) => command.name === 'gather_using_speak' || command.name === 'speak');
    return said && 'payload' in said ? said.payload : '';
  }

  ordered<N extends CommandName>(name: N): Extract<Command, { name: N }>[] {
    return this.commands.filter((command): command is Extract<Command, { name: N }> => command.name === name);
  }

  #happens(input: EventInput): void {
    this.now += 1000;
    const at = input.at ?? this.now;
    const event = {
      at,
      receivedAt: Math.max(at, this.now),
      id: `evt_${this.events.length + 1}`,
      ...input,
    } as CallEvent;
    const turn = transition(this.state, event, this.plan);
    expectSoundTurn(this.state, event, turn);
    this.events.push(event);
    [this.state, this.last] = turn;
    this.commands.push(...this.last);
  }
}

export const given = (plan: CallPlan = givenPlan(), state?: CallState): Conversation => new Conversation(plan, state);

export const givenRinging = (plan?: CallPlan): Conversation =>
  given(plan).when(requested, dialSent, dialAccepted, initiated);
export const givenOpening = (plan?: CallPlan): Conversation => givenRinging(plan).when(answered);

export function givenConsent(plan?: CallPlan): Conversation {
  const call = givenOpening(plan).keys('1');
  return call.at === 'birth_date' ? call.keys(BIRTH_DATE_KEYS) : call;
}

/** Somebody has rung us, and hears the opening. */
export const givenCaller = (plan: CallPlan = givenInboundPlan()): Conversation => given(plan).when(received, answered);

/** At the first item, with the recorder on (`1`) or off (`2`). */
export const givenInterview = (plan?: CallPlan, consentKey: '1' | '2' = '1'): Conversation =>
  givenConsent(plan).keys(consentKey);
