/**
 * Whether a sound questionnaire may be approved: the wording of its items and of the call around them, its FHIR codes and its
 * red flags. Expects what `checkQuestionnaire` has passed, which also makes sure that every item can be reached.
 * Each problem names the requirement it breaks.
 */
import { type ScriptText, scriptText } from './call-texts.ts';
import { CLINICAL_WORDS, MARKETING_WORDS, SECRET_WORDS } from './forbidden-words.ts';
import { type Complain, lintMarks, lintScript, namesKey, scriptNames } from './lint-script.ts';
import { findAny } from './match-phrases.ts';
import {
  ITEM_CODE_SYSTEM,
  type Item,
  LANGUAGES,
  type Language,
  type Questionnaire,
  type QuestionnaireProblem,
  type Texts,
} from './questionnaire.ts';
import { spokenWords } from './spoken-words.ts';
import { variablesIn, withoutVariables } from './variables.ts';

/** 75 s of speech, with the words that lead in a question asked again. */
const MAX_SPOKEN_LENGTH = 620;
const POUND: Readonly<Record<Language, RegExp>> = { en: /\bpound\b/i, es: /\bnumeral\b/i };
const FOREIGN: Readonly<Record<Language, readonly string[]>> = {
  en: ['oprima|presione|marque|usted|numeral|tiene'],
  es: ['press|please|pound|you|your|the|when'],
};
const PRICE = /[$€£%]/;

export function lintQuestionnaire(questionnaire: Questionnaire): readonly QuestionnaireProblem[] {
  const problems: QuestionnaireProblem[] = [];
  const at =
    (pointer: string): Complain =>
    (code, detail) => {
      problems.push({ pointer, code, detail });
    };
  for (const language of LANGUAGES) {
    const script = (name: ScriptText): Complain => at(`/texts/${name}/${language}`);
    lintScript(questionnaire, language, script);
    for (const name of scriptNames) {
      const text = scriptText(questionnaire, language, name);
      lintWords(text, language, script(name));
      lintMarks(text, language, name, script(name));
    }
    lintWords(questionnaire.title[language], language, at(`/title/${language}`));
  }
  for (const name of scriptNames) {
    const texts = { en: scriptText(questionnaire, 'en', name), es: scriptText(questionnaire, 'es', name) };
    lintParity(texts, at(`/texts/${name}`));
  }
  for (const [index, item] of questionnaire.items.entries()) lintItem(item, `/items/${index}`, at);
  lintRedFlags(questionnaire, at('/redFlags'));
  return problems;
}

function lintItem(item: Item, pointer: string, at: (pointer: string) => Complain): void {
  for (const language of LANGUAGES) {
    // The name of a variable is never spoken.
    const text = withoutVariables(item.text[language]);
    const say = at(`${pointer}/text/${language}`);
    lintWords(text, language, say);
    lintKeys(item, text, language, say);
    if (findAny(spokenWords(text), FOREIGN[language]).length > 0)
      say('not_translated', 'CL-14: Write it in the words of its own language.');
    for (const [index, option] of item.type === 'choice' ? item.options.entries() : [])
      lintWords(option.display[language], language, at(`${pointer}/options/${index}/display/${language}`));
  }
  lintParity(item.text, at(`${pointer}/text`));
  lintVariables(item.text, at(`${pointer}/text`));
  lintCodes(item, at(`${pointer}/codes`));
}

function lintWords(text: string, language: Language, say: Complain): void {
  const words = spokenWords(text);
  const found = (list: readonly string[]): string => {
    const match = findAny(words, list)[0];
    return match === undefined
      ? ''
      : words
          .slice(match[0], (match.at(-1) ?? 0) + 1)
          .map(({ word }) => word)
          .join(' ');
  };
  const clinical = found(CLINICAL_WORDS[language]);
  if (clinical !== '')
    say('clinical_words', `CL-12: Leave out advice, diagnosis, reassurance and dosing: "${clinical}".`);
  const selling = PRICE.exec(text)?.[0] ?? found(MARKETING_WORDS[language]);
  if (selling !== '') say('marketing_words', `TC-03: Leave out what sells or names a price: "${selling}".`);
  const secret = found(SECRET_WORDS[language]);
  if (secret !== '')
    say('asks_for_secret', `T05: Ask for nothing that whoever imitates the clinic would ask for: "${secret}".`);
  if (text.length > MAX_SPOKEN_LENGTH)
    say(
      'too_long_to_hear',
      `CL-15: Make it shorter: at most ${MAX_SPOKEN_LENGTH} characters, about 75 seconds of speech.`,
    );
}

