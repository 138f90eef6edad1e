/** Spoken words as an answer: the finals of one item, joined in the order they were said. Pure. */
import { type CallPlan, planFor } from './call-plan.ts';
import type { Answer, CallState, SpokenTo, Utterance } from './state.ts';

/** An answer longer than this is cut: it is more than a minute of speech, and the record is rewritten with every event. */
const MAX_WORDS_LENGTH = 2000;
/** Below this the read-back says that it may be wrong (X6). Null is no measure: Telnyx may send none. */
const LOW_CONFIDENCE = 0.6;

/** RC-03, RC-04: nobody is listened to without the consent to record, nor after it was taken back or staff have joined. */
export const mayBeHeard = ({ consent, deafSince }: CallState, { at }: { readonly at: number }): boolean =>
  consent.recording === 'given' && (deafSince === null || at <= deafSince);

/** What people say to a read-back instead of pressing a key: no part of the answer. */
const REPLY =
  /^(?:yes|yeah|yep|yup|no|nope|ok|okay|correct|right|that'?s|that is|keep|skip|again|thanks?|one|two|three|sí|si|sip|correcto|claro|bueno|así es|está bien|gracias|uno|dos|tres)(?!\p{L})/iu;
const LONGEST_REPLY_WORDS = 5;
/** A "no" that goes on says what is right instead. */
const BARE_NO_WORDS = 2;

export function isReply(text: string): boolean {
  const words = text.trim().split(/\s+/).length;
  return REPLY.test(text.trim()) && words <= (/^no\b/i.test(text.trim()) ? BARE_NO_WORDS : LONGEST_REPLY_WORDS);
}

/** What Whisper makes of a silent line: captions of films. Said on purpose they are no answer either. */
const OF_SILENCE = new Set([
  ...['you', 'bye', 'thank you', 'thanks for watching', 'thank you for watching', 'thank you very much'],
  ...['gracias', 'gracias por ver el video', 'subtítulos realizados por la comunidad de amara.org', 'suscríbete'],
]);

/** Without a letter or a figure, or what a recogniser hears in silence. */
export function saysNothing(text: string): boolean {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/^[¡¿\s]+|[.!?\s]+$/gu, '');
  return !/[\p{L}\p{N}]/u.test(text) || OF_SILENCE.has(bare);
}

const bareText = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** But for capitals and full stops, which a transcriber sets as it likes. */
export const isSameText = (a: string, b: string): boolean => bareText(a) === bareText(b);

export const joinWords = (words: readonly Utterance[]): string =>
  words
    .map(({ text }) => text.trim())
    .join(' ')
    .slice(0, MAX_WORDS_LENGTH);

/** Telnyx promises no order: what was said first stands first. */
export const insertWords = (words: readonly Utterance[], heard: Utterance): readonly Utterance[] =>
  [...words, heard].sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1));

function confidenceOf(words: readonly Utterance[]): number | null {
  const known = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  return known.length === 0 ? null : Math.min(...known);
}

export function isUnsure(words: readonly Utterance[]): boolean {
  const confidence = confidenceOf(words);
  return confidence !== null && confidence < LOW_CONFIDENCE;
}

function voiceAnswer(words: readonly Utterance[], confirmed: boolean): Answer {
  const value = joinWords(words);
  const [first] = words;
  return {
    state: 'answered',
    value,
    display: value,
    input: 'voice',
    entry: value,
    confidence: confidenceOf(words),
    confirmed,
    ...(first === undefined ? {} : { at: first.at, eventId: first.eventId }),
    eventIds: words.map(({ eventId }) => eventId),
  };
}

/** What an answer carries of its question (X5, CL-13). */
export function withOrigin(state: CallState, plan: CallPlan, item: string, answer: Answer): Answer {
  const { questionnaire, wordings, callId } = planFor(state, plan);
  const wording = wordings[`${state.language}/${item}`];
  return {
    ...answer,
    ...(wording === undefined ? {} : { wording }),
    questionVersion: questionnaire.version,
    callId,
  };
}

/** The same for the one asked last. */
export const keepWords = (state: CallState, plan: CallPlan, confirmed = false): CallState =>
  state.voice === null ? state : keepWordsTo(state, plan, state.voice, confirmed);

/**
 * The words said to a voice item as its answer, unless the patient has already settled it: skipped, or kept as it was.
 * Without a last word of the patient they stand unconfirmed.
 */
export function keepWordsTo(state: CallState, plan: CallPlan, voice: SpokenTo, confirmed: boolean): CallState {
  if (voice.words.length === 0) return state;
  const known = state.answers[voice.item];
  if (known !== undefined && known.input === 'keys') return state;
  if (known?.eventIds?.length === voice.words.length && (known.confirmed === true || !confirmed)) return state;
  const answer = withOrigin(state, plan, voice.item, voiceAnswer(voice.words, confirmed));
  return { ...state, answers: { ...state.answers, [voice.item]: answer } };
}
