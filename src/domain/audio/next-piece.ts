/**
 * Where a long recording is cut for an engine that hears it piece by piece: in the quietest moment of the last half, so that no word is cut.
 * Where nobody is ever quiet both pieces hear the moments around the cut, and what they heard is put together afterwards
 * (`transcription/join-pieces.ts`). Pure.
 */
import type { SoundFrame } from './sound-reader.ts';

export interface PieceLimits {
  readonly mostMs: number;
  readonly mostBytes: number;
}

/** So long a quiet moment is at least. */
const QUIET_MS = 300;
/** Against the whole piece: 20 dB. */
const QUIET_SHARE = 0.1;
/** To each side of a cut through talk. */
const OVERLAP_MS = 2000;

export interface Cut {
  /** As many frames are the piece. */
  readonly frames: number;
  /** Where what one piece heard ends and what the next heard begins, from the beginning of this one. */
  readonly atMs: number;
  /** With which frame the next piece begins. */
  readonly next: number;
  readonly isQuiet: boolean;
}

/** Whether no more may be gathered for one piece. */
export const isFull = ({ ms, bytes }: { readonly ms: number; readonly bytes: number }, limits: PieceLimits): boolean =>
  ms >= limits.mostMs || bytes >= limits.mostBytes;

export function cutOf(frames: readonly Pick<SoundFrame, 'ms' | 'loudness'>[]): Cut {
  const starts = [0];
  for (const { ms } of frames) starts.push((starts.at(-1) ?? 0) + ms);
  const startOf = (index: number) => starts[Math.min(Math.max(0, index), frames.length)] ?? 0;
  const totalMs = startOf(frames.length);
  const mean = frames.reduce((sum, { loudness }) => sum + loudness, 0) / Math.max(1, frames.length);
  const last = { from: totalMs / 2, to: Math.max(totalMs / 2, totalMs - OVERLAP_MS) };
  const width = frames.findIndex((_, index) => startOf(index + 1) >= QUIET_MS) + 1;
  let best = { middle: Math.floor(frames.length / 2), loudness: Number.POSITIVE_INFINITY };
  let sum = frames.slice(0, width).reduce((total, { loudness }) => total + loudness, 0);
  for (let first = 0; width > 0 && first + width <= frames.length; first += 1) {
    const middle = first + (width >> 1);
    const at = startOf(middle);
    // The later of two as quiet: longer pieces are fewer.
    if (at >= last.from && at <= last.to && sum / width <= best.loudness) best = { middle, loudness: sum / width };
    sum += (frames[first + width]?.loudness ?? 0) - (frames[first]?.loudness ?? 0);
    if (sum < 1e-9) sum = 0;
  }
  const isQuiet = best.loudness <= mean * QUIET_SHARE;
  const atMs = startOf(best.middle);
  if (isQuiet) return { frames: best.middle, atMs, next: best.middle, isQuiet };
  const indexAt = (ms: number) => starts.findLastIndex((start) => start <= ms);
  const next = Math.max(1, indexAt(atMs - OVERLAP_MS));
  return { frames: Math.min(frames.length, indexAt(atMs + OVERLAP_MS) + 1), atMs, next, isQuiet };
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Pauses shorter than this are part of what is said. */
const PAUSE_MS = 400;

/** When there is anything to hear at all, from the beginning of the piece. */
export function soundingSpans(frames: readonly Pick<SoundFrame, 'ms' | 'loudness'>[]): Span[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  let at = 0;
  for (const { ms, loudness } of frames) {
    const end = at + ms;
    const open = spans.at(-1);
    if (loudness > 0) {
      if (open !== undefined && at - open.toMs < PAUSE_MS) open.toMs = end;
      else spans.push({ fromMs: at, toMs: end });
    }
    at = end;
  }
  return spans;
}
