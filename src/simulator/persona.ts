/**
 * A scripted patient as data: how the phone is picked up, what is pressed or said at each step, and how the call must end.
 * A step that is missing is met with silence; a step asked more often than it has entries gets its last entry again,
 * as a patient would who is asked once more.
 */
import type { Machine, Screening } from './machine.ts';

export type Pickup =
  | { readonly kind: 'answers'; readonly afterMs: number }
  | { readonly kind: 'busy'; readonly afterMs: number }
  | { readonly kind: 'rejects'; readonly afterMs: number }
  | { readonly kind: 'no_answer' };

/** Words instead of keys. Speaking does not stop a prompt: unless the persona interrupts, its end is awaited. */
export interface SpokenReply {
  /** One utterance each, with a pause between them. */
  readonly say: readonly string[];
  readonly pauseMs?: number;
  /** What the recogniser makes of each utterance; `null`: nothing. As said when left out. */
  readonly heard?: readonly (string | null)[];
  readonly confidence?: readonly (number | null)[];
  /** Keys after the last word. */
  readonly thenPress?: string;
}

/**
 * Keys, or words, or one of two orders: `'hangup'` ends the call, `'verify'` listens to a read-back and presses 1 when it
 * holds what was said, 2 when it does not, and 3 after `redosAtMost` redos.
 */
export type Reply = string | SpokenReply;

/** By step; `*.confirm` stands for every read-back without its own entry. */
export type Replies = Readonly<Record<string, readonly Reply[]>>;

export type AnswerState = 'answered' | 'none' | 'unknown' | 'declined' | 'skipped' | 'not_asked' | 'unclear';

export interface ExpectedAnswer {
  readonly state: AnswerState;
  /** Compared only when given. */
  readonly value?: string | number | boolean | null;
  /** Of a voice item; compared only when given. */
  readonly confirmed?: boolean;
}

/** What is left out is not compared. */
export interface Expected {
  readonly status: string;
  readonly identity?: 'verified' | 'failed' | 'not_checked';
  readonly consent?: { readonly collection?: string; readonly recording?: string };
  /** `null`: there must be no note; `any`: not compared. */
  readonly note: 'complete' | 'partial' | 'declined' | 'any' | null;
  readonly items: Readonly<Record<string, ExpectedAnswer>>;
  /** The rules that must have fired, and no others. */
  readonly redFlags?: readonly string[];
}

export interface RingBack {
  /** From the end of the first call, in human time. */
  readonly afterMs: number;
  readonly keys: Replies;
  readonly expected: Expected;
}

/** What staff do when this patient is put through; without it the engine's own staff lines decide. */
export interface StaffConduct {
  /** `null`: nobody answers. */
  readonly answersAfterMs: number | null;
  readonly talksForMs: number;
  /** Instead of answering at that time. */
  readonly refuses?: 'busy' | 'rejects';
}

export interface Persona {
  readonly id: string;
  readonly description: string;
  /** A real area code and 555-01xx, which no one owns. */
  readonly phone: string;
  readonly firstName: string;
  readonly lastName: string;
  /** As the clinic has it on file. */
  readonly dateOfBirth: string | null;
  readonly pickup: Pickup;
  /** How it is picked up from the second call on. */
  readonly redial?: Pickup;
  /** Telnyx has no route to the number: it refuses the dial. */
  readonly unreachable?: boolean;
  /** From the end of a prompt to the first key or word, in human time. */
  readonly reactionMs: number;
  /** Presses before the prompt has ended. */
  readonly interrupts?: boolean;
  readonly keys: Replies;
  /** For every step without keys, instead of silence. */
  readonly otherwise?: string;
  /** How often a wrong read-back is done again before it is skipped; 2 when left out. */
  readonly redosAtMost?: number;
  /** Pressed, or `'hangup'`, while put through to staff. */
  readonly whileBridged?: string;
  /** A machine picks up in place of the patient. */
  readonly machine?: Machine;
  /** An assistant asks who is calling before the patient picks up. */
  readonly screening?: Screening;
  /** What answering machine detection makes of this human; `null`: no verdict at all. */
  readonly humanVerdict?: 'human_residence' | 'human_business' | 'not_sure' | null;
  readonly staff?: StaffConduct;
  readonly ringBack?: RingBack;
  readonly expected: Expected;
}

/** The same patient at the other end of a ring-back; null for one who does not ring. */
export function asRingingBack(persona: Persona): Persona | null {
  const { ringBack, ...rest } = persona;
  return ringBack === undefined ? null : { ...rest, keys: ringBack.keys, expected: ringBack.expected };
}
