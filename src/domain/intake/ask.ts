/**
 * Putting questions: which comes next, its words, and the gather that carries it. Every question is one gather with one
 * try: the worker counts tries and checks digits itself. Pure.
 */
import type { CallPlan } from './call-plan.ts';
import { promptEstimateMs, type ScriptText, say } from './call-texts.ts';
import type { Command } from './command.ts';
import type { CallEvent } from './event.ts';
import { audioOf, awaitMessage, tell } from './play-message.ts';
import type { Item, VoiceItem } from './questionnaire.ts';
import type { Answer, CallState, OpenQuestion, Progress, StateIn } from './state.ts';
import { andThen, close, enter, order, silenceTimer, stay, type Turn, withTask } from './turn.ts';
import { fillIn } from './variables.ts';
import { isUnsure, joinWords, keepWords, withOrigin } from './voice-answer.ts';

/** CL-08: at least 8 s for a first key and 4 s between keys. */
const FIRST_KEY_MS = 8000;
const NEXT_KEY_MS = 4000;
/** The key after `*` is awaited this long. */
export const COMMAND_KEY_MS = 4000;
/** CL-08. */
export const MAX_TRIES = 3;
/** The longest spoken answer, unless the item says otherwise; who is silent so long is asked again. */
const VOICE_LIMIT_SECONDS = 30;
/** Of a long answer so much is read back: the prompt must fit into the time after which its end counts as lost. */
const READ_BACK_LENGTH = 350;

const CONFIRM = '.confirm';
export const confirmStep = (item: string): string => `${item}${CONFIRM}`;

export const fresh = (step: string, at: number, flag: Progress['flag'] = null): Progress => ({
  step,
  since: at,
  flag,
  failedTries: 0,
  anyInvalid: false,
  lostSeq: null,
});

/** Asks a step for the first time. */
export const ask = (state: CallState, event: CallEvent, plan: CallPlan, step: string): Turn =>
  put(state, event, plan, fresh(step, event.receivedAt), null);

/**
 * The end of the question was never heard though the line lives. What may still play of it is stopped first, and an answer
 * that comes from it after all is taken. It is no try.
 */
export function putLost(state: StateIn<'asking'>, event: CallEvent, plan: CallPlan): Turn {
  const { question } = state;
  const lostSeq = question.commandSince === null ? question.seq : question.lostSeq;
  return putInstead(state, event, plan, { ...question, lostSeq });
}

/** Puts a question in the place of one whose gather still runs. */
export function putInstead(state: CallState, event: CallEvent, plan: CallPlan, progress: Progress): Turn {
  return andThen(stopGather(state, event), (stopped) => put(stopped, event, plan, progress, null));
}

/** Ends the gather that is running, or the message, if one is; its words are not to talk into what comes next. */
export function stopGather(state: CallState, event: CallEvent): Turn {
  if (state.phase !== 'asking' || state.question.settling !== null) return stay(state);
  const { playing } = state.question;
  if (playing === undefined) return order([state, []], event.receivedAt, { name: 'gather_stop' });
  const stopped: CallState = playing === 'text' ? { ...state, staleSpeech: true } : state;
  return order([stopped, []], event.receivedAt, { name: 'playback_stop' });
}

type Lead = Extract<ScriptText, 'invalid' | 'silent'> | null;

/**
 * Asks the step again, or for the first time, with a word of why. A spoken answer cannot be taken without the transcription:
 * what was said to it so far stands, and the interview goes on.
 */
export function put(state: CallState, event: CallEvent, plan: CallPlan, progress: Progress, lead: Lead): Turn {
  if (itemOf(plan, progress.step)?.type === 'voice' && state.transcriber !== 'on')
    return askNextItem(keepWords(state, plan), event, plan);
  const listening = listen(state, event, plan, progress);
  const item = itemOf(plan, progress.step);
  if (item?.type === 'message') return lastWords(state, event, plan) ?? tell(listening, event, plan, item, progress);
  const text = stepText(listening, event, plan, progress);
  const payload = lead === null ? text : `${say(plan, state.language, lead)} ${text}`;
  return gather(listening, event, plan, progress, payload, null);
}

/** Says a text before the question the turn puts; a turn that puts none stays as it is. */
export function leadIn([state, commands]: Turn, plan: CallPlan, name: ScriptText): Turn {
  const lead = say(plan, state.language, name);
  const isPut = (command: Command) =>
    command.name === 'gather_using_speak' || (command.name === 'speak' && command.step !== undefined);
  const led = commands.map((command) =>
    isPut(command) && 'payload' in command ? { ...command, payload: `${lead} ${command.payload}` } : command,
  );
  const { silence } = state.timers;
  if (silence === undefined) return [state, led];
  // The longer prompt is no lost event.
  const later = silence + promptEstimateMs(lead) * plan.timerScale;
  return [{ ...state, timers: { ...state.timers, silence: later } }, led];
}

