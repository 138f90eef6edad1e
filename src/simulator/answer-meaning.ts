/** What the keys of each question mean, told a second time: from the script as spoken to the patient, not from the worker's data. */
import type { ExpectedAnswer } from './persona.ts';

const yesNo: Readonly<Record<string, ExpectedAnswer>> = {
  '1': { state: 'answered', value: true },
  '2': { state: 'none', value: false },
  '3': { state: 'unknown', value: null },
};

function menu(...values: string[]): Readonly<Record<string, ExpectedAnswer>> {
  return Object.fromEntries(values.map((value, index) => [String(index + 1), { state: 'answered', value }]));
}

const menus: Readonly<Record<string, Readonly<Record<string, ExpectedAnswer>>>> = {
  'hpi.symptom_duration': menu('less_than_1_day', '1_to_3_days', '4_to_7_days', 'more_than_1_week'),
  'ample.allergies': yesNo,
  'ample.medications': yesNo,
  'ample.past_medical_history': yesNo,
  'ample.last_meal': menu('within_1_hour', '1_to_3_hours', '3_to_6_hours', 'more_than_6_hours'),
  'family_history.heart_disease': yesNo,
  'family_history.diabetes': yesNo,
  'family_history.cancer': yesNo,
  'message.call_back': yesNo,
};

type ItemKind = 'voice' | 'menu' | 'number';

/** Every item that asks, in the order it is asked. */
type Script = readonly (readonly [step: string, kind: ItemKind])[];

const intakeScript: Script = [
  ['hpi.chief_complaint', 'voice'],
  ['hpi.symptom_duration', 'menu'],
  ['hpi.pain_level', 'number'],
  ['ample.allergies', 'menu'],
  ['ample.allergies_detail', 'voice'],
  ['ample.medications', 'menu'],
  ['ample.medications_detail', 'voice'],
  ['ample.past_medical_history', 'menu'],
  ['ample.past_medical_history_detail', 'voice'],
  ['ample.last_meal', 'menu'],
  ['ample.events', 'voice'],
  ['family_history.heart_disease', 'menu'],
  ['family_history.diabetes', 'menu'],
  ['family_history.cancer', 'menu'],
];

const messageScript: Script = [
  ['message.reply', 'voice'],
  ['message.call_back', 'menu'],
];

/** What is asked under the name of a questionnaire. */
export function scriptOf(questionnaire: unknown): Script {
  return questionnaire === 'message-and-reply' ? messageScript : intakeScript;
}

const kinds: ReadonlyMap<string, ItemKind> = new Map([...intakeScript, ...messageScript]);

/** Null: the step is no item. */
export function itemKind(step: string): ItemKind | null {
  return kinds.get(step) ?? null;
}

/** Null: the keys are no answer to this step, or the step is no item. */
export function answerMeaning(step: string, digits: string): ExpectedAnswer | null {
  if (step === 'hpi.pain_level') {
    return /^(\d|10)$/.test(digits) ? { state: 'answered', value: Number(digits) } : null;
  }
  return menus[step]?.[digits] ?? null;
}
