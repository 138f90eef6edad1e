/** What differs between two versions, item by item: nothing is left out, and nothing is said that is no difference. */
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { compareQuestionnaires } from '../../../src/domain/intake/compare-questionnaires.ts';
import type { Item, Questionnaire } from '../../../src/domain/intake/questionnaire.ts';
import { yesNo } from '../../support/given-plan.ts';

const NOTHING = { about: [], items: [], reordered: false, redFlags: [], texts: [] };
const compare = (change: Partial<Questionnaire>) => compareQuestionnaires(adultIntake, { ...adultIntake, ...change });
const [first, second, ...rest] = adultIntake.items as [Item, Item, ...Item[]];

describe('compareQuestionnaires', () => {
  it('finds nothing where nothing differs, whatever the number', () => {
    expect(compare({ version: 2 })).toEqual(NOTHING);
    expect(compareQuestionnaires(adultIntake, JSON.parse(JSON.stringify(adultIntake)))).toEqual(NOTHING);
  });

  it('finds a text, a title, the voicemail', () => {
    const text = { ...first.text, en: 'Why do you come?' };
    const title = { en: 'Intake', es: adultIntake.title.es };
    expect(compare({ title, voicemail: 'silence', items: [{ ...first, text }, second, ...rest] })).toEqual({
      ...NOTHING,
      about: [
        { name: 'title en', before: 'Adult intake', after: 'Intake' },
        { name: 'voicemail', before: 'message', after: 'silence' },
      ],
      items: [
        {
          ...{ id: first.id, kind: 'changed' },
          differences: [{ name: 'text en', before: first.text.en, after: 'Why do you come?' }],
        },
      ],
    });
  });

  it('finds what was added, what is gone, and another order', () => {
    const found = compare({ items: [second, ...rest, yesNo('hpi.fever')] });
    expect(found.items.map(({ id, kind }) => [id, kind])).toEqual([
      ['hpi.fever', 'added'],
      [first.id, 'removed'],
    ]);
    expect(found.items[0]?.differences).toContainEqual({ name: 'type', before: null, after: 'yes_no' });
    expect(found.reordered).toBe(false);
    expect(compare({ items: [second, first, ...rest] })).toEqual({ ...NOTHING, reordered: true });
  });

  it('finds an answer, a phrase wherever it stands in its list, and own wording', () => {
    if (second.type !== 'choice') throw new Error('the second is a choice');
    const options = second.options.map((option, i) => (i === 0 ? { ...option, value: 'hours' } : option));
    const [rule, ...rules] = adultIntake.redFlags;
    if (rule === undefined) throw new Error('there are rules');
    const when = rule.when.map((condition) =>
      'phrases' in condition
        ? { phrases: { ...condition.phrases, en: ['elephant', ...condition.phrases.en] } }
        : condition,
    );
    const found = compare({
      items: [first, { ...second, options }, ...rest],
      redFlags: [{ ...rule, when }, ...rules],
      texts: { closing: { en: 'Bye.', es: 'Adiós.' } },
    });
    expect(found.items).toEqual([
      {
        ...{ id: second.id, kind: 'changed' },
        differences: [{ name: 'options 1 value', before: 'less_than_1_day', after: 'hours' }],
      },
    ]);
    expect(found.redFlags).toEqual([
      {
        ...{ id: rule.id, kind: 'changed' },
        differences: [{ name: 'when 1 phrases en', before: null, after: 'elephant' }],
      },
    ]);
    expect(found.texts).toEqual([
      {
        ...{ id: 'closing', kind: 'added' },
        differences: [
          { name: 'en', before: null, after: 'Bye.' },
          { name: 'es', before: null, after: 'Adiós.' },
        ],
      },
    ]);
  });
});
