/** Patients hard to reach or to identify, and lines that lead nowhere: what a long list of numbers has and a short one has not. */
import type { Persona } from './persona.ts';
import { chose, fullAnswers, fullReplies, said } from './script-replies.ts';

const given = { collection: 'given', recording: 'given' } as const;
const completed = { status: 'completed', identity: 'verified', consent: given, note: 'complete' } as const;

export const wrongBirthDate: Persona = {
  id: 'wrong-birth-date',
  description: 'cannot give the birth date the clinic has on file',
  phone: '+13135550131',
  firstName: 'Vera',
  lastName: 'Lindqvist',
  dateOfBirth: '1971-10-18',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_300,
  // Years in which nobody of these was born.
  keys: { opening: ['1'], birth_date: ['10181901#', '10181902#', '10181903#'] },
  expected: { status: 'failed', identity: 'failed', note: null, items: {} },
};

export const slowTalker: Persona = {
  id: 'slow-talker',
  description: 'takes long to answer, and pauses between the words',
  phone: '+15135550164',
  firstName: 'Edith',
  lastName: 'Warburton',
  dateOfBirth: '1936-11-02',
  pickup: { kind: 'answers', afterMs: 18_000 },
  reactionMs: 4_500,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['11021936#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: ['my hip', 'has been sore', 'since the fall'], pauseMs: 1_300 }],
    'hpi.pain_level': ['4#'],
  },
  expected: {
    ...completed,
    items: {
      ...fullAnswers,
      'hpi.chief_complaint': said('my hip has been sore since the fall'),
      'hpi.pain_level': chose(4),
    },
  },
};

const onceAgain = { reactionMs: 1_000, keys: { ...fullReplies, opening: ['1'], consent: ['1'] } } as const;

export const busyAtFirst: Persona = {
  id: 'busy-at-first',
  description: 'is busy when called first, and answers the second time',
  phone: '+12515550128',
  firstName: 'Noah',
  lastName: 'Delgado',
  dateOfBirth: '1983-03-26',
  pickup: { kind: 'busy', afterMs: 2_000 },
  redial: { kind: 'answers', afterMs: 7_000 },
  ...onceAgain,
  keys: { ...onceAgain.keys, birth_date: ['03261983#'] },
  expected: { ...completed, items: fullAnswers },
};

export const outAtFirst: Persona = {
  id: 'out-at-first',
  description: 'is not at home when called first, and answers the second time',
  phone: '+14025550159',
  firstName: 'Greta',
  lastName: 'Hoffmann',
  dateOfBirth: '1959-08-13',
  pickup: { kind: 'no_answer' },
  redial: { kind: 'answers', afterMs: 5_000 },
  ...onceAgain,
  keys: { ...onceAgain.keys, birth_date: ['08131959#'] },
  expected: { ...completed, items: fullAnswers },
};

const nobody = { reactionMs: 1_000, keys: {}, expected: { status: 'failed', note: null, items: {} } } as const;

export const noRoute: Persona = {
  id: 'no-route',
  description: 'has a number that Telnyx does not put calls through to',
  phone: '+13075550112',
  firstName: 'Cal',
  lastName: 'Whitmore',
  dateOfBirth: '1966-05-09',
  pickup: { kind: 'no_answer' },
  unreachable: true,
  ...nobody,
};

export const fax: Persona = {
  id: 'fax',
  description: 'gave the number of a fax machine',
  phone: '+16085550137',
  firstName: 'Lou',
  lastName: 'Hartman',
  dateOfBirth: '1952-04-04',
  pickup: { kind: 'answers', afterMs: 3_000 },
  machine: { greetingMs: 20_000, beep: false, verdict: 'fax_detected', verdictAfterMs: 3_000 },
  ...nobody,
  expected: { ...nobody.expected, status: 'voicemail' },
};
