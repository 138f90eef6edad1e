/**
 * Listens to MP3 of one channel as `mp3-tones.ts` writes it, whoever copied the channel out: which tones sound in which frame. By them a part
 * of a recording is found again, to its frame, and what was said in it is known. A word that is cut is not heard.
 */
import { lineOf, mp3FrameMs } from './mp3-tones.ts';
import { tonesOf } from './recording-audio.ts';
import type { HeardWords, Recording } from './recordings.ts';

const bitrates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** Header and description of one channel. */
const mainFrom = 4 + 9;

/** The lines of each frame, as a text; null: it is no such audio. */
export function readTones(audio: Uint8Array): readonly string[] | null {
  const frames: string[] = [];
  for (let at = 0; at < audio.length; ) {
    const [b0, b1, b2 = 0, b3 = 0] = audio.subarray(at, at + 4);
    const kbps = bitrates[b2 >> 4];
    // MPEG-2, layer III, 16 kHz, one channel.
    if (b0 !== 0xff || b1 !== 0xf3 || (b2 & 0x0c) !== 0x08 || b3 >> 6 !== 3 || !kbps) return null;
    const bytes = Math.floor((576 * kbps * 125) / 16_000);
    const lines = linesIn(audio.subarray(at, at + bytes));
    if (lines === null) return null;
    frames.push(lines.join(' '));
    at += bytes;
  }
  return frames.length === 0 ? null : frames;
}

/** Huffman table 1: pairs of lines, each still or sounding, those with a sign. */
function linesIn(frame: Uint8Array): number[] | null {
  const bit = (at: number): number => ((frame[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
  const number = (at: number, width: number): number =>
    Array.from({ length: width }, (_, i) => bit(at + i)).reduce((value, each) => value * 2 + each, 0);
  // It begins at its own bytes, with one private bit before it is described.
  if (number(32, 8) !== 0) return null;
  const [length, pairs] = [number(41, 12), number(53, 9)];
  if (mainFrom * 8 + length > frame.length * 8 || pairs > 288) return null;
  const lines: number[] = [];
  let at = mainFrom * 8;
  for (let pair = 0; pair < pairs; pair += 1) {
    const code = bit(at) === 1 ? '1' : bit(at + 1) === 1 ? '01' : bit(at + 2) === 1 ? '001' : '000';
    at += code.length;
    const sounding = { '1': [], '01': [0], '001': [1], '000': [0, 1] }[code] ?? [];
    for (const which of sounding) {
      lines.push(pair * 2 + which);
      at += 1;
    }
  }
  return lines;
}

/** Null: it is no part of this recording, or of none of it in particular. */
export function hearPart(recording: Recording, part: readonly string[]): HeardWords | null {
  if (recording.format !== 'mp3' || part.every((lines) => lines === '')) return null;
  const channels = recording.channels === 'dual' ? 2 : 1;
  const durationMs = Math.max(100, recording.endedAt - recording.startedAt);
  const all = tonesOf(recording, durationMs, channels);
  for (let channel = 0; channel < channels; channel += 1) {
    const known = all.map((frame) => textOf(frame[channel] ?? []));
    const from = placeOf(known, part);
    if (from === null) continue;
    const side = channels === 1 ? null : channel === 0 ? 'patient' : 'clinic';
    return wordsWithin(recording, side, from * mp3FrameMs, part.length * mp3FrameMs);
  }
  return null;
}

const textOf = (tones: readonly number[]): string =>
  [...new Set(tones.map(lineOf))].toSorted((a, b) => a - b).join(' ');

function placeOf(known: readonly string[], part: readonly string[]): number | null {
  for (let from = 0; from + part.length <= known.length; from += 1)
    if (part.every((lines, i) => lines === known[from + i])) return from;
  return null;
}

function wordsWithin(
  { startedAt, marks }: Recording,
  side: 'patient' | 'clinic' | null,
  fromMs: number,
  lengthMs: number,
): HeardWords {
  const segments = marks.flatMap((mark) => {
    const { words = '', durationMs } = mark;
    if (words === '' || (side !== null && mark.side !== side)) return [];
    const start = mark.atMs - startedAt - fromMs;
    const [startMs, endMs] = [Math.max(0, start), Math.min(lengthMs, start + durationMs)];
    // A frame is heard as it was written, to the nearest one.
    if (endMs - startMs < Math.min(mp3FrameMs, durationMs) / 2) return [];
    const heard = wholeWords(words, (startMs - start) / durationMs, (endMs - start) / durationMs);
    return heard === '' ? [] : [{ startMs, endMs, words: heard }];
  });
  return { durationMs: lengthMs, segments: segments.toSorted((a, b) => a.startMs - b.startMs), isCertain: true };
}

/** Those that lie within, of words that are all as long. */
function wholeWords(words: string, from: number, to: number): string {
  const list = words.split(' ');
  const aLittle = 0.02;
  return list.filter((_, i) => i / list.length >= from - aLittle && (i + 1) / list.length <= to + aLittle).join(' ');
}