/** CL-05: a patient who only listens knows every key. */
function lintKeys(item: Item, text: string, language: Language, say: Complain): void {
  const keys = keysOf(item);
  for (const key of keys)
    if (!namesKey(text, language, key)) say('key_unexplained', `CL-05: Say what key ${key} does.`);
  // A figure is a number's answer: "press 0 for no pain" is none of ours to judge.
  const told = item.type === 'number' ? [] : text.matchAll(/\b(?:press|oprima|presione) (\d)\b/gi);
  for (const [, key = ''] of told)
    if (!keys.includes(key)) say('dead_key', `CL-05: Take key ${key} out: it is no answer here.`);
  const ends = item.type === 'voice' || item.type === 'number' || item.type === 'date';
  if (ends && !POUND[language].test(text))
    say('key_unexplained', 'CL-05: Say to press pound (tecla numeral) at the end.');
}

/** The menu of an item; of those that are no menu, none. */
function keysOf(item: Item): readonly string[] {
  if (item.type === 'choice') return item.options.map(({ key }) => key);
  return item.type === 'yes_no' ? ['1', '2', '3'] : [];
}

/** CL-14: the languages differ in words, not in keys, numbers or values. */
function lintParity(texts: Texts, say: Complain): void {
  const numbers = LANGUAGES.map((language) =>
    [...texts[language].matchAll(/\d+/g)]
      .map(([digits]) => digits)
      .sort()
      .join(' '),
  );
  if (new Set(numbers).size > 1)
    say(
      'languages_differ',
      `CL-14: Use the same numbers in every language; now they are ${numbers.map((each) => each || 'none').join(' / ')}.`,
    );
  if (texts.en === texts.es) say('not_translated', 'CL-14: Translate it: both languages say the same words.');
}

function lintVariables(texts: Texts, say: Complain): void {
  const [first = '', ...others] = LANGUAGES.map((language) => variablesIn(texts[language]).sort().join(', '));
  if (others.some((names) => names !== first))
    say('languages_differ', 'CL-14: Use the same variables in every language.');
}

function lintCodes({ id, codes = [] }: Item, say: Complain): void {
  if (!codes.some(({ system, code }) => system === ITEM_CODE_SYSTEM && code === id))
    say(
      'no_code',
      `FH-06: Add a code of the system ${ITEM_CODE_SYSTEM} whose code is the item id; other codes may stand beside it.`,
    );
  for (const { system, code } of codes)
    if (system === 'http://loinc.org' && !isLoinc(code))
      say('bad_loinc', `FH-06: Correct ${code}: its check digit is wrong, so it is no LOINC code.`);
}

/** LOINC ends in a mod 10 check digit, which catches most slips of the pen. */
function isLoinc(code: string): boolean {
  const [, number = '', check] = /^(\d{1,7})-(\d)$/.exec(code) ?? [];
  const sum = [...number].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return number !== '' && (10 - (sum % 10)) % 10 === Number(check);
}

function lintRedFlags({ items, redFlags }: Questionnaire, say: Complain): void {
  if (!items.some(({ type }) => type === 'voice')) return;
  for (const advice of ['911', '988'] as const) {
    const judged = redFlags.some(
      (rule) => rule.advice === advice && rule.when.some((condition) => 'phrases' in condition),
    );
    if (!judged)
      say('words_not_judged', `CL-02: Add a rule with phrases and advice ${advice}: spoken answers need one.`);
  }
}
