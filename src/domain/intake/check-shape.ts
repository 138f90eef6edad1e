/** The small checks that every part of a questionnaire shares: known fields, texts in every language, lists and objects. */
import { LANGUAGES, MAX_TEXT_LENGTH } from './questionnaire.ts';
import { withoutVariables } from './variables.ts';

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
  /** Whether `{{name}}` may stand for what differs from person to person (C34). */
  mayVary = false,
): void {
  if (isObject(texts)) checkFields(texts, pointer, LANGUAGES, say);
  for (const language of LANGUAGES) {
    const text = isObject(texts) ? texts[language] : undefined;
    const complain = (code: string, detail: string) => say(`${pointer}/${language}`, code, detail);
    if (typeof text !== 'string' || text.trim() === '') {
      complain('missing_text', 'A text in this language.');
      continue;
    }
    const rest = mayVary ? withoutVariables(text) : text;
    if (text.length > maximum) complain('text_too_long', `At most ${maximum} characters.`);
    // One that is not closed, or whose name is none, would be read out.
    else if (mayVary && DOUBLE_BRACE.test(rest)) complain('bad_variable', BAD_VARIABLE);
    else if (DOUBLE_BRACE.test(rest) || !(rest.match(MARK) ?? []).every((mark) => marks.includes(mark)))
      complain('unknown_mark', `Marks known here: ${marks.join(', ') || 'none'}.`);
  }
}

const DOUBLE_BRACE = /\{\{|\}\}/;
const BAD_VARIABLE =
  'A variable is {{name}}: lower-case letters, digits and underscores, begun by a letter, between two pairs of braces.';
