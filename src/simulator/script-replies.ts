/** What a cooperative patient presses and says in the shipped interview, and what the note must then hold. */
import type { ExpectedAnswer, Replies } from './persona.ts';

type Answers = Readonly<Record<string, ExpectedAnswer>>;

export const notAsked: ExpectedAnswer = { state: 'not_asked' };
export const skipped: ExpectedAnswer = { state: 'skipped' };
export const unclear: ExpectedAnswer = { state: 'unclear' };
export const yes: ExpectedAnswer = { state: 'answered', value: true };
export const no: ExpectedAnswer = { state: 'none', value: false };
const notSure: ExpectedAnswer = { state: 'unknown', value: null };
export const chose = (value: string | number): ExpectedAnswer => ({ state: 'answered', value });
/** Words that were read back and kept. */
export const said = (value: string): ExpectedAnswer => ({ state: 'answered', value, confirmed: true });

export const menuReplies: Replies = {
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
};

export const menuAnswers: Answers = {
  'hpi.symptom_duration': chose('1_to_3_days'),
  'hpi.pain_level': chose(7),
  'ample.allergies': yes,
  'ample.medications': yes,
  'ample.past_medical_history': no,
  'ample.last_meal': chose('3_to_6_hours'),
  'family_history.heart_disease': yes,
  'family_history.diabetes': no,
  'family_history.cancer': notSure,
};

/** Without a recording no voice item is asked. */
export const noVoiceAnswers: Answers = {
  'hpi.chief_complaint': notAsked,
  'ample.allergies_detail': notAsked,
  'ample.medications_detail': notAsked,
  'ample.past_medical_history_detail': notAsked,
  'ample.events': notAsked,
};

/** Past history is not among them: the menus above say no to it. */
export const voiceReplies: Replies = {
  'hpi.chief_complaint': [{ say: ['I have had a headache', 'for days'] }],
  'ample.allergies_detail': [{ say: ['penicillin'] }],
  'ample.medications_detail': [{ say: ['ibuprofen'] }],
  'ample.events': [{ say: ['I slept badly'], thenPress: '#' }],
  '*.confirm': ['verify'],
};

const voiceAnswers: Answers = {
  'hpi.chief_complaint': said('I have had a headache for days'),
  'ample.allergies_detail': said('penicillin'),
  'ample.medications_detail': said('ibuprofen'),
  'ample.past_medical_history_detail': notAsked,
  'ample.events': said('I slept badly'),
};

export const fullReplies: Replies = { ...menuReplies, ...voiceReplies };
export const fullAnswers: Answers = { ...menuAnswers, ...voiceAnswers };
