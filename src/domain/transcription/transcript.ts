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

/** What Whisper knows, whoever runs it. */
export const SPOKEN_LANGUAGES: readonly string[] = [
  ...'en es af am ar as az ba be bg bn bo br bs ca cs cy da de el et eu fa fi fo fr gl gu ha he hi hr ht hu hy id is it'.split(
    ' ',
  ),
  ...'ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk'.split(
    ' ',
  ),
  ...'sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh'.split(' '),
];

const names = new Intl.DisplayNames('en', { type: 'language' });
export const languageName = (code: string): string => names.of(code) ?? code;

const CODES: ReadonlyMap<string, string> = new Map([
  ...SPOKEN_LANGUAGES.map((code): [string, string] => [languageName(code).toLowerCase(), code]),
  ...SPOKEN_LANGUAGES.map((code): [string, string] => [code, code]),
]);

/** Engines write `english` or `en`. Null: none that we know. */
export const languageCode = (text: string): string | null => CODES.get(text.trim().toLowerCase()) ?? null;
