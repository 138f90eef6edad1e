/** How each question went, by letter, and what cannot be read out of the letters: what was answered. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import type { TranscriptLine } from '../../../src/domain/intake/call-log.ts';
import type { Answer, Outcome } from '../../../src/domain/intake/state.ts';
import { countedItems, itemCodesOf, itemFigures } from '../../../src/domain/stats/item-codes.ts';

const ITEMS = [
  { id: 'hpi.reason' },
  { id: 'ample.allergies' },
  { id: 'ample.which', whenYes: 'ample.allergies' },
  { id: 'ample.meal' },
] as const;
const said = (...steps: string[]): TranscriptLine[] =>
  steps.map((item, at) => ({ speaker: 'agent', text: 'x', at, item, input: 'voice', confidence: null }));
const codes = (answers: Record<string, Answer['state']>, steps: string[], outcome: Outcome | null = 'partial') =>
  itemCodesOf(
    ITEMS,
    { answers: Object.fromEntries(Object.entries(answers).map(([id, state]) => [id, { state }])), outcome },
    said(...steps),
  );

describe('the letters of a call', () => {
  it('say how each question went, and nothing of one that this call did not put', () => {
    const steps = ['opening', 'consent', 'hpi.reason', 'ample.allergies', 'ample.meal', 'closing'];
    const states = { 'hpi.reason': 'skipped', 'ample.allergies': 'declined', 'ample.meal': 'unclear' } as const;
    expect(codes(states, steps, 'completed')).toBe('sdu');
    // Taken up again: the first is answered from before.
    expect(
      codes(
        { 'hpi.reason': 'answered', 'ample.allergies': 'answered', 'ample.meal': 'answered' },
        steps.slice(3),
        'completed',
      ),
    ).toBe('-aa');
    expect(codes({}, ['opening', 'consent', 'closing'], 'declined')).toBe('---');
  });

  it('say at which question a call ended that was not completed, read-back and goodbye included', () => {
    expect(codes({ 'hpi.reason': 'answered' }, ['hpi.reason', 'ample.allergies'])).toBe('ae-');
    expect(codes({}, ['hpi.reason', 'hpi.reason.confirm'])).toBe('e--');
    expect(
      codes({ 'hpi.reason': 'answered' }, ['hpi.reason', 'ample.allergies', 'red_flag', 'closing'], 'opted_out'),
    ).toBe('ae-');
  });

  it('are capitals where a question was put more than once', () => {
    expect(
      codes({ 'hpi.reason': 'answered' }, ['hpi.reason', 'hpi.reason', 'ample.allergies', 'ample.allergies']),
    ).toBe('AE-');
  });

  it('do not tell one answer from another (HS-18)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('answered', 'none', 'unknown'),
        fc.constantFrom('answered', 'none', 'unknown'),
        fc.boolean(),
        (first, second, wasYes) => {
          const answers = { 'hpi.reason': first, 'ample.allergies': second, 'ample.meal': 'answered' } as const;
          const follow = wasYes ? ['ample.which', 'ample.which'] : [];
          expect(codes(answers, ['hpi.reason', 'ample.allergies', ...follow, 'ample.meal'], 'completed')).toBe('aaa');
        },
      ),
    );
  });

  it('do not tell whether a call ended at a question or at the one that follows a yes (HS-18)', () => {
    const before = { 'hpi.reason': 'answered' } as const;
    const asked = codes(before, ['hpi.reason', 'ample.allergies']);
    const saidYes = codes({ ...before, 'ample.allergies': 'answered' }, [
      'hpi.reason',
      'ample.allergies',
      'ample.which',
    ]);
    expect(saidYes).toBe(asked);
  });
});

describe('the figures of questions', () => {
  it('are counted by place and letter', () => {
    const counts = [
      { place: 0, letter: 'a', calls: 5 },
      { place: 0, letter: 'A', calls: 2 },
      { place: 0, letter: 'e', calls: 1 },
      { place: 1, letter: '-', calls: 1 },
      { place: 1, letter: 'D', calls: 3 },
    ];
    const none = { answered: 0, skipped: 0, declined: 0, unclear: 0, ended_here: 0 };
    expect(itemFigures(ITEMS, counts)).toEqual([
      { item: ITEMS[0], asked: 8, askedAgain: 2, ends: { ...none, answered: 7, ended_here: 1 } },
      { item: ITEMS[1], asked: 3, askedAgain: 3, ends: { ...none, declined: 3 } },
      { item: ITEMS[3], asked: 0, askedAgain: 0, ends: none },
    ]);
  });

  it('end in one way for each call that put the question', () => {
    const letters = fc.stringMatching(/^[-asdueASDUE]{3}$/);
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), (calls) => {
        const counts = calls.flatMap((each) => [...each].map((letter, place) => ({ place, letter, calls: 1 })));
        for (const { asked, ends, askedAgain } of itemFigures(ITEMS, counts)) {
          expect(Object.values(ends).reduce((all, count) => all + count)).toBe(asked);
          expect(askedAgain).toBeLessThanOrEqual(asked);
        }
      }),
    );
  });
});

it('the shipped questionnaire has a letter for each question that every call puts', () => {
  const counted = countedItems(adultIntake.items).map(({ id }) => id);
  expect(counted).toContain('ample.allergies');
  expect(counted).not.toContain('ample.allergies_detail');
});
