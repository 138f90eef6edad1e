/** Patients who do not want to talk, and phones nobody picks up. */
import type { Persona } from './persona.ts';
import { chose, fullReplies, notAsked, said } from './script-replies.ts';

export const declines: Persona = {
  id: 'declines',
  description: 'says who they are, hears what the call is for, and does not want to go on',
  phone: '+14155550162',
  firstName: 'Ines',
  lastName: 'Moreau',
  dateOfBirth: '1991-02-03',
  pickup: { kind: 'answers', afterMs: 4_000 },
  reactionMs: 1_200,
  keys: { opening: ['1'], birth_date: ['02031991#'], consent: ['3'] },
  expected: {
    status: 'declined',
    identity: 'verified',
    consent: { collection: 'declined' },
    note: 'declined',
    items: {},
  },
};

export const wrongPerson: Persona = {
  id: 'wrong-person',
  description: 'is not the patient',
  phone: '+16175550107',
  firstName: 'Peter',
  lastName: 'Okafor',
  dateOfBirth: '1969-07-21',
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_000,
  keys: { opening: ['2'] },
  expected: { status: 'wrong_person', note: 'any', items: {} },
};

export const optsOut: Persona = {
  id: 'opts-out',
  description: 'presses 9 before the opening is over: never call again',
  phone: '+12065550129',
  firstName: 'Dana',
  lastName: 'Whitfield',
  dateOfBirth: '1988-09-14',
  pickup: { kind: 'answers', afterMs: 7_000 },
  reactionMs: 2_500,
  interrupts: true,
  keys: { opening: ['9'] },
  expected: { status: 'opted_out', note: 'any', items: {} },
};

export const optsOutMidway: Persona = {
  id: 'opts-out-midway',
  description: 'answers two questions, then stops all calls with *9',
  phone: '+15045550144',
  firstName: 'Ray',
  lastName: 'Thibodeaux',
  dateOfBirth: '1963-04-30',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_000,
  keys: { ...fullReplies, opening: ['1'], birth_date: ['04301963#'], consent: ['1'], 'hpi.pain_level': ['*9'] },
  expected: {
    status: 'opted_out',
    identity: 'verified',
    note: 'any',
    items: {
      'hpi.chief_complaint': said('I have had a headache for days'),
      'hpi.symptom_duration': chose('1_to_3_days'),
      'ample.allergies': notAsked,
    },
  },
};

export const busy: Persona = {
  id: 'busy',
  description: 'is on the phone with someone else',
  phone: '+13035550175',
  firstName: 'Hanh',
  lastName: 'Nguyen',
  dateOfBirth: '1974-12-08',
  pickup: { kind: 'busy', afterMs: 2_000 },
  reactionMs: 1_000,
  keys: {},
  expected: { status: 'busy', note: null, items: {} },
};

export const noAnswer: Persona = {
  id: 'no-answer',
  description: 'is not at home',
  phone: '+18165550190',
  firstName: 'Ed',
  lastName: 'Novak',
  dateOfBirth: '1977-05-05',
  pickup: { kind: 'no_answer' },
  reactionMs: 1_000,
  keys: {},
  expected: { status: 'no_answer', note: null, items: {} },
};

export const rejects: Persona = {
  id: 'rejects',
  description: 'sees an unknown number and rejects the call',
  phone: '+16025550188',
  firstName: 'Mia',
  lastName: 'Ferrante',
  dateOfBirth: '1999-11-11',
  pickup: { kind: 'rejects', afterMs: 3_000 },
  reactionMs: 1_000,
  keys: {},
  expected: { status: 'no_answer', note: null, items: {} },
};

const machineOf = { pickup: { kind: 'answers', afterMs: 12_000 }, reactionMs: 1_000, keys: {} } as const;

export const voicemail: Persona = {
  id: 'voicemail',
  description: 'lets a machine answer, which beeps',
  phone: '+17135550152',
  firstName: 'Helen',
  lastName: 'Castro',
  dateOfBirth: '1955-01-19',
  ...machineOf,
  machine: { greetingMs: 9_000, beep: true, verdict: 'machine', verdictAfterMs: 4_000 },
  expected: { status: 'voicemail', note: null, items: {} },
};

export const voicemailWithoutBeep: Persona = {
  id: 'voicemail-no-beep',
  description: 'lets a machine answer, which does not beep',
  phone: '+19725550103',
  firstName: 'Bill',
  lastName: 'Sorensen',
  dateOfBirth: '1960-02-14',
  ...machineOf,
  machine: { greetingMs: 7_000, beep: false, verdict: 'machine', verdictAfterMs: 4_000 },
  expected: { status: 'voicemail', note: null, items: {} },
};
