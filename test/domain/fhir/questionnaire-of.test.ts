/** The shipped questionnaires, and one of every kind of question, as FHIR. */
import { expect, it } from 'vitest';
import { type PublishedQuestionnaire, questionnaireOf } from '../../../src/domain/fhir/questionnaire-of.ts';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import { LANGUAGES, type Questionnaire } from '../../../src/domain/intake/questionnaire.ts';
import { judgeResource } from '../../support/judge-fhir.ts';

const published = (questionnaire: Questionnaire): PublishedQuestionnaire => ({
  ...{ questionnaire, status: 'active', date: '2026-11-20T15:00:00.000Z' },
  ...{ clinic: { name: 'Elm Street Clinic' }, origin: 'https://intake.clinic.example' },
});
const everyKind: Questionnaire = {
  ...adultIntake,
  id: 'x-1-kind',
  items: [
    ...adultIntake.items,
    { id: 'hpi.since', type: 'date', notFuture: true, text: { en: 'Since when?', es: '¿Desde cuándo?' } },
  ],
};

it.each(
  [adultIntake, messageAndReply, everyKind].flatMap((each) =>
    LANGUAGES.map((language) => [each.id, language, each] as const),
  ),
)('%s in %s holds the official R4 definitions (FH-01)', (_, language, questionnaire) => {
  expect(judgeResource(questionnaireOf(published(questionnaire), language))).toEqual([]);
});

it('is known by address and version, and has the words of one language with the other beside them', () => {
  const { url, version, title, item = [], ...rest } = questionnaireOf(published(adultIntake), 'es');
  expect([url, version, title]).toEqual([
    'https://intake.clinic.example/fhir/Questionnaire/adult-intake',
    '1',
    'Admisión de adultos',
  ]);
  expect(rest).toMatchObject({ name: 'AdultIntake', language: 'es', status: 'active' });
  expect(item.map(({ linkId }) => linkId)).toEqual(adultIntake.items.map(({ id }) => id));
  const duration = item.find(({ linkId }) => linkId === 'hpi.symptom_duration');
  expect(duration?.text).toMatch(/^¿Desde cuándo/);
  expect(duration?._text?.extension?.[0]?.extension).toMatchObject([
    { valueCode: 'en' },
    { valueString: expect.stringMatching(/^How long/) },
  ]);
  expect(duration?.answerOption?.[1]?.valueCoding).toMatchObject({
    code: '1_to_3_days',
    display: 'De uno a tres días',
  });
});

it('has the type, limits and condition of each question', () => {
  const { item = [] } = questionnaireOf(published(everyKind), 'en');
  const of = (linkId: string) => item.find((each) => each.linkId === linkId);
  expect(of('hpi.pain_level')).toMatchObject({
    type: 'integer',
    extension: [{ valueInteger: 0 }, { valueInteger: 10 }],
  });
  expect(of('ample.allergies')?.type).toBe('boolean');
  expect(of('ample.allergies_detail')).toMatchObject({
    ...{ type: 'text', enableWhen: [{ question: 'ample.allergies', operator: '=', answerBoolean: true }] },
  });
  expect(of('hpi.since')?.type).toBe('date');
  expect(questionnaireOf(published(messageAndReply), 'en').item?.[0]).toMatchObject({
    linkId: 'message.audio',
    type: 'display',
  });
});

it('has a code of ours on each question, a foreign one where it is sure, and their notices (FH-06, FH-07)', () => {
  const { item = [], copyright = '' } = questionnaireOf(published(adultIntake), 'en');
  const codes = new Map(
    item.map(({ linkId, code = [] }) => [linkId, code.map((each) => `${each.system}|${each.code}`)]),
  );
  for (const [linkId, theirs] of codes) expect(theirs[0]).toBe(`urn:telnyx-edge-intake:item|${linkId}`);
  expect(codes.get('hpi.chief_complaint')?.[1]).toBe('http://loinc.org|10154-3');
  expect(codes.get('hpi.symptom_duration')).toHaveLength(1);
  expect(copyright).toMatch(/LOINC is copyright © Regenstrief.*SNOMED CT®, which is copyright of SNOMED International/);
});
