/**
 * Putting questions: which comes next, its words, and the gather that carries it. Every question is one gather with one
 * try: the worker counts tries and checks digits itself. Pure.
 */
import type { CallPlan } from './call-plan.ts';
import { callTexts, say } from './call-texts.ts';
import type { CallEvent } from './event.ts';
import type { Item } from './questionnaire.ts';
import type { Answer, CallState, OpenQuestion, StateIn } from './state.ts';
import { close, enter, order, silenceTimer, type Turn, withTask } from './turn.ts';

/** CL-08: at least 8 s for a first key and 4 s between keys. */
const FIRST_KEY_MS = 8000;
const NEXT_KEY_MS = 4000;
/** The key after `*` is awaited this long. */
export const COMMAND_KEY_MS = 4000;
/** CL-08. */
export const MAX_TRIES = 3;

type Lead = 'invalid' | 'silent' | null;
type Progress = Pick<OpenQuestion, 'step' | 'failedTries' | 'anyInvalid'> & Partial<Pick<OpenQuestion, 'lostSeq'>>;

/** Asks a step for the first time. */
export const ask = (state: CallState, event: CallEvent, plan: CallPlan, step: string): Turn =>
  put(state, event, plan, { step, failedTries: 0, anyInvalid: false }, null);

/**
 * The end of the question was never heard though the line lives. What may still play of it is stopped first, and an answer
 * that comes from it after all is taken. It is no try.
 */
export function putLost(state: StateIn<'asking'>, event: CallEvent, plan: CallPlan): Turn {
  const { question } = state;
  const [stopped, stop] = order([state, []], event.receivedAt, { name: 'gather_stop' });
  const lostSeq = question.commandSince === null ? question.seq : question.lostSeq;
  const [asked, commands] = put(stopped, event, plan, { ...question, lostSeq }, null);
  return [asked, [...stop, ...commands]];
}

/** Asks the same step again, with a word of why. */
export function put(state: CallState, event: CallEvent, plan: CallPlan, progress: Progress, lead: Lead): Turn {
  const texts = callTexts[state.language];
  const text = stepText(state, plan, progress.step);
  const payload = lead === null ? text : `${texts[lead]} ${text}`;
  return gather(state, event, plan, progress, payload, null);
}

/** After a `*`: speaks the commands and waits for the key that completes one. */
export function putCommand(state: CallState, event: CallEvent, plan: CallPlan, progress: Progress): Turn {
  return gather(state, event, plan, progress, callTexts[state.language].commands, event.at);
}

function gather(
  state: CallState,
  event: CallEvent,
  plan: CallPlan,
  progress: Progress,
  payload: string,
  commandSince: number | null,
): Turn {
  // TC-08: whoever has asked to be left alone is asked nothing more, however late that is understood.
  if (state.stopHeard) return close(state, event, plan, 'optedOut', 'opted_out');
  const timeoutMs = commandSince === null ? FIRST_KEY_MS : COMMAND_KEY_MS;
  const maximumDigits = commandSince === null ? maximumDigitsOf(plan, progress.step) : 1;
  const [ordered, commands] = order([state, []], event.receivedAt, {
    name: 'gather_using_speak',
    step: commandSince === null ? progress.step : 'command',
    payload,
    language: state.language,
    maximumDigits,
    timeoutMs,
    interDigitTimeoutMs: NEXT_KEY_MS,
  });
  const { step, failedTries, anyInvalid, lostSeq = null } = progress;
  const question: OpenQuestion = { step, failedTries, anyInvalid, seq: ordered.seq, lostSeq, commandSince };
  const asking = enter(ordered, { phase: 'asking', question }, awaitEnd(event, plan, question, payload));
  return [{ ...asking, checking: null, lastQuestion: null }, commands];
}

function awaitEnd(event: CallEvent, plan: CallPlan, question: OpenQuestion, payload: string): { silence: number } {
  const firstKeyMs = question.commandSince === null ? FIRST_KEY_MS : COMMAND_KEY_MS;
  const digits = question.commandSince === null ? maximumDigitsOf(plan, question.step) : 1;
  return silenceTimer(event, plan, payload, firstKeyMs + digits * NEXT_KEY_MS);
}

/** The question reached the patient later than it was put: its silence begins now. */
export function awaitAnew(state: StateIn<'asking'>, event: CallEvent, plan: CallPlan): CallState {
  const { question } = state;
  const text =
    question.commandSince === null ? stepText(state, plan, question.step) : callTexts[state.language].commands;
  return { ...state, timers: { ...state.timers, ...awaitEnd(event, plan, question, text) } };
}

export const itemOf = (plan: CallPlan, step: string): Item | undefined =>
  plan.questionnaire.items.find((item) => item.id === step);

/** One digit more than the longest entry, so that the closing `#` ends this gather and does not leak into the next. */
function maximumDigitsOf(plan: CallPlan, step: string): number {
  if (step === 'birth_date') return 9;
  const item = itemOf(plan, step);
  return item?.type === 'number' ? String(item.maximum).length + 1 : 1;
}

function stepText(state: CallState, plan: CallPlan, step: string): string {
  const texts = callTexts[state.language];
  switch (step) {
    case 'opening':
      return say(plan.patient.firstName ? texts.openingNamed : texts.openingUnnamed, plan);
    case 'birth_date':
      return texts.birthDate;
    case 'consent':
      return say(texts.consent, plan);
    default:
      return itemOf(plan, step)?.text[state.language] ?? '';
  }
}

/**
 * Goes on after an item is settled: passes over what is not to be asked, then asks the next, or closes when none is left.
 * Voice items need speech, which this line does not collect yet: they are `not_asked`, and staff get a task.
 */
export function askNextItem(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  let current = state;
  for (const item of plan.questionnaire.items) {
    if (current.answers[item.id] !== undefined) continue;
    const parent = item.whenYes === undefined ? undefined : current.answers[item.whenYes];
    const wanted = item.whenYes === undefined || isYes(parent);
    if (wanted && item.type !== 'voice') return ask(current, event, plan, item.id);
    if (wanted) current = withTask(current, 'voice_items');
    current = settle(current, item.id, { state: 'not_asked' });
  }
  return close(current, event, plan, 'closing', 'completed');
}

const isYes = (answer: Answer | undefined): boolean => answer?.state === 'answered' && answer.value === true;

export const settle = (state: CallState, itemId: string, answer: Answer): CallState => ({
  ...state,
  answers: { ...state.answers, [itemId]: answer },
});
