/** Where in a recording something was said: from its first millisecond to its last, and nowhere else. */
import { describe, expect, it } from 'vitest';
import { recordingOffsetMs } from '../../../src/domain/note/recording-offset.ts';

const START = Date.UTC(2026, 10, 20, 15, 4, 10);
const recording = { startedAt: START, durationMs: 61_000 };

describe('the place in a recording', () => {
  it.each([
    [START, 0],
    [START + 1, 1],
    [START + 60_999, 60_999],
    [START + 61_000, 61_000],
    [START + 61_001, null],
    [START - 1, null],
    [0, null],
  ])('at %i is %s', (at, expected) => {
    expect(recordingOffsetMs(recording, at)).toBe(expected);
  });

  it('has no end while nobody told how long it is', () => {
    expect(recordingOffsetMs({ startedAt: START, durationMs: null }, START + 3_600_000)).toBe(3_600_000);
    expect(recordingOffsetMs({ startedAt: START, durationMs: null }, START - 1)).toBeNull();
  });

  it('in an empty recording is its beginning only', () => {
    const empty = { startedAt: START, durationMs: 0 };
    expect([recordingOffsetMs(empty, START), recordingOffsetMs(empty, START + 1)]).toEqual([0, null]);
  });

  it('is counted from a start of 0, too', () => {
    expect(recordingOffsetMs({ startedAt: 0, durationMs: null }, 7)).toBe(7);
  });

  it.each<[string, Parameters<typeof recordingOffsetMs>]>([
    ['no recording', [null, START]],
    ['a start that nobody told', [{ startedAt: null, durationMs: 61_000 }, START]],
    ['a time that nobody told', [recording, undefined]],
  ])('is unknown with %s', (_, [span, at]) => {
    expect(recordingOffsetMs(span, at)).toBeNull();
  });
});
