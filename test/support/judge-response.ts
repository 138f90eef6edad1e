/** Whether a QuestionnaireResponse answers that Questionnaire: its version, its items in their order, their types, limits and options. */
import type { Extension, Questionnaire, QuestionnaireItem, QuestionnaireResponse } from 'fhir/r4';

type ResponseItem = NonNullable<QuestionnaireResponse['item']>[number];

const VALUES: Readonly<Record<string, string>> = {
  ...{
    text: 'valueString',
    boolean: 'valueBoolean',
    choice: 'valueCoding',
    integer: 'valueInteger',
    date: 'valueDate',
  },
};
const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

export function judgeResponse(response: QuestionnaireResponse, questionnaire: Questionnaire): string[] {
  const { url, version, item: questions = [] } = questionnaire;
  const items = response.item ?? [];
  const order = items.map(({ linkId }) => questions.findIndex((question) => question.linkId === linkId));
  return [
    ...(response.questionnaire === `${url}|${version}` ? [] : [`answers ${response.questionnaire}`]),
    ...(order.every((at, index) => index === 0 || at > (order[index - 1] ?? -1)) ? [] : ['items are out of order']),
    ...items.flatMap((item) => {
      const question = questions.find(({ linkId }) => linkId === item.linkId);
      const problems = question === undefined ? ['is not asked there'] : judgeItem(item, question);
      return problems.map((problem) => `${item.linkId}: ${problem}`);
    }),
    ...questions.flatMap((question) =>
      items.some(({ linkId }) => linkId === question.linkId) || !isEnabled(question, items)
        ? []
        : [`${question.linkId}: is missing without a word`],
    ),
  ];
}

const isEnabled = ({ enableWhen = [] }: QuestionnaireItem, items: readonly ResponseItem[]): boolean =>
  enableWhen.every(({ question, answerBoolean }) =>
    items.some(({ linkId, answer }) => linkId === question && answer?.[0]?.valueBoolean === answerBoolean),
  );

function judgeItem(item: ResponseItem, question: QuestionnaireItem): string[] {
  const { answer = [], extension = [], text } = item;
  const sameText = text === question.text ? [] : ['is asked in other words'];
  const [given, ...more] = answer;
  if (question.type === 'display') return [...sameText, ...(answer.length === 0 ? [] : ['a display has an answer'])];
  const isAbsent = extension.some(({ url }) => url === ABSENT);
  if (given === undefined) return [...sameText, ...(isAbsent ? [] : ['says neither an answer nor why there is none'])];
  return [
    ...sameText,
    ...(isAbsent ? ['has an answer and a reason for none'] : []),
    ...(more.length === 0 ? [] : ['has several answers']),
    ...judgeValue(given as Record<string, unknown>, question),
  ];
}

function judgeValue(
  given: Record<string, unknown>,
  { type, answerOption = [], extension = [] }: QuestionnaireItem,
): string[] {
  const names = Object.keys(given).filter((name) => name.startsWith('value'));
  const name = VALUES[type] ?? '';
  if (names.length !== 1 || names[0] !== name) return [`has ${names.join(', ') || 'no value'} where ${name} is asked`];
  const value = given[name];
  if (type === 'choice') {
    const { system, code, display } = value as { system?: string; code?: string; display?: string };
    const option = answerOption.find(({ valueCoding }) => valueCoding?.code === code && valueCoding?.system === system);
    if (option === undefined) return [`${system}|${code} is no option`];
    return option.valueCoding?.display === display ? [] : ['the option has another display'];
  }
  if (type === 'integer') {
    const limit = (of: string): Extension | undefined => extension.find(({ url }) => url.endsWith(of));
    const least = limit('/minValue')?.valueInteger ?? Number.NEGATIVE_INFINITY;
    const most = limit('/maxValue')?.valueInteger ?? Number.POSITIVE_INFINITY;
    return Number(value) >= least && Number(value) <= most ? [] : [`${value} is beyond its limits`];
  }
  return [];
}
