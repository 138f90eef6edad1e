/**
 * A version of a questionnaire for FHIR: the words in one language, the others as translations beside them. Items stand in the order
 * they are asked, by our ids. Words of the call around the questions, and red flags, have no place in it.
 */
import type { Element, Extension, Questionnaire, QuestionnaireItem } from 'fhir/r4';
import {
  type Item,
  LANGUAGES,
  type Language,
  type Questionnaire as Questions,
  type Texts,
} from '../intake/questionnaire.ts';
import { CODE_NOTICE, own, questionnaireUrl } from './names.ts';

export interface PublishedQuestionnaire {
  readonly questionnaire: Questions;
  readonly status: 'active' | 'retired';
  /** When it was approved, ISO 8601. */
  readonly date: string | null;
  readonly clinic: { readonly name: string };
  readonly origin: string;
}

const TYPES: Readonly<Record<Item['type'], QuestionnaireItem['type']>> = {
  voice: 'text',
  yes_no: 'boolean',
  choice: 'choice',
  number: 'integer',
  date: 'date',
  message: 'display',
};

export function questionnaireOf(published: PublishedQuestionnaire, language: Language): Questionnaire {
  const { questionnaire, status, date, clinic, origin } = published;
  return {
    resourceType: 'Questionnaire',
    language,
    url: questionnaireUrl(origin, questionnaire.id),
    version: String(questionnaire.version),
    name: computableName(questionnaire.id),
    title: questionnaire.title[language],
    _title: translations(questionnaire.title, language),
    status,
    subjectType: ['Patient'],
    ...(date === null ? {} : { date }),
    publisher: clinic.name,
    copyright: CODE_NOTICE,
    item: questionnaire.items.map((item) => questionOf(item, language)),
  };
}

/** `adult-intake` → `AdultIntake`: names in FHIR are for machines. */
const computableName = (id: string): string =>
  id.replaceAll(/(?:^|-)([a-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());

function questionOf(item: Item, language: Language): QuestionnaireItem {
  return {
    ...(item.type === 'number' ? { extension: limitsOf(item) } : {}),
    linkId: item.id,
    // FHIR has no code for what is only shown (que-3).
    ...(item.codes === undefined || item.type === 'message' ? {} : { code: item.codes.map((code) => ({ ...code })) }),
    text: item.text[language],
    _text: translations(item.text, language),
    type: TYPES[item.type],
    ...(item.whenYes === undefined
      ? {}
      : { enableWhen: [{ question: item.whenYes, operator: '=', answerBoolean: true }] }),
    ...(item.type === 'choice'
      ? {
          answerOption: item.options.map(({ value, display }) => ({
            valueCoding: {
              ...{ system: answerSystem(item.id), code: value, display: display[language] },
              _display: translations(display, language),
            },
          })),
        }
      : {}),
  };
}

/** Codes of answers are unique within their question alone. */
export const answerSystem = (item: string): string => own(`answer:${item}`);

const limitsOf = ({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }): Extension[] => [
  { url: 'http://hl7.org/fhir/StructureDefinition/minValue', valueInteger: minimum },
  { url: 'http://hl7.org/fhir/StructureDefinition/maxValue', valueInteger: maximum },
];

const translations = (texts: Texts, language: Language): Element => ({
  extension: LANGUAGES.filter((other) => other !== language).map((other) => ({
    url: 'http://hl7.org/fhir/StructureDefinition/translation',
    extension: [
      { url: 'lang', valueCode: other },
      { url: 'content', valueString: texts[other] },
    ],
  })),
});
