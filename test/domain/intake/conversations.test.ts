/**
 * Golden conversations: test/conversations/<questionnaire>.<case>.json holds what happened (`on`) and everything that came of it:
 * orders, call record, tasks, note. A changed file is a changed behaviour and is reviewed as one.
 * To write a new one, give `about`, perhaps `plan`, and turns with `on` alone; then, as after a wanted change:
 *   UPDATE_GOLDEN=1 npx vitest run --config test/vitest.config.ts --project unit test/domain/intake/conversations.test.ts
 *   npx biome format --write test/conversations
 * `on` is an event type, with its cause or timer, or `<step> <keys>`, where the step must be the one that is open, `-` is silence
 * and `dtmf <key>` a key outside the gather.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { callRecord, leavesNote, statusOf } from '../../../src/domain/intake/call-record.ts';
import type { Command } from '../../../src/domain/intake/command.ts';
import type { TimerName } from '../../../src/domain/intake/state.ts';
import { noteOf } from '../../../src/domain/note/note.ts';
import { type Conversation, given } from '../../support/given-conversation.ts';
import {
  answered,
  dialAccepted,
  dialSent,
  type EventInput,
  hangupRequested,
  hungUp,
  initiated,
  keyPressed,
  recordingSaved,
  requested,
  speakEnded,
} from '../../support/given-events.ts';
import { givenPlan } from '../../support/given-plan.ts';

interface Golden {
  readonly about: string;
  readonly plan?: Parameters<typeof givenPlan>[0];
  readonly turns: readonly { readonly on: string; readonly orders?: readonly string[] }[];
}

const folder = path.resolve(import.meta.dirname, '../../conversations');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

const iso = (at: number): string => new Date(at).toISOString();

const EVENTS: Readonly<Record<string, EventInput>> = {
  'call.requested': requested,
  'dial.sent': dialSent,
  'dial.accepted': dialAccepted,
  'call.initiated': initiated,
  'call.answered': answered,
  'speak.ended': speakEnded,
  'recording.saved': recordingSaved(),
  'hangup.requested': hangupRequested,
};

function happens(call: Conversation, on: string): Conversation {
  const event = EVENTS[on];
  if (event) return call.when(event);
  const [what = '', detail = ''] = on.split(' ');
  if (what === 'call.hangup') return call.when(hungUp(detail));
  if (what === 'timeout.fired') return call.timer(detail as TimerName);
  if (what === 'dtmf') return call.when(keyPressed(detail, null));
  expect(call.at, `"${on}" answers the open question`).toBe(what);
  return detail === '-' ? call.silent() : call.keys(detail);
}

function spell(command: Command): string {
  switch (command.name) {
    case 'gather_using_speak': {
      const { seq, name, step, language, maximumDigits, timeoutMs, interDigitTimeoutMs, payload } = command;
      return `${seq} ${name} ${step} (${language}, at most ${maximumDigits}, ${timeoutMs} + ${interDigitTimeoutMs} ms): ${payload}`;
    }
    case 'speak':
      return `${command.seq} speak (${command.language}): ${command.payload}`;
    default:
      return `${command.seq} ${command.name}`;
  }
}

function replay({ about, plan, turns }: Golden) {
  const call = given(givenPlan(plan));
  const replayed = turns.map(({ on }) => ({ on, orders: happens(call, on).last.map(spell) }));
  const { consentAt, dialedAt, answeredAt, endedAt, ...record } = callRecord(call.state);
  const time = (at: number | null) => (at === null ? null : iso(at));
  const times = {
    consentAt: time(consentAt),
    dialedAt: time(dialedAt),
    answeredAt: time(answeredAt),
    endedAt: time(endedAt),
  };
  return {
    about,
    ...(plan === undefined ? {} : { plan }),
    turns: replayed,
    call: { ...record, ...times },
    tasks: call.state.tasks,
    note: leavesNote(statusOf(call.state)) ? noteOf(call.state, call.plan, 'note_1', 1, call.now, iso) : null,
  };
}

it('there are conversations to replay', () => {
  expect(files.length).toBeGreaterThanOrEqual(8);
});

it.each(files)('%s', (name) => {
  const file = path.join(folder, name);
  const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));
  const replayed = JSON.parse(JSON.stringify(replay(golden)));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${JSON.stringify(replayed, null, 2)}\n`);
  else expect(replayed).toEqual(golden);
});
