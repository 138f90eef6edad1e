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
  /** The keys as pressed, or the words as they were heard. */
  readonly entry?: string;
  readonly confidence?: number | null;
  readonly confirmed?: boolean;
  /** Epoch milliseconds of the event that gave it: the last key, or the first words. */
  readonly at?: number;
  readonly eventId?: string;
  /** All events of a spoken answer, in the order they were said. */
  readonly eventIds?: readonly string[];
  /** Hash of the words of the question as it was put. */
  readonly wording?: string;
  /** Version of the questionnaire it was asked from. */
  readonly questionVersion?: number;
  /** The call it was given in; another one's where an unfinished intake was taken up again (X3). */
  readonly callId?: string;
  /** Only for an answer of an earlier call, whose recording is another. */
  readonly offsetMs?: number | null;
}

/** One final of the live transcription. `at` is Telnyx' `occurred_at`. */
export interface Utterance {
  readonly text: string;
  readonly confidence: number | null;
  readonly at: number;
  readonly eventId: string;
}

/** A voice item and what was said to it, in the order it was said. */
export interface SpokenTo {
  readonly item: string;
  /** Words that occurred outside these times were said to something else; null: it is still its turn. */
  readonly since: number;
  readonly until: number | null;
  readonly words: readonly Utterance[];
  /** When it was put again the last time; absent: it was put once. */
  readonly againAt?: number;
}

