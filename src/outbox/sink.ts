/**
 * What a system that notes are handed to has to do, whichever it is. A sink decides nothing about tries: it says what became of this
 * one. What the other side answers beside its status is neither kept nor logged.
 */
import type { callJson, noteJson, transcriptsJson } from '../call-json.ts';
import type { SinkName } from '../domain/delivery/sinks.ts';

/** One version of a note with its call, in the API's own shapes. */
export interface Handover {
  readonly call: ReturnType<typeof callJson>;
  readonly transcripts: ReturnType<typeof transcriptsJson>;
  readonly intake_data: ReturnType<typeof noteJson>;
  /** The same as a FHIR transaction; read and made when it is asked for. */
  readonly bundle: () => Promise<TransactionBundle>;
}
/** All that whoever sends it has to know of one. */
export interface TransactionBundle {
  readonly resourceType: 'Bundle';
  readonly entry?: readonly unknown[] | undefined;
}

/** `httpStatus` null: there was no answer. `retryAfterMs`: it wants to be left alone so long. Codes only. */
export type SinkOutcome = {
  readonly httpStatus: number | null;
  readonly retryAfterMs: number | null;
} & (
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'try_again'; readonly code: string }
);

export interface Sink {
  readonly name: SinkName;
  /** Where it goes, for people: no path, key or user. */
  readonly host: string;
  readonly hasKey: boolean;
  readonly isSigned: boolean;
  /** It keeps one state of a call: after a later version an earlier one would undo it, and is not sent. */
  readonly keepsNewest: boolean;
  /** It gets what was written down from a recording: where that comes after a note, the note goes to it once more. */
  readonly tellsRecording: boolean;
  /**
   * `id`: the same at each try, so that the other side can tell that it has it already. Throws only when what is to be sent cannot be
   * made; whatever the other side does is an outcome.
   */
  readonly deliver: (id: string, handover: Handover, now: number) => Promise<SinkOutcome>;
  /** The same way, without anything of a patient. */
  readonly test: (now: number) => Promise<SinkOutcome>;
}
