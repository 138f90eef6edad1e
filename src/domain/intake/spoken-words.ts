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

/** What follows the apostrophe of a noun: "my chest's tight" has the words of "my chest is tight". */
const SHORT_VERBS = new Map([
  ['s', 'is'],
  ['re', 'are'],
  ['ve', 'have'],
  ['ll', 'will'],
]);
/** These are one word with it, as transcribers often write them: "it's", "its". */
const KEEP_SHORT = new Set(
  `i you he she it we they that this there here these those what who where when why how let one everything something nothing
  anything could would should might must o`.split(/\s+/),
);
const SHORT_FORM = /(\p{L}+)['’‘`´](s|re|ve|ll)(?!\p{L})/giu;

/** "chest's" → "chest is"; "it's" stays. */
export const spreadShort = (text: string): string =>
  text.replace(SHORT_FORM, (short, noun: string, verb: string) =>
    KEEP_SHORT.has(noun.toLowerCase()) ? short : `${noun} ${SHORT_VERBS.get(verb.toLowerCase())}`,
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
  for (const [token] of plainWord(spreadShort(text)).matchAll(/[a-z0-9]+|[.;:!?…,]/g)) {
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
    const word = joined ?? mended(last.word, token);
    if (word !== undefined) {
      words[words.length - 1] = { word, pause: last.pause };
      return;
    }
  }
  words.push({ word: token === 'cannot' ? 'cant' : token, pause });
}

/** An apostrophe heard as a gap: "don t", "it s". */
function mended(last: string, token: string): string | undefined {
  if (token === 't') return STEMS.has(last) ? `${last}t` : undefined;
  if (token === 'm') return last === 'i' ? 'im' : undefined;
  return SHORT_VERBS.has(token) && KEEP_SHORT.has(last) ? `${last}${token}` : undefined;
}