/** After a `*`: speaks the commands and waits for the key that completes one. */
export function putCommand(state: CallState, event: CallEvent, plan: CallPlan, progress: Progress): Turn {
  return gather(state, event, plan, progress, say(plan, state.language, 'commands'), event.at);
}

/** Words said from now on are this item's; those already said to it stay. Another question ends its turn. */
function listen(state: CallState, event: CallEvent, plan: CallPlan, { step, since }: Progress): CallState {
  const { voice } = state;
  if (itemOf(plan, step)?.type === 'voice') {
    const known = voice !== null && voice.item === step && voice.since === since;
    const earlier = voice === null || voice.item === step ? [] : [voice];
    return {
      ...state,
      earlierVoices: [...state.earlierVoices, ...earlier],
      voice: {
        ...{ item: step, since, until: null },
        ...(known ? { words: voice.words, againAt: event.receivedAt } : { words: [] }),
      },
    };
  }
  if (voice === null || step === 'red_flag') return state;
  if (confirmedBy(step) === voice.item) return { ...state, voice: { ...voice, until: null } };
  return { ...state, voice: { ...voice, until: voice.until ?? since } };
}

function gather(
  state: CallState,
  event: CallEvent,
  plan: CallPlan,
  progress: Progress,
  payload: string,
  commandSince: number | null,
): Turn {
  const over = lastWords(state, event, plan);
  if (over !== null) return over;
  const inCommand = commandSince !== null;
  const [ordered, commands] = order([state, []], event.receivedAt, {
    name: 'gather_using_speak',
    step: inCommand ? 'command' : progress.step,
    payload,
    language: state.language,
    maximumDigits: inCommand ? 1 : maximumDigitsOf(state, plan, progress.step),
    timeoutMs: inCommand ? COMMAND_KEY_MS : waitMs(plan, progress.step),
    interDigitTimeoutMs: NEXT_KEY_MS,
  });
  const { step, since, flag, failedTries, anyInvalid, lostSeq, freeRepeats } = progress;
  const question: OpenQuestion = {
    ...{ step, since, flag, failedTries, anyInvalid, lostSeq },
    ...(freeRepeats === undefined ? {} : { freeRepeats }),
    ...{ seq: ordered.seq, commandSince, settling: null, putAt: event.receivedAt },
  };
  const asking = enter(ordered, { phase: 'asking', question }, awaitEnd(state, event, plan, question, payload));
  return [{ ...asking, checking: null, lastQuestion: null }, commands];
}

/** Null while there is more to say. */
function lastWords(state: CallState, event: CallEvent, plan: CallPlan): Turn | null {
  // TC-08: whoever has asked to be left alone is asked nothing more, however late that is understood.
  if (state.stopHeard || state.outcome === 'opted_out') return close(state, event, plan, 'optedOut', 'opted_out');
  return state.timeUp ? close(state, event, plan, 'timeLimit', 'partial') : null;
}

function awaitEnd(state: CallState, event: CallEvent, plan: CallPlan, question: OpenQuestion, payload: string) {
  const { step, commandSince } = question;
  const patientMs =
    commandSince === null
      ? waitMs(plan, step) + maximumDigitsOf(state, plan, step) * NEXT_KEY_MS
      : COMMAND_KEY_MS + NEXT_KEY_MS;
  return silenceTimer(event, plan, payload, patientMs);
}

/** The question reached the patient later than it was put: its silence begins now. */
export function awaitAnew(state: StateIn<'asking'>, event: CallEvent, plan: CallPlan): CallState {
  const { question } = state;
  const item = itemOf(plan, question.step);
  if (item?.type === 'message' && question.playing !== undefined)
    return { ...state, timers: { ...state.timers, ...awaitMessage(state, event, plan, item, question.playing) } };
  const inCommand = question.commandSince !== null;
  const text = inCommand ? say(plan, state.language, 'commands') : stepText(state, event, plan, question);
  return { ...state, timers: { ...state.timers, ...awaitEnd(state, event, plan, question, text) } };
}

export const itemOf = (plan: CallPlan, step: string): Item | undefined =>
  plan.questionnaire.items.find((item) => item.id === step);

/** The item whose words this step reads back. */
export const confirmedBy = (step: string): string | null =>
  step.endsWith(CONFIRM) ? step.slice(0, -CONFIRM.length) : null;

