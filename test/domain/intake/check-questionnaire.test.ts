import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import { checkQuestionnaire } from '../../../src/domain/intake/check-questionnaire.ts';
import { lintQuestionnaire } from '../../../src/domain/intake/lint-questionnaire.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import { LANGUAGES, MAX_PROMPT_LENGTH, MAX_TEXT_LENGTH } from '../../../src/domain/intake/questionnaire.ts';

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
const voice = { id: 'hpi.chief_complaint', type: 'voice', text: texts };
const date = { id: 'hpi.since', type: 'date', notFuture: true, text: texts };
const message = { id: 'message.news', type: 'message', text: texts };
const questionnaire = (...items: unknown[]) => ({
  ...{ id: 'q-1', version: 1, title: texts, items },
  ...{ redFlags: [] as unknown, voicemail: 'message' as unknown },
});
const phrases = { en: ['chest ... pain'], es: ['dolor ... pecho'] };
const flag = { id: 'flag', level: 'urgent', advice: '911', when: [{ phrases }] as unknown };
const flagged = (...when: unknown[]) => ({
  ...questionnaire(yesNo, choice, number, voice),
  redFlags: [{ ...flag, when }],
});

function problemsOf(input: unknown): [string, string][] {
  const result = checkQuestionnaire(input);
  return result.ok ? [] : result.problems.map(({ pointer, code }) => [pointer, code]);
}

