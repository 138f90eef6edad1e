/** The keys a question offers, with what each means, for whoever tries it without hearing it. Pure. */
import { confirmedBy, itemOf } from '../intake/ask.ts';
import type { CallPlan } from '../intake/call-plan.ts';
import type { Item, Language } from '../intake/questionnaire.ts';

export interface OfferedKey {
  readonly keys: string;
  readonly meaning: string;
  /** Of the meaning, where it is a text of the questionnaire and none of ours. */
  readonly language?: Language;
}

const key = (keys: string, meaning: string): OfferedKey => ({ keys, meaning });

const OPENING = [
  key('1', 'It is me'),
  key('2', 'Wrong person'),
  key('3', 'The other language'),
  key('9', 'Stop all calls'),
  key('0', 'Staff'),
];
const CONSENT = [key('1', 'Go on and record'), key('2', 'Go on, no recording'), key('3', 'Do not go on')];
const CONFIRM = [key('1', 'Keep it'), key('2', 'Say it again'), key('3', 'Skip it')];
const RED_FLAG = [key('1', 'Staff'), key('2', 'Go on')];
const COMMAND = [
  key('*', 'Repeat'),
  key('7', 'Skip'),
  key('8', 'Stop recording'),
  key('0', 'Staff'),
  key('9', 'Stop all calls'),
];
const YES_NO = [key('1', 'Yes'), key('2', 'No'), key('3', 'Not sure')];
/** Work at every question, once it is known who is there. */
export const STAR_COMMANDS: readonly OfferedKey[] = COMMAND.map(({ keys, meaning }) => key(`*${keys}`, meaning));

export function offeredKeys(plan: CallPlan, language: Language, step: string): readonly OfferedKey[] {
  switch (step) {
    case 'opening':
      return OPENING;
    case 'birth_date':
      return birthDateKeys(plan.patient.dateOfBirth);
    case 'consent':
      return CONSENT;
    case 'red_flag':
      return RED_FLAG;
    case 'command':
      return COMMAND;
    default: {
      if (confirmedBy(step) !== null) return CONFIRM;
      const item = itemOf(plan, step);
      return item === undefined ? [] : itemKeys(item, language);
    }
  }
}

/** `1980-04-12` is keyed in as 04121980. */
function birthDateKeys(dateOfBirth: string | null): readonly OfferedKey[] {
  if (dateOfBirth === null) return [];
  const [year = '', month = '', day = ''] = dateOfBirth.split('-');
  return [key(`${month}${day}${year}#`, 'The birth date on file')];
}

function itemKeys(item: Item, language: Language): readonly OfferedKey[] {
  switch (item.type) {
    case 'yes_no':
      return YES_NO;
    case 'choice':
      return item.options.map((option) => ({ ...key(option.key, option.display[language]), language }));
    case 'number':
      return [key(`${item.minimum}#`, 'The least'), key(`${item.maximum}#`, 'The most')];
    case 'date':
      return [key('01152020#', 'A day, as month, day and year')];
    case 'voice':
      return [key('#', 'I am done')];
    case 'message':
      return [];
  }
}
