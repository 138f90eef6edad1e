/**
 * Whether some JSON is a questionnaire, and if not, everything that is wrong with it, each with a pointer and what to do.
 * Total: never throws, whatever comes. Shape and references only; whether the wording may be approved is the linter's.
 */
import { callTexts } from './call-texts.ts';
import { checkItem } from './check-item.ts';
import { checkRedFlag } from './check-red-flag.ts';
import { checkFields, checkTexts, isList, isObject, type Json, MARK, type Say } from './check-shape.ts';
import type { Questionnaire, QuestionnaireProblem } from './questionnaire.ts';

export type CheckedQuestionnaire =
  | { readonly ok: true; readonly questionnaire: Questionnaire }
  | { readonly ok: false; readonly problems: readonly QuestionnaireProblem[] };

const MAX_ITEMS = 60;
const MAX_RED_FLAGS = 60;
const MAX_TITLE_LENGTH = 100;
const SCRIPT_MARKS = ['{clinic}', '{first_name}', '{callback}', '{opt_out}'];

export function checkQuestionnaire(input: unknown): CheckedQuestionnaire {
  const problems: QuestionnaireProblem[] = [];
  const say: Say = (pointer, code, detail) => {
    problems.push({ pointer, code, detail });
  };
  if (isObject(input)) checkWhole(input, say);
  else say('', 'not_an_object', 'A questionnaire is a JSON object.');
  return problems.length > 0 ? { ok: false, problems } : { ok: true, questionnaire: input as unknown as Questionnaire };
}

function checkWhole(input: Json, say: Say): void {
  checkFields(input, '', ['id', 'version', 'title', 'items', 'redFlags', 'voicemail', 'texts'], say);
  if (typeof input.id !== 'string' || !/^[a-z][a-z0-9-]{1,63}$/.test(input.id)) {
    say('/id', 'bad_id', 'Lower-case letters, digits and hyphens, 2 to 64 characters.');
  }
  if (!Number.isSafeInteger(input.version) || Number(input.version) < 1)
    say('/version', 'bad_version', 'A whole number from 1.');
  checkTexts(input.title, '/title', say, MAX_TITLE_LENGTH);
  const items = checkItems(input.items, say);
  checkRedFlags(input.redFlags, items, say);
  if (input.voicemail !== 'message' && input.voicemail !== 'silence')
    say('/voicemail', 'bad_voicemail', 'One of message, silence.');
  if (input.texts !== undefined) checkScript(input.texts, say);
}

function checkItems(items: unknown, say: Say): ReadonlyMap<string, Json> {
  const earlier = new Map<string, Json>();
  if (!isList(items) || items.length === 0) say('/items', 'no_items', 'At least one item is needed.');
  else if (items.length > MAX_ITEMS) say('/items', 'too_many_items', `At most ${MAX_ITEMS} items.`);
  else {
    for (const [index, item] of items.entries()) {
      const pointer = `/items/${index}`;
      if (isObject(item)) {
        checkItem(item, pointer, earlier, say);
        if (typeof item.id === 'string') earlier.set(item.id, item);
      } else {
        say(pointer, 'not_an_object', 'An item is a JSON object.');
      }
    }
  }
  return earlier;
}

function checkRedFlags(rules: unknown, items: ReadonlyMap<string, Json>, say: Say): void {
  if (!isList(rules)) {
    say('/redFlags', 'no_red_flags', 'A list of red-flag rules; it may be empty.');
    return;
  }
  if (rules.length > MAX_RED_FLAGS) {
    say('/redFlags', 'too_many_red_flags', `At most ${MAX_RED_FLAGS} red-flag rules.`);
    return;
  }
  const ids = new Set<unknown>();
  for (const [index, rule] of rules.entries()) {
    const pointer = `/redFlags/${index}`;
    if (!isObject(rule)) {
      say(pointer, 'not_an_object', 'A red-flag rule is a JSON object.');
      continue;
    }
    checkRedFlag(rule, pointer, items, say);
    if (typeof rule.id === 'string' && ids.has(rule.id))
      say(`${pointer}/id`, 'duplicate_red_flag', 'Each rule id may be used once.');
    ids.add(rule.id);
  }
}

function checkScript(texts: unknown, say: Say): void {
  if (!isObject(texts)) {
    say('/texts', 'not_an_object', 'An object of texts by name.');
    return;
  }
  const known: Readonly<Record<string, string>> = callTexts.en;
  for (const [name, text] of Object.entries(texts)) {
    const pointer = `/texts/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!Object.hasOwn(known, name)) {
      say(pointer, 'unknown_text', `One of ${Object.keys(known).join(', ')}.`);
      continue;
    }
    // {words} is filled only where the shipped text has it.
    const marks = [...SCRIPT_MARKS, ...(known[name]?.match(MARK) ?? [])];
    checkTexts(text, pointer, say, undefined, marks);
  }
}
