/** The shape of one red-flag rule: its conditions name items that exist, values they can have, and phrases that parse. */
import { checkFields, isList, isObject, type Json, type Say } from './check-shape.ts';
import { parsePattern } from './match-phrases.ts';
import { LANGUAGES } from './questionnaire.ts';

const MAX_CONDITIONS = 20;
const MAX_PHRASES = 200;
const MAX_PHRASE_LENGTH = 300;

type Items = ReadonlyMap<string, Json>;

export function checkRedFlag(rule: Json, pointer: string, items: Items, say: Say): void {
  checkFields(rule, pointer, ['id', 'level', 'advice', 'when'], say);
  if (typeof rule.id !== 'string' || !/^[a-z][a-z0-9-]{1,63}$/.test(rule.id))
    say(`${pointer}/id`, 'bad_id', 'Lower-case letters, digits and hyphens, 2 to 64 characters.');
  if (rule.level !== 'urgent') say(`${pointer}/level`, 'bad_level', 'Always urgent.');
  if (rule.advice !== '911' && rule.advice !== '988') say(`${pointer}/advice`, 'bad_advice', 'One of 911, 988.');
  const { when } = rule;
  if (!isList(when) || when.length === 0 || when.length > MAX_CONDITIONS) {
    say(`${pointer}/when`, 'no_conditions', `One to ${MAX_CONDITIONS} conditions; any one is enough.`);
    return;
  }
  for (const [index, condition] of when.entries()) checkCondition(condition, `${pointer}/when/${index}`, items, say);
}

function checkCondition(condition: unknown, pointer: string, items: Items, say: Say): void {
  if (!isObject(condition)) {
    say(pointer, 'not_an_object', 'A condition is a JSON object.');
    return;
  }
  if ('phrases' in condition) {
    checkFields(condition, pointer, ['phrases'], say);
    checkPhrases(condition.phrases, `${pointer}/phrases`, say);
    return;
  }
  const { item: id } = condition;
  const item = typeof id === 'string' ? items.get(id) : undefined;
  if (item === undefined) {
    say(`${pointer}/item`, 'unknown_item', 'The id of an item of this questionnaire.');
    return;
  }
  if ('atLeast' in condition) {
    checkFields(condition, pointer, ['item', 'atLeast'], say);
    if (item.type !== 'number' || !isValueOf(item, condition.atLeast))
      say(`${pointer}/atLeast`, 'unfit_value', 'A number within the range of a number item.');
    return;
  }
  checkFields(condition, pointer, ['item', 'equals'], say);
  if (!isValueOf(item, condition.equals))
    say(`${pointer}/equals`, 'unfit_value', 'A value this item can have. Spoken answers are judged by phrases.');
}

const isWhole = (value: unknown): value is number => Number.isInteger(value);
const isBetween = (value: unknown, minimum: unknown, maximum: unknown): boolean =>
  isWhole(value) && isWhole(minimum) && isWhole(maximum) && value >= minimum && value <= maximum;

function isValueOf(item: Json, value: unknown): boolean {
  switch (item.type) {
    case 'yes_no':
      return typeof value === 'boolean';
    case 'choice':
      return (
        typeof value === 'string' &&
        isList(item.options) &&
        item.options.some((option) => isObject(option) && option.value === value)
      );
    case 'number':
      return isBetween(value, item.minimum, item.maximum);
    default:
      return false;
  }
}

function checkPhrases(phrases: unknown, pointer: string, say: Say): void {
  if (!isObject(phrases)) {
    say(pointer, 'not_an_object', 'Phrases by language.');
    return;
  }
  checkFields(phrases, pointer, LANGUAGES, say);
  for (const language of LANGUAGES) {
    const list = phrases[language];
    if (!isList(list) || list.length === 0 || list.length > MAX_PHRASES) {
      say(`${pointer}/${language}`, 'no_phrases', `One to ${MAX_PHRASES} phrases in this language.`);
      continue;
    }
    for (const [index, phrase] of list.entries()) {
      if (typeof phrase !== 'string' || phrase.length > MAX_PHRASE_LENGTH || parsePattern(phrase) === null)
        say(
          `${pointer}/${language}/${index}`,
          'bad_phrase',
          'Words, a|b for one of several, ... for a gap, word* for any ending.',
        );
    }
  }
}
