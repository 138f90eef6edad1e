/** CL-02: the truth table of the conditions. The rules themselves are data, tried in adult-red-flags.test.ts. */
import { describe, expect, it } from 'vitest';
import { flagsOfAnswer, flagsOfWords, type RedFlagRule } from '../../../src/domain/intake/red-flags.ts';

const rule = (id: string, ...when: RedFlagRule['when']): RedFlagRule => ({ id, level: 'urgent', advice: '911', when });
const rules = [
  rule('pain', { item: 'hpi.pain', atLeast: 8 }),
  rule('exactly', { item: 'hpi.pain', equals: 3 }),
  rule('yes', { item: 'hpi.fall', equals: true }),
  rule('no', { item: 'hpi.fall', equals: false }),
  rule('choice', { item: 'hpi.when', equals: 'now' }, { item: 'hpi.where', equals: 'head' }),
  rule('said', { phrases: { en: ['fire'], es: ['fuego'] } }, { item: 'hpi.pain', equals: 5 }),
];
const flagged = (item: string, answer: Parameters<typeof flagsOfAnswer>[2]) =>
  flagsOfAnswer(rules, item, answer).map(({ id }) => id);

describe('an answer', () => {
  it.each<[string, Parameters<typeof flagsOfAnswer>[2], string[]]>([
    ['hpi.pain', { state: 'answered', value: 7 }, []],
    ['hpi.pain', { state: 'answered', value: 8 }, ['pain']],
    ['hpi.pain', { state: 'answered', value: 10 }, ['pain']],
    ['hpi.pain', { state: 'answered', value: '10' }, []],
    ['hpi.pain', { state: 'answered', value: 3 }, ['exactly']],
    ['hpi.pain', { state: 'answered', value: 5 }, ['said']],
    ['hpi.other', { state: 'answered', value: 10 }, []],
    ['hpi.fall', { state: 'answered', value: true }, ['yes']],
    ['hpi.fall', { state: 'none', value: false }, ['no']],
    ['hpi.fall', { state: 'unknown', value: null }, []],
    ['hpi.fall', { state: 'skipped' }, []],
    ['hpi.fall', { state: 'declined', value: true }, []],
    ['hpi.when', { state: 'answered', value: 'now' }, ['choice']],
    ['hpi.where', { state: 'answered', value: 'head' }, ['choice']],
    ['hpi.when', { state: 'answered', value: 'head' }, []],
    ['hpi.voice', { state: 'answered', value: 'fire' }, []],
  ])('%s %o raises %o (CL-02)', (item, answer, ids) => {
    expect(flagged(item, answer)).toEqual(ids);
  });
});

describe('words', () => {
  it.each([
    ['there is a fire', ['said']],
    ['hay fuego', ['said']],
    ['there is no fire', []],
    ['all is well', []],
  ])('"%s" raise %o (CL-02)', (words, ids) => {
    expect(flagsOfWords(rules, words).map(({ id }) => id)).toEqual(ids);
  });
});
