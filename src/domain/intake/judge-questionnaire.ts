/**
 * All that can be said of some JSON that is to be a questionnaire: what keeps it from being one, what keeps it from being approved, and
 * what a person should look at twice. Total: never throws, whatever comes.
 */
import { adviseQuestionnaire } from './advise-questionnaire.ts';
import { type CheckedQuestionnaire, checkQuestionnaire } from './check-questionnaire.ts';
import { isObject } from './check-shape.ts';
import { lintQuestionnaire } from './lint-questionnaire.ts';
import type { Questionnaire, QuestionnaireProblem } from './questionnaire.ts';

/** With an `error` nothing is approved. */
export interface JudgedProblem extends QuestionnaireProblem {
  readonly level: 'error' | 'warning';
}

export interface Judgement {
  /** Null: it is none, and cannot be kept either. */
  readonly questionnaire: Questionnaire | null;
  readonly problems: readonly JudgedProblem[];
}

/** Its number is given when it is kept; until then any does. */
const ANY_VERSION = 1;

/** Whether it is one at all; cheaper than the whole judgement. */
export function readQuestionnaire(input: unknown): CheckedQuestionnaire {
  const unnumbered = isObject(input) && !Object.hasOwn(input, 'version');
  return checkQuestionnaire(unnumbered ? { ...input, version: ANY_VERSION } : input);
}

export function judgeQuestionnaire(input: unknown): Judgement {
  const checked = readQuestionnaire(input);
  if (!checked.ok) return { questionnaire: null, problems: leveled(checked.problems, 'error') };
  const { questionnaire } = checked;
  return {
    questionnaire,
    problems: [
      ...leveled(lintQuestionnaire(questionnaire), 'error'),
      ...leveled(adviseQuestionnaire(questionnaire), 'warning'),
    ],
  };
}

const leveled = (problems: readonly QuestionnaireProblem[], level: JudgedProblem['level']): JudgedProblem[] =>
  problems.map((problem) => ({ ...problem, level }));

export const hasErrors = ({ questionnaire, problems }: Judgement): boolean =>
  questionnaire === null || problems.some(({ level }) => level === 'error');
