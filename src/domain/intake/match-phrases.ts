/**
 * Finds phrases in what a patient said. A pattern is words in order, readable by a clinician:
 *   `a|b` one of several words · `convuls*` any ending · `40-59` any number from 40 to 59 · `...` up to four words between ·
 *   `!ivy|oak` not right before one of these, in front: not right after · `~` in front of all: denied also through words of
 *   intent ("I never thought of killing myself"). Negation is understood (`negation.ts`), never written down.
 * A pattern that begins with a negation ("can't ... breathe") means just that and is never negated.
 */
import { isNegated, isNegation } from './negation.ts';
import { plainWord, type SpokenWord, spreadShort } from './spoken-words.ts';

/** One of these must be said, or must not. */
interface Alternatives {
  readonly words: ReadonlySet<string>;
  readonly beginnings: readonly string[];
  /** The first and the last number that fit. */
  readonly ranges: readonly (readonly [number, number])[];
}
interface Piece {
  readonly gapBefore: boolean;
  readonly alternatives: Alternatives;
  /** Must not come next. */
  readonly notBefore: Alternatives;
}
export interface PhrasePattern {
  readonly byIntent: boolean;
  /** Must not stand right in front. */
  readonly notAfter: Alternatives;
  readonly pieces: readonly Piece[];
}
/** The positions of the pattern's words, rising. */
export type Match = readonly number[];

const MAX_GAP = 4;
const ALTERNATIVE = /^(?:[a-z0-9]+|[a-z]{3,}\*|\d+-\d+)$/;
/** An apostrophe left out makes "chest's" look like a plural, but "me" is not "mes". */
const SHORTEST_WITH_S = 3;
const NONE: Alternatives = { words: new Set(), beginnings: [], ranges: [] };

/** Null when the text is no pattern. */
export function parsePattern(text: string): PhrasePattern | null {
  const byIntent = text.startsWith('~');
  const pieces: Piece[] = [];
  let notAfter = NONE;
  let gapBefore = false;
  for (const part of text.slice(byIntent ? 1 : 0).split(' ')) {
    if (part === '...') {
      if (gapBefore || pieces.length === 0) return null;
      gapBefore = true;
      continue;
    }
    const barred = part.startsWith('!');
    const words = part.slice(barred ? 1 : 0).split('|');
    const alternatives = parseAlternatives(words);
    if (alternatives === null) return null;
    if (!barred) {
      pieces.push({ gapBefore, alternatives, notBefore: NONE });
      // "chest's tight" is read as "chest ... tight", so that it may stand among others: "chest's|it's tight".
      gapBefore = words.some((word) => spreadShort(word) !== word);
      continue;
    }
    const last = pieces.pop();
    if (gapBefore) return null;
    if (last === undefined) notAfter = alternatives;
    else pieces.push({ ...last, notBefore: alternatives });
  }
  const unfinished = gapBefore && text.endsWith('...');
  return unfinished || pieces.length === 0 ? null : { byIntent, notAfter, pieces };
}

function parseAlternatives(texts: readonly string[]): Alternatives | null {
  const all = texts.map((text) => plainWord(spreadShort(text).replace(/ .*/, '')));
  if (!all.every((text) => ALTERNATIVE.test(text))) return null;
  const ranges = all.filter((text) => text.includes('-')).map((text) => text.split('-').map(Number));
  return {
    words: new Set(all.filter((text) => /^[a-z0-9]+$/.test(text))),
    beginnings: all.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1)),
    ranges: ranges.map(([from = 0, to = 0]) => [from, to] as const),
  };
}

