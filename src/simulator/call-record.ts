/**
 * What really happened on one call, seen from the patient's side: every question, key and word with its time. The engine
 * keeps it; a judge derives from it what the worker must have written down. Never sent to the worker.
 */
import type { GatherStatus } from './collect-digit.ts';

/** One gather. */
export interface Ask {
  readonly step: string | null;
  readonly prompt: string;
  readonly at: number;
  /** Whether a transcription ran when it was asked. */
  readonly transcribing: boolean;
  /** Every key pressed while it was open. */
  keys: string;
  /** What `call.gather.ended` said. */
  digits: string;
  /** `null`: still open. */
  outcome: GatherStatus | null;
  endedAt: number | null;
  /** The id of its `call.gather.ended`. */
  eventId: string | null;
}

export interface Press {
  readonly digit: string;
  readonly at: number;
  /** The question it was pressed into, as an index of `asks`; `null`: none was open. */
  readonly ask: number | null;
  /** The id of its `call.dtmf.received`. */
  readonly eventId: string;
}

export interface Utterance {
  readonly said: string;
  /** The step that was open, or the last one asked. */
  readonly step: string | null;
  readonly ask: number;
  readonly startedAt: number;
  endedAt: number | null;
  /** What the final webhook said; `null`: there was none. */
  heard: string | null;
  confidence: number | null;
  finalAt: number | null;
  eventId: string | null;
  outcome: 'speaking' | 'under_way' | 'delivered' | 'nothing_heard' | 'not_transcribing' | 'stopped' | 'cut_off';
}

export interface SpokenToMachine {
  readonly text: string;
  /** It began when the machine was recording. */
  readonly afterGreeting: boolean;
  /** It was played to its end. */
  complete: boolean;
}

export interface TransferAttempt {
  readonly to: string;
  readonly at: number;
  outcome: 'ringing' | 'bridged' | 'no_answer' | 'busy' | 'rejected' | 'cancelled';
  bridgedAt: number | null;
  endedAt: number | null;
}

export interface CallRecord {
  callId: string | null;
  readonly direction: 'outgoing' | 'incoming';
  /** By how much human time was shortened. */
  readonly speed: number;
  /** How often the patient heard each step; nobody listens between the two keys of a command. */
  readonly asked: Record<string, number>;
  /** The last entry of each step that ended `valid`. */
  readonly entries: Record<string, { readonly digits: string; readonly at: number }>;
  /** Every key of the call, in order. */
  keys: string;
  readonly asks: Ask[];
  readonly presses: Press[];
  readonly utterances: Utterance[];
  readonly voicemail: SpokenToMachine[];
  readonly transfers: TransferAttempt[];
  endedAt: number | null;
}

export function newCallRecord(callId: string | null, direction: CallRecord['direction'], speed: number): CallRecord {
  const lists = { asks: [], presses: [], utterances: [], voicemail: [], transfers: [] };
  return { callId, direction, speed, asked: {}, entries: {}, keys: '', ...lists, endedAt: null };
}
