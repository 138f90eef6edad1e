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
  ["my chest's tight", 'my chest is tight'],
  ['my chest’s tight', 'my chest is tight'],
  ["MY CHEST'S TIGHT", 'my chest is tight'],
  ["my chest's not tight", 'my chest isnt tight'],
  ["my hands're numb", 'my hands are numb'],
  ["my lips've swollen", 'my lips have swollen'],
  ["it's, that's, what's, let's", 'its thats whats lets'],
  ["I'm, you're, we've, they'll", 'im youre weve theyll'],
  ['it s, i m, you re', 'its im youre'],
  ["the parents' house", 'the parents house'],
  ["a list's constructor", 'a list is constructor'],
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
