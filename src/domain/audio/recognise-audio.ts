/**
 * What kind of audio an uploaded file is, by its bytes: what it is called and what its sender says of it prove nothing (SE-24). Where the
 * layout tells, a file that was cut off is noticed, and how long it lasts is read. Pure.
 */
import { readAac, readAmr } from './audio-frames.ts';
import { AudioProbe } from './audio-probe.ts';
import { readFlac, readMp4, readOgg, readWebm } from './containers.ts';
import type { UploadedBytes } from './uploaded-bytes.ts';

export const UPLOAD_FORMATS = ['mp3', 'wav', 'm4a', 'ogg', 'flac', 'webm', 'aac', 'amr'] as const;
export type UploadFormat = (typeof UPLOAD_FORMATS)[number];

/** `durationMs` null: only decoding it would tell. */
export type Found =
  | { readonly ok: true; readonly durationMs: number | null }
  | { readonly ok: false; readonly code: 'not_audio' | 'cut_off' | 'no_sound' };
export type Recognised =
  | { readonly ok: true; readonly format: UploadFormat; readonly durationMs: number | null }
  | { readonly ok: false; readonly code: 'empty' | 'not_audio' | 'cut_off' | 'no_sound' };

export function recogniseAudio(file: UploadedBytes): Recognised {
  if (file.length === 0) return { ok: false, code: 'empty' };
  const start = afterTag(file);
  const format = formatAt(file, start);
  if (format === null) return { ok: false, code: 'not_audio' };
  const found = READERS[format](file, start);
  if (!found.ok) return found;
  const { durationMs } = found;
  if (durationMs === 0) return { ok: false, code: 'no_sound' };
  const isPossible = durationMs !== null && durationMs * LEAST_BYTES_PER_SECOND <= file.length * 1000;
  return { ok: true, format, durationMs: isPossible ? durationMs : null };
}

/** Silence in FLAC takes 55; a header that speaks of less is not believed. */
const LEAST_BYTES_PER_SECOND = 20;

type Reader = (file: UploadedBytes, start: number) => Found;
const READERS: Readonly<Record<UploadFormat, Reader>> = {
  mp3: readProbed,
  wav: (file) => (isCutWav(file) ? { ok: false, code: 'cut_off' } : readProbed(file)),
  m4a: readMp4,
  ogg: readOgg,
  flac: readFlac,
  webm: readWebm,
  aac: readAac,
  amr: readAmr,
};

/** MP3 is what is left: it may begin anywhere, so it has no magic of its own. */
function formatAt(file: UploadedBytes, start: number): UploadFormat | null {
  const head = file.text(start, 12);
  if (head.startsWith('RIFF')) return head.endsWith('WAVE') ? 'wav' : null;
  if (head.startsWith('OggS')) return 'ogg';
  if (head.startsWith('fLaC')) return 'flac';
  if (head.startsWith('\x1a\x45\xdf\xa3')) return 'webm';
  if (head.startsWith('#!AMR')) return 'amr';
  if (head.slice(4, 8) === 'ftyp') return 'm4a';
  if (/^\xff[\xf0\xf1\xf8\xf9]/.test(head)) return 'aac';
  return 'mp3';
}

/** Some put an ID3 tag before what is no MP3. Four bytes of seven bits each say how long it is. */
function afterTag(file: UploadedBytes): number {
  const head = file.slice(0, 10);
  if (head.length < 10 || head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33) return 0;
  const length = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + ((head[i] ?? 0) & 0x7f), 0);
  // Of an MP3 the probe reads the tag itself.
  return /^(fLaC|\xff[\xf0\xf1\xf8\xf9])/.test(file.text(10 + length, 4)) ? 10 + length : 0;
}

function readProbed(file: UploadedBytes): Found {
  const probe = new AudioProbe();
  for (const piece of file.pieces) probe.push(piece);
  return probe.end() === 'none' ? { ok: false, code: 'not_audio' } : { ok: true, durationMs: probe.durationMs };
}

/** Whoever writes while recording says 0 or all ones of the length, and mends it at the end. */
const UNKNOWN_LENGTHS = new Set([0, 0xffffffff, 0x7fffffff]);

/** The probe below gives up on a longer header. */
const MOST_CHUNKS = 10_000;

function isCutWav(file: UploadedBytes): boolean {
  for (let at = 12, chunks = 0; at + 8 <= file.length && chunks < MOST_CHUNKS; chunks += 1) {
    const length = file.view(at, 8).getUint32(4, true);
    if (file.text(at, 4) === 'data') return !UNKNOWN_LENGTHS.has(length) && at + 8 + length > file.length;
    at += 8 + length + (length % 2);
  }
  return false;
}
