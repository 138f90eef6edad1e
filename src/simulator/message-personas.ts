/** Patients of a message campaign: they hear a recording, and reply to it. */
import { fullRecorded } from './interview-personas.ts';
import type { Persona } from './persona.ts';
import { chose, no, notAsked, said, skipped, yes } from './script-replies.ts';

const given = { collection: 'given', recording: 'given' } as const;
const unrecorded = { collection: 'given', recording: 'declined' } as const;
const heard = chose('heard');
const completed = { status: 'completed', identity: 'verified', note: 'complete' } as const;
const begins = { opening: ['1'], birth_date: ['04121980#'] };

export const repliesToMessage: Persona = {
  ...fullRecorded,
  id: 'replies-to-message',
  description: 'listens to the recorded message, replies to it and wants a call back',
  keys: {
    ...begins,
    consent: ['1'],
    'message.reply': [{ say: ['I am doing fine', 'and I have a question'] }],
    'message.reply.confirm': ['verify'],
    'message.call_back': ['1'],
  },
  expected: {
    ...{ ...completed, consent: given },
    items: {
      'message.audio': heard,
      'message.reply': said('I am doing fine and I have a question'),
      'message.call_back': yes,
    },
  },
};

export const hearsMessageAgain: Persona = {
  ...repliesToMessage,
  id: 'hears-message-again',
  description: 'asks for the recorded message once more while it is played',
  interrupts: true,
  keys: { ...repliesToMessage.keys, playback: ['**', ''] },
};

const skipsMessage: Persona = {
  ...repliesToMessage,
  id: 'skips-message',
  description: 'has no time for the recorded message',
  interrupts: true,
  keys: { ...repliesToMessage.keys, playback: ['*7'] },
  expected: {
    ...repliesToMessage.expected,
    items: { ...repliesToMessage.expected.items, 'message.audio': skipped },
  },
};

const hearsMessageUnrecorded: Persona = {
  ...repliesToMessage,
  id: 'hears-message-unrecorded',
  description: 'listens to the recorded message without being recorded',
  keys: { ...begins, consent: ['2'], 'message.call_back': ['2'] },
  expected: {
    ...{ ...completed, consent: unrecorded },
    items: { 'message.audio': heard, 'message.reply': notAsked, 'message.call_back': no },
  },
};

const optsOutOfMessage: Persona = {
  ...repliesToMessage,
  id: 'opts-out-of-message',
  description: 'stops all calls in the middle of the recorded message',
  interrupts: true,
  keys: { ...repliesToMessage.keys, playback: ['*9'] },
  expected: { status: 'opted_out', note: 'any', items: { 'message.audio': notAsked } },
};

export const messagePersonas: readonly Persona[] = [
  ...[repliesToMessage, hearsMessageAgain, skipsMessage, hearsMessageUnrecorded, optsOutOfMessage],
];
