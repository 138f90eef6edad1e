/**
 * The state of one call, a union by phase, so that a question cannot be open outside the interview.
 * Plain JSON: session/ stores it sealed. `version` rises with every change of shape; session/ reads
 * no version it does not know, so a new one brings the upgrade of the old.
 */
import type { CallPlan } from './call-plan.ts';
import type { TelnyxIds } from './ids.ts';
import type { Language } from './questionnaire.ts';

/** CL-10. Silence is never "no", and `none` needs an explicit key. */
export type AnswerState = 'answered' | 'none' | 'unknown' | 'declined' | 'skipped' | 'not_asked' | 'unclear';

/** One answer and where it came from (X5). */
export interface Answer {
  readonly state: AnswerState;
  readonly value?: string | number | boolean | null;
  readonly display?: string;
  readonly input?: 'keys' | 'voice' | 'staff';
  readonly confidence?: number | null;
  readonly confirmed?: boolean;
  /** Epoch milliseconds of the event that settled it. */
  readonly at?: number;
  readonly eventId?: string;
}

export type Outcome =
  | 'completed'
  | 'partial'
  | 'declined'
  | 'wrong_person'
  | 'opted_out'
  | 'identity_failed'
  | 'canceled'
  | 'dial_refused'
  | 'dial_unknown';

/**
 * silence: no event while one is due. dial_wait: a dial nobody confirmed. ring: neither answer nor hang-up.
 * hangup: a hang-up Telnyx has not confirmed. close: hang-up + 5 s, then the note is written.
 */
export type TimerName = 'silence' | 'dial_wait' | 'ring' | 'hangup' | 'close';

export type TaskKind = 'callback' | 'voice_items';

export interface OpenQuestion {
  /** `opening`, `birth_date`, `consent` or an item id. */
  readonly step: string;
  /** Seq of the command that asked it; an event that names another seq belongs to an older question. */
  readonly seq: number;
  /** Times asked without a usable answer so far, at most 3. */
  readonly failedTries: number;
  /** Whether any of those tries had a wrong key: `unclear` rather than `skipped`. */
  readonly anyInvalid: boolean;
  /** A gather of this same step whose end was never heard; an answer that still comes from it counts. */
  readonly lostSeq: number | null;
  /** Set while a command key is awaited after `*`: the question waits, `seq` is that of the command prompt. */
  readonly commandSince: number | null;
}

export interface CallFacts {
  readonly version: 1;
  /** Last command seq given out. */
  readonly seq: number;
  readonly language: Language;
  readonly ids: TelnyxIds | null;
  readonly dialedAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly anyKey: boolean;
  readonly identity: 'not_checked' | 'verified' | 'failed';
  readonly consent: {
    readonly collection: 'given' | 'declined' | 'not_asked';
    readonly recording: 'given' | 'declined' | 'not_asked';
    readonly at: number | null;
    readonly eventId: string | null;
    /** Version of the words the patient heard, e.g. `consent-en-1`. */
    readonly wording: string | null;
  };
  readonly answers: Readonly<Record<string, Answer>>;
  /** Items in a row given up in silence; three lead to the closing. */
  readonly silentItems: number;
  /** The question that was open when the line broke off: its answer may still be on its way. */
  readonly lastQuestion: OpenQuestion | null;
  /** When a `*` was last pressed, as keys report it one by one: `*9` counts even where no gather hears it (TC-08). */
  readonly starAt: number | null;
  /** `*9` was pressed, and the gather that should say so has not spoken. */
  readonly stopHeard: boolean;
  /** Version of the note; rises when an answer comes after the note was written. */
  readonly noteVersion: number;
  readonly recorder: 'off' | 'on' | 'stopped' | 'failed';
  readonly recording: { readonly id: string | null; readonly durationMs: number | null } | null;
  readonly hangup: {
    readonly cause: string | null;
    readonly source: string | null;
    readonly sipCause: string | null;
  } | null;
  /** Why the call ends, once that is settled; null while it is open. */
  readonly outcome: Outcome | null;
  readonly error: string | null;
  readonly tasks: readonly TaskKind[];
  /** Staff asked us to hang up before Telnyx' ids were known. */
  readonly hangupWanted: boolean;
  /** Seq of a running `retrieve_call`, and how often in a row we had to ask. */
  readonly checking: number | null;
  readonly lostEvents: number;
  /** Epoch milliseconds at which each is due. */
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
}

export type Phase =
  | { readonly phase: 'new' }
  | { readonly phase: 'dialing'; readonly dial: 'pending' | 'sent' | 'unknown' }
  | { readonly phase: 'ringing' }
  | { readonly phase: 'asking'; readonly question: OpenQuestion }
  | { readonly phase: 'closing'; readonly speakSeq: number }
  | { readonly phase: 'hanging_up' }
  | { readonly phase: 'ended' };

export type CallState = CallFacts & Phase;
export type StateIn<P extends Phase['phase']> = Extract<CallState, { phase: P }>;

export function newCall(plan: Pick<CallPlan, 'language'>): CallState {
  return {
    version: 1,
    phase: 'new',
    seq: 0,
    language: plan.language,
    ids: null,
    dialedAt: null,
    answeredAt: null,
    endedAt: null,
    anyKey: false,
    identity: 'not_checked',
    consent: { collection: 'not_asked', recording: 'not_asked', at: null, eventId: null, wording: null },
    answers: {},
    silentItems: 0,
    lastQuestion: null,
    starAt: null,
    stopHeard: false,
    noteVersion: 1,
    recorder: 'off',
    recording: null,
    hangup: null,
    outcome: null,
    error: null,
    tasks: [],
    hangupWanted: false,
    checking: null,
    lostEvents: 0,
    timers: {},
  };
}

/** The earliest timer, or null when nothing is awaited. */
export function nextTimer(state: CallState): { readonly timer: TimerName; readonly dueAt: number } | null {
  let next: { timer: TimerName; dueAt: number } | null = null;
  for (const [timer, dueAt] of Object.entries(state.timers) as [TimerName, number][]) {
    if (next === null || dueAt < next.dueAt) next = { timer, dueAt };
  }
  return next;
}
