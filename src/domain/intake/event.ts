/**
 * Everything that can happen to a call, as facts in the past tense. Telnyx' webhooks become these in telnyx/parse-event.ts;
 * the session adds what it learned itself (dial replies, timers, failed commands, a person's wish).
 */
import type { CommandName } from './command.ts';
import type { TelnyxIds } from './ids.ts';
import type { AudioFormat, TimerName } from './state.ts';

/** `q` and `n` of the echoed client_state: the step and the seq of the command that set it. */
export interface Asked {
  readonly step: string;
  readonly seq: number;
}

/** Z5: of Telnyx' statuses only `valid` carries an answer. `other` is a value Telnyx may add. */
export type GatherStatus = 'valid' | 'invalid' | 'timeout' | 'call_hangup' | 'cancelled' | 'cancelled_amd' | 'other';

/** `lost`: the audio was not there, or could not be played. `detection` silenced it. */
export type PlaybackStatus = 'completed' | 'stopped' | 'lost' | 'hangup' | 'detection' | 'unknown';

/** Of Telnyx' premium results: both kinds of human are one to us. */
export type MachineVerdict = 'human' | 'machine' | 'fax' | 'silence' | 'not_sure';

export interface EventBase {
  /** Telnyx' `data.id`, or the session's own name for what it observed; seen once, applied once. */
  readonly id: string;
  /** When it happened (Telnyx' `occurred_at`), epoch milliseconds. */
  readonly at: number;
  /** When we learned of it, epoch milliseconds; timers run from here, because a webhook may be minutes late. */
  readonly receivedAt: number;
}

/** What happened, without its id and times: those are given where it is learned. */
export type CallEventBody =
  | { readonly type: 'call.requested' }
  /** Written before the dial leaves: what died afterwards is never dialled again. */
  | { readonly type: 'dial.sent' }
  | { readonly type: 'dial.accepted'; readonly ids: TelnyxIds }
  | { readonly type: 'dial.refused'; readonly code: string }
  | { readonly type: 'dial.unknown' }
  | { readonly type: 'dial.checked'; readonly ids: TelnyxIds | null }
  | { readonly type: 'call.initiated'; readonly ids: TelnyxIds }
  /** A patient rings us; who it may be is in the plan. */
  | { readonly type: 'call.received'; readonly ids: TelnyxIds }
  | { readonly type: 'call.answered'; readonly ids: TelnyxIds }
  /** Telnyx' verdict, premium or not; `not_sure` and `silence` say nothing. */
  | { readonly type: 'machine.detected'; readonly verdict: MachineVerdict }
  /** The greeting of a machine is over, with a beep or without. */
  | { readonly type: 'greeting.ended' }
  /** A phone that asks who is calling before it rings its owner: a human is near. */
  | { readonly type: 'call_screening.detected' }
  /** One final of the live transcription, of the patient's side of the line. */
  | { readonly type: 'transcription.received'; readonly text: string; readonly confidence: number | null }
  /** The other leg of a transfer; `seq`: of the command that rang it, null where the patient's own leg tells. */
  | { readonly type: 'staff.answered'; readonly seq: number | null }
  | { readonly type: 'staff.hung_up'; readonly seq: number | null }
  | { readonly type: 'dtmf.received'; readonly digit: string; readonly asked: Asked | null }
  | {
      readonly type: 'gather.ended';
      readonly digits: string;
      readonly status: GatherStatus;
      readonly asked: Asked | null;
    }
  | { readonly type: 'speak.ended'; readonly cut?: 'hangup' | 'detection' }
  | { readonly type: 'playback.ended'; readonly status: PlaybackStatus }
  | {
      readonly type: 'recording.saved';
      readonly recordingId: string | null;
      readonly startedAt: number | null;
      readonly durationMs: number | null;
      readonly format: AudioFormat | null;
      /** Where the audio lies for ten minutes; whoever fetches it judges the address. */
      readonly link: string | null;
    }
  /** Telnyx recorded, and could not keep it. */
  | { readonly type: 'recording.failed' }
  /** What one leg of the call cost, in billionths of the currency. */
  | { readonly type: 'cost.reported'; readonly nanos: number; readonly currency: string }
  | {
      readonly type: 'call.hangup';
      readonly cause: string | null;
      readonly source: string | null;
      readonly sipCause: string | null;
    }
  | { readonly type: 'call.checked'; readonly seq: number; readonly alive: boolean | null }
  | {
      readonly type: 'command.failed';
      readonly seq: number;
      readonly name: CommandName;
      readonly reason: 'call_ended' | 'refused';
      readonly code: string;
    }
  /** Telnyx took a command only after failures: what is timed from it is timed anew. */
  | { readonly type: 'command.delayed'; readonly seq: number }
  /** A command without an answer will not be sent any more: too old, or the call has moved on. */
  | { readonly type: 'command.dropped'; readonly seq: number; readonly name: CommandName }
  | { readonly type: 'hangup.requested' }
  | { readonly type: 'timeout.fired'; readonly timer: TimerName };

export type CallEvent = EventBase & CallEventBody;
export type CallEventOf<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>;
