/** What staff may put right in a note, and that nothing the patient said is lost by it. */
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import {
  type Correction,
  checkCorrection,
  keepCorrections,
  withCorrections,
} from '../../../src/domain/note/correct-note.ts';
import type { Note, NoteAnswer } from '../../../src/domain/note/note.ts';

const check = (item: string, state: Correction['state'], value: Correction['value'] = null) => {
  const checked = checkCorrection(adultIntake, 'es', { item, state, value });
  return checked.ok ? checked.answer : `${checked.problem.field} ${checked.problem.code}`;
};

describe('a correction', () => {
  it.each<[string, Correction['state'], Correction['value'], unknown]>([
    ['ample.allergies', 'answered', null, { state: 'answered', value: true }],
    ['ample.allergies', 'answered', true, { state: 'answered', value: true }],
    ['ample.allergies', 'answered', false, 'value invalid'],
    ['ample.allergies', 'none', null, { state: 'none', value: false }],
    ['ample.allergies', 'none', 'no', 'value invalid'],
    ['ample.allergies', 'unknown', null, { state: 'unknown', value: null }],
    ['hpi.pain_level', 'answered', 0, { state: 'answered', value: 0 }],
    ['hpi.pain_level', 'answered', '10', { state: 'answered', value: 10 }],
    ['hpi.pain_level', 'answered', 11, 'value invalid'],
    ['hpi.pain_level', 'answered', 2.5, 'value invalid'],
    ['hpi.pain_level', 'answered', '-1', 'value invalid'],
    ['hpi.pain_level', 'answered', null, 'value invalid'],
    ['hpi.pain_level', 'none', null, 'state invalid'],
    ['hpi.pain_level', 'declined', 3, 'value invalid'],
    ['hpi.pain_level', 'declined', null, { state: 'declined' }],
    ['hpi.symptom_duration', 'answered', '1_to_3_days', expect.objectContaining({ value: '1_to_3_days' })],
    ['hpi.symptom_duration', 'answered', '2', 'value invalid'],
    ['hpi.chief_complaint', 'answered', ' sore knee ', { state: 'answered', value: 'sore knee', display: 'sore knee' }],
    ['hpi.chief_complaint', 'answered', '  ', 'value invalid'],
    ['hpi.chief_complaint', 'answered', 7, 'value invalid'],
    ['hpi.chief_complaint', 'answered', 'x'.repeat(2001), 'value invalid'],
    ['hpi.chief_complaint', 'skipped', null, { state: 'skipped' }],
    ['hpi.nothing', 'answered', 'x', 'item unknown'],
    ['__proto__', 'answered', 'x', 'item unknown'],
  ])('of %s to %s %j fits its question or says why not', (item, state, value, wanted) => {
    expect(check(item, state, value)).toEqual(wanted);
  });

  it('shows a choice in the language of the call', () => {
    const option = adultIntake.items.flatMap((item) => (item.type === 'choice' ? item.options : []))[0]!;
    expect(check('hpi.symptom_duration', 'answered', option.value)).toMatchObject({ display: option.display.es });
  });
});

const SAID: NoteAnswer = { state: 'answered', value: 'tight chest', input: 'voice', confidence: 0.4, event_id: 'ev2' };
const note = (changes: Partial<Note> = {}) =>
  ({
    hpi: { chief_complaint: SAID, pain_level: { state: 'skipped' } },
    ample: {},
    family_history: {},
    ...changes,
  }) as Note;
const AT = '2026-11-20T16:00:00.000Z';
const put = (words: string, before: Note, by = 'ann') =>
  ({
    ...before,
    ...withCorrections(
      before,
      new Map([['hpi.chief_complaint', { state: 'answered', value: words } as const]]),
      by,
      AT,
    ),
  }) as Note;

describe('a corrected answer', () => {
  it('says who entered it and when, and keeps what the patient said, however often it is corrected', () => {
    const once = put('tight chest since Monday', note());
    expect(once.hpi).toEqual({
      chief_complaint: {
        ...{ state: 'answered', value: 'tight chest since Monday', input: 'staff', timestamp: AT, corrected_by: 'ann' },
        previous: SAID,
      },
      pain_level: { state: 'skipped' },
    });
    expect(put('chest pain', once, 'bob').hpi['chief_complaint']).toMatchObject({
      ...{ value: 'chest pain', corrected_by: 'bob', previous: SAID },
    });
    expect(once.message).toBeUndefined();
  });

  it('outlives a later account of the call, which brings what else it brings', () => {
    const corrected = put('tight chest since Monday', note());
    const later = note({
      hpi: { chief_complaint: SAID, pain_level: { state: 'answered', value: 4 } },
      completed_at: AT,
    });
    expect(keepCorrections(later, corrected)).toEqual({
      ...later,
      hpi: { chief_complaint: corrected.hpi['chief_complaint'], pain_level: { state: 'answered', value: 4 } },
    });
  });
});
