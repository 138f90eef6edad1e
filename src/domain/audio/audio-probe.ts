/**
 * Tells audio from anything else by its bytes, and how long it lasts, while it streams by: MPEG layer III frames are counted one by
 * one, of WAV the header says what a second weighs. The name and the content type of a download prove nothing. Pure.
 * Layouts: ISO/IEC 11172-3 and 13818-3 (frame header), RIFF/WAVE, ID3v2.
 */
import type { AudioFormat } from '../intake/state.ts';
import { readMp3Header } from './mp3-header.ts';

/** Enough to find the first frame, or to know that there is none. */
const LONGEST_PREFACE_BYTES = 16 * 1024;
/** Enough for whatever a WAV says of itself before the sound. */
const LONGEST_WAV_HEADER_BYTES = 64 * 1024;

export class AudioProbe {
  /** Null while it cannot be told yet, `none` once it is certain that this is no audio. */
  format: AudioFormat | 'none' | null = null;
  /** Of MP3. */
  #ms = 0;
  /** Not looked at yet: what a header may be cut in by the end of a piece. */
  #rest: Uint8Array = new Uint8Array(0);
  /** To be passed over: the body of a frame or a chunk, an ID3 tag. */
  #skip = 0;
  #seen = 0;
  #isRiff = false;
  #bytesPerSecond = 0;
  /** Of WAV; counted whole, so that no rounding depends on the pieces. */
  #soundBytes = 0;
  /** Frames that followed one upon the other: bytes that look like the start of one frame occur in anything. */
  #chain = 0;

  push(piece: Uint8Array): void {
    this.#seen += piece.length;
    if (this.format === 'none') return;
    if (this.format === 'wav') {
      this.#soundBytes += piece.length;
      return;
    }
    this.#read(joined(this.#rest, piece));
  }

  /** Milliseconds of sound so far. */
  get durationMs(): number {
    return Math.round(this.format === 'wav' ? (this.#soundBytes * 1000) / this.#bytesPerSecond : this.#ms);
  }

  /** After the last piece: what has not shown itself as audio is none. */
  end(): AudioFormat | 'none' {
    this.format ??= 'none';
    return this.format;
  }

  #read(bytes: Uint8Array): void {
    // Only what a file begins with is its kind; further on these are four bytes like others.
    if (this.#seen === bytes.length) this.#isRiff = isText(bytes, 0, 'RIFF');
    if (this.#isRiff) this.#readWav(bytes);
    else this.#readFrames(bytes);
  }

  /** Where reading goes on behind what is to be passed over. */
  #passed(bytes: Uint8Array, at: number): number {
    const skipped = Math.min(this.#skip, bytes.length - at);
    this.#skip -= skipped;
    return at + skipped;
  }

  #readFrames(bytes: Uint8Array): void {
    let at = 0;
    for (;;) {
      at = this.#passed(bytes, at);
      // An ID3 tag says its length in ten bytes, a frame in four.
      if (bytes.length - at < 10) break;
      if (isText(bytes, at, 'ID3')) {
        this.#skip = 10 + tagLength(bytes, at);
        continue;
      }
      const frame = readMp3Header(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
      if (frame === null) {
        if (this.format === null) {
          if (this.#seen - (bytes.length - at) > LONGEST_PREFACE_BYTES) {
            this.#isNone();
            return;
          }
          this.#chain = 0;
          this.#ms = 0;
        }
        at += 1;
        continue;
      }
      this.#skip = frame.bytes;
      this.#ms += frame.ms;
      this.#chain += 1;
      if (this.#chain > 1) this.format = 'mp3';
    }
    this.#rest = bytes.slice(at);
  }

  /** Chunk after chunk up to the sound; a header that goes on for ever is none. */
  #readWav(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (;;) {
      at = this.#passed(bytes, at);
      const position = this.#seen - (bytes.length - at);
      const isFormat = isText(bytes, at, 'fmt ');
      if (bytes.length - at < (position === 0 ? 12 : isFormat ? 20 : 8)) break;
      if (isText(bytes, at, 'data') && this.#bytesPerSecond > 0) {
        this.format = 'wav';
        this.#soundBytes = bytes.length - at - 8;
        this.#rest = new Uint8Array(0);
        return;
      }
      const length = view.getUint32(at + 4, true);
      if (isFormat) this.#bytesPerSecond = view.getUint32(at + 16, true);
      this.#skip = position === 0 ? 12 : 8 + length + (length % 2);
      const isWave = position > 0 || isText(bytes, 8, 'WAVE');
      if (!isWave || isText(bytes, at, 'data') || position + this.#skip > LONGEST_WAV_HEADER_BYTES) {
        this.#isNone();
        return;
      }
    }
    this.#rest = bytes.slice(at);
  }

  #isNone(): void {
    this.format = 'none';
    this.#rest = new Uint8Array(0);
  }
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Four bytes of seven bits each. */
const tagLength = (bytes: Uint8Array, at: number): number =>
  [6, 7, 8, 9].reduce((length, i) => length * 128 + ((bytes[at + i] ?? 0) & 0x7f), 0);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first, 0);
  both.set(second, first.length);
  return both;
}
