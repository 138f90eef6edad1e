/** What was said in a piece of audio, whoever wrote it down; and the languages that can be named. Pure. */

export interface TranscriptSegment {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  /** 0 to 1, of the words of this segment; null when the engine does not say. */
  readonly confidence: number | null;
}

export interface Transcript {
  /** Empty: nobody spoke. */
  readonly text: string;
  /** By its two letters; null when the engine does not say. */
  readonly language: string | null;
  readonly durationMs: number | null;
  readonly segments: readonly TranscriptSegment[];
}

/** What Whisper knows, by its own names; those that have two letters. */
const LANGUAGES: ReadonlyMap<string, string> = new Map(
  [
    'af afrikaans, am amharic, ar arabic, as assamese, az azerbaijani, ba bashkir, be belarusian, bg bulgarian',
    'bn bengali, bo tibetan, br breton, bs bosnian, ca catalan, cs czech, cy welsh, da danish, de german, el greek',
    'en english, es spanish, et estonian, eu basque, fa persian, fi finnish, fo faroese, fr french, gl galician',
    'gu gujarati, ha hausa, he hebrew, hi hindi, hr croatian, ht haitian creole, hu hungarian, hy armenian',
    'id indonesian, is icelandic, it italian, ja japanese, ka georgian, kk kazakh, km khmer, kn kannada, ko korean',
    'la latin, lb luxembourgish, ln lingala, lo lao, lt lithuanian, lv latvian, mg malagasy, mi maori',
    'mk macedonian, ml malayalam, mn mongolian, mr marathi, ms malay, mt maltese, my myanmar, ne nepali, nl dutch',
    'nn nynorsk, no norwegian, oc occitan, pa punjabi, pl polish, ps pashto, pt portuguese, ro romanian, ru russian',
    'sa sanskrit, sd sindhi, si sinhala, sk slovak, sl slovenian, sn shona, so somali, sq albanian, sr serbian',
    'su sundanese, sv swedish, sw swahili, ta tamil, te telugu, tg tajik, th thai, tk turkmen, tl tagalog',
    'tr turkish, tt tatar, uk ukrainian, ur urdu, uz uzbek, vi vietnamese, yi yiddish, yo yoruba, zh chinese',
  ]
    .join(', ')
    .split(', ')
    .map((entry) => [entry.slice(0, 2), entry.slice(3)]),
);
const CODES: ReadonlyMap<string, string> = new Map([...LANGUAGES].map(([code, name]) => [name, code]));

export const SPOKEN_LANGUAGES: readonly string[] = [...LANGUAGES.keys()];

/** With a capital letter. */
export function languageName(code: string): string {
  const name = LANGUAGES.get(code) ?? code;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Engines write `english` or `en`. Null: none that we know. */
export function languageCode(text: string): string | null {
  const word = text.trim().toLowerCase();
  return LANGUAGES.has(word) ? word : (CODES.get(word) ?? null);
}
