/**
 * Whether all that a call is to say can be said: every variable of its questionnaire is there and fit to be read out, no prompt
 * is longer than Telnyx takes. Asked before anybody is dialled, so that nothing can be missing in the middle of a sentence. Pure.
 */
import type { CallPlan } from './call-plan.ts';
import { type Item, LANGUAGES, MAX_TEXT_LENGTH } from './questionnaire.ts';
import { fillIn, isVariableValue, missingVariables, variablesOf } from './variables.ts';

export type PlanProblem = 'missing_variable' | 'bad_variable' | 'prompt_too_long' | 'bad_media';

/** Of a message: it is spoken within the time after which its end counts as lost. */
const MAX_MESSAGE_LENGTH = 760;
const MAX_URL_LENGTH = 2000;

/** The first thing that is wrong, or null. */
export function planProblem({
  questionnaire,
  variables,
  mediaUrl,
}: Pick<CallPlan, 'questionnaire' | 'variables' | 'mediaUrl'>): PlanProblem | null {
  if (missingVariables(questionnaire, variables).length > 0) return 'missing_variable';
  if (!variablesOf(questionnaire).every((name) => isVariableValue(variables[name] ?? ''))) return 'bad_variable';
  const tooLong = questionnaire.items.some((item) =>
    LANGUAGES.some((language) => fillIn(item.text[language], variables).length > longestOf(item)),
  );
  if (tooLong) return 'prompt_too_long';
  const playable = mediaUrl === null || (/^https?:\/\/\S+$/.test(mediaUrl) && mediaUrl.length <= MAX_URL_LENGTH);
  return playable ? null : 'bad_media';
}

const longestOf = ({ type }: Item): number => (type === 'message' ? MAX_MESSAGE_LENGTH : MAX_TEXT_LENGTH);
