/**
 * What was heard in the pieces of one recording, put together. Engines say more than there is: of a stretch without any sound nothing is
 * believed, and a sentence begins where its sound begins. Around a cut through talk both pieces heard the same words, which stand once. Pure.
 */
import type { TranscriptSegment } from './transcript.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far an engine may be off. */
const ASIDE_MS = 500;

/** Only what has sound under it, from where that begins to where it ends. */
export function whereSounding(segments: readonly TranscriptSegment[], spans: readonly Span[]): TranscriptSegment[] {
  return segments.flatMap((segment) => {
    const under = spans.filter(({ fromMs, toMs }) => fromMs < segment.endMs && toMs > segment.startMs);
    const near = under.length > 0 ? under : spans.filter((span) => distance(span, segment) <= ASIDE_MS);
    const [first, last] = [near[0], near.at(-1)];
    if (first === undefined || last === undefined) return [];
    const startMs = Math.max(segment.startMs, first.fromMs);
    const endMs = Math.min(segment.endMs, last.toMs);
    // Beside it: there it is.
    return startMs < endMs
      ? [{ ...segment, startMs: Math.round(startMs), endMs: Math.round(endMs) }]
      : [{ ...segment, startMs: Math.round(first.fromMs), endMs: Math.round(last.toMs) }];
  });
}

const distance = ({ fromMs, toMs }: Span, { startMs, endMs }: TranscriptSegment): number =>
  Math.max(fromMs - endMs, startMs - toMs, 0);

const later = (segment: TranscriptSegment, ms: number): TranscriptSegment => ({
  ...segment,
  startMs: Math.round(segment.startMs + ms),
  endMs: Math.round(segment.endMs + ms),
});
export const laterBy = (segments: readonly TranscriptSegment[], ms: number): TranscriptSegment[] =>
  segments.map((segment) => later(segment, ms));

/** `cutMs`: where talk was cut through; null: it was quiet. Both in the time of the recording. */
export function joinPieces(
  before: readonly TranscriptSegment[],
  after: readonly TranscriptSegment[],
  cutMs: number | null,
): TranscriptSegment[] {
  if (cutMs === null) return [...before, ...after];
  const [first, second] = [wordsOf(before), wordsOf(after)];
  const run = longestShared(first, second, cutMs);
  const isBefore = ({ fromMs, toMs }: Word) => (fromMs + toMs) / 2 < cutMs;
  const isCovered = (word: Word, by: readonly Word[]) =>
    by.some((other) => other.fromMs < word.toMs && other.toMs > word.fromMs);
  // Without a word in common each tells its own side; what lies beyond, and the other has nothing of, is kept as well.
  const kept = first.filter((word, i) =>
    run === null ? isBefore(word) || !isCovered(word, second) : i < run.firstEnd,
  );
  const added = second.filter((word, i) =>
    run === null ? !isBefore(word) || !isCovered(word, kept) : i >= run.secondEnd,
  );
  return [...segmentsOf(before, kept), ...segmentsOf(after, added)];
}

interface Word {
  readonly text: string;
  readonly segment: number;
  /** Taken as if all words of a sentence were as long. */
  readonly fromMs: number;
  readonly toMs: number;
}

const wordsOf = (segments: readonly TranscriptSegment[]): Word[] =>
  segments.flatMap(({ text, startMs, endMs }, segment) => {
    const words = text.split(/\s+/).filter((word) => word !== '');
    const each = (endMs - startMs) / Math.max(1, words.length);
    return words.map((word, i) => ({
      ...{ text: word, segment, fromMs: startMs + i * each, toMs: startMs + (i + 1) * each },
    }));
  });

/** Around the cut; and so far apart two engines may place the same word. */
const NEAR_MS = 5000;
const APART_MS = 1500;
const bare = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** The longest row of words that both heard at about the same time; null: there is none. Ends: behind its last word. */
function longestShared(
  first: readonly Word[],
  second: readonly Word[],
  cutMs: number,
): { readonly firstEnd: number; readonly secondEnd: number } | null {
  const isNear = ({ fromMs }: Word) => Math.abs(fromMs - cutMs) <= NEAR_MS;
  const areSame = (a: Word, b: Word) =>
    isNear(a) && bare(a.text) === bare(b.text) && Math.abs(a.fromMs - b.fromMs) <= APART_MS;
  let best: { readonly length: number; readonly firstEnd: number; readonly secondEnd: number } | null = null;
  let lengths: readonly number[] = [];
  for (const [i, a] of first.entries()) {
    const row = second.map((b, j) => (areSame(a, b) ? (lengths[j - 1] ?? 0) + 1 : 0));
    for (const [j, length] of row.entries())
      if (length > (best?.length ?? 0)) best = { length, firstEnd: i + 1, secondEnd: j + 1 };
    lengths = row;
  }
  return best;
}

/** The sentences as far as these words of them are kept. */
function segmentsOf(segments: readonly TranscriptSegment[], words: readonly Word[]): TranscriptSegment[] {
  const total = Map.groupBy(wordsOf(segments), ({ segment }) => segment);
  return [...Map.groupBy(words, ({ segment }) => segment)].flatMap(([index, kept]) => {
    const segment = segments[index];
    const [from, to] = [kept[0], kept.at(-1)];
    if (segment === undefined || from === undefined || to === undefined) return [];
    if (kept.length === total.get(index)?.length) return [segment];
    const text = kept.map((word) => word.text).join(' ');
    return [{ ...segment, text, startMs: Math.round(from.fromMs), endMs: Math.round(to.toMs) }];
  });
}
