import { describe, expect, it } from 'vitest';
import { itemOf } from '../../../src/domain/intake/ask.ts';
import { givenInterview, givenOpening } from '../../support/given-conversation.ts';
import { KEYED_STEPS, talk, USUAL_ENTRIES } from '../../support/given-phone.ts';
import { givenPlan, givenQuestionnaire, number, voice, yesNo } from '../../support/given-plan.ts';

const asked = (call = talk(givenOpening())) => call.ordered('gather_using_speak');

describe('a question', () => {
  it('is one gather per step, in the order of the table, and each is asked once', () => {
    expect(asked().map(({ step }) => step)).toEqual(Object.keys(USUAL_ENTRIES));
    expect(asked(talk(givenOpening(), { consent: '2' })).map(({ step }) => step)).toEqual(KEYED_STEPS);
  });

  it('waits at least 8 s for a first key and 4 s between keys (CL-08)', () => {
    for (const { timeoutMs, interDigitTimeoutMs } of asked()) {
      expect(timeoutMs).toBeGreaterThanOrEqual(8000);
      expect(interDigitTimeoutMs).toBeGreaterThanOrEqual(4000);
    }
  });

  it('takes one key in a menu, and in an entry one more than the longest, for the pound', () => {
    const digits = Object.fromEntries(asked().map(({ step, maximumDigits }) => [step, maximumDigits]));
    const { birth_date, 'hpi.pain_level': pain, ...menus } = digits;
    expect([birth_date, pain]).toEqual([9, 3]);
    expect(new Set(Object.values(menus))).toEqual(new Set([1]));
  });

  it('speaks the words of the questionnaire (TC-25)', () => {
    const plan = givenPlan();
    for (const { step, payload, language } of asked()) {
      const item = itemOf(plan, step);
      if (item) expect(payload).toBe(item.text[language]);
    }
  });

  it('notices a lost answer after prompt, waiting and 10 s, but never later than 75 s', () => {
    const call = givenOpening();
    const { silence } = call.state.timers;
    expect(silence).toBeGreaterThan(call.now + 18_000);
    expect(silence).toBeLessThanOrEqual(call.now + 75_000);
    const birthDate = call.keys('3').keys('1');
    expect(birthDate.state.timers.silence).toBeLessThanOrEqual(birthDate.now + 75_000);
  });

  it('waits for one answer only: no timer runs beside it but the limit of the interview (CL-21)', () => {
    expect(Object.keys(givenInterview().state.timers).sort()).toEqual(['limit', 'silence']);
  });

  it('scales its timer, but not what it asks of Telnyx', () => {
    const plan = givenPlan({ timerScale: 0.05 });
    const [full, scaled] = [givenOpening(), givenOpening(plan)];
    const due = (call: typeof full) => (call.state.timers.silence ?? 0) - call.now;
    expect(due(scaled)).toBeCloseTo(due(full) * 0.05, 0);
    expect(scaled.ordered('gather_using_speak')[0]).toMatchObject({ timeoutMs: 8000, interDigitTimeoutMs: 4000 });
  });
});

describe('the end of the questions', () => {
  it('closes when none is left', () => {
    const plan = givenPlan({ questionnaire: givenQuestionnaire(yesNo('hpi.fever')) });
    const call = givenInterview(plan).keys('2');
    expect([call.at, call.state.outcome, call.lastNames]).toEqual(['closing', 'completed', ['speak']]);
  });

  it('closes at once after the consent when all items need speech and none may be taken', () => {
    const plan = givenPlan({ questionnaire: givenQuestionnaire(voice('hpi.chief_complaint')) });
    const call = givenInterview(plan, '2');
    expect(call.lastNames).toEqual(['speak']);
    expect([call.state.outcome, call.state.tasks]).toEqual(['completed', ['voice_items']]);
  });

  it('gives an entry the room its highest number needs', () => {
    const plan = givenPlan({ questionnaire: givenQuestionnaire(number('hpi.pulse', 0, 999)) });
    expect(givenInterview(plan).ordered('gather_using_speak').at(-1)?.maximumDigits).toBe(4);
  });
});