/** A rule that fired (X4). Words only ever make an unverified flag (CL-04). */
export interface RaisedFlag {
  readonly rule: string;
  readonly item: string;
  readonly level: 'urgent';
  readonly at: number;
  readonly eventId: string;
  readonly unverified: boolean;
  /** An earlier call's, where its intake was taken up again. */
  readonly callId: string;
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
  | 'dial_unknown'
  | 'voicemail';

/**
 * silence: no event while one is due. dial_wait: a dial nobody confirmed. ring: neither answer nor hang-up.
 * utterance: the patient has been quiet since the last words. greeting: a machine whose greeting will not end.
 * transfer: staff are rung. bridge: staff and patient talk. limit: the interview has lasted long enough (CL-21).
 * hangup: a hang-up Telnyx has not confirmed. close: hang-up + 5 s, then the note is written.
 */
export type TimerName =
  | 'silence'
  | 'dial_wait'
  | 'ring'
  | 'utterance'
  | 'greeting'
  | 'transfer'
  | 'bridge'
  | 'limit'
  | 'hangup'
  | 'close';

export const TASK_KINDS = ['callback', 'voice_items', 'red_flag', 'opt_out_review', 'guardian', 'identity'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** A question and how far it has come, whether or not it is being asked this moment. */
export interface Progress {
  /** `opening`, `birth_date`, `consent`, an item id, `<item>.confirm` or `red_flag`. */
  readonly step: string;
  /** Epoch milliseconds at which it was first put: words that occurred before it are another's. */
  readonly since: number;
  /** `red_flag` only: whose number is spoken, and the question it broke into; null: the next item. */
  readonly flag: { readonly advice: '911' | '988'; readonly after: Progress | null } | null;
  /** Times asked without a usable answer so far, at most 3. */
  readonly failedTries: number;
  /** Whether any of those tries had a wrong key: `unclear` rather than `skipped`. */
  readonly anyInvalid: boolean;
  /** A gather of this same step whose end was never heard; an answer that still comes from it counts. */
  readonly lostSeq: number | null;
  /** Times put again at nobody's fault, a stray `#` or a gather cut short; absent: none. */
  readonly freeRepeats?: number;
}

export interface OpenQuestion extends Progress {
  /** Seq of the command that asked it; an event that names another seq belongs to an older question. */
  readonly seq: number;
  /** The gather of a voice item has ended, and words under way are still awaited; `invalid` when a wrong key ended it. */
  readonly settling: 'silence' | 'invalid' | null;
  /** Set while a command key is awaited after `*`: the question waits, `seq` is that of the command prompt. */
  readonly commandSince: number | null;
  /** Epoch milliseconds at which it was put the last time; absent: at `since`. */
  readonly putAt?: number;
  /** A message stands in the place of a question: what is heard of it this moment, by no gather; `seq` is of its command. */
  readonly playing?: 'text' | 'audio';
}

export type AudioFormat = 'mp3' | 'wav';

/** What Telnyx told of the recording it saved; each part may be missing. */
export interface SavedRecording {
  readonly id: string | null;
  readonly startedAt: number | null;
  readonly durationMs: number | null;
  readonly format: AudioFormat | null;
  /** A signed address, and when we learned of it: it opens for ten minutes. */
  readonly link: string | null;
  readonly linkAt: number | null;
}

/** Billionths of the currency: whole numbers add up. */
export interface Cost {
  readonly nanos: number;
  readonly currency: string;
}

export interface CallFacts {
  readonly version: 4;
  /** Last command seq given out. */
  readonly seq: number;
  readonly language: Language;
  readonly ids: TelnyxIds | null;
  readonly dialedAt: number | null;
  readonly answeredAt: number | null;
  /** Set where nobody told of the answer: it was concluded from a line that lives so long. */
  readonly answerPresumed?: true;
  /** From the answer until Telnyx took the opening; null: not yet, or never. */
  readonly greetingDelayMs: number | null;
  readonly endedAt: number | null;
  readonly anyKey: boolean;
  /** What answering machine detection says so far; keys overrule it. */
  readonly detected: 'human' | 'machine' | 'not_sure' | null;
  /** Which of the plan's candidates is on the line, once that is settled. */
  readonly candidate: number | null;
  /** The line that stops calls: a number may be keyed in (TC-13). */
  readonly optOutLine: boolean;
  readonly identity: 'not_checked' | 'verified' | 'failed';
  readonly consent: {
    readonly collection: 'given' | 'declined' | 'not_asked';
    readonly recording: 'given' | 'declined' | 'not_asked';
    readonly at: number | null;
    readonly eventId: string | null;
    /** Version of the words the patient heard, e.g. `consent-en-1`, and their hash (RC-01). */
    readonly wording: string | null;
    readonly wordingHash: string | null;
    readonly key: string | null;
  };
  readonly answers: Readonly<Record<string, Answer>>;
  /** Items in a row given up in silence; three lead to the closing. */
  readonly silentItems: number;
  readonly redFlags: readonly RaisedFlag[];
  /** The voice item asked last; more words may be on their way, to it and to those asked before it. */
  readonly voice: SpokenTo | null;
  readonly earlierVoices: readonly SpokenTo[];
  /** The question that was open when the line broke off: its answer may still be on its way. */
  readonly lastQuestion: OpenQuestion | null;
  /** When a `*` was last pressed, as keys report it one by one: `*9` counts even where no gather hears it (TC-08). */
  readonly starAt: number | null;
  /** Up to when a `*` has been heard from a gather: its own event, should it come after that, begins nothing more. */
  readonly starUsedAt: number | null;
  /** The newest key pressed: one that overtook the end of the gather with its `*`. */
  readonly lastKey: { readonly digit: string; readonly at: number } | null;
  /** `*9` was pressed, and the gather that should say so has not spoken. */
  readonly stopHeard: boolean;
  /** Version of the note; rises when an answer comes after the note was written. */
  readonly noteVersion: number;
  readonly recorder: 'off' | 'on' | 'stopped' | 'failed';
  readonly transcriber: 'off' | 'on' | 'stopped' | 'failed';
  /** When listening was ended within the call: what is said after it is nobody's business (RC-04, RC-06). */
  readonly deafSince: number | null;
  readonly recording: SavedRecording | null;
  /** Ids of whatever else was recorded on this leg: nobody asked for it, and it is deleted at Telnyx. */
  readonly strayRecordings: readonly string[];
  /** What Telnyx charged so far, all legs together; null: nobody has told. */
  readonly cost: Cost | null;
  readonly hangup: {
    readonly cause: string | null;
    readonly source: string | null;
    readonly sipCause: string | null;
  } | null;
  /** A text was stopped, and nobody has told of its end: the next end of speech is its. */
  readonly staleSpeech?: true;
  /** Why the call ends, once that is settled; null while it is open. */
  readonly outcome: Outcome | null;
  readonly error: string | null;
  readonly tasks: readonly TaskKind[];
  /** Staff asked us to hang up before Telnyx' ids were known. */
  readonly hangupWanted: boolean;
  /** Seq of a running `retrieve_call`, and how often in a row we had to ask. */
  readonly checking: number | null;
  readonly lostEvents: number;
  /** Transfers tried, and whether the time for the interview is up. */
  readonly transfers: number;
  readonly timeUp: boolean;
  /** Epoch milliseconds at which each is due. */
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
}

export type Phase =
  | { readonly phase: 'new' }
  | { readonly phase: 'dialing'; readonly dial: 'pending' | 'sent' | 'unknown' }
  | { readonly phase: 'ringing' }
  | { readonly phase: 'asking'; readonly question: OpenQuestion }
  /** An answering machine: its greeting is awaited, then the message is spoken. `question` is the one it broke into. */
  | {
      readonly phase: 'leaving_message';
      readonly question: OpenQuestion | null;
      readonly speakSeq: number | null;
      readonly speakAt: number;
    }
  /** Staff are rung, first announced: `transferSeq` is null while the announcement is spoken. */
  | {
      readonly phase: 'transferring';
      /** Where the interview goes on when nobody answers; null: it does not. */
      readonly back: Progress | 'next' | null;
      readonly speakSeq: number;
      readonly speakAt: number;
      readonly transferSeq: number | null;
    }
  /** `transferSeq`: of the transfer that staff answered; absent or null: not known. */
  | { readonly phase: 'bridged'; readonly transferSeq?: number | null }
  /** `speakAt`: an end of speech that occurred earlier is another's. */
  | { readonly phase: 'closing'; readonly speakSeq: number; readonly speakAt: number }
  | { readonly phase: 'hanging_up' }
  | { readonly phase: 'ended' };

export type CallState = CallFacts & Phase;
export type StateIn<P extends Phase['phase']> = Extract<CallState, { phase: P }>;

export function newCall(plan: Pick<CallPlan, 'language' | 'optOutLine'>): CallState {
  return {
    version: 4,
    phase: 'new',
    seq: 0,
    language: plan.language,
    ids: null,
    dialedAt: null,
    answeredAt: null,
    greetingDelayMs: null,
    endedAt: null,
    anyKey: false,
    detected: null,
    candidate: null,
    optOutLine: plan.optOutLine,
    identity: 'not_checked',
    consent: {
      collection: 'not_asked',
      recording: 'not_asked',
      at: null,
      eventId: null,
      wording: null,
      wordingHash: null,
      key: null,
    },
    answers: {},
    silentItems: 0,
    redFlags: [],
    voice: null,
    earlierVoices: [],
    lastQuestion: null,
    starAt: null,
    starUsedAt: null,
    lastKey: null,
    stopHeard: false,
    noteVersion: 1,
    recorder: 'off',
    transcriber: 'off',
    deafSince: null,
    recording: null,
    strayRecordings: [],
    cost: null,
    hangup: null,
    outcome: null,
    error: null,
    tasks: [],
    hangupWanted: false,
    checking: null,
    lostEvents: 0,
    transfers: 0,
    timeUp: false,
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
