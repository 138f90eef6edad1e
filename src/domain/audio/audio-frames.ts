/**
 * Audio that is nothing but frames, each with its own length: AAC as ADTS, and AMR, which older telephones and voice mails write. One
 * that is followed by another is no accident. Pure. Layouts: ISO/IEC 13818-7, RFC 4867.
 */
import type { Found } from './recognise-audio.ts';
import type { UploadedBytes } from './uploaded-bytes.ts';

const NOT_AUDIO: Found = { ok: false, code: 'not_audio' };

const AAC_RATES = [
  ...[96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000],
  ...[22_050, 16_000, 12_000, 11_025, 8000, 7350],
];
const AAC_SAMPLES = 1024;

export function readAac(file: UploadedBytes, start: number): Found {
  let ms = 0;
  let frames = 0;
  for (let at = start; ; frames += 1) {
    const [b0, b1, b2] = [file.byteAt(at), file.byteAt(at + 1), file.byteAt(at + 2)];
    const [b3, b4, b5] = [file.byteAt(at + 3), file.byteAt(at + 4), file.byteAt(at + 5)];
    const rate = AAC_RATES[(b2 >> 2) & 15];
    const length = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5);
    if (b0 !== 0xff || (b1 & 0xf6) !== 0xf0 || rate === undefined || length < 7 || at + length > file.length) break;
    ms += (AAC_SAMPLES * 1000) / rate;
    at += length;
  }
  return frames < 2 ? NOT_AUDIO : { ok: true, durationMs: Math.round(ms) };
}

const AMR_HEAD = '#!AMR\n';
const WIDE_HEAD = '#!AMR-WB\n';
const FRAME_MS = 20;
/** By the kind of frame, its own first byte among them; the others hold nothing. */
const AMR_BYTES = [13, 14, 16, 18, 20, 21, 27, 32, 6];
const WIDE_BYTES = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6];

export function readAmr(file: UploadedBytes): Found {
  const isWide = file.text(0, WIDE_HEAD.length) === WIDE_HEAD;
  if (!isWide && file.text(0, AMR_HEAD.length) !== AMR_HEAD) return NOT_AUDIO;
  let frames = 0;
  for (let at = isWide ? WIDE_HEAD.length : AMR_HEAD.length; at < file.length; frames += 1) {
    const kind = (file.byteAt(at) >> 3) & 15;
    at += (isWide ? WIDE_BYTES : AMR_BYTES)[kind] ?? 1;
    if (at > file.length) break;
  }
  return { ok: true, durationMs: frames * FRAME_MS };
}
