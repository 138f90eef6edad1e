/** The shape of one item of a questionnaire: its name, its texts, its FHIR codes and what its type needs. */
import { checkFields, checkTexts, isList, isObject, isText, type Json, type Say } from './check-shape.ts';
import { SECTIONS } from './questionnaire.ts';

const ITEM_ID = new RegExp(`^(?:${SECTIONS.join('|')})\\.[a-z][a-z0-9_]{0,47}$`);
const MAX_CODES = 10;
const MAX_DISPLAY_LENGTH = 100;
const VOICE_SECONDS = { minimum: 10, maximum: 40 };
const OF_EVERY_ITEM = ['id', 'type', 'text', 'whenYes', 'codes'];

export function checkItem(item: Json, pointer: string, earlier: ReadonlyMap<string, Json>, say: Say): void {
  if (typeof item.id !== 'string' || !ITEM_ID.test(item.id)) {
    say(`${pointer}/id`, 'bad_item_id', `<section>.<name>, where section is one of ${SECTIONS.join(', ')}.`);
  } else if (item.id.endsWith('.confirm')) {
    // `<item>.confirm` is the step that reads a spoken answer back.
    say(`${pointer}/id`, 'reserved_item', 'No item may be named confirm.');
  } else if (earlier.has(item.id)) {
    say(`${pointer}/id`, 'duplicate_item', 'Each item id may be used once.');
  }
  checkTexts(item.text, `${pointer}/text`, say, undefined, [], true);
  const { whenYes } = item;
  if (whenYes !== undefined && (typeof whenYes !== 'string' || earlier.get(whenYes)?.type !== 'yes_no')) {
    say(`${pointer}/whenYes`, 'unreachable_item', unreachable(item.id, whenYes, earlier));
  }
  if (item.codes !== undefined) checkCodes(item.codes, `${pointer}/codes`, say);
  checkType(item, pointer, say);
}

/** An item waits for one asked before it, so that nothing goes round in a circle and everything can be reached. */
function unreachable(id: unknown, whenYes: unknown, earlier: ReadonlyMap<string, Json>): string {
  if (whenYes === id) return 'It waits for itself. Name a yes_no item that is asked earlier, or leave whenYes out.';
  const known = typeof whenYes === 'string' && earlier.has(whenYes);
  return known
    ? 'Only a yes_no item can be answered yes. Name one that is asked earlier.'
    : 'No item of that id is asked earlier. Correct the id, or move that item up.';
}

function checkType(item: Json, pointer: string, say: Say): void {
  const only = (...fields: string[]) => checkFields(item, pointer, [...OF_EVERY_ITEM, ...fields], say);
  switch (item.type) {
    case 'voice':
      only('limitSeconds');
      checkLimit(item.limitSeconds, `${pointer}/limitSeconds`, say);
      return;
    case 'yes_no':
      only();
      return;
    case 'message':
      only('audio');
      if (item.audio !== undefined && item.audio !== true)
        say(`${pointer}/audio`, 'bad_audio', 'true when the audio of the campaign follows, else left out.');
      return;
    case 'number':
      only('minimum', 'maximum');
      checkRange(item, pointer, say);
      return;
    case 'choice':
      only('options');
      checkOptions(item.options, `${pointer}/options`, say);
      return;
    case 'date':
      only('notFuture');
      if (typeof item.notFuture !== 'boolean')
        say(`${pointer}/notFuture`, 'bad_not_future', 'true when the day may not lie in the future, else false.');
      return;
    default:
      say(`${pointer}/type`, 'bad_type', 'One of voice, yes_no, choice, number, date, message.');
  }
}

function checkLimit(seconds: unknown, pointer: string, say: Say): void {
  const { minimum, maximum } = VOICE_SECONDS;
  if (seconds === undefined) return;
  if (!Number.isInteger(seconds) || Number(seconds) < minimum || Number(seconds) > maximum)
    say(pointer, 'bad_limit', `A whole number of seconds, ${minimum} to ${maximum}.`);
}

function checkRange({ minimum, maximum }: Json, pointer: string, say: Say): void {
  const whole = Number.isInteger(minimum) && Number.isInteger(maximum);
  if (!whole || Number(minimum) < 0 || Number(maximum) > 999_999 || Number(minimum) >= Number(maximum)) {
    say(`${pointer}/minimum`, 'bad_range', 'Whole numbers, 0 ≤ minimum < maximum ≤ 999999.');
  }
}

function checkOptions(options: unknown, pointer: string, say: Say): void {
  if (!isList(options) || options.length < 2) {
    say(pointer, 'no_options', 'At least two options are needed.');
    return;
  }
  if (options.length > 9) {
    say(pointer, 'too_many_options', 'At most nine options: one key each.');
    return;
  }
  const keys = new Set<unknown>();
  const values = new Set<unknown>();
  for (const [index, option] of options.entries()) {
    const at = `${pointer}/${index}`;
    if (isObject(option)) checkOption(option, at, keys, values, say);
    else say(at, 'not_an_object', 'An option is a JSON object.');
  }
}

function checkOption(option: Json, pointer: string, keys: Set<unknown>, values: Set<unknown>, say: Say): void {
  const { key, value } = option;
  checkFields(option, pointer, ['key', 'value', 'display'], say);
  if (typeof key !== 'string' || !/^[1-9]$/.test(key)) say(`${pointer}/key`, 'bad_key', 'One digit, 1 to 9.');
  else if (keys.has(key)) say(`${pointer}/key`, 'duplicate_key', 'Each key may be used once.');
  keys.add(key);
  if (!isText(value, MAX_DISPLAY_LENGTH))
    say(`${pointer}/value`, 'bad_value', `A non-empty string of at most ${MAX_DISPLAY_LENGTH} characters.`);
  else if (values.has(value)) say(`${pointer}/value`, 'duplicate_value', 'Each value may be used once.');
  values.add(value);
  checkTexts(option.display, `${pointer}/display`, say, MAX_DISPLAY_LENGTH);
}

function checkCodes(codes: unknown, pointer: string, say: Say): void {
  if (!isList(codes) || codes.length > MAX_CODES) {
    say(pointer, 'bad_codes', `A list of at most ${MAX_CODES} codes.`);
    return;
  }
  for (const [index, code] of codes.entries()) {
    const at = `${pointer}/${index}`;
    if (!isObject(code)) {
      say(at, 'not_an_object', 'A code is a JSON object.');
      continue;
    }
    checkFields(code, at, ['system', 'code', 'display'], say);
    if (!isText(code.system, 200) || !/^(https?:\/\/|urn:)\S+$/.test(code.system))
      say(`${at}/system`, 'bad_system', 'The URI of a code system, e.g. http://loinc.org.');
    // FHIR's type code: no blanks around it, single ones within.
    if (!isText(code.code, 100) || !/^\S+( \S+)*$/.test(code.code))
      say(`${at}/code`, 'bad_code', 'A code of that system.');
    if (!isText(code.display, 200)) say(`${at}/display`, 'bad_display', "The code system's own name for the code.");
  }
}
