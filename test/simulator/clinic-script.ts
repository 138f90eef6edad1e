/** The default script as the small clinic asks it. */
export type Answer = Readonly<Record<string, unknown>> & { readonly state: string };
type Meaning = Readonly<Record<string, Answer>>;

const answered = (value: unknown): Answer => ({ state: 'answered', value });
const choose = (...values: string[]): Meaning =>
  Object.fromEntries(values.map((value, index) => [index + 1, answered(value)]));
const yesNo: Meaning = { 1: answered(true), 2: { state: 'none', value: false }, 3: { state: 'unknown', value: null } };

const script: Readonly<Record<string, Meaning | 'voice'>> = {
  'hpi.chief_complaint': 'voice',
  'hpi.symptom_duration': choose('less_than_1_day', '1_to_3_days', '4_to_7_days', 'more_than_1_week'),
  'hpi.pain_level': Object.fromEntries(Array.from({ length: 11 }, (_, level) => [level, answered(level)])),
  'ample.allergies': yesNo,
  'ample.allergies_detail': 'voice',
  'ample.medications': yesNo,
  'ample.medications_detail': 'voice',
  'ample.past_medical_history': yesNo,
  'ample.past_medical_history_detail': 'voice',
  'ample.last_meal': choose('within_1_hour', '1_to_3_hours', '3_to_6_hours', 'more_than_6_hours'),
  'ample.events': 'voice',
  'family_history.heart_disease': yesNo,
  'family_history.diabetes': yesNo,
  'family_history.cancer': yesNo,
};

export const steps: readonly string[] = Object.keys(script);
export const menus: Readonly<Record<string, Meaning>> = Object.fromEntries(
  Object.entries(script).filter((entry): entry is [string, Meaning] => entry[1] !== 'voice'),
);
export const numeric: ReadonlySet<string> = new Set(['birth_date', 'hpi.pain_level']);
export const confirmKeys = '123*#';

export const isVoice = (step: string): boolean => script[step] === 'voice';

export function wantsDetail(step: string, answers: ReadonlyMap<string, Answer>): boolean {
  return !step.endsWith('_detail') || answers.get(step.slice(0, -'_detail'.length))?.['value'] === true;
}

export function redFlagOf(words: string): string | null {
  if (words.includes('chest pain')) return 'chest-pain';
  return words.includes('not want to live') ? 'self-harm' : null;
}
