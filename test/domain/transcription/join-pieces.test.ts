/** What the pieces of a recording say together: nothing twice, nothing lost, nothing that nobody said (S2-F4). */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPieces, laterBy, whereSounding } from '../../../src/domain/transcription/join-pieces.ts';

const heard = (startMs: number, endMs: number, text: string) => ({ startMs, endMs, text, confidence: 0.9 });
const told = (segments: readonly { text: string }[]) => segments.map(({ text }) => text).join(' | ');

describe('a cut', () => {
  it('in a pause leaves everything as it is', () => {
    expect(told(joinPieces([heard(0, 900, 'my knee')], [heard(900, 1500, 'my knee hurts')], null))).toBe(
      'my knee | my knee hurts',
    );
  });

  it('through a sentence: the words that both pieces heard stand once', () => {
    const before = [heard(0, 2000, 'Good morning.'), heard(5000, 12_000, 'my left knee hurts badly')];
    const after = [heard(8000, 15_000, 'Hurts badly, since Monday')];
    const joined = joinPieces(before, after, 10_000);
    expect(told(joined)).toBe('Good morning. | my left knee hurts badly | since Monday');
    expect(joined.at(-1)).toMatchObject({ startMs: 11_500, endMs: 15_000 });
  });

  it('just after a sentence began: a word that was cut is told by the piece that heard all of it', () => {
    const before = [heard(9500, 12_000, 'my left knee hu')];
    const after = [heard(9500, 14_000, 'my left knee hurts badly')];
    expect(told(joinPieces(before, after, 10_000))).toBe('my left knee | hurts badly');
  });

  it('where both pieces place it on the other side, it stands once', () => {
    const before = [heard(9800, 10_300, 'Tuesday')];
    const after = [heard(9600, 10_200, 'Tuesday'), heard(12_500, 13_000, 'yes')];
    expect(told(joinPieces(before, after, 10_000))).toBe('Tuesday | yes');
  });

  it('what only one of them heard is kept, whichever', () => {
    expect(told(joinPieces([heard(10_500, 11_900, 'and my hip')], [heard(13_000, 14_000, 'yes')], 10_000))).toBe(
      'and my hip | yes',
    );
    expect(told(joinPieces([heard(1000, 2000, 'no')], [heard(8100, 9000, 'at night')], 10_000))).toBe('no | at night');
  });

  it('wherever it is, no word is lost and none is told twice', () => {
    const words = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
    /** Each takes half a second; what is cut is not heard. */
    const said = (fromMs: number, toMs: number, perSegment: number) => {
      const whole = words.map((word, i) => ({ word, from: i * 500, to: i * 500 + 500 }));
      const within = whole.filter(({ from, to }) => from >= fromMs && to <= toMs);
      const segments = [];
      for (let i = 0; i < within.length; i += perSegment) {
        const part = within.slice(i, i + perSegment);
        segments.push(heard(part[0]!.from, part.at(-1)!.to, part.map(({ word }) => word).join(' ')));
      }
      return segments;
    };
    const parts = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 2100, max: 3900 }), parts, parts, (cutMs, first, second) => {
        const joined = joinPieces(said(0, cutMs + 2000, first), said(cutMs - 2000, 6000, second), cutMs);
        const all = joined.flatMap(({ text }) => text.split(' '));
        expect([...new Set(all)].toSorted()).toEqual(words.toSorted());
      }),
    );
  });
});

describe('of a stretch without sound', () => {
  const spans = [
    { fromMs: 2000, toMs: 4000 },
    { fromMs: 9000, toMs: 9500 },
  ];
  it('nothing is believed', () => {
    expect(whereSounding([heard(5000, 8000, 'Thanks for watching!')], spans)).toEqual([]);
    expect(whereSounding([heard(0, 900, 'you')], [])).toEqual([]);
  });

  it('a sentence begins and ends where its sound does', () => {
    expect(whereSounding([heard(0, 4500, 'my knee'), heard(8800, 12_000, 'no')], spans)).toEqual([
      heard(2000, 4000, 'my knee'),
      heard(9000, 9500, 'no'),
    ]);
    expect(whereSounding([heard(2500, 3000, 'my')], spans)).toEqual([heard(2500, 3000, 'my')]);
  });

  it('one that an engine placed just beside its sound is put to it', () => {
    expect(whereSounding([heard(4100, 4400, 'yes')], spans)).toEqual([heard(2000, 4000, 'yes')]);
  });
});

it('is told in the time of the recording', () => {
  expect(laterBy([heard(10.4, 20.2, 'a')], 1000.4)).toEqual([heard(1011, 1021, 'a')]);
});
