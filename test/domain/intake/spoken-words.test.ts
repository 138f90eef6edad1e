/** However a transcriber writes it, the same words come out. */
import { expect, it } from 'vitest';
import { spokenWords } from '../../../src/domain/intake/spoken-words.ts';

const plain = (text: string) =>
  spokenWords(text)
    .map(({ word }) => word)
    .join(' ');

it.each([
  ["I can't", 'i cant'],
  ['I can’t', 'i cant'],
  ['I cant', 'i cant'],
  ['I can t', 'i cant'],
  ['I cannot', 'i cant'],
  ['I CAN NOT', 'i cant'],
  ['do not', 'dont'],
  ['will not', 'wont'],
  ['is not', 'isnt'],
  ['do. Not', 'do not'],
  ['am not', 'am not'],
  ['a t shirt', 'a t shirt'],
  ['¿Dolor de corazón?', 'dolor de corazon'],
  ['mañana', 'manana'],
  ['X-ray 9 1 1', 'x ray 9 1 1'],
  ['um, well, uh', 'well'],
  ['', ''],
])('%j is %j', (text, words) => {
  expect(plain(text)).toBe(words);
});

it('keeps the pauses before the words, the longer of two', () => {
  expect(spokenWords('No, well. Yes,. no? so')).toEqual([
    { word: 'no', pause: '' },
    { word: 'well', pause: 'comma' },
    { word: 'yes', pause: 'stop' },
    { word: 'no', pause: 'stop' },
    { word: 'so', pause: 'stop' },
  ]);
});
