/** What a person should look at twice is said and stands in no way; what is no questionnaire at all never makes the judge throw. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { spokenRedFlags } from '../../../src/domain/intake/adult-red-flags.ts';
import { adviseQuestionnaire } from '../../../src/domain/intake/advise-questionnaire.ts';
import { hasErrors, judgeQuestionnaire } from '../../../src/domain/intake/judge-questionnaire.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import type { Item, Questionnaire } from '../../../src/domain/intake/questionnaire.ts';

const advice = (questionnaire: Questionnaire) =>
  adviseQuestionnaire(questionnaire).map(({ pointer, code }) => `${pointer} ${code}`);
const changed = (index: number, change: (item: Item) => object): Questionnaire => ({
  ...adultIntake,
  items: adultIntake.items.map((item, i) => (i === index ? ({ ...item, ...change(item) } as Item) : item)),
});
const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

describe('advice', () => {
  it.each([adultIntake, messageAndReply])('$id needs none', (questionnaire) => {
    expect(adviseQuestionnaire(questionnaire)).toEqual([]);
  });

  it.each<[string, Questionnaire, string[]]>([
    ['a title that was copied', { ...adultIntake, title: { en: 'Intake', es: 'Intake' } }, ['/title not_translated']],
    [
      'a sentence nobody keeps in mind',
      changed(0, ({ text }) => ({ text: { ...text, en: `${words(33)}. ${text.en}` } })),
      ['/items/0/text/en long_sentence'],
    ],
    [
      'a number whose range is not said',
      changed(2, () => ({ minimum: 1 })),
      ['/items/2/text/en range_unexplained', '/items/2/text/es range_unexplained'],
    ],
    [
      'an answer in one language',
      changed(1, (item) => ({
        options:
          item.type === 'choice' &&
          item.options.map((o, i) => (i === 0 ? { ...o, display: { en: 'OK', es: 'OK' } } : o)),
      })),
      ['/items/1/options/0/display not_translated'],
    ],
    ['a detail that waits for nothing', changed(4, () => ({ whenYes: undefined })), ['/items/4 detail_always_asked']],
    [
      'two questions with one standard code',
      changed(6, () => ({ codes: adultIntake.items[4]?.codes })),
      ['/items/6/codes/1 duplicate_code'],
    ],
    [
      'words that only a list can fill',
      changed(0, ({ text }) => ({ text: { en: `{{first_name}}: ${text.en}`, es: `{{first_name}}: ${text.es}` } })),
      ['/items needs_variables'],
    ],
    ['no red flags', { ...adultIntake, redFlags: [] }, ['/redFlags no_red_flags']],
    [
      'more than a call can ask',
      {
        ...adultIntake,
        redFlags: spokenRedFlags,
        items: Array.from({ length: 40 }, (_, i) => ({ ...adultIntake.items[0], id: `hpi.q${i}`, codes: [] }) as Item),
      },
      ['/items too_long_to_finish'],
    ],
  ])('%s', (_, questionnaire, found) => {
    expect(advice(questionnaire)).toEqual(found);
    expect(judgeQuestionnaire(questionnaire).problems.filter(({ level }) => level === 'warning')).toHaveLength(
      found.length,
    );
  });
});

describe('where an item waits for another', () => {
  it.each([
    [{ whenYes: 'hpi.none' }, 'No item of that id is asked earlier.'],
    [{ whenYes: 'ample.medications' }, 'No item of that id is asked earlier.'],
    [{ whenYes: 'hpi.chief_complaint' }, 'Only a yes_no item can be answered yes.'],
    [{ whenYes: 'ample.allergies_detail' }, 'It waits for itself.'],
  ])('%j', (change, start) => {
    const { questionnaire, problems } = judgeQuestionnaire(changed(4, () => change));
    expect(questionnaire).toBeNull();
    expect(problems).toMatchObject([{ pointer: '/items/4/whenYes', code: 'unreachable_item', level: 'error' }]);
    expect(problems[0]?.detail.startsWith(start)).toBe(true);
  });
});

it('a spoken answer or a date has no digits to press', () => {
  const pressing = changed(0, ({ text }) => ({ text: { ...text, en: `Press 5 to begin. ${text.en}` } }));
  expect(judgeQuestionnaire(pressing).problems).toContainEqual(
    expect.objectContaining({ pointer: '/items/0/text/en', code: 'dead_key', level: 'error' }),
  );
});

it('every problem is a sentence that says what to do, at a place that is in the definition', () => {
  const bad = {
    ...adultIntake,
    title: { en: 'Free gift', es: 'Free gift' },
    items: adultIntake.items.map((item) => ({ ...item, codes: [] })),
    redFlags: [],
    texts: { closing: { en: 'You should rest.', es: 'You should rest.' } },
  };
  const { problems } = judgeQuestionnaire(bad);
  expect(problems.length).toBeGreaterThan(20);
  for (const { detail } of problems) expect(detail).toMatch(/^([A-Z]{2}-\d+: )?[A-Z].*[.?]$/);
});

it('a number is given when it is kept: one that is missing is no problem, one that is none is', () => {
  const { version: _, ...unnumbered } = adultIntake;
  expect(hasErrors(judgeQuestionnaire(unnumbered))).toBe(false);
  expect(judgeQuestionnaire({ ...adultIntake, version: 'one' }).problems).toMatchObject([{ code: 'bad_version' }]);
});

it('judges whatever comes, and never throws', () => {
  const json = fc.json().map((text) => JSON.parse(text) as unknown);
  fc.assert(
    fc.property(json, (input) => {
      const judgement = judgeQuestionnaire(input);
      expect(judgement.questionnaire === null).toBe(hasErrors(judgement));
    }),
  );
  // One part of a sound one replaced by anything.
  const part = fc.constantFrom('id', 'title', 'items', 'redFlags', 'voicemail', 'texts');
  fc.assert(
    fc.property(part, json, (name, value) => {
      judgeQuestionnaire({ ...adultIntake, [name]: value });
      judgeQuestionnaire({
        ...adultIntake,
        items: [{ ...adultIntake.items[1], [name === 'items' ? 'options' : 'text']: value }],
      });
    }),
  );
});
