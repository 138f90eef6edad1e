/** The small checks that every part of a questionnaire shares: known fields, texts in every language, lists and objects. */
import { LANGUAGES, MAX_TEXT_LENGTH } from './questionnaire.ts';

export type Json = Readonly<Record<string, unknown>>;
export type Say = (pointer: string, code: string, detail: string) => void;

/** What a text holds for a value: `{clinic}`. */
export const MARK = /\{[^{}]*\}/g;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
export const isText = (value: unknown, maximum: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= maximum;

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** A misspelt field would otherwise be silently without effect. */
export function checkFields(object: Json, pointer: string, known: readonly string[], say: Say): void {
  for (const name of Object.keys(object)) {
    if (!known.includes(name))
      say(`${pointer}/${escaped(name)}`, 'unknown_field', `Not a field here; known are ${known.join(', ')}.`);
  }
}

/** CL-14: a text missing in one language is an error, not a fallback. A mark nobody fills would be spoken. */
export function checkTexts(
  texts: unknown,
  pointer: string,
  say: Say,
  maximum: number = MAX_TEXT_LENGTH,
  marks: readonly string[] = [],
): void {
  if (isObject(texts)) checkFields(texts, pointer, LANGUAGES, say);
  for (const language of LANGUAGES) {
    const text = isObject(texts) ? texts[language] : undefined;
    if (typeof text !== 'string' || text.trim() === '')
      say(`${pointer}/${language}`, 'missing_text', 'A text in this language.');
    else if (text.length > maximum) say(`${pointer}/${language}`, 'text_too_long', `At most ${maximum} characters.`);
    else if (!(text.match(MARK) ?? []).every((mark) => marks.includes(mark)))
      say(`${pointer}/${language}`, 'unknown_mark', `Marks known here: ${marks.join(', ') || 'none'}.`);
  }
}
