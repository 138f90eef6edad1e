/** Staff read words, not codes: every event, command, rule and step of the core has its own. */
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../src/domain/intake/adult-intake.ts';
import { CALL_STATUSES } from '../../src/domain/intake/call-record.ts';
import type { CommandName } from '../../src/domain/intake/command.ts';
import type { CallEvent } from '../../src/domain/intake/event.ts';
import { messageAndReply } from '../../src/domain/intake/message-and-reply.ts';
import { TASK_KINDS } from '../../src/domain/intake/state.ts';
import { isUnsure as isUnsureToTheCore } from '../../src/domain/intake/voice-answer.ts';
import {
  commandLabel,
  eventLabel,
  hangupParty,
  isUnsure,
  itemTitle,
  readable,
  redFlagLabel,
  STATUS_LABELS,
  TASK_LABELS,
} from '../../src/web/dashboard/labels.ts';

/** One that the core gains and this list lacks does not compile. */
const EVENTS: Readonly<Record<CallEvent['type'], true>> = {
  'call.requested': true,
  'dial.sent': true,
  'dial.accepted': true,
  'dial.refused': true,
  'dial.unknown': true,
  'dial.checked': true,
  'call.initiated': true,
  'call.received': true,
  'call.answered': true,
  'machine.detected': true,
  'greeting.ended': true,
  'call_screening.detected': true,
  'transcription.received': true,
  'staff.answered': true,
  'staff.hung_up': true,
  'dtmf.received': true,
  'gather.ended': true,
  'speak.ended': true,
  'playback.ended': true,
  'recording.saved': true,
  'recording.failed': true,
  'cost.reported': true,
  'call.hangup': true,
  'call.checked': true,
  'command.failed': true,
  'command.delayed': true,
  'command.dropped': true,
  'hangup.requested': true,
  'timeout.fired': true,
};
const COMMANDS: Readonly<Record<CommandName, true>> = {
  dial: true,
  answer: true,
  gather_using_speak: true,
  gather_stop: true,
  speak: true,
  playback_start: true,
  playback_stop: true,
  record_start: true,
  record_stop: true,
  transcription_start: true,
  transcription_stop: true,
  transfer: true,
  hangup: true,
  retrieve_call: true,
  find_dial: true,
  suppress_number: true,
  open_task: true,
  release_line: true,
  save_note: true,
  run_jobs: true,
};

const WORDS = /^[A-Za-z0-9,’: -]+$/;

it.each(Object.keys(EVENTS))('the event %s has words, and no other event has the same', (type) => {
  expect(eventLabel(type)).toMatch(WORDS);
  expect(Object.keys(EVENTS).filter((other) => eventLabel(other) === eventLabel(type))).toEqual([type]);
});

it.each(Object.keys(COMMANDS))('the command %s has words, and no other command has the same', (name) => {
  expect(commandLabel(name)).toMatch(WORDS);
  expect(Object.keys(COMMANDS).filter((other) => commandLabel(other) === commandLabel(name))).toEqual([name]);
});

it('what another version of the program logged is made readable', () => {
  expect([eventLabel('fax.sent_again'), commandLabel('send_fax')]).toEqual(['Fax sent again', 'send fax']);
});

describe('red flags', () => {
  const shipped = [...new Set([adultIntake, messageAndReply].flatMap(({ redFlags }) => redFlags.map(({ id }) => id)))];

  it.each(shipped)('the shipped rule %s has words of its own', (rule) => {
    expect(redFlagLabel(rule)).toMatch(WORDS);
    expect(redFlagLabel(rule)).not.toBe(readable(rule));
  });

  it('a rule of another questionnaire is made readable', () => {
    expect(redFlagLabel('new-weakness')).toBe('New weakness');
  });
});

describe('steps', () => {
  const items = [adultIntake, messageAndReply].flatMap((questionnaire) => questionnaire.items.map(({ id }) => id));

  it.each([
    ['answer', 'Answering'],
    ['opening', 'Opening'],
    ['birth_date', 'Birth date'],
    ['consent', 'Consent'],
    ['red_flag', 'Emergency advice'],
    ['command', 'Star commands'],
    ['closing', 'Announcement'],
    ['hpi.chief_complaint.confirm', 'Chief complaint, read back'],
    ['message.reply.confirm', 'Reply to the message, read back'],
    ['hpi.new_item', 'New item'],
    ['hpi.new_item.confirm', 'New item, read back'],
  ])('%s is “%s”', (step, title) => expect(itemTitle(step)).toBe(title));

  it('no two items of the shipped questionnaires read alike', () => {
    expect(new Set(items.map(itemTitle)).size).toBe(items.length);
  });
});

it('every status and task has words', () => {
  for (const status of CALL_STATUSES) expect(STATUS_LABELS[status]).toMatch(WORDS);
  for (const kind of TASK_KINDS) expect(TASK_LABELS[kind].toDo).toMatch(WORDS);
});

it('words count as hard to understand exactly where the read-back of the call says so', () => {
  for (const confidence of [null, 0, 0.3, 0.59, 0.6, 0.61, 1]) {
    const heard = [{ text: 'x', confidence, at: 0, eventId: 'e' }];
    expect(isUnsure(confidence)).toBe(isUnsureToTheCore(heard));
  }
});

it.each([
  ['caller', 'outbound', 'by the clinic'],
  ['callee', 'outbound', 'by the patient'],
  ['caller', 'inbound', 'by the patient'],
  ['callee', 'inbound', 'by the clinic'],
  ['unknown', 'inbound', 'unknown who'],
])('a hang-up by the %s of an %s call was one %s', (source, direction, words) => {
  expect(hangupParty(source, direction)).toBe(words);
});
