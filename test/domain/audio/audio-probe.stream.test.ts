/** Audio as it streams by: cut anywhere, without end, or made to hurt; never does the verdict depend on the pieces. */
import { memoryUsage } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioProbe } from '../../../src/domain/audio/audio-probe.ts';
import { givenMp3, givenWav, MP3_FRAME_MS } from '../../support/given-audio.ts';
import {
  chunk,
  cut,
  fmt,
  id3,
  id3v1,
  join,
  probed,
  probeOf,
  riff,
  text,
  zeros,
} from '../../support/given-audio-parts.ts';

describe('a stream', () => {
  const odd = fc.oneof(
    fc.constantFrom(...['RIFF', 'WAVE', 'ID3', 'data', 'fmt ', 'TAG', '<html>'].map(text)),
    fc.constantFrom(id3(9), id3(700), id3(0, 3000), id3v1, fmt(32_000), fmt(176_400), riff(), zeros(11)),
    fc.constantFrom(givenMp3(36), givenMp3(72), givenMp3(360), givenWav(0), givenWav(7), givenWav(13, 1)),
    fc.uint8Array({ maxLength: 40 }),
  );
  const files = fc.array(odd, { minLength: 1, maxLength: 6 }).map((parts) => join(...parts));
  const sizes = fc
    .array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 8 })
    .filter((list) => list.some(Boolean));

  /** Pieces of these sizes, over and over. */
  const pieces = function* (bytes: Uint8Array, list: readonly number[]): Generator<Uint8Array> {
    for (let at = 0, i = 0; at < bytes.length; i += 1) {
      const size = list[i % list.length] ?? 0;
      yield bytes.slice(at, at + size);
      at += size;
    }
  };

  it('is the same, and lasts as long, however it is cut', () => {
    fc.assert(
      fc.property(files, sizes, (bytes, list) => {
        const whole = probeOf(bytes);
        expect(probed(pieces(bytes, list))).toEqual(whole);
        expect(probed(cut(bytes, 1))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Uint8Array]>([
    ['MP3', join(id3(70_000), givenMp3(2000), id3v1)],
    ['WAV', riff(chunk('JUNK', zeros(30_001)), fmt(176_400), chunk('data', zeros(441)))],
    ['WAV of a length that no piece shares', riff(fmt(44_100), chunk('data', zeros(100_003)))],
    ['RIFF behind a tag', join(id3(50), givenWav(100))],
    ['RIFF behind zeros', join(zeros(20), givenWav(100))],
    ['RIFF behind a single frame', join(givenMp3(36), givenWav(100))],
    ['HTML', text('<html>'.repeat(9000))],
  ])('of %s is the same in pieces of every size', (_, bytes) => {
    const whole = probeOf(bytes);
    for (const size of [1, 2, 3, 7, 9, 10, 11, 20, 43, 44, 45, 59, 60, 61, 71, 72, 73, 1000, 4096, 65_536]) {
      expect([size, probed(cut(bytes, size))]).toEqual([size, whole]);
    }
  });

  it('does not mind pieces whose memory is used again, nor that they are parts of a larger one', () => {
    for (const bytes of [join(id3(5), givenMp3(2000)), givenWav(2000)]) {
      const probe = new AudioProbe();
      const buffer = new Uint8Array(100);
      for (const piece of cut(bytes, 13)) {
        buffer.fill(0xff).set(piece, 50);
        probe.push(buffer.subarray(50, 50 + piece.length));
      }
      expect([probe.end(), probe.durationMs]).toEqual([probeOf(bytes).format, probeOf(bytes).durationMs]);
    }
  });
});

describe('a stream without end', () => {
  const BYTES = 16 * 1024 * 1024;
  const frame = givenMp3(MP3_FRAME_MS);
  /** What it begins with, and what comes over and over. */
  it.each<[string, Uint8Array, Uint8Array, 'mp3' | 'wav' | 'none']>([
    ['zeros', zeros(0), zeros(4096), 'none'],
    ['beginnings of frames', zeros(0), text('\u00ff').fill(0xff), 'none'],
    ['tags', zeros(0), id3(0), 'none'],
    ['a tag that never ends', id3(0, 0xfffffff), zeros(4096), 'none'],
    ['single frames', zeros(0), join(frame, zeros(1)), 'none'],
    ['empty chunks', riff(fmt(32_000)), chunk('JUNK', zeros(0)), 'none'],
    ['one chunk', riff(fmt(32_000), chunk('JUNK', zeros(0), 0xffffffff)), zeros(4096), 'none'],
    ['nothing but RIFF', zeros(0), text('RIFF'), 'none'],
    ['garbage behind MP3', join(frame, frame), zeros(4096), 'mp3'],
    ['sound', givenWav(0), zeros(4096), 'wav'],
  ])('of %s is read in little memory and in time', async (_, first, over, format) => {
    const probe = new AudioProbe();
    const piece = join(...Array.from({ length: Math.ceil(65_536 / over.length) }, () => over));
    probe.push(first);
    const before = await bytesInUse();
    const started = performance.now();
    for (let sent = 0; sent < BYTES; sent += piece.length) probe.push(piece.slice());
    // Not a benchmark: what is quadratic takes minutes.
    expect(performance.now() - started).toBeLessThan(5000);
    expect((await bytesInUse()) - before).toBeLessThan(BYTES / 16);
    expect(probe.end()).toBe(format);
  });

  it('is read in time, too, when its header comes byte by byte', () => {
    const header = riff(
      ...Array.from({ length: 8000 }, () => chunk('JUNK', zeros(0))),
      fmt(32_000),
      chunk('data', zeros(64)),
    );
    const started = performance.now();
    expect(probed(cut(header, 1))).toEqual({ format: 'wav', durationMs: 2 });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Of all typed arrays that are still held; one collection alone leaves some to be swept. */
async function bytesInUse(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await setTimeout(1);
  }
  return memoryUsage().arrayBuffers;
}
