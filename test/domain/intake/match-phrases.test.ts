/** The pattern syntax. What is denied and what is not is shown by the phrases in adult-red-flags.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAny, parsePattern, saysAny } from '../../../src/domain/intake/match-phrases.ts';
import { spokenWords } from '../../../src/domain/intake/spoken-words.ts';

const says = (words: string, ...patterns: string[]) => saysAny(spokenWords(words), patterns);

describe('a pattern', () => {
  it.each([
    ['words in order', 'heart attack', 'a heart attack', true],
    ['words in another order', 'heart attack', 'attack the heart', false],
    ['words apart', 'heart attack', 'heart and attack', false],
    ['part of a word', 'art', 'heart', false],
    ['one of several', 'heart|panic attack', 'panic attack', true],
    ['a gap of none', 'chest ... hurts', 'chest hurts', true],
    ['a gap of four', 'chest ... hurts', 'chest a b c d hurts', true],
    ['a gap of five', 'chest ... hurts', 'chest a b c d e hurts', false],
    ['two gaps', 'a ... b ... c', 'a x b y z c', true],
    ['any ending', 'convuls*', 'convulsiones', true],
    ['no ending', 'convuls*', 'convuls', true],
    ['accents and capitals', 'Corazón', 'CORAZON', true],
    ['a contraction', "can't ... breathe", 'can not breathe', true],
    ['a number', 'dial 911', 'please dial 911', true],
    ['a number in a range', 'sugar ... 40-59', 'my sugar is 45', true],
    ['its first', 'sugar ... 40-59', 'my sugar is 40', true],
    ['its last', 'sugar ... 40-59', 'my sugar is 59', true],
    ['one below', 'sugar ... 40-59', 'my sugar is 39', false],
    ['one above', 'sugar ... 40-59', 'my sugar is 60', false],
    ['no number at all', 'sugar ... 40-59', 'my sugar is 4x', false],
    ['a barred word after', 'poison !ivy|oak', 'poison ivy', false],
    ['another word after', 'poison !ivy|oak', 'poison gas', true],
    ['none after', 'poison !ivy|oak', 'poison', true],
    ['a barred word after a pause', 'poison !ivy', 'poison. Ivy did it', true],
    ['a barred word in front', '!food poison', 'food poison', false],
    ['another word in front', '!food poison', 'a poison', true],
    ['a barred word in the middle', 'water !heater ... broke', 'my water heater broke', false],
    ['a short verb', 'chest ... tight', "my chest's really tight", true],
    ['a short verb without its apostrophe', 'chest ... tight', 'my chests really tight', true],
    ['a short verb in the pattern', "chest's tight", 'my chest is tight', true],
    ['a short verb in the pattern, among others', "chest's|throat's tight", 'my throat tight', true],
    ['a short verb of a pronoun', "it's bad", 'its bad', true],
    ['a word with s that is another', 'me duele', 'mes duele', false],
  ])('%s: %s in "%s"', (_, pattern, words, found) => {
    expect(says(words, pattern)).toBe(found);
  });

  it.each([
    '',
    ' ',
    '...',
    '... a',
    'a ...',
    'a ... ... b',
    'a  b',
    'a||b',
    'ab*',
    '*',
    'a*b',
    'a.b',
    '~',
    'a ~b',
    '!a',
    '~!a',
    'a ... !b',
    '4-',
    '-4',
    '!',
  ])('%j is none, and matches nothing', (text) => {
    expect(parsePattern(text)).toBeNull();
    expect(says('a b ab', text)).toBe(false);
  });

  it('is denied through words of intent only where it says so', () => {
    expect(says("I'm not going to jump", 'jump')).toBe(true);
    expect(says("I'm not going to jump", '~jump')).toBe(false);
    expect(says("I'm going to jump", '~jump')).toBe(true);
  });

  it('that begins with a negation is not denied by one', () => {
    expect(says("no, I can't breathe", "can't ... breathe")).toBe(true);
    expect(says("I don't breathe", 'breathe')).toBe(false);
  });

  it('is found in every place it stands', () => {
    expect(findAny(spokenWords('a b a c b'), ['a ... b', 'c'])).toEqual([[0, 1], [0, 4], [2, 4], [3]]);
  });
});

it('holds for any words and any patterns: no throw, and what it finds is in rising order', () => {
  const word = fc.constantFrom(
    'no',
    'chest',
    'pain',
    'or',
    'sin',
    'but',
    ',',
    '.',
    "don't",
    '...',
    'a|b',
    'like',
    'when',
    '~x',
    'pa*',
    '!no',
    '4-9',
    '7',
    "chest's",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), (words, patterns) => {
      const spoken = spokenWords(words);
      for (const match of findAny(spoken, patterns)) {
        expect(match.toSorted((a, b) => a - b)).toEqual(match);
        expect(spoken[match.at(-1)!]).toBeDefined();
      }
      // A final s may be a lost apostrophe, to `saysAny` alone.
      if (!/s/i.test(words) && saysAny(spoken, patterns)) expect(findAny(spoken, patterns)).not.toEqual([]);
    }),
    { numRuns: 500 },
  );
});
