/**
 * The other end of a call that is only tried out: a phone network and a patient's handset of which nothing is lost, under a clock
 * that runs as fast as it is read. It plays what the core orders and tells what became of it; it decides nothing. Pure: the same
 * inputs give the same call.
 */
import type { CallPlan } from '../intake/call-plan.ts';
import type { Command } from '../intake/command.ts';
import type { CallEvent, CallEventBody } from '../intake/event.ts';
import type { CallControlId, CallLegId, CallSessionId, TelnyxIds } from '../intake/ids.ts';
import { type CallState, newCall, nextTimer } from '../intake/state.ts';
import { patientLine, spokenLine } from '../intake/transcript.ts';
import { transition } from '../intake/transition.ts';

/** What is heard of a prompt that was spoken to its end, and how long a person speaks: ordinary speech. */
const CHARACTERS_PER_SECOND = 15;
const NEXT_KEY_AFTER_MS = 300;
const NETWORK_MS = 50;
/** Of a recorded message nobody plays here. */
const AUDIO_MS = 20_000;
/** More steps than any call takes between two things a patient does. */
const MOST_STEPS = 500;

const IDS: TelnyxIds = {
  callControlId: 'tried' as CallControlId,
  callLegId: 'tried' as CallLegId,
  callSessionId: 'tried' as CallSessionId,
};

export interface HandsetLine {
  readonly speaker: 'agent' | 'patient';
  readonly text: string;
  readonly step: string | null;
}

interface OpenGather {
  readonly command: Extract<Command, { name: 'gather_using_speak' }>;
  readonly heardAt: number;
  digits: string;
  /** When its silence, or the pause after a key, is over. */
  endsAt: number;
}

interface Due {
  at: number;
  readonly body: CallEventBody;
}

const speechMs = (text: string): number => Math.ceil((text.length / CHARACTERS_PER_SECOND) * 1000);

const cancelled = ({ command: { step, seq }, digits }: OpenGather): CallEventBody => ({
  ...{ type: 'gather.ended', status: 'cancelled', digits },
  asked: { step, seq },
});

/** What comes back of an order by itself; null: nothing the core waits for. */
function replyTo(command: Command): { readonly afterMs: number; readonly body: CallEventBody } | null {
  switch (command.name) {
    case 'speak':
      return { afterMs: speechMs(command.payload), body: { type: 'speak.ended' } };
    case 'playback_start':
      return { afterMs: AUDIO_MS, body: { type: 'playback.ended', status: 'completed' } };
    case 'transfer':
      // Nobody is rung by a trial.
      return { afterMs: command.timeoutSeconds * 1000, body: { type: 'staff.hung_up', seq: command.seq } };
    case 'hangup':
      return {
        afterMs: NETWORK_MS,
        body: { type: 'call.hangup', cause: 'normal_clearing', source: 'caller', sipCause: '200' },
      };
    case 'retrieve_call':
      return { afterMs: NETWORK_MS, body: { type: 'call.checked', seq: command.seq, alive: true } };
    default:
      return null;
  }
}

export class Handset {
  readonly plan: CallPlan;
  state: CallState;
  now: number;
  gather: OpenGather | null = null;
  readonly lines: HandsetLine[] = [];
  #due: Due[] = [];
  #events = 0;

  constructor(plan: CallPlan) {
    this.plan = plan;
    this.state = newCall(plan);
    this.now = plan.createdAt;
    for (const type of ['call.requested', 'dial.sent'] as const) this.#happens({ type });
    for (const type of ['dial.accepted', 'call.initiated', 'call.answered'] as const) this.#happens({ type, ids: IDS });
    this.#settle();
  }

  /** One key after another; the first when the question has been heard. */
  press(keys: string): void {
    this.now = Math.max(this.now, this.gather?.heardAt ?? 0);
    for (const key of keys) {
      this.#advance(this.now + NEXT_KEY_AFTER_MS);
      this.#pressOne(key);
    }
    // What was begun and not ended by `#` ends by waiting.
    if (this.gather !== null && this.gather.digits !== '') this.#advance(this.gather.endsAt);
    this.#settle();
  }

  /** Words are one utterance; whether anybody listens is the core's to know. */
  say(words: string): void {
    this.now = Math.max(this.now, this.gather?.heardAt ?? 0);
    this.#advance(this.now + speechMs(words));
    this.#happens({ type: 'transcription.received', text: words, confidence: null });
    this.#settle();
  }

