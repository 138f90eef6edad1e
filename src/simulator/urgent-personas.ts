/** Patients whose words call for staff, patients who ask for them, and one whose telephone asks who is calling. */
import type { Expected, Persona } from './persona.ts';
import { chose, fullAnswers, fullReplies, said } from './script-replies.ts';

const given = { collection: 'given', recording: 'given' } as const;
const completed = { status: 'completed', identity: 'verified', consent: given, note: 'complete' } as const;
const putThroughEnd = { status: 'partial', identity: 'verified', consent: given, note: 'partial' } as const;

const chestPain = 'I have crushing chest pain since this morning';
const flagged: Expected['items'] = { 'hpi.chief_complaint': said(chestPain) };

export const redFlag: Persona = {
  id: 'red-flag',
  description: 'tells of chest pain, hears about 911, and wants to go on',
  phone: '+16125550125',
  firstName: 'Frank',
  lastName: 'Odell',
  dateOfBirth: '1958-06-06',
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['06061958#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: [chestPain] }],
    red_flag: ['2'],
  },
  expected: { ...completed, items: { ...fullAnswers, ...flagged }, redFlags: ['chest-pain'] },
};

export const redFlagStaff: Persona = {
  id: 'red-flag-staff',
  description: 'tells of chest pain, and is put through to staff at once',
  phone: '+12165550177',
  firstName: 'Gloria',
  lastName: 'Pratt',
  dateOfBirth: '1949-03-08',
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['03081949#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: [chestPain] }],
    red_flag: ['1'],
  },
  staff: { answersAfterMs: 6_000, talksForMs: 30_000 },
  // Whether the words are read back before staff are rung is not the patient's to say.
  expected: {
    ...putThroughEnd,
    items: { 'hpi.chief_complaint': { state: 'answered', value: chestPain } },
    redFlags: ['chest-pain'],
  },
};

const despair = 'I do not want to live anymore';

export const selfHarm: Persona = {
  id: 'self-harm',
  description: 'says they do not want to live any more, hears about 988, and goes on',
  phone: '+14065550119',
  firstName: 'Sam',
  lastName: 'Ito',
  dateOfBirth: '1990-10-10',
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_500,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['10101990#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: [despair] }],
    red_flag: ['2'],
  },
  expected: {
    ...completed,
    items: { ...fullAnswers, 'hpi.chief_complaint': said(despair) },
    redFlags: ['self-harm'],
  },
};

export const putThrough: Persona = {
  id: 'put-through',
  description: 'asks for staff with *0 in the middle, and is put through',
  phone: '+16165550154',
  firstName: 'Ruth',
  lastName: 'Vandermeer',
  dateOfBirth: '1943-07-29',
  pickup: { kind: 'answers', afterMs: 8_000 },
  reactionMs: 1_500,
  keys: { ...fullReplies, opening: ['1'], birth_date: ['07291943#'], consent: ['1'], 'ample.allergies': ['*0'] },
  staff: { answersAfterMs: 8_000, talksForMs: 40_000 },
  expected: {
    ...putThroughEnd,
    items: {
      'hpi.chief_complaint': said('I have had a headache for days'),
      'hpi.symptom_duration': chose('1_to_3_days'),
      'hpi.pain_level': chose(7),
    },
  },
};

export const staffNotThere: Persona = {
  id: 'staff-not-there',
  description: 'asks for staff with *0, who do not answer, and goes on with the interview',
  phone: '+19015550160',
  firstName: 'Leon',
  lastName: 'Mabry',
  dateOfBirth: '1982-12-12',
  pickup: { kind: 'answers', afterMs: 8_000 },
  reactionMs: 1_000,
  keys: { ...fullReplies, opening: ['1'], birth_date: ['12121982#'], consent: ['1'], 'ample.medications': ['*0', '1'] },
  staff: { answersAfterMs: null, talksForMs: 0 },
  expected: { ...completed, items: fullAnswers },
};

export const callScreening: Persona = {
  id: 'call-screening',
  description: 'has an assistant ask who is calling, and picks up when it has heard',
  phone: '+14085550109',
  firstName: 'Priya',
  lastName: 'Raman',
  dateOfBirth: '1987-01-01',
  pickup: { kind: 'answers', afterMs: 2_000 },
  reactionMs: 1_000,
  keys: { ...fullReplies, opening: ['1'], birth_date: ['01011987#'], consent: ['1'] },
  screening: { detectedAfterMs: 2_000, pickedUpAfterMs: 9_000 },
  expected: { ...completed, items: fullAnswers },
};
