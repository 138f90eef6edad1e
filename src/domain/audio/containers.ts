/**
 * Files that hold audio in boxes, pages, blocks or elements, each of which says how long it is: so one that was cut off shows. Pure.
 * Layouts: ISO/IEC 14496-12 (MP4), RFC 3533 and 7845 (Ogg, Opus), RFC 9639 (FLAC), RFC 8794 (EBML, of WebM).
 */
import type { Found } from './recognise-audio.ts';
import type { UploadedBytes } from './uploaded-bytes.ts';

const NOT_AUDIO: Found = { ok: false, code: 'not_audio' };
const CUT_OFF: Found = { ok: false, code: 'cut_off' };
const NO_SOUND: Found = { ok: false, code: 'no_sound' };
const UNKNOWN: Found = { ok: true, durationMs: null };

/** More than any file has; one made of nothing but empty parts would be read for a minute. */
const MOST_PARTS = 100_000;
const MOST_BLOCKS = 1000;

/** Box after box; the index (`moov`) names a track with sound. Pictures have the same kind of boxes and no index. */
export function readMp4(file: UploadedBytes): Found {
  let hasSound = false;
  let hasIndex = false;
  let isPicture = false;
  for (let at = 0, parts = 0; at + 8 <= file.length; parts += 1) {
    if (parts === MOST_PARTS) return NOT_AUDIO;
    const head = file.view(at, 16);
    const short = head.getUint32(0);
    const long = short === 1 && head.byteLength === 16 ? Number(head.getBigUint64(8)) : short;
    const length = short === 0 ? file.length - at : long;
    const kind = file.text(at + 4, 4);
    if (length < 8) return CUT_OFF;
    if (at + length > file.length) return CUT_OFF;
    if (kind === 'moov') {
      hasIndex = true;
      hasSound ||= file.holds('soun', at, at + length);
    }
    isPicture ||= kind === 'meta';
    at += length;
  }
  if (hasIndex) return hasSound ? UNKNOWN : NO_SOUND;
  return isPicture ? NOT_AUDIO : CUT_OFF;
}

const PAGE_HEAD = 27;
const OGG_PAGE = [0x4f, 0x67, 0x67, 0x53];

/** Page after page; the first says how the sound is written, the last how much of it there is. */
export function readOgg(file: UploadedBytes): Found {
  let samples = 0;
  let codec: { readonly rate: number; readonly skip: number } | null = null;
  for (let at = 0; at < file.length; ) {
    const isPage = OGG_PAGE.every((byte, i) => file.byteAt(at + i) === byte);
    const segments = file.byteAt(at + PAGE_HEAD - 1);
    const body = at + PAGE_HEAD + segments;
    let length = 0;
    for (let i = 1; i <= segments; i += 1) length += file.byteAt(body - i);
    if (!isPage || body + length > file.length) return CUT_OFF;
    codec ??= codecOf(file, body);
    if (codec === null) return NOT_AUDIO;
    samples = Math.max(samples, granuleAt(file, at + 6));
    at = body + length;
  }
  if (codec === null || samples <= codec.skip) return NO_SOUND;
  return { ok: true, durationMs: Math.round(((samples - codec.skip) * 1000) / codec.rate) };
}

/** How much there is up to the end of a page, eight bytes with a sign; -1: no packet ends on it. */
function granuleAt(file: UploadedBytes, at: number): number {
  if (file.byteAt(at + 7) > 0x7f) return -1;
  let samples = 0;
  for (let i = 7; i >= 0; i -= 1) samples = samples * 256 + file.byteAt(at + i);
  return samples;
}

/** Null: it is not sound. */
function codecOf(file: UploadedBytes, at: number): { rate: number; skip: number } | null {
  const head = file.text(at, 8);
  const view = file.view(at, 40);
  if (view.byteLength < 16) return null;
  // Opus counts in 48 kHz whatever it was recorded in.
  if (head === 'OpusHead') return { rate: 48_000, skip: view.getUint16(10, true) };
  if (head.startsWith('\x01vorbis')) return { rate: view.getUint32(12, true) || 1, skip: 0 };
  if (head === 'Speex   ' && view.byteLength === 40) return { rate: view.getUint32(36, true) || 1, skip: 0 };
  if (head.startsWith('\x7fFLAC')) return { rate: view.getUint32(27) >>> 12 || 1, skip: 0 };
  return null;
}

const STREAM_INFO_BYTES = 34;

/** Blocks about the sound, the first of them how much there is, then the sound. */
export function readFlac(file: UploadedBytes, start: number): Found {
  const info = file.view(start + 4, 4 + STREAM_INFO_BYTES);
  if (info.byteLength < 4 + STREAM_INFO_BYTES) return CUT_OFF;
  if ((info.getUint32(0) & 0x7fffffff) !== STREAM_INFO_BYTES) return NOT_AUDIO;
  for (let at = start + 4, blocks = 0; ; blocks += 1) {
    if (blocks === MOST_BLOCKS) return NOT_AUDIO;
    const head = file.view(at, 4);
    if (head.byteLength < 4) return CUT_OFF;
    const word = head.getUint32(0);
    at += 4 + (word & 0xffffff);
    if (at > file.length) return CUT_OFF;
    if (word < 0x80000000) continue;
    if (!/^\xff[\xf8\xf9]/.test(file.text(at, 2))) return CUT_OFF;
    break;
  }
  const rate = info.getUint32(14) >>> 12;
  const samples = (info.getUint8(17) & 0x0f) * 2 ** 32 + info.getUint32(18);
  return samples === 0 || rate === 0 ? UNKNOWN : { ok: true, durationMs: Math.round((samples * 1000) / rate) };
}

/** Within it the tracks are named. */
const TRACKS_WITHIN = 256 * 1024;
const SEGMENT = '\x18\x53\x80\x67';

/** A head that says what it is, then one segment with everything, whose length may be left open. */
export function readWebm(file: UploadedBytes): Found {
  const head = elementLength(file, 4);
  if (head === null || head.length === null) return NOT_AUDIO;
  const body = head.end + head.length;
  if (body > file.length) return CUT_OFF;
  if (!file.holds('webm', 0, body) && !file.holds('matroska', 0, body)) return NOT_AUDIO;
  if (file.text(body, 4) !== SEGMENT) return CUT_OFF;
  const segment = elementLength(file, body + 4);
  if (segment === null) return CUT_OFF;
  if (segment.length !== null && segment.end + segment.length > file.length) return CUT_OFF;
  return file.holds('A_', segment.end, segment.end + TRACKS_WITHIN) ? UNKNOWN : NO_SOUND;
}

/** The leading zeros of the first byte say how many follow; `length` null: all ones, which leaves it open. */
function elementLength(file: UploadedBytes, at: number): { length: number | null; end: number } | null {
  const bytes = file.slice(at, 8);
  const more = Math.clz32(bytes[0] ?? 0) - 24;
  if (more > 7 || bytes.length <= more) return null;
  const value = bytes.subarray(1, 1 + more).reduce((sum, byte) => sum * 256 + byte, (bytes[0] ?? 0) & (0x7f >> more));
  const isOpen = value === 2 ** (7 * (more + 1)) - 1;
  return { length: isOpen ? null : value, end: at + 1 + more };
}
