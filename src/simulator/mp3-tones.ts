/**
 * MP3 without an encoder: MPEG-2 Layer III frames written by hand, in which each tone is one frequency line of size one.
 * Not hi-fi, but real sound in its right place. Layout and code words: ISO/IEC 13818-3 and 11172-3 (Huffman table 1).
 */
export const mp3FrameBytes = 72;
const sampleRate = 16_000;
const frequencyLines = 576;
/** One granule a frame. */
export const mp3FrameMs = (frequencyLines * 1000) / sampleRate;
/** 210 is unity; each 4 less halve the loudness. */
const globalGain = 202;

/** The tones of each channel during one frame; none is silence. */
export type FrameTones = readonly (readonly number[])[];

export function writeMp3(frames: readonly FrameTones[], channels: number): Uint8Array {
  const bytes = new Uint8Array(frames.length * mp3FrameBytes);
  frames.forEach((tones, index) => {
    const frame = bytes.subarray(index * mp3FrameBytes, (index + 1) * mp3FrameBytes);
    // MPEG-2, layer III, no CRC; 16 kbit/s at 16 kHz; stereo or mono.
    frame.set([0xff, 0xf3, 0x28, channels === 2 ? 0x00 : 0xc0]);
    writeFrame(
      frame,
      index,
      Array.from({ length: channels }, (_, channel) => tones[channel] ?? []),
    );
  });
  return bytes;
}

function writeFrame(frame: Uint8Array, index: number, tones: FrameTones): void {
  const data = tones.map((each) => codeWords(each, index));
  const bits = new BitWriter(frame, 4);
  bits.write(0, 8);
  bits.write(0, tones.length === 2 ? 2 : 1);
  for (const { bits: words, pairs } of data) {
    bits.write(words.length, 12);
    bits.write(pairs, 9);
    bits.write(globalGain, 8);
    // No scale factors, one long block, Huffman table 1 in all three regions.
    bits.write(0, 9);
    bits.write(0, 1);
    for (let region = 0; region < 3; region += 1) bits.write(1, 5);
    bits.write(7, 4);
    bits.write(7, 3);
    bits.write(0, 2);
  }
  for (const { bits: words } of data) for (const bit of words) bits.write(Number(bit), 1);
}

/** Lines in pairs, from the lowest to the highest tone. */
function codeWords(tones: readonly number[], frame: number): { readonly bits: string; readonly pairs: number } {
  const lines = new Map(tones.map((tone) => [lineOf(tone), isNegative(tone, frame)]));
  const pairs = lines.size === 0 ? 0 : (Math.max(...lines.keys()) >> 1) + 1;
  let bits = '';
  for (let pair = 0; pair < pairs; pair += 1) {
    const signs = [lines.get(pair * 2), lines.get(pair * 2 + 1)];
    const [first, second] = signs;
    if (first === undefined) bits += second === undefined ? '1' : '001';
    else bits += second === undefined ? '01' : '000';
    for (const sign of signs) if (sign !== undefined) bits += sign ? '1' : '0';
  }
  return { bits, pairs };
}

export function lineOf(tone: number): number {
  return Math.floor((tone * 2 * frequencyLines) / sampleRate);
}

/** Follows the phase of the tone, so that frames join without cancelling each other. */
function isNegative(tone: number, frame: number): boolean {
  return Math.cos((2 * Math.PI * tone * frame * mp3FrameMs) / 1000) < 0;
}

class BitWriter {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, fromByte: number) {
    this.#bytes = bytes;
    this.#at = fromByte * 8;
  }

  write(value: number, width: number): void {
    for (let bit = width - 1; bit >= 0; bit -= 1) {
      if ((value >> bit) & 1) {
        const byte = this.#at >> 3;
        this.#bytes[byte] = (this.#bytes[byte] ?? 0) | (0x80 >> (this.#at & 7));
      }
      this.#at += 1;
    }
  }
}
