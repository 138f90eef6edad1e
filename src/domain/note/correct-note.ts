/**
 * What staff put right in a note (C28): an answer that fits its question, entered by a named person; what the patient said stays beside
 * it. The note itself is never changed, this makes the answers of its next version. Pure.
 */
import type { Item, Language, Questionnaire } from '../intake/questionnaire.ts';
import { SECTIONS, type Section } from '../intake/questionnaire.ts';
import type { Note, NoteAnswer } from './note.ts';

/** An answer is corrected to one of these; `not_asked` and `unclear` say what happened in the call. */
export const CORRECTED_STATES = ['answered', 'none', 'unknown', 'declined', 'skipped'] as const;

export interface Correction {
  readonly item: string;
  readonly state: (typeof CORRECTED_STATES)[number];
  /** Only of `answered`; a number may come as its digits. */
  readonly value: string | number | boolean | null;
}

export interface CorrectionProblem {
  readonly field: 'item' | 'state' | 'value';
  readonly code: string;
  readonly detail: string;
}
type CheckedAnswer = Pick<NoteAnswer, 'state' | 'value' | 'display'>;
export type CheckedCorrection =
  | { readonly ok: true; readonly answer: CheckedAnswer }
  | { readonly ok: false; readonly problem: CorrectionProblem };

const MAX_WORDS = 2000;

export function checkCorrection(
  { items }: Pick<Questionnaire, 'items'>,
  language: Language,
  { item: id, state, value }: Correction,
): CheckedCorrection {
  const item = items.find((each) => each.id === id);
  if (item === undefined || item.type === 'message') return wrong('item', 'unknown', 'These questions have none such.');
  if (state === 'none') {
    if (item.type !== 'yes_no') return wrong('state', 'invalid', 'Only a yes or no question is answered by no.');
    return value === null || value === false ? right({ state, value: false }) : notHere;
  }
  if (state !== 'answered') {
    if (value !== null) return notHere;
    return right(state === 'unknown' ? { state, value } : { state });
  }
  return answered(item, language, value);
}

const wrong = (field: CorrectionProblem['field'], code: string, detail: string): CheckedCorrection => ({
  ok: false,
  problem: { field, code, detail },
});
const right = (answer: CheckedAnswer): CheckedCorrection => ({ ok: true, answer });
const notHere = wrong('value', 'invalid', 'Only an answer has a value.');

function answered(
  item: Exclude<Item, { type: 'message' }>,
  language: Language,
  value: Correction['value'],
): CheckedCorrection {
  const state = 'answered';
  switch (item.type) {
    case 'yes_no':
      return value === null || value === true
        ? right({ state, value: true })
        : wrong('value', 'invalid', 'An answer is a yes here; a no is the state none.');
    case 'choice': {
      const option = item.options.find((each) => each.value === value);
      if (option !== undefined) return right({ state, value: option.value, display: option.display[language] });
      return wrong('value', 'invalid', `One of ${item.options.map((each) => each.value).join(', ')}.`);
    }
    case 'number': {
      const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
      const fits = typeof number === 'number' && Number.isInteger(number);
      if (fits && number >= item.minimum && number <= item.maximum) return right({ state, value: number });
      return wrong('value', 'invalid', `A whole number from ${item.minimum} to ${item.maximum}.`);
    }
    case 'date':
      return typeof value === 'string' && /^(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(value)
        ? right({ state, value })
        : wrong('value', 'invalid', 'A day, as 2026-11-20.');
    case 'voice': {
      const words = typeof value === 'string' ? value.trim() : '';
      if (words !== '' && words.length <= MAX_WORDS) return right({ state, value: words, display: words });
      return wrong('value', 'invalid', `Words, at most ${MAX_WORDS} letters.`);
    }
  }
}

/** `at`: ISO 8601. `by`: as colleagues know the person. */
export function withCorrections(
  note: Note,
  answers: ReadonlyMap<string, CheckedAnswer>,
  by: string,
  at: string,
): Pick<Note, Section> {
  const staffAnswer = (item: string, answer: NoteAnswer): NoteAnswer => {
    const checked = answers.get(item);
    if (checked === undefined) return answer;
    const { previous, corrected_by: _, ...said } = answer;
    return { ...checked, input: 'staff', timestamp: at, corrected_by: by, previous: previous ?? said };
  };
  return mapAnswers(note, staffAnswer);
}

/** The call's own account, told again later, with what staff had put right in the note before it. */
export const keepCorrections = (later: Note, before: Note): Note => ({
  ...later,
  ...mapAnswers(later, (item, answer) => {
    const [section, name] = item.split('.') as [Section, string];
    const known = before[section]?.[name];
    return known?.corrected_by === undefined ? answer : known;
  }),
});

function mapAnswers(note: Note, map: (item: string, answer: NoteAnswer) => NoteAnswer): Pick<Note, Section> {
  const sections = SECTIONS.flatMap((section) => {
    const answers = note[section];
    if (answers === undefined) return [];
    const mapped = Object.entries(answers).map(([name, answer]) => [name, map(`${section}.${name}`, answer)]);
    return [[section, Object.fromEntries(mapped)]];
  });
  return Object.fromEntries(sections) as Pick<Note, Section>;
}