describe('checkQuestionnaire', () => {
  it.each([adultIntake, messageAndReply])('accepts what is shipped, unchanged by storage: $id', (shipped) => {
    expect(checkQuestionnaire(shipped)).toEqual({ ok: true, questionnaire: shipped });
    expect(problemsOf(JSON.parse(JSON.stringify(shipped)))).toEqual([]);
  });

  it('accepts one item of every type', () => {
    const detail = { id: 'ample.allergies_detail', type: 'voice', text: texts, whenYes: 'ample.allergies' };
    expect(problemsOf(questionnaire(yesNo, detail, choice, number, date, { ...voice, limitSeconds: 40 }))).toEqual([]);
    const recorded = { ...message, id: 'message.audio', audio: true };
    expect(problemsOf(questionnaire(message, recorded, { ...message, id: 'message.last' }))).toEqual([]);
  });

  it('accepts variables in the words of an item', () => {
    const filled = { en: '{{first_name}}, {{day_2}}: yes?', es: '{{day_2}}, ¿{{first_name}}?' };
    expect(problemsOf(questionnaire({ ...yesNo, text: filled }))).toEqual([]);
  });

  it('accepts conditions of every kind, codes, silence for machines, and wording of its own', () => {
    const codes = [{ system: 'http://loinc.org', code: '10154-3', display: 'Chief complaint' }];
    const when = [
      { item: yesNo.id, equals: false },
      { item: choice.id, equals: 'then' },
      { item: number.id, equals: 0 },
      { item: number.id, atLeast: 10 },
      { phrases },
    ];
    const own = {
      openingNamed: { en: '{clinic} {first_name}', es: '{clinic}' },
      confirm: { en: '{words}', es: '{words}' },
    };
    const input = { ...questionnaire(yesNo, choice, number, { ...voice, codes }), redFlags: [{ ...flag, when }] };
    expect(problemsOf({ ...input, voicemail: 'silence', texts: own })).toEqual([]);
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
    ['an item named confirm', questionnaire({ ...yesNo, id: 'hpi.confirm' }), ['/items/0/id', 'reserved_item']],
    [
      'an item with a long name',
      questionnaire({ ...yesNo, id: `hpi.${'x'.repeat(49)}` }),
      ['/items/0/id', 'bad_item_id'],
    ],
    ['an unknown type', questionnaire({ ...yesNo, type: 'color' }), ['/items/0/type', 'bad_type']],
    [
      '61 items',
      questionnaire(...Array.from({ length: 61 }, (_, i) => ({ ...yesNo, id: `hpi.q${i}` }))),
      ['/items', 'too_many_items'],
    ],
    ['a misspelt field', { ...questionnaire(yesNo), redflags: [] }, ['/redflags', 'unknown_field']],
    [
      'a field that stores badly',
      JSON.parse(`{"__proto__":1,${JSON.stringify(questionnaire(yesNo)).slice(1)}`),
      ['/__proto__', 'unknown_field'],
    ],
    [
      'a field of another type',
      questionnaire({ ...yesNo, limitSeconds: 20 }),
      ['/items/0/limitSeconds', 'unknown_field'],
    ],
    [
      'a third language',
      questionnaire({ ...yesNo, text: { ...texts, fr: 'x' } }),
      ['/items/0/text/fr', 'unknown_field'],
    ],
    [
      'a mark in an item',
      questionnaire({ ...yesNo, text: { ...texts, en: 'Hi {first_name}' } }),
      ['/items/0/text/en', 'unknown_mark'],
    ],
    [
      'a variable that is not closed (C34)',
      questionnaire({ ...yesNo, text: { ...texts, en: 'Hi {{first_name}, ready?' } }),
      ['/items/0/text/en', 'bad_variable'],
    ],
    [
      'a variable that is not opened',
      questionnaire({ ...yesNo, text: { ...texts, es: 'Hola first_name}}' } }),
      ['/items/0/text/es', 'bad_variable'],
    ],
    [
      'a variable whose name is none',
      questionnaire({ ...yesNo, text: { ...texts, en: 'Hi {{First name}}' } }),
      ['/items/0/text/en', 'bad_variable'],
    ],
    [
      'a variable without a name',
      questionnaire({ ...yesNo, text: { ...texts, en: 'Hi {{}}' } }),
      ['/items/0/text/en', 'bad_variable'],
    ],
    [
      'a mark beside a variable',
      questionnaire({ ...yesNo, text: { ...texts, en: 'Hi {{first_name}} of {clinic}' } }),
      ['/items/0/text/en', 'unknown_mark'],
    ],
    [
      'a variable in the title, which staff read',
      { ...questionnaire(yesNo), title: { ...texts, en: 'For {{first_name}}' } },
      ['/title/en', 'unknown_mark'],
    ],
    [
      'a variable where a stranger may listen (HS-16)',
      { ...questionnaire(yesNo), texts: { voicemail: { ...texts, en: 'Hello {{first_name}}' } } },
      ['/texts/voicemail/en', 'unknown_mark'],
    ],
    ['a message with a key', questionnaire({ ...message, options: [] }), ['/items/0/options', 'unknown_field']],
    ['a message with other audio', questionnaire({ ...message, audio: 'a.mp3' }), ['/items/0/audio', 'bad_audio']],
    [
      'a title as long as a book',
      { ...questionnaire(yesNo), title: { ...texts, es: 'x'.repeat(101) } },
      ['/title/es', 'text_too_long'],
    ],
    ['a long voice answer', questionnaire({ ...voice, limitSeconds: 41 }), ['/items/0/limitSeconds', 'bad_limit']],
    ['a short voice answer', questionnaire({ ...voice, limitSeconds: 9 }), ['/items/0/limitSeconds', 'bad_limit']],
    ['half seconds', questionnaire({ ...voice, limitSeconds: 20.5 }), ['/items/0/limitSeconds', 'bad_limit']],
    [
      'a date that does not say which',
      questionnaire({ ...date, notFuture: 'yes' }),
      ['/items/0/notFuture', 'bad_not_future'],
    ],
    ['no voicemail policy', { ...questionnaire(yesNo), voicemail: undefined }, ['/voicemail', 'bad_voicemail']],
    ['no red flags', { ...questionnaire(yesNo), redFlags: undefined }, ['/redFlags', 'no_red_flags']],
    ['61 red flags', { ...questionnaire(yesNo), redFlags: Array(61).fill(flag) }, ['/redFlags', 'too_many_red_flags']],
    ['a red flag that is no object', { ...questionnaire(yesNo), redFlags: [1] }, ['/redFlags/0', 'not_an_object']],
    [
      'the same red flag twice',
      { ...questionnaire(yesNo), redFlags: [flag, flag] },
      ['/redFlags/1/id', 'duplicate_red_flag'],
    ],
    [
      'a red flag without a name',
      { ...questionnaire(yesNo), redFlags: [{ ...flag, id: 'X' }] },
      ['/redFlags/0/id', 'bad_id'],
    ],
    [
      'a red flag of another level',
      { ...questionnaire(yesNo), redFlags: [{ ...flag, level: 'low' }] },
      ['/redFlags/0/level', 'bad_level'],
    ],
    [
      'advice to call elsewhere',
      { ...questionnaire(yesNo), redFlags: [{ ...flag, advice: '411' }] },
      ['/redFlags/0/advice', 'bad_advice'],
    ],
    [
      'a red flag with more to it',
      { ...questionnaire(yesNo), redFlags: [{ ...flag, note: '' }] },
      ['/redFlags/0/note', 'unknown_field'],
    ],
    ['a red flag without conditions', flagged(), ['/redFlags/0/when', 'no_conditions']],
    ['a condition that is no object', flagged('pain'), ['/redFlags/0/when/0', 'not_an_object']],
    [
      'a red flag on an item that is not there',
      flagged({ item: 'hpi.none', equals: 1 }),
      ['/redFlags/0/when/0/item', 'unknown_item'],
    ],
    ['yes to a choice', flagged({ item: choice.id, equals: true }), ['/redFlags/0/when/0/equals', 'unfit_value']],
    [
      'a choice that is no option',
      flagged({ item: choice.id, equals: 'soon' }),
      ['/redFlags/0/when/0/equals', 'unfit_value'],
    ],
    ['a word for yes', flagged({ item: yesNo.id, equals: 'yes' }), ['/redFlags/0/when/0/equals', 'unfit_value']],
    ['a number out of range', flagged({ item: number.id, equals: 11 }), ['/redFlags/0/when/0/equals', 'unfit_value']],
    [
      'a threshold never reached',
      flagged({ item: number.id, atLeast: 11 }),
      ['/redFlags/0/when/0/atLeast', 'unfit_value'],
    ],
    [
      'a threshold for a choice',
      flagged({ item: choice.id, atLeast: 1 }),
      ['/redFlags/0/when/0/atLeast', 'unfit_value'],
    ],
    [
      'a fixed spoken answer',
      flagged({ item: voice.id, equals: 'pain' }),
      ['/redFlags/0/when/0/equals', 'unfit_value'],
    ],
    [
      'both kinds of condition',
      flagged({ item: number.id, atLeast: 1, equals: 2 }),
      ['/redFlags/0/when/0/equals', 'unknown_field'],
    ],
    [
      'phrases in one language',
      flagged({ phrases: { en: ['fire'] } }),
      ['/redFlags/0/when/0/phrases/es', 'no_phrases'],
    ],
    [
      'no phrases in one language',
      flagged({ phrases: { ...phrases, en: [] } }),
      ['/redFlags/0/when/0/phrases/en', 'no_phrases'],
    ],
    ['phrases that are no list', flagged({ phrases: 'fire' }), ['/redFlags/0/when/0/phrases', 'not_an_object']],
    [
      'a phrase that is no pattern',
      flagged({ phrases: { ...phrases, es: ['a', '...'] } }),
      ['/redFlags/0/when/0/phrases/es/1', 'bad_phrase'],
    ],
    ['codes that are no list', questionnaire({ ...yesNo, codes: {} }), ['/items/0/codes', 'bad_codes']],
    ['a code that is no object', questionnaire({ ...yesNo, codes: ['x'] }), ['/items/0/codes/0', 'not_an_object']],
    [
      'a code of no system',
      questionnaire({ ...yesNo, codes: [{ system: 'loinc', code: '1', display: 'x' }] }),
      ['/items/0/codes/0/system', 'bad_system'],
    ],
    [
      'a blank code',
      questionnaire({ ...yesNo, codes: [{ system: 'urn:x', code: ' 1', display: 'x' }] }),
      ['/items/0/codes/0/code', 'bad_code'],
    ],
    [
      'a code without a name',
      questionnaire({ ...yesNo, codes: [{ system: 'urn:x', code: '1', display: '' }] }),
      ['/items/0/codes/0/display', 'bad_display'],
    ],
    ['wording that is no object', { ...questionnaire(yesNo), texts: [] }, ['/texts', 'not_an_object']],
    [
      'wording of a text there is not',
      { ...questionnaire(yesNo), texts: { 'a/b': texts } },
      ['/texts/a~1b', 'unknown_text'],
    ],
    [
      'wording inherited by every object',
      { ...questionnaire(yesNo), texts: { toString: texts } },
      ['/texts/toString', 'unknown_text'],
    ],
    [
      'wording in one language (CL-14)',
      { ...questionnaire(yesNo), texts: { closing: { en: 'x' } } },
      ['/texts/closing/es', 'missing_text'],
    ],
    [
      'wording with a mark nobody fills',
      { ...questionnaire(yesNo), texts: { closing: { ...texts, en: '{words}' } } },
      ['/texts/closing/en', 'unknown_mark'],
    ],
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
      'ten options',
      questionnaire({ ...choice, options: Array(10).fill(choice.options[0]) }),
      ['/items/0/options', 'too_many_options'],
    ],
    [
      'a value twice',
      questionnaire({ ...choice, options: [...choice.options, { key: '3', value: 'now', display: texts }] }),
      ['/items/0/options/2/value', 'duplicate_value'],
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
      '/redFlags',
      '/voicemail',
    ]);
  });

  it('refuses an unfit range without tripping over it', () => {
    const odd = { ...number, minimum: { valueOf: 1, toString: 1 } };
    const input = { ...questionnaire(odd), redFlags: [{ ...flag, when: [{ item: number.id, atLeast: 1 }] }] };
    expect(problemsOf(input)).toEqual([
      ['/items/0/minimum', 'bad_range'],
      ['/redFlags/0/when/0/atLeast', 'unfit_value'],
    ]);
  });

  it('is total: any JSON gets a verdict, whatever stands in the place of a part', () => {
    const whole = { ...adultIntake, texts: { closing: texts }, redFlags: adultIntake.redFlags.slice(-2) };
    const paths = pathsOf(whole);
    const strange = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        null,
        '',
        -1,
        1e21,
        [],
        {},
        [[]],
        { valueOf: 1, toString: 1 },
        '__proto__',
        'constructor',
        '{',
        '~',
        'a|',
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fc.constant(null), fc.constantFrom(...paths)), strange, (path, value) => {
        const result = checkQuestionnaire(path === null ? value : replaced(whole, path, value));
        if (!result.ok) {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { pointer, code, detail } of result.problems) {
            expect(pointer === '' || pointer.startsWith('/')).toBe(true);
            expect(code).toMatch(/^[a-z_]+$/);
            expect(detail).toMatch(/^\S.+[.:]?/);
          }
        } else {
          // What passes can be linted.
          expect(() => lintQuestionnaire(result.questionnaire)).not.toThrow();
        }
      }),
      { numRuns: 2000 },
    );
  });
});

type Path = readonly (string | number)[];
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf((value as Record<string | number, unknown>)[key], [...path, key]))];
}
function replaced(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const part = Array.isArray(whole) ? [...whole] : { ...(whole as object) };
  Reflect.set(part, key, replaced(Reflect.get(part, key), rest, value));
  return part;
}
