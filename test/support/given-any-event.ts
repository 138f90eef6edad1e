/**
 * Everything that may happen next in a state: Telnyx' events for the open question and for older ones, words, machines, staff,
 * replies, refusals, a person's wish, timers. The alphabet of the model check and of the random calls.
 */
import type { CommandName } from '../../src/domain/intake/command.ts';
import type { CallEvent, GatherStatus } from '../../src/domain/intake/event.ts';
import type { CallState, TimerName } from '../../src/domain/intake/state.ts';
import {
  answered,
  callScreening,
  checked,
  detected,
  dialAccepted,
  dialChecked,
  dialRefused,
  dialSent,
  dialUnknown,
  type EventInput,
  fired,
  gathered,
  greetingEnded,
  hangupRequested,
  heard,
  hungUp,
  initiated,
  keyPressed,
  played,
  received,
  recordingSaved,
  requested,
  speakCut,
  speakEnded,
  staffAnswered,
  staffHungUp,
} from './given-events.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';

/** Any words, words of the rule `spokenFlag('flag', FLAG_WORDS)`, words that stop all calls. */
export const FLAG_WORDS = 'chest pain';
const WORDS = ['my knee', FLAG_WORDS, 'stop calling me'];

const BEFORE_THE_TALK: readonly EventInput[] = [
  ...[requested, received, dialSent, dialAccepted, dialRefused(), dialUnknown, initiated],
  ...[dialChecked(true), dialChecked(false)],
];
const ALWAYS: readonly EventInput[] = [
  ...[answered, speakEnded, speakCut, hungUp(), hangupRequested, recordingSaved(), staffAnswered, staffHungUp],
  ...[detected('human'), detected('machine'), detected('fax'), greetingEnded, callScreening],
  ...(['completed', 'stopped', 'lost', 'detection', 'unknown'] as const).map(played),
  ...WORDS.map((words) => heard(words)),
  ...['*', '9', '8'].map((digit) => keyPressed(digit, null)),
];
const ENTRIES: readonly (readonly [string, GatherStatus])[] = [
  ...['1', '2', '3', '9', '0', '*', '*8', '', BIRTH_DATE_KEYS].map((digits) => [digits, 'valid'] as const),
  ...[['', 'timeout'] as const, ['1', 'invalid'] as const, ['1*9', 'call_hangup'] as const],
  ...[['1', 'cancelled'] as const, ['1', 'cancelled_amd'] as const, ['1', 'other'] as const],
];
const REFUSABLE: readonly CommandName[] = [
  ...([
    'gather_using_speak',
    'speak',
    'playback_start',
    'record_start',
    'transcription_start',
    'transfer',
    'hangup',
  ] as const),
];

export function eventsAfter(state: CallState): EventInput[] {
  const { seq, checking, voice } = state;
  const talks = state.phase !== 'new' && state.phase !== 'dialing' && state.phase !== 'ringing';
  const events: EventInput[] = [...(talks ? [dialAccepted, initiated] : BEFORE_THE_TALK), ...ALWAYS];
  const question = 'question' in state ? state.question : state.lastQuestion;
  if (question !== null) {
    const asked = { step: question.step, seq: question.seq };
    events.push(...ENTRIES.map(([digits, status]) => gathered(digits, asked, status)));
    events.push(gathered('1', null), keyPressed('7', asked), keyPressed('9', asked));
    if (question.lostSeq !== null) events.push(gathered('1', { ...asked, seq: question.lostSeq }));
    else events.push(gathered('1', { ...asked, seq: asked.seq - 1 }));
  } else {
    events.push(gathered('1', { step: 'consent', seq }));
  }
  if (voice !== null) events.push(...WORDS.map((words) => heard(words, { at: voice.since })));
  if (checking !== null) for (const alive of [true, false, null]) events.push(checked(checking, alive));
  for (const name of REFUSABLE) {
    const of = name === 'speak' && 'speakSeq' in state ? (state.speakSeq ?? seq) : seq;
    events.push({ type: 'command.failed', seq: of, name, reason: 'refused', code: '90034' });
  }
  events.push({ type: 'command.failed', seq, name: 'hangup', reason: 'call_ended', code: '90018' });
  events.push({ type: 'command.dropped', seq, name: 'record_start' });
  events.push({ type: 'command.dropped', seq, name: 'transcription_start' });
  events.push(...(Object.keys(state.timers) as TimerName[]).map(fired));
  return events;
}

/** A second between two events; a timer comes when it is due. */
const TICK_MS = 1000;

/** The event with its id and times, after `now`. */
export function dated(input: EventInput, id: string, now: number, { timers }: Pick<CallState, 'timers'>): CallEvent {
  const due = input.type === 'timeout.fired' ? (timers[input.timer] ?? 0) : 0;
  const receivedAt = Math.max(now + TICK_MS, due);
  return { id, at: receivedAt, receivedAt, ...input } as CallEvent;
}
