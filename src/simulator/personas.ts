/**
 * The patients who pick up the phone, as data. Numbers are real area codes with 555-01xx, which are kept free for
 * fiction. Voice items stay unanswered: these patients speak through their keys.
 */
import type { Expected, ExpectedAnswer, Persona } from './persona.ts';

const notAsked: ExpectedAnswer = { state: 'not_asked' };
const yes: ExpectedAnswer = { state: 'answered', value: true };
const no: ExpectedAnswer = { state: 'none', value: false };
const notSure: ExpectedAnswer = { state: 'unknown', value: null };

const voiceItems = {
  'hpi.chief_complaint': notAsked,
  'ample.allergies_detail': notAsked,
  'ample.medications_detail': notAsked,
  'ample.past_medical_history_detail': notAsked,
  'ample.events': notAsked,
} as const;

/** The keys of an interview in which every menu is answered at once. */
const interview = {
  'hpi.symptom_duration': ['2'],
  'hpi.pain_level': ['7#'],
  'ample.allergies': ['1'],
  'ample.medications': ['1'],
  'ample.past_medical_history': ['2'],
  'ample.last_meal': ['3'],
  'family_history.heart_disease': ['1'],
  'family_history.diabetes': ['2'],
  'family_history.cancer': ['3'],
  red_flag: ['2'],
} as const;

const interviewAnswers: Expected['items'] = {
  ...voiceItems,
  'hpi.symptom_duration': { state: 'answered', value: '1_to_3_days' },
  'hpi.pain_level': { state: 'answered', value: 7 },
  'ample.allergies': yes,
  'ample.medications': yes,
  'ample.past_medical_history': no,
  'ample.last_meal': { state: 'answered', value: '3_to_6_hours' },
  'family_history.heart_disease': yes,
  'family_history.diabetes': no,
  'family_history.cancer': notSure,
};

const fullRecorded: Persona = {
  id: 'full-recorded',
  description: 'goes through the whole interview and agrees to be recorded',
  phone: '+12025550143',
  firstName: 'Rosa',
  lastName: 'Alvarez',
  dateOfBirth: '1980-04-12',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 900,
  keys: { opening: ['1'], birth_date: ['04121980#'], consent: ['1'], ...interview },
  expected: {
    status: 'completed',
    identity: 'verified',
    consent: { collection: 'given', recording: 'given' },
    note: 'complete',
    items: interviewAnswers,
  },
};

const fullUnrecorded: Persona = {
  id: 'full-unrecorded',
  description: 'wants no recording, presses a wrong key first, and gives pain 0 without the closing #',
  phone: '+13125550118',
  firstName: 'Marcus',
  lastName: 'Bell',
  dateOfBirth: '1957-11-30',
  pickup: { kind: 'answers', afterMs: 9_000 },
  reactionMs: 1_600,
  keys: {
    ...interview,
    opening: ['1'],
    birth_date: ['11301957#'],
    consent: ['2'],
    'hpi.symptom_duration': ['7', '4'],
    'hpi.pain_level': ['0'],
    'ample.allergies': ['2'],
    'ample.last_meal': ['1'],
  },
  expected: {
    status: 'completed',
    identity: 'verified',
    consent: { collection: 'given', recording: 'declined' },
    note: 'complete',
    items: {
      ...interviewAnswers,
      'hpi.symptom_duration': { state: 'answered', value: 'more_than_1_week' },
      'hpi.pain_level': { state: 'answered', value: 0 },
      'ample.allergies': no,
      'ample.last_meal': { state: 'answered', value: 'within_1_hour' },
    },
  },
};

const declines: Persona = {
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

const wrongPerson: Persona = {
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

const optsOut: Persona = {
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

const busy: Persona = {
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

const hangsUp: Persona = {
  id: 'hangs-up',
  description: 'hangs up in the middle, after the question about medicines',
  phone: '+14045550181',
  firstName: 'Tom',
  lastName: 'Rydell',
  dateOfBirth: '2001-05-27',
  pickup: { kind: 'answers', afterMs: 8_000 },
  reactionMs: 1_100,
  keys: {
    ...interview,
    opening: ['1'],
    birth_date: ['05272001#'],
    consent: ['1'],
    'hpi.pain_level': ['10#'],
    'ample.past_medical_history': ['hangup'],
  },
  expected: {
    status: 'partial',
    identity: 'verified',
    consent: { collection: 'given', recording: 'given' },
    note: 'partial',
    items: {
      'hpi.symptom_duration': { state: 'answered', value: '1_to_3_days' },
      'hpi.pain_level': { state: 'answered', value: 10 },
      'ample.allergies': yes,
      'ample.medications': yes,
      'ample.last_meal': notAsked,
      'family_history.heart_disease': notAsked,
      'family_history.diabetes': notAsked,
      'family_history.cancer': notAsked,
    },
  },
};

const noBirthDate: Persona = {
  id: 'no-birth-date',
  description: 'has no birth date on file, and answers with pain 0',
  phone: '+15125550136',
  firstName: 'Aiko',
  lastName: 'Sato',
  dateOfBirth: null,
  pickup: { kind: 'answers', afterMs: 3_000 },
  reactionMs: 700,
  keys: { opening: ['1'], consent: ['1'], ...interview, 'hpi.pain_level': ['0#'] },
  expected: {
    status: 'completed',
    identity: 'not_checked',
    consent: { collection: 'given', recording: 'given' },
    note: 'complete',
    items: { ...interviewAnswers, 'hpi.pain_level': { state: 'answered', value: 0 } },
  },
};

export const personas: readonly Persona[] = [
  fullRecorded,
  fullUnrecorded,
  declines,
  wrongPerson,
  optsOut,
  busy,
  hangsUp,
  noBirthDate,
];

/** Picks up for every number that no persona has, and presses 1 all along. */
export const stranger: Persona = {
  id: 'stranger',
  description: 'answers any other number and presses 1 all along',
  phone: '',
  firstName: 'Alex',
  lastName: 'Example',
  dateOfBirth: null,
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_000,
  keys: { 'hpi.pain_level': ['4#'] },
  otherwise: '1',
  expected: { status: 'completed', note: 'complete', items: {} },
};

/** The other end of a transfer: talks, and presses nothing. */
export const staff: Persona = {
  id: 'staff',
  description: 'a member of staff',
  phone: '',
  firstName: 'Staff',
  lastName: 'Line',
  dateOfBirth: null,
  pickup: { kind: 'no_answer' },
  reactionMs: 0,
  keys: {},
  expected: { status: '', note: 'any', items: {} },
};
