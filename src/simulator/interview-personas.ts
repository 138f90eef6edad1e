/** Patients who go through the interview, each in a way of their own. */
import type { Expected, Persona } from './persona.ts';
import {
  chose,
  fullAnswers,
  fullReplies,
  menuAnswers,
  menuReplies,
  no,
  notAsked,
  noVoiceAnswers,
  said,
  skipped,
  unclear,
  yes,
} from './script-replies.ts';

const given = { collection: 'given', recording: 'given' } as const;
const unrecorded = { collection: 'given', recording: 'declined' } as const;
const completed = { status: 'completed', identity: 'verified', consent: given, note: 'complete' } as const;

export const fullRecorded: Persona = {
  id: 'full-recorded',
  description: 'goes through the whole interview by voice and keys, and listens to every read-back',
  phone: '+12025550143',
  firstName: 'Rosa',
  lastName: 'Alvarez',
  dateOfBirth: '1980-04-12',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 900,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['04121980#'],
    consent: ['1'],
    'ample.past_medical_history': ['1'],
    'ample.past_medical_history_detail': [{ say: ['appendix out', 'in 2015'] }],
  },
  expected: {
    ...completed,
    items: {
      ...fullAnswers,
      'ample.past_medical_history': yes,
      'ample.past_medical_history_detail': said('appendix out in 2015'),
    },
  },
};

export const spanish: Persona = {
  id: 'spanish',
  description: 'asks for Spanish, and answers in it',
  phone: '+13055550147',
  firstName: 'Lucía',
  lastName: 'Fuentes',
  dateOfBirth: '1966-01-25',
  pickup: { kind: 'answers', afterMs: 5_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['3', '1'],
    birth_date: ['01251966#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: ['Me duele la rodilla', 'desde ayer'] }],
    'ample.allergies_detail': [{ say: ['la penicilina'] }],
    'ample.medications_detail': [{ say: ['ibuprofeno'] }],
    'ample.events': [{ say: ['Subí escaleras'] }],
  },
  expected: {
    ...completed,
    items: {
      ...fullAnswers,
      'hpi.chief_complaint': said('Me duele la rodilla desde ayer'),
      'ample.allergies_detail': said('la penicilina'),
      'ample.medications_detail': said('ibuprofeno'),
      'ample.events': said('Subí escaleras'),
    },
  },
};

export const fullUnrecorded: Persona = {
  id: 'full-unrecorded',
  description: 'wants no recording, presses a wrong key first, and gives pain 0 without the closing #',
  phone: '+13125550118',
  firstName: 'Marcus',
  lastName: 'Bell',
  dateOfBirth: '1957-11-30',
  pickup: { kind: 'answers', afterMs: 9_000 },
  reactionMs: 1_600,
  keys: {
    ...menuReplies,
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
    consent: unrecorded,
    note: 'complete',
    items: {
      ...menuAnswers,
      ...noVoiceAnswers,
      'hpi.symptom_duration': chose('more_than_1_week'),
      'hpi.pain_level': chose(0),
      'ample.allergies': no,
      'ample.last_meal': chose('within_1_hour'),
    },
  },
};

export const noBirthDate: Persona = {
  id: 'no-birth-date',
  description: 'has no birth date on file, and answers with pain 0',
  phone: '+15125550136',
  firstName: 'Aiko',
  lastName: 'Sato',
  dateOfBirth: null,
  pickup: { kind: 'answers', afterMs: 3_000 },
  reactionMs: 700,
  keys: { ...fullReplies, opening: ['1'], consent: ['1'], 'hpi.pain_level': ['0#'] },
  expected: { ...completed, identity: 'not_checked', items: { ...fullAnswers, 'hpi.pain_level': chose(0) } },
};

export const wrongKeysThenSilence: Persona = {
  id: 'wrong-keys-then-silence',
  description: 'presses keys that mean nothing, then nothing at all',
  phone: '+17025550158',
  firstName: 'Gus',
  lastName: 'Halloran',
  dateOfBirth: '1939-03-17',
  pickup: { kind: 'answers', afterMs: 10_000 },
  reactionMs: 2_000,
  keys: { opening: ['1'], birth_date: ['03171939#'], consent: ['2'], 'hpi.symptom_duration': ['7', '8', '9'] },
  expected: {
    status: 'partial',
    identity: 'verified',
    consent: unrecorded,
    note: 'partial',
    items: {
      'hpi.symptom_duration': unclear,
      'hpi.pain_level': skipped,
      'ample.allergies': skipped,
      'ample.medications': skipped,
      'ample.past_medical_history': notAsked,
      'ample.last_meal': notAsked,
      'family_history.heart_disease': notAsked,
      'family_history.diabetes': notAsked,
      'family_history.cancer': notAsked,
    },
  },
};

const beforeHangUp: Expected['items'] = {
  'hpi.chief_complaint': said('I have had a headache for days'),
  'hpi.symptom_duration': chose('1_to_3_days'),
  'hpi.pain_level': chose(10),
  'ample.allergies': yes,
  'ample.allergies_detail': said('penicillin'),
  'ample.medications': yes,
  'ample.medications_detail': said('ibuprofen'),
};

export const hangsUp: Persona = {
  id: 'hangs-up',
  description: 'hangs up in the middle, after the question about medicines, and rings back to finish',
  phone: '+14045550181',
  firstName: 'Tom',
  lastName: 'Rydell',
  dateOfBirth: '2001-05-27',
  pickup: { kind: 'answers', afterMs: 8_000 },
  reactionMs: 1_100,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['05272001#'],
    consent: ['1'],
    'hpi.pain_level': ['10#'],
    'ample.past_medical_history': ['hangup'],
  },
  expected: {
    status: 'partial',
    identity: 'verified',
    consent: given,
    note: 'partial',
    items: {
      ...beforeHangUp,
      'ample.last_meal': notAsked,
      'ample.events': notAsked,
      'family_history.heart_disease': notAsked,
      'family_history.diabetes': notAsked,
      'family_history.cancer': notAsked,
    },
  },
  ringBack: {
    // The note of the first call is written a while after its end; a patient is no faster.
    afterMs: 60_000,
    keys: { ...fullReplies, opening: ['1'], birth_date: ['05272001#'], consent: ['1'] },
    expected: { ...completed, items: { ...fullAnswers, ...beforeHangUp } },
  },
};

