/** A patient without a telephone network: answers whatever question is open, by its step, until the call stops asking. */
import type { Conversation } from './given-conversation.ts';
import { BIRTH_DATE_KEYS } from './given-plan.ts';

export type Entries = Readonly<Record<string, string>>;

/** Consents to the recording, has some pain, no allergies, no medicines, one old operation, and a diabetic mother. */
export const USUAL_ENTRIES: Entries = {
  opening: '1',
  birth_date: BIRTH_DATE_KEYS,
  consent: '1',
  'hpi.symptom_duration': '2',
  'hpi.pain_level': '7',
  'ample.allergies': '2',
  'ample.medications': '2',
  'ample.past_medical_history': '1',
  'ample.last_meal': '3',
  'family_history.heart_disease': '3',
  'family_history.diabetes': '1',
  'family_history.cancer': '2',
};

/** Answers on until `stopAt` is asked, or until nothing is asked any more. A step without an entry stays silent. */
export function talk(call: Conversation, entries: Entries = {}, stopAt?: string): Conversation {
  const known = { ...USUAL_ENTRIES, ...entries };
  for (let turns = 0; call.state.phase === 'asking' && call.at !== stopAt; turns += 1) {
    if (turns > 200) throw new Error(`the call never gets past ${call.at}`);
    const digits = known[call.at] ?? '';
    call.ends(digits === '' ? 'timeout' : 'valid', digits);
  }
  if (stopAt !== undefined && call.at !== stopAt) throw new Error(`${stopAt} was never asked`);
  return call;
}
