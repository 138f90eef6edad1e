/**
 * Red flags (CL-02): rules are data of the questionnaire, evaluated on each answer, not at the end of the call.
 * A hit makes staff look at once; no hit never means "safe" (CL-04). When unsure, a rule fires.
 */
import { saysAny } from './match-phrases.ts';
import { LANGUAGES, type Language } from './questionnaire.ts';
import { spokenWords } from './spoken-words.ts';
import type { AnswerState } from './state.ts';

export type RedFlagCondition =
  | { readonly item: string; readonly equals: string | number | boolean }
  | { readonly item: string; readonly atLeast: number }
  /** Patterns as in `match-phrases.ts`, looked for in whatever the patient says. */
  | { readonly phrases: Readonly<Record<Language, readonly string[]>> };

export interface RedFlagRule {
  readonly id: string;
  readonly level: 'urgent';
  /** Which number the patient is told to call. */
  readonly advice: '911' | '988';
  /** Any one of them is enough. */
  readonly when: readonly RedFlagCondition[];
}

/** A rule judged by the words alone. */
export const phraseRule = (
  id: string,
  advice: RedFlagRule['advice'],
  en: readonly string[],
  es: readonly string[],
): RedFlagRule => ({ id, level: 'urgent', advice, when: [{ phrases: { en, es } }] });

interface GivenAnswer {
  readonly state: AnswerState;
  readonly value?: unknown;
}

/** The rules one settled answer meets. Words are not looked at here: they are judged as they are spoken. */
export function flagsOfAnswer(
  rules: readonly RedFlagRule[],
  itemId: string,
  answer: GivenAnswer,
): readonly RedFlagRule[] {
  return rules.filter(({ when }) => when.some((condition) => meets(condition, itemId, answer)));
}

function meets(condition: RedFlagCondition, itemId: string, { state, value }: GivenAnswer): boolean {
  if ('phrases' in condition || condition.item !== itemId) return false;
  // `none` is an answer too: a rule may ask for a spoken "no".
  if (state !== 'answered' && state !== 'none') return false;
  if ('equals' in condition) return value === condition.equals;
  return typeof value === 'number' && value >= condition.atLeast;
}

/** The rules the patient's words meet. The phrases of every language are tried, because people mix them. */
export function flagsOfWords(rules: readonly RedFlagRule[], words: string): readonly RedFlagRule[] {
  const spoken = spokenWords(words);
  return rules.filter(({ when }) =>
    when.some(
      (condition) =>
        'phrases' in condition && LANGUAGES.some((language) => saysAny(spoken, condition.phrases[language])),
    ),
  );
}