/** Every place where the pattern's words stand, negated or not. */
function findPhrase(words: readonly SpokenWord[], { notAfter, pieces }: PhrasePattern, fits: Fits): readonly Match[] {
  const stands = (piece: Piece, at: number): boolean =>
    fits(piece.alternatives, words[at]) && !(words[at + 1]?.pause === '' && fits(piece.notBefore, words[at + 1]));
  const [first, ...rest] = pieces;
  let matches: Match[] = words.flatMap((_, at) =>
    first !== undefined && stands(first, at) && !fits(notAfter, words[at - 1]) ? [[at]] : [],
  );
  for (const piece of rest) {
    matches = matches.flatMap((match) => {
      const next = (match.at(-1) ?? 0) + 1;
      const reach = piece.gapBefore ? MAX_GAP + 1 : 1;
      return Array.from({ length: reach }, (_, offset) => next + offset)
        .filter((at) => stands(piece, at))
        .map((at) => [...match, at]);
    });
  }
  return matches;
}

type Fits = (alternatives: Alternatives, spoken: SpokenWord | undefined) => boolean;

const fits: Fits = ({ words, beginnings, ranges }, spoken) => {
  if (spoken === undefined) return false;
  const { word } = spoken;
  if (words.has(word) || beginnings.some((beginning) => word.startsWith(beginning))) return true;
  return /^\d+$/.test(word) && ranges.some(([from, to]) => Number(word) >= from && Number(word) <= to);
};

/** Also where an apostrophe was left out: "chests really tight". */
const fitsLoosely: Fits = (alternatives, spoken) => {
  if (fits(alternatives, spoken)) return true;
  const word = spoken?.word ?? '';
  return word.endsWith('s') && word.length > SHORTEST_WITH_S && alternatives.words.has(word.slice(0, -1));
};

interface ParsedList {
  /** By each word that may be their first; most of a long list need never be tried. */
  readonly byFirstWord: ReadonlyMap<string, readonly PhrasePattern[]>;
  /** Of which any ending or a number may be the first. */
  readonly others: readonly PhrasePattern[];
}

/** Lists of patterns are data that stays; reading them again at every word said would cost more than the matching. */
const parsedLists = new WeakMap<readonly string[], ParsedList>();

function parsedList(patterns: readonly string[]): ParsedList {
  const known = parsedLists.get(patterns);
  if (known !== undefined) return known;
  const all = patterns.map(parsePattern).filter((pattern) => pattern !== null);
  const isOther = ({ pieces: [first] }: PhrasePattern) =>
    first === undefined || first.alternatives.beginnings.length > 0 || first.alternatives.ranges.length > 0;
  const byFirstWord = new Map<string, PhrasePattern[]>();
  for (const pattern of all.filter((each) => !isOther(each)))
    for (const word of pattern.pieces[0]?.alternatives.words ?? [])
      byFirstWord.set(word, [...(byFirstWord.get(word) ?? []), pattern]);
  const parsed = { byFirstWord, others: all.filter(isOther) };
  parsedLists.set(patterns, parsed);
  return parsed;
}

/** Those whose first word is said, and those that may begin with any. */
function possible(words: readonly SpokenWord[], patterns: readonly string[]): readonly PhrasePattern[] {
  const { byFirstWord, others } = parsedList(patterns);
  const found = new Set(others);
  for (const { word } of words) {
    for (const pattern of byFirstWord.get(word) ?? []) found.add(pattern);
    if (word.endsWith('s')) for (const pattern of byFirstWord.get(word.slice(0, -1)) ?? []) found.add(pattern);
  }
  return [...found];
}

/** Every place where one of the patterns stands, negated or not. What is no pattern matches nothing. */
export const findAny = (words: readonly SpokenWord[], patterns: readonly string[]): readonly Match[] =>
  possible(words, patterns).flatMap((pattern) => findPhrase(words, pattern, fits));

/** Whether any of the patterns is said and meant. Doubt means yes: a final s more is no other word. */
export function saysAny(words: readonly SpokenWord[], patterns: readonly string[]): boolean {
  return possible(words, patterns).some((pattern) =>
    findPhrase(words, pattern, fitsLoosely).some(
      (match) => negates(pattern) || !isNegated(words, match, pattern.byIntent),
    ),
  );
}

function negates({ pieces: [first] }: PhrasePattern): boolean {
  if (first === undefined || first.alternatives.beginnings.length > 0 || first.alternatives.ranges.length > 0)
    return false;
  return [...first.alternatives.words].every(isNegation);
}
