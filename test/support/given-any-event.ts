/**
 * Everything that may happen next in a state: Telnyx' events for the open question and for older ones, replies, refusals,
 * a person's wish, timers. The alphabet of the model check and of the random calls.
 */
import { COMMAND_KEY_MS } from '../../src/domain/intake/ask.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import type { CallState, TimerName } from '../../src/domain/intake/state.ts';
import {
  answered,
  checked,
  dialAccepted,
  dialChecked,
  dialRefused,
  dialSent,
  dialUnknown,
  type EventInput,
  fired,
  gathered,
  hangupRequested,
  hungUp,
  initiated,
  keyPressed,
  recordingSaved,
  requested,
  speakEnded,
} from './given-events.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';

const ALWAYS: readonly EventInput[] = [
  requested,
  dialSent,
  dialAccepted,
  dialRefused(),
  dialUnknown,
  dialChecked(true),
  dialChecked(false),
  initiated,
  answered,
  speakEnded,
  hungUp(),
  hangupRequested,
  recordingSaved(),
  keyPressed('*', null),
  keyPressed('8', null),
  keyPressed('9', null),
  keyPressed('0', null),
];
const ENTRIES = ['1', '2', '3', '9', '0', '*', '1*8', '', BIRTH_DATE_KEYS];
/** Longer than any timer of the core, shorter than a `*` is remembered. */
const TICK_MS = COMMAND_KEY_MS / 4;
const ALL_TIMERS_DUE_MS = 100_000;

export function eventsAfter(state: CallState): EventInput[] {
  const { seq } = state;
  const events: EventInput[] = [...ALWAYS];
  if (state.phase === 'asking') {
    const asked = { step: state.question.step, seq: state.question.seq };
    events.push(...ENTRIES.map((digits) => gathered(digits, asked)));
    events.push(gathered('', asked, 'timeout'), gathered('1', asked, 'invalid'), gathered('1', asked, 'call_hangup'));
    events.push(gathered('1', asked, 'cancelled_amd'), gathered('1', asked, 'other'));
    events.push(gathered('1', { ...asked, seq: asked.seq - 1 }), gathered('1', null));
    events.push(keyPressed('7', asked));
  } else {
    events.push(gathered('1', { step: 'consent', seq }));
  }
  const { checking } = state;
  if (checking !== null) for (const alive of [true, false, null]) events.push(checked(checking, alive));
  for (const name of ['gather_using_speak', 'speak', 'record_start', 'hangup'] as const) {
    events.push({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
  }
  events.push({ type: 'command.failed', seq, name: 'hangup', reason: 'call_ended', code: '90018' });
  events.push(...(Object.keys(state.timers) as TimerName[]).map(fired));
  return events;
}

/** The event with its id and times: one tick after the last, and late enough to be due if it is a timer. */
export function dated(input: EventInput, step: number): CallEvent {
  const at = (step + 1) * TICK_MS;
  return {
    id: `evt_${step}`,
    at,
    receivedAt: input.type === 'timeout.fired' ? at + ALL_TIMERS_DUE_MS : at,
    ...input,
  } as CallEvent;
}
