import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import {
  checkQuestionnaire,
  LANGUAGES,
  MAX_PROMPT_LENGTH,
  MAX_TEXT_LENGTH,
} from '../../../src/domain/intake/questionnaire.ts';

const texts = { en: 'Text', es: 'Texto' };
const yesNo = { id: 'ample.allergies', type: 'yes_no', text: texts };
const choice = {
  id: 'ample.last_meal',
  type: 'choice',
  text: texts,
  options: [
    { key: '1', value: 'now', display: texts },
    { key: '2', value: 'then', display: texts },
  ],
};
const number = { id: 'hpi.pain_level', type: 'number', minimum: 0, maximum: 10, text: texts };
const questionnaire = (...items: unknown[]) => ({ id: 'q-1', version: 1, title: texts, items });

function problemsOf(input: unknown): [string, string][] {
  const result = checkQuestionnaire(input);
  return result.ok ? [] : result.problems.map(({ pointer, code }) => [pointer, code]);
}

describe('checkQuestionnaire', () => {
  it('accepts the shipped questionnaire, unchanged by storage', () => {
    expect(checkQuestionnaire(adultIntake)).toEqual({ ok: true, questionnaire: adultIntake });
    expect(problemsOf(JSON.parse(JSON.stringify(adultIntake)))).toEqual([]);
  });

  it('accepts one item of every type', () => {
    const detail = { id: 'ample.allergies_detail', type: 'voice', text: texts, whenYes: 'ample.allergies' };
    expect(problemsOf(questionnaire(yesNo, detail, choice, number))).toEqual([]);
  });

  it.each([null, 7, 'text', [], undefined])('refuses %j, which is no object', (input) => {
    expect(problemsOf(input)).toEqual([['', 'not_an_object']]);
  });

  it.each([
    ['no id', { ...questionnaire(yesNo), id: undefined }, ['/id', 'bad_id']],
    ['an id with capitals', { ...questionnaire(yesNo), id: 'Adult' }, ['/id', 'bad_id']],
    ['version 0', { ...questionnaire(yesNo), version: 0 }, ['/version', 'bad_version']],
    ['version 1.5', { ...questionnaire(yesNo), version: 1.5 }, ['/version', 'bad_version']],
    [
      'a title in one language (CL-14)',
      { ...questionnaire(yesNo), title: { en: 'Title' } },
      ['/title/es', 'missing_text'],
    ],
    ['no items', questionnaire(), ['/items', 'no_items']],
    ['items that are no list', { ...questionnaire(), items: {} }, ['/items', 'no_items']],
    ['an item that is no object', questionnaire('item'), ['/items/0', 'not_an_object']],
    ['an item in no section', questionnaire({ ...yesNo, id: 'social.smoking' }), ['/items/0/id', 'bad_item_id']],
    ['an item named like a step', questionnaire({ ...yesNo, id: 'consent' }), ['/items/0/id', 'bad_item_id']],
    [
      'an item named like a confirmation',
      questionnaire({ ...yesNo, id: 'hpi.pain.confirm' }),
      ['/items/0/id', 'bad_item_id'],
    ],
    ['the same item twice', questionnaire(yesNo, yesNo), ['/items/1/id', 'duplicate_item']],
    ['an unknown type', questionnaire({ ...yesNo, type: 'date' }), ['/items/0/type', 'bad_type']],
    [
      'a blank text (CL-14)',
      questionnaire({ ...yesNo, text: { en: ' ', es: 'x' } }),
      ['/items/0/text/en', 'missing_text'],
    ],
    [
      'a condition on a later item',
      questionnaire({ ...number, whenYes: 'ample.allergies' }, yesNo),
      ['/items/0/whenYes', 'unreachable_item'],
    ],
    ['a condition on itself', questionnaire({ ...yesNo, whenYes: yesNo.id }), ['/items/0/whenYes', 'unreachable_item']],
    [
      'a condition on a number',
      questionnaire(number, { ...yesNo, whenYes: number.id }),
      ['/items/1/whenYes', 'unreachable_item'],
    ],
    [
      'a condition in a list',
      questionnaire(yesNo, { ...number, whenYes: [yesNo.id] }),
      ['/items/1/whenYes', 'unreachable_item'],
    ],
    ['a range upside down', questionnaire({ ...number, minimum: 10, maximum: 0 }), ['/items/0/minimum', 'bad_range']],
    ['a range below zero', questionnaire({ ...number, minimum: -1 }), ['/items/0/minimum', 'bad_range']],
    ['a range that is no number', questionnaire({ ...number, maximum: '10' }), ['/items/0/minimum', 'bad_range']],
    ['a range that is too high', questionnaire({ ...number, maximum: 1_000_000 }), ['/items/0/minimum', 'bad_range']],
    ['one option', questionnaire({ ...choice, options: choice.options.slice(1) }), ['/items/0/options', 'no_options']],
    ['options that are no list', questionnaire({ ...choice, options: 'two' }), ['/items/0/options', 'no_options']],
    [
      'an option that is no object',
      questionnaire({ ...choice, options: [...choice.options, 3] }),
      ['/items/0/options/2', 'not_an_object'],
    ],
    [
      'the key 0',
      questionnaire({ ...choice, options: [...choice.options, { key: '0', value: 'x', display: texts }] }),
      ['/items/0/options/2/key', 'bad_key'],
    ],
    [
      'the key *',
      questionnaire({ ...choice, options: [...choice.options, { key: '*', value: 'x', display: texts }] }),
      ['/items/0/options/2/key', 'bad_key'],
    ],
    [
      'a key twice',
      questionnaire({ ...choice, options: [...choice.options, { key: '1', value: 'x', display: texts }] }),
      ['/items/0/options/2/key', 'duplicate_key'],
    ],
    [
      'an empty value',
      questionnaire({ ...choice, options: [...choice.options, { key: '3', value: '', display: texts }] }),
      ['/items/0/options/2/value', 'bad_value'],
    ],
    [
      'an option in one language (CL-14)',
      questionnaire({ ...choice, options: [...choice.options, { key: '3', value: 'x', display: { es: 'x' } }] }),
      ['/items/0/options/2/display/en', 'missing_text'],
    ],
  ])('refuses %s', (_, input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  it('leaves room in a prompt for the words that lead in a question asked again', () => {
    const leads = LANGUAGES.flatMap((language) => [callTexts[language].invalid, callTexts[language].silent]);
    const longest = Math.max(...leads.map(({ length }) => length));
    expect(MAX_TEXT_LENGTH + 1 + longest).toBeLessThanOrEqual(MAX_PROMPT_LENGTH);
    expect(problemsOf(questionnaire({ ...yesNo, text: { en: 'x'.repeat(MAX_TEXT_LENGTH), es: 'x' } }))).toEqual([]);
    expect(problemsOf(questionnaire({ ...yesNo, text: { en: 'x'.repeat(MAX_TEXT_LENGTH + 1), es: 'x' } }))).toEqual([
      ['/items/0/text/en', 'text_too_long'],
    ]);
  });

  it('names every problem at once', () => {
    expect(problemsOf({ id: '', version: '1', title: {}, items: [{}] }).map(([pointer]) => pointer)).toEqual([
      '/id',
      '/version',
      '/title/en',
      '/title/es',
      '/items/0/id',
      '/items/0/text/en',
      '/items/0/text/es',
      '/items/0/type',
    ]);
  });

  it('is total: any JSON gets a verdict', () => {
    const item = fc.record(
      {
        id: fc.oneof(fc.constantFrom('hpi.a', 'ample.b', 'x'), fc.jsonValue()),
        type: fc.oneof(fc.constantFrom('voice', 'yes_no', 'choice', 'number'), fc.jsonValue()),
        text: fc.oneof(fc.constant(texts), fc.jsonValue()),
        whenYes: fc.oneof(fc.constant('hpi.a'), fc.jsonValue()),
        minimum: fc.jsonValue(),
        maximum: fc.jsonValue(),
        options: fc.oneof(fc.constant(choice.options), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const input = fc.oneof(
      fc.jsonValue(),
      fc.record({
        id: fc.constant('q-1'),
        version: fc.constant(1),
        title: fc.constant(texts),
        items: fc.array(item, { maxLength: 4 }),
      }),
    );
    fc.assert(
      fc.property(input, (json) => {
        const result = checkQuestionnaire(json);
        expect(result.ok || result.problems.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the shipped questionnaire (design: items of adult-intake v1)', () => {
  it('asks these items in this order', () => {
    expect(adultIntake.items.map(({ id, type }) => `${id} ${type}`)).toEqual([
      'hpi.chief_complaint voice',
      'hpi.symptom_duration choice',
      'hpi.pain_level number',
      'ample.allergies yes_no',
      'ample.allergies_detail voice',
      'ample.medications yes_no',
      'ample.medications_detail voice',
      'ample.past_medical_history yes_no',
      'ample.past_medical_history_detail voice',
      'ample.last_meal choice',
      'ample.events voice',
      'family_history.heart_disease yes_no',
      'family_history.diabetes yes_no',
      'family_history.cancer yes_no',
    ]);
  });

  it.each(LANGUAGES)('names in %s every key it takes', (language) => {
    for (const item of adultIntake.items) {
      const yesNoKeys = item.type === 'yes_no' ? ['1', '2', '3'] : [];
      const keys = item.type === 'choice' ? item.options.map(({ key }) => key) : yesNoKeys;
      for (const key of keys) expect(item.text[language]).toMatch(new RegExp(`\\b${key}\\b`));
    }
  });
});
