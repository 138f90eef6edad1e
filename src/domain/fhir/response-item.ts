/** One answer of a note as an item of a QuestionnaireResponse: what was said, or why nothing was, and where it came from. */
import type { Coding, Extension, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from 'fhir/r4';
import type { Item, Language, Questionnaire } from '../intake/questionnaire.ts';
import { answerText } from '../note/answer-text.ts';
import type { NoteAnswer, NoteRedFlag } from '../note/note.ts';
import { absentExtensions, type MissingState } from './absent-reason.ts';
import { coded, LOINC, own, SNOMED } from './names.ts';
import { answerSystem } from './questionnaire-of.ts';

/**
 * What an explicit no says, by the code of the list it would have opened (FH-03). A no to a question that opens no whole list, such as
 * one after a single medicine, says nothing of the kind, and a no to past illness is not "no current problem" (FH-06).
 */
const NONE_CODES: ReadonlyMap<string, Coding> = new Map([
  ['48765-2', coded(SNOMED, '716186003', 'No known allergy')],
  ['10160-0', coded(SNOMED, '787481004', 'No known medications')],
]);

export interface GivenAnswer {
  readonly item: Item;
  readonly answer: NoteAnswer;
  readonly redFlags: readonly NoteRedFlag[];
}

export function responseItem(
  { item, answer, redFlags }: GivenAnswer,
  language: Language,
  questionnaire: Questionnaire,
): QuestionnaireResponseItem {
  const value = item.type === 'message' ? null : answerOf(item, answer, language);
  const source = sourceOf(answer);
  const extension = [
    ...(value === null ? [...absence(item, answer), ...source] : []),
    ...previousOf(answer),
    ...redFlags.map(flagExtension),
  ];
  const none = value === null || answer.state !== 'none' ? [] : noneOf(item, questionnaire);
  const ofValue = [...none, ...source];
  return {
    ...(extension.length === 0 ? {} : { extension }),
    linkId: item.id,
    text: item.text[language],
    ...(value === null ? {} : { answer: [{ ...(ofValue.length === 0 ? {} : { extension: ofValue }), ...value }] }),
  };
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Null: there is none. Words stay words, whatever they name (FH-04). */
function answerOf(
  item: Exclude<Item, { type: 'message' }>,
  { state, value }: NoteAnswer,
  language: Language,
): QuestionnaireResponseItemAnswer | null {
  if (state === 'none') return item.type === 'yes_no' ? { valueBoolean: false } : null;
  if (state !== 'answered') return null;
  switch (item.type) {
    case 'yes_no':
      return value === true ? { valueBoolean: true } : null;
    case 'choice': {
      const option = item.options.find((each) => each.value === value);
      return option === undefined
        ? null
        : { valueCoding: coded(answerSystem(item.id), option.value, option.display[language]) };
    }
    case 'number':
      return Number.isInteger(value) ? { valueInteger: Number(value) } : null;
    case 'date':
      return typeof value === 'string' && DAY.test(value) ? { valueDate: value } : null;
    case 'voice':
      return typeof value === 'string' && value.trim() !== '' ? { valueString: value } : null;
  }
}

/** A message is heard, not answered; an answer that does not read is an error of ours, never a "no". */
function absence({ type }: Item, { state }: NoteAnswer): Extension[] {
  if (state !== 'answered' && state !== 'none') return absentExtensions(state satisfies MissingState);
  return type === 'message'
    ? [{ url: own('answer-state'), valueCode: 'heard' }]
    : [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'error' }];
}

const noneOf = (item: Item, { items }: Questionnaire): Extension[] =>
  items.flatMap((each) => {
    const opened = each.whenYes === item.id ? each.codes?.find(({ system }) => system === LOINC) : undefined;
    const none = NONE_CODES.get(opened?.code ?? '');
    return none === undefined ? [] : [{ url: own('none-code'), valueCoding: none }];
  });

/** By keys, voice or staff, when, how sure the recogniser was, and whether the patient said yes to the words. */
function sourceOf({
  input,
  timestamp,
  confidence,
  confirmed,
  corrected_by,
  offset_ms,
  call_id,
}: NoteAnswer): Extension[] {
  if (input === undefined) return [];
  return [
    {
      url: own('answer-source'),
      extension: [
        { url: 'input', valueCode: input },
        ...(timestamp === undefined ? [] : [{ url: 'at', valueDateTime: timestamp }]),
        ...(typeof confidence === 'number' ? [{ url: 'confidence', valueDecimal: confidence }] : []),
        ...(confirmed === undefined ? [] : [{ url: 'confirmed', valueBoolean: confirmed }]),
        ...(typeof offset_ms === 'number' ? [{ url: 'offset-ms', valueInteger: Math.round(offset_ms) }] : []),
        ...(call_id === undefined ? [] : [{ url: 'call', valueString: call_id }]),
        ...(corrected_by === undefined ? [] : [{ url: 'corrected-by', valueString: corrected_by }]),
      ],
    },
  ];
}

/** What the patient said before staff put it right. */
function previousOf({ previous }: NoteAnswer): Extension[] {
  if (previous === undefined) return [];
  const text = answerText(previous);
  return [
    {
      url: own('previous-answer'),
      extension: [
        { url: 'state', valueCode: previous.state },
        ...(text === '' ? [] : [{ url: 'text', valueString: text }]),
        ...(previous.timestamp === undefined ? [] : [{ url: 'at', valueDateTime: previous.timestamp }]),
      ],
    },
  ];
}

const flagExtension = ({ rule, level, at, unverified }: NoteRedFlag): Extension => ({
  url: own('red-flag'),
  extension: [
    { url: 'rule', valueString: rule },
    { url: 'level', valueCode: level },
    { url: 'at', valueDateTime: at },
    { url: 'unverified', valueBoolean: unverified },
  ],
});