/** The voice item a step asks for or reads back. */
export function voiceItemOf(plan: CallPlan, step: string): VoiceItem | null {
  const item = itemOf(plan, confirmedBy(step) ?? step);
  return item?.type === 'voice' ? item : null;
}

function waitMs(plan: CallPlan, step: string): number {
  const item = itemOf(plan, step);
  return item?.type === 'voice' ? (item.limitSeconds ?? VOICE_LIMIT_SECONDS) * 1000 : FIRST_KEY_MS;
}

/** One digit more than the longest entry, so that the closing `#` ends this gather and does not leak into the next. */
function maximumDigitsOf(state: CallState, plan: CallPlan, step: string): number {
  if (step === 'birth_date') return 9;
  if (step === 'opening') return state.optOutLine ? 11 : 1;
  const item = itemOf(plan, step);
  if (item?.type === 'date') return 9;
  return item?.type === 'number' ? String(item.maximum).length + 1 : 1;
}

function stepText(state: CallState, event: CallEvent, plan: CallPlan, { step, flag }: Progress): string {
  const { language } = state;
  switch (step) {
    case 'opening':
      return say(plan, language, openingOf(state, plan));
    case 'birth_date':
      return say(plan, language, 'birthDate');
    case 'consent':
      return say(plan, language, 'consent');
    case 'red_flag':
      return say(plan, language, redFlagText(flag, staffAreThere(plan, event)));
    default:
      return confirmedBy(step) === null
        ? fillIn(itemOf(plan, step)?.text[language] ?? '', plan.variables)
        : readBack(state, plan);
  }
}

/** Whether somebody answers the phone at the clinic this moment. */
export const staffAreThere = ({ staff }: CallPlan, { receivedAt }: CallEvent): boolean =>
  staff !== null && receivedAt >= staff.from && receivedAt < staff.until;

/** Nobody is promised a person who is not there. */
function redFlagText(flag: Progress['flag'], reachable: boolean): ScriptText {
  if (flag?.advice === '988') return reachable ? 'redFlag988' : 'redFlag988Callback';
  return reachable ? 'redFlag911' : 'redFlag911Callback';
}

function openingOf(state: CallState, plan: CallPlan): ScriptText {
  if (state.optOutLine) return 'optOutLine';
  if (plan.direction === 'inbound') return 'openingInbound';
  return plan.patient.firstName ? 'openingNamed' : 'openingUnnamed';
}

function readBack(state: CallState, plan: CallPlan): string {
  const words = state.voice?.words ?? [];
  const text = say(plan, state.language, 'confirm').replace('{words}', () =>
    excerpt(joinWords(words).replace(/[\s.,;:!?]+$/, '')),
  );
  return isUnsure(words) ? `${say(plan, state.language, 'unsure')} ${text}` : text;
}

function excerpt(words: string): string {
  if (words.length <= READ_BACK_LENGTH) return words;
  const cut = words.slice(0, READ_BACK_LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1))} …`;
}

/**
 * Goes on after an item is settled: passes over what is not to be asked, then asks the next, or closes when none is left.
 * Spoken answers need the transcription, which needs the consent: without it voice items are `not_asked`, and staff get a task.
 */
export function askNextItem(state: CallState, event: CallEvent, plan: CallPlan): Turn {
  const { state: passed, next } = passOver(state, plan);
  return next === null ? close(passed, event, plan, 'closing', 'completed') : ask(passed, event, plan, next);
}

/** What is not to be asked is settled as such; `next` is the first item that is, null when none is left. */
export function passOver(
  state: CallState,
  plan: CallPlan,
): { readonly state: CallState; readonly next: string | null } {
  let current = state;
  for (const item of plan.questionnaire.items) {
    if (current.answers[item.id] !== undefined) continue;
    const wanted = item.whenYes === undefined || isYes(current.answers[item.whenYes]);
    const canBeAsked = item.type !== 'voice' || current.transcriber === 'on';
    // The campaign brought no audio: there is no message.
    if (item.type === 'message' && item.audio && audioOf(item, plan) === null) {
      current = settle(current, plan, item.id, { state: 'not_asked' });
      continue;
    }
    if (wanted && canBeAsked) return { state: current, next: item.id };
    if (wanted) current = withTask(current, 'voice_items');
    current = settle(current, plan, item.id, { state: 'not_asked' });
  }
  return { state: current, next: null };
}

const isYes = (answer: Answer | undefined): boolean => answer?.state === 'answered' && answer.value === true;

export function settle(state: CallState, plan: CallPlan, itemId: string, answer: Answer): CallState {
  const whole = answer.state === 'not_asked' ? answer : withOrigin(state, plan, itemId, answer);
  return { ...state, answers: { ...state.answers, [itemId]: whole } };
}
