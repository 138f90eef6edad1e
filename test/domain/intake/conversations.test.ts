/**
 * Golden conversations: test/conversations/<questionnaire>.<case>.json holds what happened (`on`) and everything that came of it:
 * orders, call record, tasks, note. A changed file is a changed behaviour and is reviewed as one.
 * To write a new one, give `about`, perhaps `plan`, and turns with `on` alone; then, as after a wanted change:
 *   UPDATE_GOLDEN=1 npx vitest run --config test/vitest.config.ts --project unit test/domain/intake/conversations.test.ts
 *   npx biome format --write test/conversations
 * `on` is an event type, with its cause, timer, verdict, status or command, or `<step> <keys>`, where the step must be the one that is
 * open, `-` is silence and `#` the pound alone; `dtmf <key>` is a key outside the gather, `says <words>` what is heard.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { callRecord, leavesNote } from '../../../src/domain/intake/call-record.ts';
import type { Command, CommandName } from '../../../src/domain/intake/command.ts';
import type { MachineVerdict, PlaybackStatus } from '../../../src/domain/intake/event.ts';
import { greeted } from '../../../src/domain/intake/greeting.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import type { Questionnaire } from '../../../src/domain/intake/questionnaire.ts';
import type { TimerName } from '../../../src/domain/intake/state.ts';
import { noteOf } from '../../../src/domain/note/note.ts';
import { type Conversation, given } from '../../support/given-conversation.ts';
import {
  answered,
  callScreening,
  checked,
  detected,
  dialAccepted,
  dialSent,
  type EventInput,
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
  speakEnded,
  staffAnswered,
  staffHungUp,
} from '../../support/given-events.ts';
import { givenInboundPlan, givenPlan, type PlanChanges } from '../../support/given-plan.ts';

/** Telnyx takes what it is asked. */
const TAKEN_AFTER_MS = 300;

interface Golden {
  readonly about: string;
  /** A questionnaire by its id is the shipped one. */
  readonly plan?: Omit<PlanChanges, 'questionnaire'> & { readonly questionnaire?: Questionnaire | string };
  readonly turns: readonly { readonly on: string; readonly orders?: readonly string[] }[];
}

const SHIPPED: readonly Questionnaire[] = [adultIntake, messageAndReply];

const folder = path.resolve(import.meta.dirname, '../../conversations');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

const iso = (at: number): string => new Date(at).toISOString();

const EVENTS: Readonly<Record<string, EventInput>> = {
  'call.requested': requested,
  'dial.sent': dialSent,
  'dial.accepted': dialAccepted,
  'call.initiated': initiated,
  'call.received': received,
  'call.answered': answered,
  'greeting.ended': greetingEnded,
  'call_screening.detected': callScreening,
  'staff.answered': staffAnswered,
  'staff.hung_up': staffHungUp,
  'speak.ended': speakEnded,
  'hangup.requested': hangupRequested,
};

function happens(call: Conversation, on: string): Conversation {
  const event = EVENTS[on];
  if (event) return call.when(event);
  const [what = '', detail = ''] = on.split(' ');
  if (what === 'call.hangup') return call.when(hungUp(detail));
  if (what === 'timeout.fired') return call.timer(detail as TimerName);
  if (what === 'recording.saved') return call.when(recordingSaved('rec-1', 90_000, call.state.consent.at));
  if (what === 'machine.detected') return call.when(detected(detail as MachineVerdict));
  if (what === 'playback.ended') return call.when(played(detail as PlaybackStatus));
  if (what === 'call.checked') return call.when(checked(call.state.checking ?? 0, detail === 'alive'));
  if (what === 'command.failed') return call.when(refused(call, detail as CommandName));
  if (what === 'says') return call.when(heard(on.slice('says '.length)));
  if (what === 'dtmf') return call.when(keyPressed(detail, null));
  expect(call.at, `"${on}" answers the open question`).toBe(what);
  if (detail === '#') return call.ends('valid', '');
  return detail === '-' ? call.silent() : call.keys(detail);
}

/** Telnyx does not do what it was asked last under this name. */
function refused(call: Conversation, name: CommandName): EventInput {
  const seq = call.ordered(name).at(-1)?.seq ?? 0;
  return { type: 'command.failed', seq, name, reason: 'refused', code: 'telnyx_10015' };
}

function spell(command: Command): string {
  switch (command.name) {
    case 'gather_using_speak': {
      const { seq, name, step, language, maximumDigits, timeoutMs, interDigitTimeoutMs, payload } = command;
      return `${seq} ${name} ${step} (${language}, at most ${maximumDigits}, ${timeoutMs} + ${interDigitTimeoutMs} ms): ${payload}`;
    }
    case 'speak':
      return `${command.seq} speak (${command.language}): ${command.payload}`;
    case 'playback_start':
      return `${command.seq} playback_start ${command.step} (${command.audioType}): ${command.url}`;
    case 'transfer':
      return `${command.seq} transfer to ${command.to}, ${command.timeoutSeconds} s`;
    case 'transcription_start':
      return `${command.seq} transcription_start (${command.language})`;
    case 'suppress_number':
      return `${command.seq} suppress_number ${command.number}`;
    case 'open_task':
      return `${command.seq} open_task ${command.kind}`;
    default:
      return `${command.seq} ${command.name}`;
  }
}

function replay({ about, plan, turns }: Golden) {
  const { questionnaire, ...changes } = plan ?? {};
  const shipped = SHIPPED.find(({ id }) => id === questionnaire);
  const asked = shipped ?? (typeof questionnaire === 'object' ? questionnaire : undefined);
  const whole = asked === undefined ? changes : { ...changes, questionnaire: asked };
  const call = given(whole.direction === 'inbound' ? givenInboundPlan(whole) : givenPlan(whole));
  const replayed = turns.map(({ on }) => {
    const orders = happens(call, on).last;
    for (const command of orders) call.state = greeted(call.state, command, call.now + TAKEN_AFTER_MS);
    return { on, orders: orders.map(spell) };
  });
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
    note: leavesNote(call.state, call.plan)
      ? noteOf(call.state, call.plan, 'note_1', call.state.noteVersion, call.now, iso)
      : null,
  };
}

it('there are conversations to replay', () => {
  expect(files.length).toBeGreaterThanOrEqual(30);
});

it.each(files)('%s', (name) => {
  const file = path.join(folder, name);
  const golden: Golden = JSON.parse(readFileSync(file, 'utf8'));
  const replayed = JSON.parse(JSON.stringify(replay(golden)));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${JSON.stringify(replayed, null, 2)}\n`);
  else expect(replayed).toEqual(golden);
});
