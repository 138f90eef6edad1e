/**
 * What a questionnaire is: items with texts in every language, in the order they are asked. Data, never code.
 * `checkQuestionnaire` is total: any JSON in, either a Questionnaire or the list of what is wrong with it.
 */
export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Texts = Readonly<Record<Language, string>>;

/** The part of the note an item belongs to; the item id is `<section>.<name>`. */
export type Section = 'hpi' | 'ample' | 'family_history';

interface ItemBase {
  /** `<section>.<name>`, also the `q` of its question's client_state. */
  readonly id: string;
  readonly text: Texts;
  /** Ask only when that earlier yes/no item was answered yes; otherwise it is `not_asked`. */
  readonly whenYes?: string;
}
export interface ChoiceOption {
  readonly key: string;
  readonly value: string;
  readonly display: Texts;
}
export interface VoiceItem extends ItemBase {
  readonly type: 'voice';
}
export interface YesNoItem extends ItemBase {
  readonly type: 'yes_no';
}
export interface ChoiceItem extends ItemBase {
  readonly type: 'choice';
  readonly options: readonly ChoiceOption[];
}
/** Whole number typed and ended by `#` or by waiting. */
export interface NumberItem extends ItemBase {
  readonly type: 'number';
  readonly minimum: number;
  readonly maximum: number;
}
export type Item = VoiceItem | YesNoItem | ChoiceItem | NumberItem;

export interface Questionnaire {
  readonly id: string;
  readonly version: number;
  readonly title: Texts;
  readonly items: readonly Item[];
}

export interface QuestionnaireProblem {
  /** JSON pointer into the definition. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}
export type CheckedQuestionnaire =
  | { readonly ok: true; readonly questionnaire: Questionnaire }
  | { readonly ok: false; readonly problems: readonly QuestionnaireProblem[] };

const SECTIONS: readonly string[] = ['hpi', 'ample', 'family_history'];
const ITEM_ID = /^[a-z_]+\.[a-z][a-z0-9_]*$/;
/** Telnyx' own limit for one prompt (speak and gather `payload`). */
export const MAX_PROMPT_LENGTH = 3000;
/** A question asked again is led in by a short sentence that says why; the two together are one prompt. */
export const MAX_TEXT_LENGTH = MAX_PROMPT_LENGTH - 100;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function checkQuestionnaire(input: unknown): CheckedQuestionnaire {
  const problems: QuestionnaireProblem[] = [];
  const say = (pointer: string, code: string, detail: string) => problems.push({ pointer, code, detail });
  if (!isObject(input)) {
    return {
      ok: false,
      problems: [{ pointer: '', code: 'not_an_object', detail: 'A questionnaire is a JSON object.' }],
    };
  }
  if (typeof input.id !== 'string' || !/^[a-z][a-z0-9-]{1,63}$/.test(input.id)) {
    say('/id', 'bad_id', 'Lower-case letters, digits and hyphens, 2 to 64 characters.');
  }
  if (!Number.isInteger(input.version) || Number(input.version) < 1)
    say('/version', 'bad_version', 'A whole number from 1.');
  checkTexts(input.title, '/title', say);
  if (!Array.isArray(input.items) || input.items.length === 0) {
    say('/items', 'no_items', 'At least one item is needed.');
  } else {
    const earlier = new Map<string, unknown>();
    for (const [index, item] of input.items.entries()) {
      const pointer = `/items/${index}`;
      if (isObject(item)) {
        checkItem(item, pointer, earlier, say);
        if (typeof item.id === 'string') earlier.set(item.id, item.type);
      } else {
        say(pointer, 'not_an_object', 'An item is a JSON object.');
      }
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, questionnaire: input as unknown as Questionnaire };
}

type Say = (pointer: string, code: string, detail: string) => void;

function checkItem(item: Json, pointer: string, earlier: ReadonlyMap<string, unknown>, say: Say): void {
  if (typeof item.id !== 'string' || !ITEM_ID.test(item.id) || !SECTIONS.includes(item.id.split('.')[0] ?? '')) {
    say(`${pointer}/id`, 'bad_item_id', `<section>.<name>, where section is one of ${SECTIONS.join(', ')}.`);
  } else if (earlier.has(item.id)) {
    say(`${pointer}/id`, 'duplicate_item', 'Each item id may be used once.');
  }
  checkTexts(item.text, `${pointer}/text`, say);
  const { whenYes } = item;
  if (whenYes !== undefined && (typeof whenYes !== 'string' || earlier.get(whenYes) !== 'yes_no')) {
    say(`${pointer}/whenYes`, 'unreachable_item', 'Names a yes_no item that is asked earlier.');
  }
  switch (item.type) {
    case 'voice':
    case 'yes_no':
      return;
    case 'number':
      checkRange(item, pointer, say);
      return;
    case 'choice':
      checkOptions(item.options, `${pointer}/options`, say);
      return;
    default:
      say(`${pointer}/type`, 'bad_type', 'One of voice, yes_no, choice, number.');
  }
}

function checkRange(item: Json, pointer: string, say: Say): void {
  const { minimum, maximum } = item;
  const whole = Number.isInteger(minimum) && Number.isInteger(maximum);
  if (!whole || Number(minimum) < 0 || Number(maximum) > 999_999 || Number(minimum) >= Number(maximum)) {
    say(`${pointer}/minimum`, 'bad_range', 'Whole numbers, 0 ≤ minimum < maximum ≤ 999999.');
  }
}

function checkOptions(options: unknown, pointer: string, say: Say): void {
  if (!Array.isArray(options) || options.length < 2) {
    say(pointer, 'no_options', 'At least two options are needed.');
    return;
  }
  const keys = new Set<unknown>();
  for (const [index, option] of options.entries()) {
    if (isObject(option)) checkOption(option, `${pointer}/${index}`, keys, say);
    else say(`${pointer}/${index}`, 'not_an_object', 'An option is a JSON object.');
  }
}

function checkOption(option: Json, pointer: string, keys: Set<unknown>, say: Say): void {
  if (typeof option.key !== 'string' || !/^[1-9]$/.test(option.key))
    say(`${pointer}/key`, 'bad_key', 'One digit, 1 to 9.');
  else if (keys.has(option.key)) say(`${pointer}/key`, 'duplicate_key', 'Each key may be used once.');
  keys.add(option.key);
  if (typeof option.value !== 'string' || option.value === '')
    say(`${pointer}/value`, 'bad_value', 'A non-empty string.');
  checkTexts(option.display, `${pointer}/display`, say);
}

/** CL-14: a text missing in one language is an error, not a fallback. */
function checkTexts(texts: unknown, pointer: string, say: Say): void {
  for (const language of LANGUAGES) {
    const text = isObject(texts) ? texts[language] : undefined;
    if (typeof text !== 'string' || text.trim() === '')
      say(`${pointer}/${language}`, 'missing_text', 'A text in this language.');
    else if (text.length > MAX_TEXT_LENGTH)
      say(`${pointer}/${language}`, 'text_too_long', `At most ${MAX_TEXT_LENGTH} characters.`);
  }
}
