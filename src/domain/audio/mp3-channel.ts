/**
 * One channel out of an MPEG layer III recording, without decoding it: each frame says how many bits each channel takes, so those of one
 * are copied into a frame of one channel, bit for bit. Nothing is lost, and an hour takes a second. Where an encoder wrote two channels as
 * their sum and difference, because they are nearly the same there, their mean stands for both. Pure. Layout: ISO/IEC 11172-3, 13818-3.
 */
import { type Mp3Header, monoFrame, readMp3Header } from './mp3-header.ts';
import type { SoundFrame, SoundReader } from './sound-reader.ts';

/** A frame may begin so far before its own bytes. */
const RESERVOIR_BYTES = 511;
/** A step is 1.5 dB; their sum, as it is written, is 3 dB above their mean. */
const MID_TO_MEAN = 2;
const ZERO_GAIN = 210;

/** Widths, in bits, that differ between MPEG-1 and its half-rate versions. */
const layoutOf = (version: number, channels: number) =>
  version === 3
    ? { begin: 9, private: channels === 1 ? 5 : 3, shared: 4, granules: 2, granule: 59 }
    : { begin: 8, private: channels === 1 ? 1 : 2, shared: 0, granules: 1, granule: 63 };
type Layout = ReturnType<typeof layoutOf>;
const sideBytes = (layout: Layout, channels: number): number =>
  (layout.begin + layout.private + channels * (layout.shared + layout.granules * layout.granule)) / 8;

export class Mp3Channel implements SoundReader {
  channels: number | null = null;
  readonly #channel: number;
  readonly #from: number;
  #index = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #skip = 0;
  #reservoir: Uint8Array = new Uint8Array(0);
  /** What the first frame said: one that says otherwise is none. */
  #first: Mp3Header | null = null;

  constructor(channel: number, from: number) {
    this.#channel = channel;
    this.#from = from;
  }

  push(piece: Uint8Array): SoundFrame[] {
    const bytes = joined(this.#rest, piece);
    const frames: SoundFrame[] = [];
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (bytes.length - at < 10) break;
      if (bytes[at] === 0x49 && bytes[at + 1] === 0x44 && bytes[at + 2] === 0x33) {
        this.#skip = 10 + tagLength(bytes, at);
        continue;
      }
      const header = this.#headerAt(bytes, at);
      if (header === 'later') break;
      if (header === null) {
        at += 1;
        continue;
      }
      if (bytes.length - at < header.bytes) break;
      const frame = this.#take(header, bytes.subarray(at, at + header.bytes));
      if (frame !== null) frames.push(frame);
      at += header.bytes;
    }
    this.#rest = bytes.slice(at);
    return frames;
  }

  end(): SoundFrame[] {
    return [];
  }

  file(frames: readonly SoundFrame[]): Uint8Array {
    return frames.reduce(appended, { bytes: new Uint8Array(lengthOf(frames)), at: 0 }).bytes;
  }

  /** The first is only believed when another follows upon it: its four bytes occur in anything. */
  #headerAt(bytes: Uint8Array, at: number): Mp3Header | 'later' | null {
    const read = (from: number) =>
      readMp3Header(bytes[from] ?? 0, bytes[from + 1] ?? 0, bytes[from + 2] ?? 0, bytes[from + 3] ?? 0);
    const header = read(at);
    if (header === null) return null;
    const isLike = (other: Mp3Header) => other.version === header.version && other.sampleRate === header.sampleRate;
    if (this.#first !== null) return isLike(this.#first) ? header : null;
    if (bytes.length - at < header.bytes + 4) return 'later';
    const next = read(at + header.bytes);
    return next !== null && isLike(next) ? header : null;
  }

