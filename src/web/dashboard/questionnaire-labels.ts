/** The words of the dashboard for questionnaires: versions, items, answers, rules. */

import type { Item, Language, Questionnaire } from '../../domain/intake/questionnaire.ts';
import type { RedFlagCondition } from '../../domain/intake/red-flags.ts';
import type { QuestionnaireVersion } from '../../store/questionnaire-versions.ts';
import { BY_US } from '../../store/questionnaires.ts';
import { itemTitle, readable, type Tone } from './labels.ts';

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', es: 'Spanish' };

/** `inUse`: the version new calls ask. */
export function versionLabel(
  { version, approvedAt, withdrawnAt }: QuestionnaireVersion,
  inUse: number | null,
): { readonly words: string; readonly tone: Tone } {
  if (approvedAt === null) return { words: 'Draft', tone: 'warn' };
  if (withdrawnAt !== null) return { words: 'Withdrawn', tone: 'bad' };
  return version === inUse ? { words: 'In use', tone: 'good' } : { words: 'Approved', tone: 'calm' };
}

/** What came with the program was approved by nobody of the clinic. */
export const personLabel = (name: string | null): string =>
  name === null || name === BY_US ? 'came with the program' : name;

const VOICE_SECONDS = 30;
export function typeLabel(item: Item): string {
  switch (item.type) {
    case 'voice':
      return `Spoken, up to ${item.limitSeconds ?? VOICE_SECONDS} seconds`;
    case 'yes_no':
      return 'Yes, no or not sure';
    case 'choice':
      return `One of ${item.options.length} answers`;
    case 'number':
      return `Number, ${item.minimum} to ${item.maximum}`;
    case 'date':
      return item.notFuture ? 'Date, not in the future' : 'Date';
    case 'message':
      return item.audio === true ? 'Message, then the audio of the campaign' : 'Message';
  }
}

/** The part of a name that stands for where something differs, as people say it: `text en` is the English text. */
export function placeLabel(name: string): string {
  const words = name.split(' ');
  const last = words.at(-1);
  const language = last === 'en' || last === 'es' ? LANGUAGE_NAMES[last] : null;
  const rest = (language === null ? words : words.slice(0, -1)).map(
    (word) => PLACES[word] ?? readable(word).toLowerCase(),
  );
  return readable([...rest, ...(language === null ? [] : [`in ${language}`])].join(' ') || name);
}
const PLACES: Readonly<Record<string, string>> = {
  whenYes: 'asked only after yes to',
  notFuture: 'not in the future',
  limitSeconds: 'longest answer in seconds',
  atLeast: 'at least',
  options: 'answer',
  display: 'name',
  codes: 'code',
  when: 'condition',
  type: 'kind',
};

/** One thing that raises a red flag. */
export function conditionLabel(condition: RedFlagCondition, { items }: Questionnaire): string {
  if ('phrases' in condition) {
    const { en, es } = condition.phrases;
    return `Said in words: one of ${en.length} English or ${es.length} Spanish phrases`;
  }
  const title = itemTitle(condition.item);
  if ('atLeast' in condition) return `${title}: ${condition.atLeast} or more`;
  const item = items.find(({ id }) => id === condition.item);
  const option = item?.type === 'choice' ? item.options.find(({ value }) => value === condition.equals) : undefined;
  const value = condition.equals === true ? 'yes' : condition.equals === false ? 'no' : condition.equals;
  return `${title}: ${option?.display.en ?? value}`;
}

/** A problem as people read it: the id of the requirement it breaks is for those who know the requirements. */
export const plainDetail = (detail: string): string => detail.replace(/^[A-Z]{2}-\d+: /, '');
