/**
 * Finds phrases in what a patient said. A pattern is words in order, readable by a clinician:
 *   `a|b` one of several words · `convuls*` any ending · `...` up to four words between · `~` in front: denied also
 *   through words of intent ("I never thought of killing myself"). Negation is understood (`negation.ts`), never written down.
 * A pattern that begins with a negation ("can't ... breathe") means just that and is never negated.
 */
import { isNegated, isNegation } from './negation.ts';
import { plainWord, type SpokenWord } from './spoken-words.ts';

interface Alternative {
  readonly word: string;
  readonly open: boolean;
}
interface Piece {
  readonly gapBefore: boolean;
  readonly alternatives: readonly Alternative[];
}
export interface PhrasePattern {
  readonly byIntent: boolean;
  readonly pieces: readonly Piece[];
}
/** The positions of the pattern's words, rising. */
export type Match = readonly number[];

const MAX_GAP = 4;
const ALTERNATIVE = /^(?:[a-z0-9]+|[a-z]{3,}\*)$/;

/** Null when the text is no pattern. */
export function parsePattern(text: string): PhrasePattern | null {
  const byIntent = text.startsWith('~');
  const pieces: Piece[] = [];
  let gapBefore = false;
  for (const part of text.slice(byIntent ? 1 : 0).split(' ')) {
    if (part === '...') {
      if (gapBefore || pieces.length === 0) return null;
      gapBefore = true;
      continue;
    }
    const words = part.split('|').map(plainWord);
    if (!words.every((word) => ALTERNATIVE.test(word))) return null;
    pieces.push({
      gapBefore,
      alternatives: words.map((word) => ({ word: word.replace('*', ''), open: word.endsWith('*') })),
    });
    gapBefore = false;
  }
  return gapBefore || pieces.length === 0 ? null : { byIntent, pieces };
}

/** Every place where the pattern's words stand, negated or not. */
function findPhrase(words: readonly SpokenWord[], { pieces }: PhrasePattern): readonly Match[] {
  let matches: Match[] = words.flatMap(({ word }, at) =>
    pieces[0] !== undefined && fits(pieces[0], word) ? [[at]] : [],
  );
  for (const piece of pieces.slice(1)) {
    matches = matches.flatMap((match) => {
      const next = (match.at(-1) ?? 0) + 1;
      const reach = words.slice(next, next + (piece.gapBefore ? MAX_GAP + 1 : 1));
      return reach.flatMap(({ word }, offset) => (fits(piece, word) ? [[...match, next + offset]] : []));
    });
  }
  return matches;
}

const fits = ({ alternatives }: Piece, word: string): boolean =>
  alternatives.some((alternative) =>
    alternative.open ? word.startsWith(alternative.word) : word === alternative.word,
  );

/** Lists of patterns are data that stays; reading them again at every word said would cost more than the matching. */
const parsedLists = new WeakMap<readonly string[], readonly PhrasePattern[]>();

function parsedList(patterns: readonly string[]): readonly PhrasePattern[] {
  const known = parsedLists.get(patterns);
  if (known !== undefined) return known;
  const parsed = patterns.map(parsePattern).filter((pattern) => pattern !== null);
  parsedLists.set(patterns, parsed);
  return parsed;
}

/** Every place where one of the patterns stands, negated or not. What is no pattern matches nothing. */
export const findAny = (words: readonly SpokenWord[], patterns: readonly string[]): readonly Match[] =>
  parsedList(patterns).flatMap((pattern) => findPhrase(words, pattern));

/** Whether any of the patterns is said and meant. */
export const saysAny = (words: readonly SpokenWord[], patterns: readonly string[]): boolean =>
  parsedList(patterns).some((pattern) =>
    findPhrase(words, pattern).some((match) => negates(pattern) || !isNegated(words, match, pattern.byIntent)),
  );

const negates = ({ pieces }: PhrasePattern): boolean =>
  pieces[0]?.alternatives.every(({ word }) => isNegation(word)) ?? false;
