/**
 * Words of the patient, as the live transcription delivers them: one final an utterance, in any order. They belong to the
 * voice item that was open when they occurred; at any other moment they are only listened to for what cannot wait. Pure.
 */
import {
  askNextItem,
  confirmedBy,
  confirmStep,
  fresh,
  MAX_TRIES,
  put,
  putInstead,
  stopGather,
  voiceItemOf,
} from './ask.ts';
import type { CallPlan } from './call-plan.ts';
import type { ScriptText } from './call-texts.ts';
import type { CallEvent, CallEventOf } from './event.ts';
import { interrupt, newFlagsOfWords, raise } from './raise-flags.ts';
import type { RedFlagRule } from './red-flags.ts';
import type { CallState, OpenQuestion, Progress, SpokenTo, StateIn, Utterance } from './state.ts';
import { asksToStopCalls } from './stop-phrases.ts';
import { andThen, close, saveAgain, stay, stopCalls, type Turn, timerAt, withTask } from './turn.ts';
import {
  insertWords,
  isReply,
  isSameText,
  joinWords,
  keepWords,
  keepWordsTo,
  mayBeHeard,
  saysNothing,
} from './voice-answer.ts';

type Heard = CallEventOf<'transcription.received'>;
type Asking = StateIn<'asking'>;

/** The patient has finished when nothing more was heard for so long after the last final. */
const UTTERANCE_END_MS = 2000;
/** After `#` without a word so far: the only utterance may still be with the recogniser, which needs longer than a pause. */
const FIRST_WORDS_MS = 4000;
/** An answer that the next question came into goes on after so long at the most. */
const TALKS_ON_MS = 4000;
/** A shortened clock shortens no network: words on their way get at least this. */
const LEAST_WAIT_MS = 300;

export function onHeard(state: CallState, event: Heard, plan: CallPlan): Turn {
  if (!mayBeHeard(state, event) || saysNothing(event.text)) return stay(state);
  const { text, confidence, at, id: eventId } = event;
  const heard = { text, confidence, at, eventId };
  const earlier = state.earlierVoices.findIndex((each) => at >= each.since && at < (each.until ?? each.since));
  if (earlier >= 0) return onWordsOfEarlier(state, event, plan, earlier, heard);
  if (state.voice === null || !isForLast(state, state.voice, event, plan))
    return listened(state, event, plan, text, false);
  if (isRepeated(state, state.voice, heard)) return listened(state, event, plan, joinWords(state.voice.words), false);
  const voice = { ...state.voice, words: insertWords(state.voice.words, heard) };
  return listened({ ...state, voice }, event, plan, joinWords(voice.words), true);
}

function listened(state: CallState, event: Heard, plan: CallPlan, words: string, added: boolean): Turn {
  return state.phase === 'asking'
    ? onWordsAsked(state, event, plan, words, added)
    : onWordsLate(state, event, plan, words, added);
}

/** Said to a voice item that was settled since, delivered after the next one was put: its answer has them too. */
function onWordsOfEarlier(state: CallState, event: Heard, plan: CallPlan, index: number, heard: Utterance): Turn {
  const earlierVoices = state.earlierVoices.map((each, i) =>
    i === index ? { ...each, words: insertWords(each.words, heard) } : each,
  );
  const voice = earlierVoices[index];
  if (voice === undefined) return stay(state);
  const kept = keepWordsTo({ ...state, earlierVoices }, plan, voice, false);
  return andThen(saveAgain(kept, event, plan), (saved) => listened(saved, event, plan, joinWords(voice.words), false));
}

/**
 * The very words that are known already, said because the question was put again or because they were read back: the first ones were only
 * late. Within one asking the same words are said on purpose: a number may have the same figure twice.
 */
function isRepeated(state: CallState, { item, words, againAt }: SpokenTo, heard: Utterance): boolean {
  const question = state.phase === 'asking' ? state.question : state.lastQuestion;
  const readBackAt = question !== null && confirmedBy(question.step) === item ? question.since : undefined;
  const isBetween = (at: number | undefined, word: Utterance) => at !== undefined && word.at < at !== heard.at < at;
  return words.some(
    (word) => isSameText(word.text, heard.text) && (isBetween(againAt, word) || isBetween(readBackAt, word)),
  );
}

/** Whether the words were said to the voice item asked last. */
function isForLast(state: CallState, voice: SpokenTo, event: Heard, plan: CallPlan): boolean {
  const { item, since, until } = voice;
  if (event.at < since) return false;
  if (until !== null && event.at >= until) return talksOn(state, voice, event, plan);
  const question = state.phase === 'asking' ? state.question : state.lastQuestion;
  if (question === null || question.step === item) return true;
  // During the read-back a patient goes on, or says yes instead of pressing 1.
  if (confirmedBy(question.step) === item) return event.at < question.since || !isReply(event.text);
  // Whoever is broken off by the emergency text often talks on, and means the same.
  const cutOff = question.step === 'red_flag' && question.flag?.after?.step === confirmStep(item);
  // Else: said before the open question was put, delivered after.
  return event.at < question.since || (cutOff && !isReply(event.text));
}

/** A question came in the middle of a sentence, as the answer had been read back often enough: the rest of it still belongs there. */
function talksOn(state: CallState, { item, words, until }: SpokenTo, event: Heard, plan: CallPlan): boolean {
  const last = words.at(-1);
  const isUnsettled = state.answers[item]?.confirmed === false && !isReply(event.text);
  const isNext = state.phase === 'asking' && state.question.since === until;
  // Longer than a pause: a piece between may be lost.
  const pauseMs = Math.max(TALKS_ON_MS * plan.timerScale, LEAST_WAIT_MS);
  return isUnsettled && isNext && last !== undefined && event.at - last.at < pauseMs;
}