  #take(header: Mp3Header, frame: Uint8Array): SoundFrame | null {
    const { version, channels, ms } = header;
    const layout = layoutOf(version, channels);
    const side = 4 + (header.hasChecksum ? 2 : 0);
    const main = side + sideBytes(layout, channels);
    if (this.#first === null) {
      this.#first = header;
      this.channels = channels;
      // What encoders write of a file into a silent frame of its own is no sound.
      if (isAbout(frame, main)) return null;
    }
    const data = joined(this.#reservoir, frame.subarray(main));
    const start = this.#reservoir.length - bitsAt(frame, side * 8, layout.begin);
    this.#reservoir = data.slice(Math.max(0, data.length - RESERVOIR_BYTES));
    this.#index += 1;
    if (this.#index <= this.#from) return null;
    // Of one channel there is no second.
    const channel = header.isMidSide ? 0 : Math.min(this.#channel, channels - 1);
    const parts = partsOf(frame, side, { layout, channels, channel });
    const isThere = start >= 0 && start * 8 + parts.total <= data.length * 8;
    const out = isThere ? written(header, frame, layout, parts, data, start * 8) : null;
    const sound = out ?? monoFrame(header, frame, 4 + sideBytes(layoutOf(version, 1), 1)) ?? new Uint8Array(0);
    return { ms, sound, loudness: out === null ? 0 : loudnessOf(parts) };
  }
}

interface Part {
  /** Where its own description stands, and its bits, both from the beginning. */
  readonly describedAt: number;
  readonly at: number;
  readonly bits: number;
  readonly pairs: number;
  readonly gain: number;
}
interface Parts {
  readonly granules: readonly Part[];
  readonly sharedAt: number;
  /** Of both channels. */
  readonly total: number;
}

/** What the frame says of one channel in each of its granules. */
function partsOf(
  frame: Uint8Array,
  side: number,
  { layout, channels, channel }: { readonly layout: Layout; readonly channels: number; readonly channel: number },
): Parts {
  const sharedFrom = side * 8 + layout.begin + layout.private;
  const first = sharedFrom + channels * layout.shared;
  const granules: Part[] = [];
  let total = 0;
  for (let index = 0; index < layout.granules * channels; index += 1) {
    const describedAt = first + index * layout.granule;
    const bits = bitsAt(frame, describedAt, 12);
    if (index % channels === channel) {
      const [pairs, gain] = [bitsAt(frame, describedAt + 12, 9), bitsAt(frame, describedAt + 21, 8)];
      granules.push({ describedAt, at: total, bits, pairs, gain });
    }
    total += bits;
  }
  return { granules, total, sharedAt: sharedFrom + channel * layout.shared };
}

function written(
  header: Mp3Header,
  frame: Uint8Array,
  layout: Layout,
  { granules, sharedAt }: Parts,
  data: Uint8Array,
  from: number,
): Uint8Array | null {
  const mono = layoutOf(header.version, 1);
  const side = sideBytes(mono, 1);
  const bits = granules.reduce((sum, part) => sum + part.bits, 0);
  const out = monoFrame(header, frame, 4 + side + Math.ceil(bits / 8));
  if (out === null) return null;
  let at = 32 + mono.begin + mono.private;
  at = copyBits(frame, sharedAt, out, at, layout.shared);
  let sound = (4 + side) * 8;
  for (const part of granules) {
    copyBits(frame, part.describedAt, out, at, layout.granule);
    if (header.isMidSide) putBits(out, at + 21, 8, Math.max(0, part.gain - MID_TO_MEAN));
    at += layout.granule;
    sound = copyBits(data, from + part.at, out, sound, part.bits);
  }
  return out;
}

/** Without decoding it is only about right: how coarse the steps are, and how much there is to say in them. */
const loudnessOf = ({ granules }: Parts): number =>
  granules.reduce((sum, { bits, gain }) => sum + (bits === 0 ? 0 : 2 ** ((gain - ZERO_GAIN) / 4) * bits), 0);

const ABOUT = ['Xing', 'Info', 'VBRI'];
function isAbout(frame: Uint8Array, main: number): boolean {
  const text = (at: number) => String.fromCharCode(...frame.subarray(at, at + 4));
  return ABOUT.includes(text(main)) || text(36) === 'VBRI';
}

/** At most 16 of them. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const byte = at >> 3;
  const word = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0);
  return (word >> (24 - (at & 7) - count)) & ((1 << count) - 1);
}

function putBits(bytes: Uint8Array, at: number, count: number, value: number): void {
  const shift = 24 - (at & 7) - count;
  const mask = ((1 << count) - 1) << shift;
  const set = (value << shift) & mask;
  for (let i = 0; i < 3; i += 1) {
    const byte = (at >> 3) + i;
    const keep = (mask >> (16 - 8 * i)) & 0xff;
    if (keep !== 0) bytes[byte] = ((bytes[byte] ?? 0) & ~keep) | ((set >> (16 - 8 * i)) & 0xff);
  }
}

/** Where the next ones go. */
function copyBits(from: Uint8Array, at: number, to: Uint8Array, place: number, count: number): number {
  for (let done = 0; done < count; done += 16) {
    const width = Math.min(16, count - done);
    putBits(to, place + done, width, bitsAt(from, at + done, width));
  }
  return place + count;
}

/** Four bytes of seven bits each. */
const tagLength = (bytes: Uint8Array, at: number): number =>
  [6, 7, 8, 9].reduce((length, i) => length * 128 + ((bytes[at + i] ?? 0) & 0x7f), 0);

const lengthOf = (frames: readonly SoundFrame[]): number => frames.reduce((sum, { sound }) => sum + sound.length, 0);

function appended<T extends { readonly bytes: Uint8Array; at: number }>(into: T, { sound }: SoundFrame): T {
  into.bytes.set(sound, into.at);
  into.at += sound.length;
  return into;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first, 0);
  both.set(second, first.length);
  return both;
}
