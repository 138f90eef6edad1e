/**
 * Red flags (X4, CL-02, CL-03): evaluated at every answer and every final. A rule fires once a call; the task is opened in the
 * same turn, so that it is there even when the line drops with the next breath. Pure.
 */
import { fresh, putInstead } from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { CallEvent } from './event.ts';
import { flagsOfAnswer, flagsOfWords, type RedFlagRule } from './red-flags.ts';
import type { Answer, CallState, Progress, RaisedFlag } from './state.ts';
import { andThen, order, type Turn, withTask } from './turn.ts';

/** The rules an answer by key sets off for the first time. */
export function newFlagsOfAnswer(
  state: CallState,
  plan: CallPlan,
  item: string,
  answer: Answer,
): readonly RedFlagRule[] {
  return unraised(state, plan, flagsOfAnswer(plan.questionnaire.redFlags, item, answer));
}

/** The same for words, heard at whatever question. */
export function newFlagsOfWords(state: CallState, plan: CallPlan, words: string): readonly RedFlagRule[] {
  return unraised(state, plan, flagsOfWords(plan.questionnaire.redFlags, words));
}

/** What was told in an earlier call and is told again today may have grown worse. */
const unraised = ({ redFlags }: CallState, { callId }: CallPlan, rules: readonly RedFlagRule[]) =>
  rules.filter(({ id }) => !redFlags.some((raised) => raised.rule === id && raised.callId === callId));

interface Source {
  readonly item: string;
  /** Free text: never more than a hint for a person to check (CL-04). */
  readonly unverified: boolean;
}

/** Notes the flags and has staff told at once. */
export function raise(
  state: CallState,
  event: CallEvent,
  { callId }: CallPlan,
  rules: readonly RedFlagRule[],
  { item, unverified }: Source,
): Turn {
  const { at, id: eventId } = event;
  const raised = rules.map(({ id, level }): RaisedFlag => ({ rule: id, item, level, at, eventId, unverified, callId }));
  const flagged = withTask({ ...state, redFlags: [...state.redFlags, ...raised] }, 'red_flag');
  return order([flagged, []], event.receivedAt, { name: 'open_task', kind: 'red_flag' });
}

/** Breaks into the interview: the emergency text, staff now or go on. `after`: the question to go on with; null: the next item. */
export function interrupt(
  state: CallState,
  event: CallEvent,
  plan: CallPlan,
  rules: readonly RedFlagRule[],
  source: Source,
  after: Progress | null,
): Turn {
  // 988 says 911 as well; the other way round the help for a suicidal caller would be missing.
  const advice = rules.some((rule) => rule.advice === '988') ? '988' : '911';
  return andThen(raise(state, event, plan, rules, source), (raised) =>
    putInstead(raised, event, plan, fresh('red_flag', event.receivedAt, { advice, after })),
  );
}