function onWordsAsked(state: Asking, event: Heard, plan: CallPlan, words: string, added: boolean): Turn {
  const { question } = state;
  const flags = newFlagsOfWords(state, plan, words);
  const source = { item: (added ? state.voice?.item : null) ?? question.step, unverified: true };
  // TC-09: said in the call, it counts as pressed; a person looks at it afterwards.
  if (asksToStopCalls(words) || asksToStopCalls(event.text)) {
    const review = withTask(withoutWords(state, event), 'opt_out_review');
    const told = flags.length === 0 ? stay(review) : raise(review, event, plan, flags, source);
    return andThen(told, (current) =>
      andThen(stopGather(current, event), (stopped) => close(stopped, event, plan, goodbyeWith(flags), 'opted_out')),
    );
  }
  if (flags.length > 0) {
    return interrupt(state, event, plan, flags, source, afterFlag(state, event, plan, added));
  }
  return added ? listenOn(state, event, plan) : stay(state);
}

/** Nobody in danger is sent away with two words. */
function goodbyeWith(flags: readonly RedFlagRule[]): ScriptText {
  if (flags.length === 0) return 'optedOut';
  return flags.some(({ advice }) => advice === '988') ? 'optedOut988' : 'optedOut911';
}

/** A wish to be left alone is no answer to what was asked. */
const withoutWords = (state: Asking, event: Heard): Asking =>
  state.voice === null
    ? state
    : { ...state, voice: { ...state.voice, words: state.voice.words.filter(({ eventId }) => eventId !== event.id) } };

/** Where the interview goes on after the emergency text: the words are read back, another question is put again. */
function afterFlag(state: Asking, event: Heard, plan: CallPlan, added: boolean): Progress | null {
  const { question, voice } = state;
  if (question.step === 'red_flag') return question.flag?.after ?? null;
  if (added && voice !== null && voiceItemOf(plan, question.step)?.id === voice.item)
    return fresh(confirmStep(voice.item), event.receivedAt);
  return question;
}

function listenOn(state: Asking, event: Heard, plan: CallPlan): Turn {
  const { question, voice } = state;
  if (voice === null) return stay(state);
  // A command is being keyed: what it leads to puts the question again, with all the words.
  if (question.commandSince !== null) return stay(state);
  if (question.step === voice.item) {
    const utterance = quietAt(event, plan, UTTERANCE_END_MS);
    return stay({ ...state, lostEvents: 0, timers: { ...state.timers, utterance } });
  }
  if (confirmedBy(question.step) === voice.item) return readAgain(state, event, plan);
  return stay(keepWords(state, plan));
}

/** The read-back is wrong by now: it is read again, whole; but a room that never falls silent must not hold the call for ever. */
function readAgain(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  const { question } = state;
  const failedTries = question.failedTries + 1;
  if (failedTries < MAX_TRIES) return putInstead(state, event, plan, { ...question, failedTries });
  return andThen(stopGather(state, event), (stopped) =>
    askNextItem({ ...keepWords(stopped, plan), silentItems: 0 }, event, plan),
  );
}

/** Nothing more was heard: what was said is read back, always. */
export function onUtteranceEnd(state: Asking, event: CallEvent, plan: CallPlan): Turn {
  const { voice, question } = state;
  if (voice === null || voice.item !== question.step || voice.words.length === 0) return stay(state);
  return putInstead(state, event, plan, fresh(confirmStep(voice.item), event.receivedAt));
}

/** The gather of a voice item has ended by `#`, a wrong key or its limit; words may still be under way. */
export function awaitWords(state: Asking, event: CallEvent, plan: CallPlan, settling: OpenQuestion['settling']): Turn {
  const { silence: _, ...timers } = state.timers;
  const heard = state.voice !== null && state.voice.item === state.question.step && state.voice.words.length > 0;
  const utterance = quietAt(event, plan, heard ? UTTERANCE_END_MS : FIRST_WORDS_MS);
  return stay({ ...state, question: { ...state.question, settling }, timers: { ...timers, utterance } });
}

const quietAt = (event: CallEvent, plan: CallPlan, ms: number): number =>
  Math.max(timerAt(event, plan, ms), event.receivedAt + LEAST_WAIT_MS);

/** Redo: what was said is taken back. */
export function askAnew(state: Asking, event: CallEvent, plan: CallPlan, item: string): Turn {
  const { [item]: _, ...answers } = state.answers;
  return put({ ...state, answers, voice: null }, event, plan, fresh(item, event.receivedAt), null);
}

/** Words after the last question: said before the line closed, so they belong to the answer; nothing is asked any more. */
function onWordsLate(state: CallState, event: Heard, plan: CallPlan, words: string, added: boolean): Turn {
  const kept = added ? keepWords(state, plan) : state;
  const saved = kept === state || !added ? stay(state) : saveAgain(kept, event, plan);
  const flags = newFlagsOfWords(state, plan, words);
  const item = (added ? state.voice?.item : null) ?? 'closing';
  const flagged = (turn: Turn): Turn =>
    flags.length === 0
      ? turn
      : andThen(turn, (current) =>
          andThen(raise(current, event, plan, flags, { item, unverified: true }), (raised) =>
            saveAgain(raised, event, plan),
          ),
        );
  if (!asksToStopCalls(words)) return flagged(saved);
  return andThen(flagged(saved), (current) => stopCalls(withTask(current, 'opt_out_review'), event, plan));
}
