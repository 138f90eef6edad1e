import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import {
  callTexts,
  consentWording,
  promptEstimateMs,
  say,
  spokenNumber,
} from '../../../src/domain/intake/call-texts.ts';
import { LANGUAGES, MAX_PROMPT_LENGTH } from '../../../src/domain/intake/questionnaire.ts';
import { givenPlan } from '../../support/given-plan.ts';

const marksOf = (text: string): string[] => [...text.matchAll(/\{[^}]*\}/g)].map(([mark]) => mark).sort();
const names = Object.keys(callTexts.en) as (keyof typeof callTexts.en)[];

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = callTexts[language];

  it.each(['openingNamed', 'openingUnnamed'] as const)(
    '%s names the clinic first (TC-06) and the opt-out right after it (TC-08)',
    (name) => {
      const [first, second] = texts[name].split('. ');
      expect(first).toMatch(/(automated call from|llamada automática de) \{clinic\}$/);
      expect(second).toMatch(/(press|oprima) 9$/);
    },
  );

  it.each(['openingNamed', 'openingUnnamed'] as const)('%s tells of 911 before it asks anything (CL-01)', (name) => {
    const text = texts[name];
    expect(text).toMatch(/(hang up and dial|cuelgue y marque) 9 1 1/);
    expect(text.indexOf('9 1 1')).toBeLessThan(text.search(/(press|oprima) 1\b/i));
  });

  it.each(['openingNamed', 'openingUnnamed'] as const)(
    '%s offers every key it takes, and the other language in that language (CL-14)',
    (name) => {
      for (const key of ['1', '2', '9', '0']) expect(texts[name]).toMatch(new RegExp(`(press|oprima) ${key}\\b`, 'i'));
      expect(texts[name]).toContain(language === 'en' ? 'Para español, oprima tres' : 'For English, press three');
    },
  );

  it.each(['closing', 'partialClosing', 'declined', 'staffCallback', 'identityFailed', 'fault'] as const)(
    '%s ends with 911 and a goodbye (CL-20)',
    (name) => {
      expect(texts[name]).toMatch(/9 1 1\. (Goodbye|Adiós)\.$/);
    },
  );

  it('acknowledges an opt-out in two words (TC-08)', () => {
    expect(texts.optedOut.split(' ')).toHaveLength(2);
  });

  it('names every star command in the command prompt', () => {
    for (const key of ['7', '8', '0', '9']) expect(texts.commands).toContain(key);
    expect(texts.commands).toMatch(/star|asterisco/);
  });

  it('says nothing of the reason for the visit or of the record before the patient is known (HS-15, CL-16, T16)', () => {
    const before = [
      'openingNamed',
      'openingUnnamed',
      'birthDate',
      'wrongPerson',
      'optedOut',
      'identityFailed',
      'invalid',
      'silent',
    ] as const;
    for (const name of before) {
      expect(texts[name]).not.toMatch(
        /visit|appointment|doctor|pain|medic|result|treat|visita|cita|dolor|resultad|\{last_name\}/i,
      );
    }
  });

  it('gives no advice and no reassurance (CL-12, S1-F15)', () => {
    for (const name of names)
      expect(texts[name]).not.toMatch(/don't worry|you should|diagnos|it is nothing|no se preocupe|debería/i);
  });

  it.each(names)('%s fits one prompt, with a lead and long names', (name) => {
    const plan = givenPlan({ patient: { firstName: 'R'.repeat(100) }, clinic: { name: 'C'.repeat(200) } });
    expect(`${texts.invalid} ${say(plan, language, name)}`.length).toBeLessThanOrEqual(MAX_PROMPT_LENGTH);
  });

  it.each(names)('%s leaves no mark unfilled', (name) => {
    expect(marksOf(say(givenPlan(), language, name))).toEqual(name === 'confirm' ? ['{words}'] : []);
  });

  it('gives every item of the shipped questionnaire a text that fits one prompt', () => {
    for (const item of adultIntake.items) {
      expect(item.text[language].trim()).not.toBe('');
      expect(`${texts.invalid} ${item.text[language]}`.length).toBeLessThanOrEqual(MAX_PROMPT_LENGTH);
    }
  });

  it('names the questionnaire in the version of consent words of its own (RC-01)', () => {
    const consent = { en: 'Yes?', es: '¿Sí?' };
    const own = { ...adultIntake, id: 'short', version: 3, texts: { consent } };
    expect(consentWording(own, language)).toBe(`consent-${language}-short-3`);
    expect(say(givenPlan({ questionnaire: own }), language, 'consent')).toBe(consent[language]);
  });

  it('names the version of the consent words', () => {
    expect(consentWording(adultIntake, language)).toBe(`consent-${language}-1`);
  });
});

it.each(names)('%s carries the same marks in every language (CL-14)', (name) => {
  const sets = LANGUAGES.map((language) => marksOf(callTexts[language][name]).join());
  expect(new Set(sets).size).toBe(1);
});

describe('say', () => {
  it('speaks the callback number digit by digit', () => {
    expect(say(givenPlan(), 'en', 'callerClosing')).toContain('call 2 0 2, 5 5 5, 0 1 0 0.');
    expect(say(givenPlan(), 'en', 'voicemail')).toContain('dial 2 0 2, 5 5 5, 0 1 0 2.');
  });

  it('takes names literally, even with signs that mean something to a replacement', () => {
    const plan = givenPlan({ clinic: { name: 'Cash $$ & Care $&' }, patient: { firstName: "D'$1 $`" } });
    const opening = say(plan, 'en', 'openingNamed');
    expect(opening).toContain('call from Cash $$ & Care $&. ');
    expect(opening).toContain("If you are D'$1 $`, press 1.");
  });
});

it.each([
  ['+12025550100', '2 0 2, 5 5 5, 0 1 0 0'],
  ['2025550100', '2 0 2, 5 5 5, 0 1 0 0'],
  ['911', '9 1 1'],
  ['+442079460000', '4 4 2 0 7 9 4 6 0 0 0 0'],
])('speaks %s as %j', (number, words) => {
  expect(spokenNumber(number)).toBe(words);
});

it('estimates a prompt generously: at least a second for every twelve characters', () => {
  expect(promptEstimateMs('')).toBe(1000);
  expect(promptEstimateMs('x'.repeat(120))).toBe(11_000);
});
