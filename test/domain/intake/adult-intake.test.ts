/** The list of items that a stand-in patient and the note rely on (design: items of adult-intake v1). */
import { expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { ITEM_CODE_SYSTEM } from '../../../src/domain/intake/questionnaire.ts';

it('asks these items in this order, with these keys and values (S1-F05, S1-F06, S1-F07, S1-F08, S1-F09, S1-F11)', () => {
  const items = adultIntake.items.map((item) => {
    const options = item.type === 'choice' ? item.options.map(({ key, value }) => `${key} ${value}`) : [];
    const range = item.type === 'number' ? [`${item.minimum}-${item.maximum}`] : [];
    return [item.id, item.type, ...(item.whenYes ? [`if ${item.whenYes}`] : []), ...options, ...range].join(', ');
  });
  expect(items).toEqual([
    'hpi.chief_complaint, voice',
    'hpi.symptom_duration, choice, 1 less_than_1_day, 2 1_to_3_days, 3 4_to_7_days, 4 more_than_1_week',
    'hpi.pain_level, number, 0-10',
    'ample.allergies, yes_no',
    'ample.allergies_detail, voice, if ample.allergies',
    'ample.medications, yes_no',
    'ample.medications_detail, voice, if ample.medications',
    'ample.past_medical_history, yes_no',
    'ample.past_medical_history_detail, voice, if ample.past_medical_history',
    'ample.last_meal, choice, 1 within_1_hour, 2 1_to_3_hours, 3 3_to_6_hours, 4 more_than_6_hours',
    'ample.events, voice',
    'family_history.heart_disease, yes_no',
    'family_history.diabetes, yes_no',
    'family_history.cancer, yes_no',
  ]);
});

it('is version 1 and leaves machines the neutral message', () => {
  expect(adultIntake).toMatchObject({ id: 'adult-intake', version: 1, voicemail: 'message' });
});

it('names foreign codes only where they are sure (FH-06)', () => {
  const foreign = adultIntake.items.flatMap(({ id, codes = [] }) =>
    codes.filter(({ system }) => system !== ITEM_CODE_SYSTEM).map(({ code }) => `${id} ${code}`),
  );
  expect(foreign).toEqual([
    'hpi.chief_complaint 10154-3',
    'hpi.pain_level 72514-3',
    'hpi.pain_level 225908003',
    'ample.allergies_detail 48765-2',
    'ample.medications_detail 10160-0',
    'ample.past_medical_history_detail 11348-0',
  ]);
});
