/**
 * One channel out of a WAV recording: of each moment its own bytes are kept. PCM of 16 bits and the two telephone codes (G.711); what is
 * written in another way gives no frames. Pure. Layout: RIFF/WAVE.
 */
import type { SoundFrame, SoundReader } from './sound-reader.ts';

const FRAME_MS = 20;
const HEADER_BYTES = 44;
const PCM = 1;
const A_LAW = 6;
const MU_LAW = 7;
const EXTENDED = 0xfffe;
/** What a quiet line has in any of these codes. */
const SILENCE = 8;

interface Layout {
  readonly code: number;
  readonly channels: number;
  readonly rate: number;
  /** Of one moment of one channel. */
  readonly bytes: number;
}

export class WavChannel implements SoundReader {
  channels: number | null = null;
  readonly #channel: number;
  readonly #from: number;
  #index = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #layout: Layout | null = null;
  #isSound = false;
  #left = Number.POSITIVE_INFINITY;

  constructor(channel: number, from: number) {
    this.#channel = channel;
    this.#from = from;
  }

  push(piece: Uint8Array): SoundFrame[] {
    let bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest, 0);
    bytes.set(piece, this.#rest.length);
    if (!this.#isSound) bytes = bytes.subarray(this.#readHead(bytes));
    this.#rest = bytes;
    return this.#isSound ? this.#frames(false) : [];
  }

  end(): SoundFrame[] {
    return this.#isSound ? this.#frames(true) : [];
  }

  file(frames: readonly SoundFrame[]): Uint8Array {
    const { code, rate, bytes } = this.#layout ?? { code: PCM, rate: 8000, bytes: 2 };
    const length = frames.reduce((sum, { sound }) => sum + sound.length, 0);
    const file = new Uint8Array(HEADER_BYTES + length);
    const view = new DataView(file.buffer);
    const text = (at: number, value: string) => file.set(new TextEncoder().encode(value), at);
    text(0, 'RIFF');
    view.setUint32(4, HEADER_BYTES - 8 + length, true);
    text(8, 'WAVEfmt ');
    view.setUint32(16, 16, true);
    view.setUint16(20, code, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, rate, true);
    view.setUint32(28, rate * bytes, true);
    view.setUint16(32, bytes, true);
    view.setUint16(34, bytes * 8, true);
    text(36, 'data');
    view.setUint32(40, length, true);
    let at = HEADER_BYTES;
    for (const { sound } of frames) {
      file.set(sound, at);
      at += sound.length;
    }
    return file;
  }

  /** Chunk after chunk up to the sound; how many of these bytes have been read. */
  #readHead(bytes: Uint8Array<ArrayBuffer>): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isBeginning = textAt(bytes, 0).startsWith('RIFF'.slice(0, bytes.length));
    if (isBeginning && bytes.length < 12) return 0;
    let at = isBeginning ? 12 : 0;
    while (at + 8 <= bytes.length) {
      const length = view.getUint32(at + 4, true);
      if (textAt(bytes, at) === 'data') {
        this.#isSound = true;
        // Whoever wrote it while it came did not know how long it would be.
        if (length > 0 && length < 0xffff_0000) this.#left = length;
        return at + 8;
      }
      if (at + 8 + length > bytes.length) break;
      if (textAt(bytes, at) === 'fmt ' && length >= 16) this.#layout = layoutAt(view, at + 8, length);
      at += 8 + length + (length % 2);
    }
    return at;
  }

  #frames(isEnd: boolean): SoundFrame[] {
    const layout = this.#layout;
    if (layout === null) return [];
    this.channels = layout.channels;
    const block = layout.bytes * layout.channels;
    const whole = Math.max(1, Math.round((layout.rate * FRAME_MS) / 1000)) * block;
    const sound = this.#rest.subarray(0, Math.min(this.#rest.length, this.#left));
    const frames: SoundFrame[] = [];
    let at = 0;
    while (sound.length - at >= (isEnd ? block : whole)) {
      const part = sound.subarray(at, Math.min(at + whole, sound.length));
      const moments = Math.floor(part.length / block);
      at += moments * block;
      this.#index += 1;
      if (this.#index > this.#from) frames.push(frameOf(part, layout, this.#channel, moments));
    }
    this.#left -= at;
    this.#rest = this.#rest.slice(at);
    return frames;
  }
}

function layoutAt(view: DataView, at: number, length: number): Layout | null {
  const written = view.getUint16(at, true);
  const code = written === EXTENDED && length >= 26 ? view.getUint16(at + 24, true) : written;
  const [channels, rate] = [view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
  const bits = view.getUint16(at + 14, true);
  const isKnown = (code === PCM && bits === 16) || ((code === A_LAW || code === MU_LAW) && bits === 8);
  return isKnown && channels >= 1 && channels <= 2 && rate >= 1000 ? { code, channels, rate, bytes: bits / 8 } : null;
}

function frameOf(part: Uint8Array, layout: Layout, wanted: number, moments: number): SoundFrame {
  const { bytes, channels, rate, code } = layout;
  const channel = Math.min(wanted, channels - 1);
  const sound = new Uint8Array(moments * bytes);
  let sum = 0;
  for (let moment = 0; moment < moments; moment += 1) {
    const from = (moment * channels + channel) * bytes;
    const [low = 0, high = 0] = [part[from], bytes === 2 ? part[from + 1] : 0];
    sound[moment * bytes] = low;
    if (bytes === 2) sound[moment * bytes + 1] = high;
    sum += loudnessOf(code, low, high);
  }
  const mean = sum / Math.max(1, moments);
  return { ms: (moments * 1000) / rate, loudness: mean <= SILENCE ? 0 : mean, sound };
}

/** How far from rest, on the scale of 16 bits. */
function loudnessOf(code: number, low: number, high: number): number {
  if (code === PCM) return Math.abs((((high << 8) | low) << 16) >> 16);
  if (code === MU_LAW) {
    const value = ~low & 0xff;
    return ((((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84;
  }
  const value = low ^ 0x55;
  const step = (value >> 4) & 7;
  const base = ((value & 0x0f) << 4) + 8;
  return step === 0 ? base : (base + 0x100) << (step - 1);
}

const textAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
