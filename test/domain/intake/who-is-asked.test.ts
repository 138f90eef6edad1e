/** Who is interviewed, and what runs while they say who they are: patients alone, and no recorder. */
import { describe, expect, it } from 'vitest';
import { givenInterview, givenOpening } from '../../support/given-conversation.ts';
import { BIRTH_DATE_KEYS, givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';

describe('somebody who answers for the patient', () => {
  it.each(['en', 'es'] as const)(
    'is told in %s which key leads to staff, and gets there unasked (CL-18, RC-07)',
    (language) => {
      const call = givenOpening(givenPlan({ language, staff: STAFF_ON_DUTY }));
      expect(call.spoken).toMatch(language === 'en' ? /answer for \w+, press 0\./ : /contesta por \w+, oprima 0\./);
      expect(call.keys('0').at).toBe('transferring');
      expect(call.ordered('record_start')).toEqual([]);
    },
  );
});

describe('the recorder', () => {
  it('begins after the birth date was keyed in, and is never paused: its tones are in no recording (RC-05)', () => {
    const call = givenOpening().keys('1', BIRTH_DATE_KEYS);
    expect(call.ordered('record_start')).toEqual([]);
    call.keys('1');
    expect(call.ordered('record_start')).toHaveLength(1);
    expect(call.asked.step).not.toBe('birth_date');
  });
});

describe('what is read back', () => {
  it('is every spoken answer and no other (CL-09)', () => {
    const call = givenInterview().keys('2', '7');
    expect(call.spoken).not.toMatch(/We heard/);
    expect(givenInterview().says('my knee').quiet().spoken).toMatch(/^We heard: my knee\./);
  });
});
