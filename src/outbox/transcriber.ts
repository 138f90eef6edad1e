/**
 * What an engine that writes down audio has to do, whichever it is. An engine decides nothing about tries: it says whether another one may
 * help, and when.
 */
import type { UploadFormat } from '../domain/audio/recognise-audio.ts';
import type { Transcript } from '../domain/transcription/transcript.ts';

export interface Speech {
  /** Read once, to its end. */
  readonly audio: AsyncIterable<Uint8Array>;
  readonly bytes: number;
  readonly format: UploadFormat;
  /** Two letters; null: the engine finds out. */
  readonly language: string | null;
}

/** `final`: trying again would change nothing. `retryAfterMs`: the engine wants to be left alone so long. Codes only: no word of what was said. */
export interface TranscriptionFailure {
  readonly ok: false;
  readonly code: string;
  readonly final: boolean;
  readonly retryAfterMs: number | null;
}
export type TranscriptionOutcome = { readonly ok: true; readonly transcript: Transcript } | TranscriptionFailure;

/** What the source of the audio throws comes through; nothing else does. */
export type Transcriber = (speech: Speech) => Promise<TranscriptionOutcome>;

export const gaveUp = (code: string): TranscriptionFailure => ({ ok: false, code, final: true, retryAfterMs: null });
export const notNow = (code: string, retryAfterMs: number | null = null): TranscriptionFailure => ({
  ...{ ok: false, code, final: false, retryAfterMs },
});
