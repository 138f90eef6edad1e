/**
 * A message in the place of a question: its text is spoken, then the audio of the campaign is played, by commands of their own,
 * because a gather hears a key as the end of its prompt, and a message is heard to the end. What its end leads to is in `message.ts`. Pure.
 */
import type { CallPlan } from './call-plan.ts';
import type { CallEvent } from './event.ts';
import type { MessageItem } from './questionnaire.ts';
import type { CallState, OpenQuestion, Progress } from './state.ts';
import { enter, order, silenceTimer, type Turn, timerAt } from './turn.ts';
import { fillIn } from './variables.ts';

/** Audio lasts a minute at most, which the upload sees to, and is fetched first; the end of it not heard by then is lost. */
const AUDIO_LOST_MS = 70_000;

const messageText = ({ text }: MessageItem, state: CallState, plan: CallPlan): string =>
  fillIn(text[state.language], plan.variables);

/** The audio that follows the text; null: none does. */
export const audioOf = ({ audio }: MessageItem, { mediaUrl }: CallPlan): string | null => (audio ? mediaUrl : null);

/** From the beginning. */
export function tell(state: CallState, event: CallEvent, plan: CallPlan, item: MessageItem, progress: Progress): Turn {
  const payload = messageText(item, state, plan);
  const { language } = state;
  const ordered = order([state, []], event.receivedAt, { name: 'speak', payload, language, step: item.id });
  return open(ordered, event, plan, item, progress, 'text');
}

/** The text has been heard. */
export function playAudio(
  state: CallState,
  event: CallEvent,
  plan: CallPlan,
  item: MessageItem,
  progress: Progress,
  url: string,
): Turn {
  const audioType = url.endsWith('.wav') ? 'wav' : 'mp3';
  const ordered = order([state, []], event.receivedAt, { name: 'playback_start', step: item.id, url, audioType });
  return open(ordered, event, plan, item, progress, 'audio');
}

function open(
  [state, commands]: Turn,
  event: CallEvent,
  plan: CallPlan,
  item: MessageItem,
  { step, since, failedTries, freeRepeats }: Progress,
  playing: 'text' | 'audio',
): Turn {
  const question: OpenQuestion = {
    ...{ step, since, failedTries, flag: null, anyInvalid: false, lostSeq: null },
    ...(freeRepeats === undefined ? {} : { freeRepeats }),
    ...{ seq: state.seq, commandSince: null, settling: null, putAt: event.receivedAt, playing },
  };
  const asking = enter(state, { phase: 'asking', question }, awaitMessage(state, event, plan, item, playing));
  return [{ ...asking, checking: null, lastQuestion: null }, commands];
}

/** When its end, not heard, counts as lost. */
export const awaitMessage = (
  state: CallState,
  event: CallEvent,
  plan: CallPlan,
  item: MessageItem,
  playing: 'text' | 'audio',
): { silence: number } =>
  playing === 'text'
    ? silenceTimer(event, plan, messageText(item, state, plan), 0)
    : { silence: timerAt(event, plan, AUDIO_LOST_MS) };
