/**
 * What a person should look at twice in a questionnaire that may be approved: nothing here stands in the way. Pure.
 * Expects what `checkQuestionnaire` has passed.
 */
import { promptEstimateMs } from './call-texts.ts';
import type { Complain } from './lint-script.ts';
import {
  type Code,
  ITEM_CODE_SYSTEM,
  type Item,
  LANGUAGES,
  type NumberItem,
  type Questionnaire,
  type QuestionnaireProblem,
} from './questionnaire.ts';
import { variablesOf } from './variables.ts';

/** CL-21: after so long a call says goodbye, whatever is still to ask. */
const INTERVIEW_MS = 15 * 60_000;
/** Identity and consent, and what an answer takes: a key, or words that are read back. */
const BEFORE_ITEMS_MS = 75_000;
const KEYED_MS = 3000;
const SPOKEN_MS = 25_000;
/** CL-15: whoever only listens has to keep the beginning in mind. */
const MOST_WORDS = 32;

export function adviseQuestionnaire(questionnaire: Questionnaire): readonly QuestionnaireProblem[] {
  const problems: QuestionnaireProblem[] = [];
  const at =
    (pointer: string): Complain =>
    (code, detail) => {
      problems.push({ pointer, code, detail });
    };
  const { title, items, redFlags } = questionnaire;
  if (title.en === title.es) at('/title')('not_translated', 'Translate the title, if it has other words in Spanish.');
  for (const [index, item] of items.entries()) adviseItem(item, `/items/${index}`, at);
  adviseCodes(items, at);
  adviseLength(items, at('/items'));
  const variables = variablesOf(questionnaire);
  if (variables.length > 0)
    at('/items')(
      'needs_variables',
      `Use it in campaigns whose list has the columns ${variables.join(', ')}: other calls cannot fill them and are not placed.`,
    );
  if (redFlags.length === 0)
    at('/redFlags')('no_red_flags', 'Ask a clinician whether no answer here needs somebody at once.');
  return problems;
}

function adviseItem(item: Item, pointer: string, at: (pointer: string) => Complain): void {
  for (const language of LANGUAGES) {
    const say = at(`${pointer}/text/${language}`);
    const longest = item.text[language].split(/[.?!:]\s/).map((sentence) => sentence.split(/\s+/).length);
    if (Math.max(...longest) > MOST_WORDS)
      say('long_sentence', `Split the sentence: one of more than ${MOST_WORDS} words is hard to follow by ear.`);
    if (item.type === 'number' && !namesRange(item, item.text[language]))
      say('range_unexplained', `Say that the number goes from ${item.minimum} to ${item.maximum}.`);
  }
  for (const [index, { display }] of item.type === 'choice' ? item.options.entries() : [])
    if (display.en === display.es)
      at(`${pointer}/options/${index}/display`)(
        'not_translated',
        'Translate the answer, if it has other words in Spanish.',
      );
  if (item.type === 'voice' && item.whenYes === undefined && item.id.endsWith('_detail'))
    at(pointer)('detail_always_asked', 'Add whenYes, if this is to be asked only after a yes.');
}

function namesRange({ minimum, maximum }: NumberItem, text: string): boolean {
  const figures = [...text.matchAll(/\d+/g)].map(([figure]) => Number(figure));
  return figures.includes(minimum) && figures.includes(maximum);
}

/** FHIR readers take two questions with one standard code for one. */
function adviseCodes(items: readonly Item[], at: (pointer: string) => Complain): void {
  const known = new Map<string, string>();
  for (const [index, { id, codes = [] }] of items.entries()) {
    for (const [place, code] of codes.entries()) {
      const name = nameOf(code);
      const earlier = known.get(name);
      if (earlier !== undefined && code.system !== ITEM_CODE_SYSTEM)
        at(`/items/${index}/codes/${place}`)(
          'duplicate_code',
          earlier === id ? 'Take it out: the item has it already.' : `Look again: ${earlier} has the same code.`,
        );
      known.set(name, earlier ?? id);
    }
  }
}
const nameOf = ({ system, code }: Code): string => `${system}|${code}`;

function adviseLength(items: readonly Item[], say: Complain): void {
  for (const language of LANGUAGES) {
    const ms = items.reduce(
      (sum, item) => sum + promptEstimateMs(item.text[language]) + (item.type === 'voice' ? SPOKEN_MS : KEYED_MS),
      BEFORE_ITEMS_MS,
    );
    if (ms > INTERVIEW_MS) {
      const minutes = Math.ceil(ms / 60_000);
      say('too_long_to_finish', `Ask less: this takes about ${minutes} minutes, and a call ends after 15.`);
      return;
    }
  }
}