export const stopsRecording: Persona = {
  id: 'stops-recording',
  description: 'has the recording stopped in the middle, and goes on by keys',
  phone: '+16195550134',
  firstName: 'Nadia',
  lastName: 'Karim',
  dateOfBirth: '1985-08-02',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_000,
  keys: { ...fullReplies, opening: ['1'], birth_date: ['08021985#'], consent: ['1'], 'ample.allergies': ['*8', '1'] },
  expected: {
    status: 'completed',
    identity: 'verified',
    note: 'complete',
    items: {
      ...menuAnswers,
      ...noVoiceAnswers,
      'hpi.chief_complaint': said('I have had a headache for days'),
    },
  },
};

export const repeatsAndSkips: Persona = {
  id: 'repeats-and-skips',
  description: 'has a question repeated with **, and skips two with *7',
  phone: '+15035550166',
  firstName: 'Owen',
  lastName: 'Blake',
  dateOfBirth: '1948-10-09',
  pickup: { kind: 'answers', afterMs: 7_000 },
  reactionMs: 1_400,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['10091948#'],
    consent: ['1'],
    'hpi.symptom_duration': ['**', '2'],
    'hpi.pain_level': ['*7'],
    'ample.last_meal': ['*7'],
  },
  expected: { ...completed, items: { ...fullAnswers, 'hpi.pain_level': skipped, 'ample.last_meal': skipped } },
};

export const redoes: Persona = {
  id: 'redoes',
  description: 'is misheard, notices it in the read-back, and says it again',
  phone: '+12145550172',
  firstName: 'Carla',
  lastName: 'Jensen',
  dateOfBirth: '1972-06-15',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['06151972#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: ['my knee hurts'], heard: ['my niece hurts'] }, { say: ['my knee hurts'] }],
  },
  expected: { ...completed, items: { ...fullAnswers, 'hpi.chief_complaint': said('my knee hurts') } },
};

const long = ['It began', 'on Sunday', 'I lifted', 'a heavy box', 'and then', 'my back', 'went stiff', 'at once'];

export const talksLong: Persona = {
  id: 'talks-long',
  description: 'tells the reason for the visit in many short pieces',
  phone: '+19195550121',
  firstName: 'Walter',
  lastName: 'Grimm',
  dateOfBirth: '1951-12-24',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['12241951#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: long }],
  },
  expected: { ...completed, items: { ...fullAnswers, 'hpi.chief_complaint': said(long.join(' ')) } },
};

export const silentAtVoice: Persona = {
  id: 'silent-at-voice',
  description: 'does not want to say the reason for the visit aloud',
  phone: '+18035550113',
  firstName: 'June',
  lastName: 'Abbott',
  dateOfBirth: '1994-02-28',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['02281994#'],
    consent: ['1'],
    'hpi.chief_complaint': [''],
  },
  expected: { ...completed, items: { ...fullAnswers, 'hpi.chief_complaint': skipped } },
};

export const neverHeardRight: Persona = {
  id: 'never-heard-right',
  description: 'is misheard every time, and gives the question up',
  phone: '+14125550139',
  firstName: 'Siobhan',
  lastName: 'Keane',
  dateOfBirth: '1979-09-03',
  pickup: { kind: 'answers', afterMs: 6_000 },
  reactionMs: 1_000,
  keys: {
    ...fullReplies,
    opening: ['1'],
    birth_date: ['09031979#'],
    consent: ['1'],
    'hpi.chief_complaint': [{ say: ['shooting shins'], heard: ['chewing chins'] }],
  },
  expected: { ...completed, items: { ...fullAnswers, 'hpi.chief_complaint': skipped } },
};
