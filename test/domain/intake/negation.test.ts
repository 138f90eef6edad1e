/** Whether a denial stands before what was found: a missed one costs a question, one too many may cost more (X4). */
import { expect, it } from 'vitest';
import { spokenRedFlags } from '../../../src/domain/intake/adult-red-flags.ts';
import { isNegation } from '../../../src/domain/intake/negation.ts';
import { flagsOfWords } from '../../../src/domain/intake/red-flags.ts';

it.each(['no', 'never', 'without', 'sin', 'nunca'])('"%s" denies', (word) => {
  expect(isNegation(word)).toBe(true);
});
it.each(['but', 'chest', 'pero', 'dolor'])('"%s" denies nothing', (word) => {
  expect(isNegation(word)).toBe(false);
});

it.each([
  ['no chest pain', 0],
  ['no fever but I have chest pain', 1],
  ["I don't know why I have chest pain", 1],
  ['no tengo dolor de pecho', 0],
  ['no tengo fiebre pero me duele el pecho', 1],
] as const)('%j raises %d flags', (words, count) => {
  expect(flagsOfWords(spokenRedFlags, words)).toHaveLength(count);
});
