/**
 * What was said as plain words: lower case, no accents, no apostrophes, contractions in one form ("do not", "don't", "don t",
 * "dont"), so that a transcriber's habits do not decide what matches. Keeps where the speaker paused.
 */
export interface SpokenWord {
  readonly word: string;
  /** What stood before the word. */
  readonly pause: '' | 'comma' | 'stop';
}

const HESITATION = /^(?:um|uh|uhm|er|erm|hmm|mm+|eh)$/;
/** Auxiliaries that join a following "not", as they are spoken and as they are written together. */
const JOINED = new Map(
  'do does did have has had is are was were could would should'.split(' ').map((word) => [word, `${word}nt`]),
)
  .set('can', 'cant')
  .set('will', 'wont');
const STEMS = new Set(
  'don doesn didn haven hasn hadn isn aren wasn weren couldn wouldn shouldn can won ain'.split(' '),
);

/** One word of a text or a pattern: "Can't" → "cant", "corazón" → "corazon". */
export const plainWord = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}|['’‘`´]/gu, '')
    .toLowerCase();

export function spokenWords(text: string): readonly SpokenWord[] {
  const words: SpokenWord[] = [];
  let pause: SpokenWord['pause'] = '';
  for (const [token] of plainWord(text).matchAll(/[a-z0-9]+|[.;:!?…,]/g)) {
    if (HESITATION.test(token)) continue;
    if (/^[a-z0-9]/.test(token)) {
      push(words, token, pause);
      pause = '';
    } else if (token !== ',') pause = 'stop';
    else if (pause === '') pause = 'comma';
  }
  return words;
}

function push(words: SpokenWord[], token: string, pause: SpokenWord['pause']): void {
  const last = words.at(-1);
  if (last !== undefined && pause === '') {
    const joined = token === 'not' ? JOINED.get(last.word) : undefined;
    const mended = token === 't' && STEMS.has(last.word) ? `${last.word}t` : undefined;
    const word = joined ?? mended;
    if (word !== undefined) {
      words[words.length - 1] = { word, pause: last.pause };
      return;
    }
  }
  words.push({ word: token === 'cannot' ? 'cant' : token, pause });
}
