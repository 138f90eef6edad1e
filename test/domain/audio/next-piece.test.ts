/** A long recording is cut where nobody speaks; where somebody always does, both pieces hear the words at the cut (S2-F4). */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutOf, isFull, soundingSpans } from '../../../src/domain/audio/next-piece.ts';

const FRAME_MS = 20;
/** So loud, so long. */
const sound = (...parts: readonly (readonly [loudness: number, ms: number])[]) =>
  parts.flatMap(([loudness, ms]) => Array.from({ length: ms / FRAME_MS }, () => ({ ms: FRAME_MS, loudness })));

it('cuts in the middle of the last pause of the second half', () => {
  const frames = sound([900, 40_000], [0, 1000], [900, 29_000], [0, 800], [900, 19_200], [0, 600], [900, 9400]);
  const cut = cutOf(frames);
  expect(cut).toMatchObject({ isQuiet: true, next: cut.frames });
  // Two pauses are as quiet: the later one.
  expect(cut.atMs).toBeGreaterThanOrEqual(90_000);
  expect(cut.atMs).toBeLessThanOrEqual(90_600);
  expect(cut.frames * FRAME_MS).toBe(cut.atMs);
});

it('a pause of a line that hums is a pause', () => {
  const cut = cutOf(sound([5000, 70_000], [200, 500], [5000, 29_500]));
  expect(cut.isQuiet).toBe(true);
  expect(cut.atMs).toBeGreaterThanOrEqual(70_000);
  expect(cut.atMs).toBeLessThanOrEqual(70_500);
});

it('a breath shorter than a word is none', () => {
  expect(cutOf(sound([900, 70_000], [0, 100], [900, 29_900])).isQuiet).toBe(false);
});

it('through talk the piece goes on for two seconds, and the next begins two seconds before', () => {
  const cut = cutOf(sound([900, 100_000]));
  expect(cut.isQuiet).toBe(false);
  expect(cut.frames * FRAME_MS - cut.atMs).toBeCloseTo(2000, -2);
  expect(cut.atMs - cut.next * FRAME_MS).toBeCloseTo(2000, -2);
});

it('whatever the sound, every piece goes on, and none leaves out a frame', () => {
  const part = fc.tuple(
    fc.constantFrom(0, 5, 300, 900),
    fc.integer({ min: 1, max: 400 }).map((n) => n * FRAME_MS),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), (parts) => {
      const frames = sound(...parts);
      fc.pre(frames.length > 500);
      const { next, frames: count, atMs, isQuiet } = cutOf(frames);
      expect(next).toBeGreaterThan(0);
      expect(next).toBeLessThanOrEqual(count);
      expect(count).toBeLessThanOrEqual(frames.length);
      expect(next * FRAME_MS).toBeLessThanOrEqual(atMs);
      expect(count * FRAME_MS).toBeGreaterThanOrEqual(atMs);
      if (isQuiet) expect([next, count]).toEqual([atMs / FRAME_MS, atMs / FRAME_MS]);
    }),
  );
});

it('is full by its time or by its bytes', () => {
  const most = { mostMs: 1000, mostBytes: 50 };
  expect(isFull({ ms: 999, bytes: 49 }, most)).toBe(false);
  expect([isFull({ ms: 1000, bytes: 0 }, most), isFull({ ms: 0, bytes: 50 }, most)]).toEqual([true, true]);
});

it('knows where there is sound at all, and takes no pause within words for its end', () => {
  const frames = sound([0, 1000], [10, 600], [0, 300], [10, 100], [0, 500], [10, 40]);
  expect(soundingSpans(frames)).toEqual([
    { fromMs: 1000, toMs: 2000 },
    { fromMs: 2500, toMs: 2540 },
  ]);
  expect(soundingSpans(sound([0, 5000]))).toEqual([]);
});
