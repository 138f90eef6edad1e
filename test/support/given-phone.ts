/**
 * A patient without a telephone network: answers whatever question is open, by its step, until the call stops asking. An entry
 * with letters is spoken; every other is keyed.
 */
import type { Conversation } from './given-conversation.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';

/** The usual steps of an intake by keys alone, which is how it goes without the consent to record. */
export const KEYED_STEPS: readonly string[] = [
  'opening',
  'birth_date',
  'consent',
  'hpi.symptom_duration',
  'hpi.pain_level',
  'ample.allergies',
  'ample.medications',
  'ample.past_medical_history',
  'ample.last_meal',
  'family_history.heart_disease',
  'family_history.diabetes',
  'family_history.cancer',
];

export type Entries = Readonly<Record<string, string>>;

/** Consents to the recording, has a bad knee and some pain, no allergies, no medicines, one old operation, a diabetic mother. */
export const USUAL_ENTRIES: Entries = {
  opening: '1',
  birth_date: BIRTH_DATE_KEYS,
  consent: '1',
  'hpi.chief_complaint': 'my knee is swollen',
  'hpi.chief_complaint.confirm': '1',
  'hpi.symptom_duration': '2',
  'hpi.pain_level': '7',
  'ample.allergies': '2',
  'ample.medications': '2',
  'ample.past_medical_history': '1',
  'ample.past_medical_history_detail': 'my appendix was taken out',
  'ample.past_medical_history_detail.confirm': '1',
  'ample.last_meal': '3',
  'ample.events': 'I slipped on the stairs',
  'ample.events.confirm': '1',
  'family_history.heart_disease': '3',
  'family_history.diabetes': '1',
  'family_history.cancer': '2',
};

/** Answers on until `stopAt` is asked, or until nothing is asked any more. A step without an entry stays silent. */
export function talk(call: Conversation, entries: Entries = {}, stopAt?: string): Conversation {
  const known = { ...USUAL_ENTRIES, ...entries };
  for (let turns = 0; call.state.phase === 'asking' && call.at !== stopAt; turns += 1) {
    if (turns > 200) throw new Error(`the call never gets past ${call.at}`);
    const entry = known[call.at] ?? '';
    if (/\p{L}/u.test(entry)) call.says(entry).quiet();
    else call.ends(entry === '' ? 'timeout' : 'valid', entry);
    // A voice item waits for words that may be under way.
    if (call.state.phase === 'asking' && call.question.settling !== null) call.quiet();
  }
  if (stopAt !== undefined && call.at !== stopAt) throw new Error(`${stopAt} was never asked`);
  return call;
}
