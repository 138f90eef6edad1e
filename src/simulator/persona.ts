/**
 * A scripted patient as data: how the phone is picked up, what is pressed at each step, and how the call must end.
 * A step that is missing is met with silence; a step asked more often than it has entries gets its last entry again,
 * as a patient would who is asked once more. `'hangup'` in place of keys ends the call there.
 */
export type Pickup =
  | { readonly kind: 'answers'; readonly afterMs: number }
  | { readonly kind: 'busy'; readonly afterMs: number }
  | { readonly kind: 'rejects'; readonly afterMs: number }
  | { readonly kind: 'no_answer' };

type AnswerState = 'answered' | 'none' | 'unknown' | 'declined' | 'skipped' | 'not_asked' | 'unclear';

export interface ExpectedAnswer {
  readonly state: AnswerState;
  /** Compared only when given. */
  readonly value?: string | number | boolean | null;
}

/** What is left out is not compared. */
export interface Expected {
  readonly status: string;
  readonly identity?: 'verified' | 'failed' | 'not_checked';
  readonly consent?: { readonly collection?: string; readonly recording?: string };
  /** `null`: there must be no note; `any`: not compared. */
  readonly note: 'complete' | 'partial' | 'declined' | 'any' | null;
  readonly items: Readonly<Record<string, ExpectedAnswer>>;
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
  /** From the end of a prompt to the first key, in human time. */
  readonly reactionMs: number;
  /** Presses before the prompt has ended. */
  readonly interrupts?: boolean;
  readonly keys: Readonly<Record<string, readonly string[]>>;
  /** For every step without keys, instead of silence. */
  readonly otherwise?: string;
  readonly expected: Expected;
}

/** What a patient really pressed in one call, kept by the engine. */
export interface CallRecord {
  callId: string | null;
  /** How often each step was asked. */
  readonly asked: Record<string, number>;
  /** The last entry of each step that ended `valid`. */
  readonly entries: Record<string, { readonly digits: string; readonly at: number }>;
  /** Every key of the call, in order. */
  keys: string;
}
