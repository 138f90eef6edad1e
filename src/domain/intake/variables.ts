/**
 * What differs from person to person in the words of an item: `{{first_name}}`. Filled in from the plan when the item is put;
 * whether all of it is there is settled before anybody is dialled (`check-plan.ts`). Pure.
 */
import type { Questionnaire } from './questionnaire.ts';

const VARIABLE = /\{\{([a-z][a-z0-9_]{0,39})\}\}/g;
const MAX_VALUE_LENGTH = 200;
/** One line: no control characters, no line breaks, no half of a character, nothing that turns the direction of what is read. */
const ONE_LINE = /^[^\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+$/u;

export type Variables = Readonly<Record<string, string>>;

/** The names a text asks for, each once, in the order of the text. */
export const variablesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(VARIABLE)].map(([, name]) => name ?? '')),
];

/** What a contact must bring, in the order of the alphabet. */
export const variablesOf = ({ items }: Pick<Questionnaire, 'items'>): string[] =>
  [...new Set(items.flatMap(({ text }) => Object.values(text).flatMap(variablesIn)))].sort();

/** Those of them a contact does not bring. An empty one would be silence in the middle of a sentence. */
export const missingVariables = (questionnaire: Pick<Questionnaire, 'items'>, variables: Variables): string[] =>
  variablesOf(questionnaire).filter((name) => valueIn(variables, name).trim() === '');

export const isVariableValue = (value: string): boolean => value.length <= MAX_VALUE_LENGTH && ONE_LINE.test(value);

/** In one pass: what a value holds is said as it is. */
export const fillIn = (text: string, variables: Variables): string =>
  text.replaceAll(VARIABLE, (_, name: string) => valueIn(variables, name).trim());

/** A text without its variables, for whoever judges the rest of it. */
export const withoutVariables = (text: string): string => text.replaceAll(VARIABLE, ' ');

const valueIn = (variables: Variables, name: string): string =>
  Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