  /** Nothing is done until the question gives up waiting. */
  wait(): void {
    if (this.gather !== null) this.#advance(this.gather.endsAt);
    this.#settle();
  }

  #pressOne(digit: string): void {
    const { gather } = this;
    const asked = gather === null ? null : { step: gather.command.step, seq: gather.command.seq };
    this.#happens({ type: 'dtmf.received', digit, asked });
    // What the key alone led to may have ended the question.
    if (gather === null || this.gather !== gather) return;
    if (digit === '#') {
      this.#endGather(gather, 'valid');
      return;
    }
    gather.digits += digit;
    gather.endsAt = this.now + gather.command.interDigitTimeoutMs;
    if (gather.digits.length >= gather.command.maximumDigits) this.#endGather(gather, 'valid');
  }

  #endGather({ command: { step, seq }, digits }: OpenGather, status: 'valid' | 'timeout'): void {
    this.gather = null;
    this.#happens({ type: 'gather.ended', digits, status, asked: { step, seq } });
  }

  #happens(body: CallEventBody): void {
    this.#events += 1;
    const event = { ...body, id: `tried_${this.#events}`, at: this.now, receivedAt: this.now } as CallEvent;
    const before = this.state;
    const [after, commands] = transition(before, event, this.plan);
    this.state = after;
    const said = patientLine(before, event, after);
    if (said !== null) this.#write(said);
    for (const command of commands) this.#obey(command);
  }

  #write({ speaker, text, item }: { speaker: HandsetLine['speaker']; text: string; item: string | null }): void {
    this.lines.push({ speaker, text, step: item });
  }

  #obey(command: Command): void {
    const spoken = spokenLine(command, this.now);
    if (spoken !== null) this.#write(spoken);
    switch (command.name) {
      case 'gather_using_speak': {
        const heardAt = this.now + speechMs(command.payload);
        this.gather = { command, heardAt, digits: '', endsAt: heardAt + command.timeoutMs };
        break;
      }
      case 'gather_stop': {
        const { gather } = this;
        this.gather = null;
        if (gather !== null) this.#due.push({ at: this.now + NETWORK_MS, body: cancelled(gather) });
        break;
      }
      case 'playback_stop':
        for (const due of this.#due)
          if (due.body.type === 'speak.ended' || due.body.type === 'playback.ended') due.at = this.now + NETWORK_MS;
        break;
      default: {
        const reply = replyTo(command);
        if (reply !== null) this.#due.push({ at: this.now + reply.afterMs, body: reply.body });
      }
    }
  }

  /** Whatever is due until then happens, in its order. */
  #advance(to: number): void {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const due = this.#next();
      if (due === null || due.at > to) break;
      this.now = Math.max(this.now, due.at);
      due.happen();
    }
    this.now = Math.max(this.now, to);
  }

  #next(): { readonly at: number; readonly happen: () => void } | null {
    const { gather } = this;
    const timer = nextTimer(this.state);
    const [first] = this.#due.toSorted((a, b) => a.at - b.at);
    const next = [
      ...(first === undefined ? [] : [{ at: first.at, happen: () => this.#take(first) }]),
      ...(gather === null ? [] : [{ at: gather.endsAt, happen: () => this.#runOut(gather) }]),
      ...(timer === null
        ? []
        : [{ at: timer.dueAt, happen: () => this.#happens({ type: 'timeout.fired', timer: timer.timer }) }]),
    ].toSorted((a, b) => a.at - b.at);
    return next[0] ?? null;
  }

  #take(due: Due): void {
    this.#due = this.#due.filter((each) => each !== due);
    this.#happens(due.body);
  }

  #runOut(gather: OpenGather): void {
    this.#endGather(gather, gather.digits === '' ? 'timeout' : 'valid');
  }

  /** Goes on by itself until it is the patient's turn, or all is over. */
  #settle(): void {
    for (let step = 0; step < MOST_STEPS && !this.#isPatientsTurn(); step += 1) {
      const due = this.#next();
      if (due === null) return;
      this.#advance(due.at);
    }
  }

  #isPatientsTurn(): boolean {
    const { state, gather } = this;
    return (
      gather !== null && state.phase === 'asking' && this.#due.length === 0 && state.timers.utterance === undefined
    );
  }
}
