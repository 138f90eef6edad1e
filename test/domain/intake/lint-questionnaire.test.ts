/** What may be approved: the shipped questionnaires may; each rule is broken once, and the linter names the place and the rule. */
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { type ScriptText, scriptText } from '../../../src/domain/intake/call-texts.ts';
import { checkQuestionnaire } from '../../../src/domain/intake/check-questionnaire.ts';
import { lintQuestionnaire } from '../../../src/domain/intake/lint-questionnaire.ts';
import { messageAndReply } from '../../../src/domain/intake/message-and-reply.ts';
import type { Item, Language, Questionnaire } from '../../../src/domain/intake/questionnaire.ts';

const broken = (questionnaire: Questionnaire) =>
  lintQuestionnaire(questionnaire).map(({ pointer, code, detail }) => `${pointer} ${code} ${detail.split(':')[0]}`);

/** The shipped words of one text, changed in one language. */
function reworded(name: ScriptText, language: Language, from: string | RegExp, to: string): Questionnaire {
  const shipped = { en: scriptText(adultIntake, 'en', name), es: scriptText(adultIntake, 'es', name) };
  const changed = shipped[language].replace(from, to);
  expect(changed).not.toBe(shipped[language]);
  return { ...adultIntake, texts: { [name]: { ...shipped, [language]: changed } } };
}

/** The first item of that type, changed. */
function changedItem(type: Item['type'], change: (item: Item) => object): Questionnaire {
  const index = adultIntake.items.findIndex((item) => item.type === type);
  const items = adultIntake.items.map((item, i) => (i === index ? ({ ...item, ...change(item) } as Item) : item));
  return { ...adultIntake, items };
}
const withMessage = (texts: Item['text']): Questionnaire => ({
  ...adultIntake,
  items: [
    ...adultIntake.items,
    {
      ...{ id: 'message.news', type: 'message', text: texts },
      codes: [{ system: 'urn:telnyx-edge-intake:item', code: 'message.news', display: 'News' }],
    },
  ],
});
const text = (type: Item['type'], language: Language, from: string | RegExp, to: string): Questionnaire =>
  changedItem(type, (item) => ({ text: { ...item.text, [language]: item.text[language].replace(from, to) } }));

describe('what is shipped', () => {
  it.each([adultIntake, messageAndReply])('$id may be approved', (questionnaire) => {
    expect(checkQuestionnaire(questionnaire)).toMatchObject({ ok: true });
    expect(lintQuestionnaire(questionnaire)).toEqual([]);
  });

  it('leaves silence to machines when so wished', () => {
    expect(lintQuestionnaire({ ...adultIntake, voicemail: 'silence' })).toEqual([]);
  });
});

describe('the words around the items (HS-16, T16)', () => {
  it.each<[string, Questionnaire, string[]]>([
    [
      'the clinic is not named first',
      reworded('openingNamed', 'en', 'from {clinic}. To stop', '. We are {clinic}. To stop'),
      ['/texts/openingNamed/en clinic_unnamed TC-06', '/texts/openingNamed/en opt_out_late TC-08'],
    ],
    [
      'the call is not said to be automated',
      reworded('openingUnnamed', 'es', ' automática', ''),
      ['/texts/openingUnnamed/es not_said_automated TC-24'],
    ],
    [
      'the opt-out comes later',
      reworded('openingInbound', 'en', /(To stop.*?9\.) (In an emergency.*?1\.)/, '$2 $1'),
      ['/texts/openingInbound/en opt_out_late TC-08'],
    ],
    [
      'the emergency comes after a question',
      reworded('openingNamed', 'es', /(En una emergencia.*? 1 1\.)(.*)$/, '$2 $1'),
      ['/texts/openingNamed/es emergency_late CL-01'],
    ],
    [
      'the staff key is missing',
      reworded('openingUnnamed', 'en', ' For our staff, press 0.', ''),
      ['/texts/openingUnnamed/en key_unexplained CL-05', '/texts/openingUnnamed languages_differ CL-14'],
    ],
    [
      'the wrong person has no key',
      reworded('openingNamed', 'en', ' If we have the wrong person, press 2.', ''),
      ['/texts/openingNamed/en key_unexplained CL-05', '/texts/openingNamed languages_differ CL-14'],
    ],
    [
      'the other language is offered in this one',
      reworded('openingNamed', 'en', 'Para español, oprima tres', 'For Spanish, press three'),
      ['/texts/openingNamed/en no_other_language CL-14'],
    ],
    [
      'a stranger hears why we call',
      reworded('openingUnnamed', 'en', 'If you expect this call', 'If you expect this call about your appointment'),
      ['/texts/openingUnnamed/en tells_of_the_patient HS-15'],
    ],
    [
      'the opt-out line does not say whose it is',
      reworded('optOutLine', 'en', ' of {clinic}', ''),
      ['/texts/optOutLine/en clinic_unnamed TC-06', '/texts/optOutLine/en missing_mark CL-14'],
    ],
    [
      'the consent does not tell of the recording',
      reworded('consent', 'en', /let us record this call|recording/g, 'x'),
      ['/texts/consent/en no_recording_notice RC-01'],
    ],
    [
      'the consent cannot be refused',
      reworded('consent', 'es', ' Si no desea continuar, oprima 3.', ''),
      ['/texts/consent/es key_unexplained CL-05', '/texts/consent languages_differ CL-14'],
    ],
    [
      'a machine hears the name of the patient',
      reworded('voicemail', 'en', 'Hello.', 'Hello, {first_name}.'),
      ['/texts/voicemail/en misplaced_mark HS-16'],
    ],
    [
      'a machine hears of the clinic visit',
      reworded('voicemail', 'es', 'Gracias', 'Es por su cita'),
      ['/texts/voicemail/es tells_of_the_patient HS-15'],
    ],
    [
      'a machine is given no way to opt out (TC-13)',
      reworded('voicemail', 'en', 'To stop our automated calls, dial {opt_out}. ', ''),
      ['/texts/voicemail/en missing_mark TC-13', '/texts/voicemail/en missing_mark CL-14'],
    ],
    [
      'a machine hears no end of it',
      reworded('voicemail', 'en', 'Hello.', `Hello. ${'We called. '.repeat(20)}`),
      ['/texts/voicemail/en voicemail_too_long TC-13'],
    ],
    [
      'the lifeline is missing',
      reworded('redFlag988', 'en', 'dial 9 8 8', 'ask for help'),
      ['/texts/redFlag988/en no_lifeline CL-03', '/texts/redFlag988 languages_differ CL-14'],
    ],
    [
      'a red flag leaves no choice',
      reworded('redFlag911', 'es', ' Para seguir con las preguntas, oprima 2.', ''),
      ['/texts/redFlag911/es key_unexplained CL-03', '/texts/redFlag911 languages_differ CL-14'],
    ],
    [
      'what was heard is not read back',
      reworded('confirm', 'en', '{words}', 'your answer'),
      ['/texts/confirm/en missing_mark CL-14'],
    ],
    [
      'a command is not told of',
      reworded('commands', 'en', '8 to stop recording, ', ''),
      ['/texts/commands/en key_unexplained CL-05', '/texts/commands languages_differ CL-14'],
    ],
    [
      'the call ends without the emergency line',
      reworded('closing', 'en', ' In an emergency, dial 9 1 1.', ''),
      ['/texts/closing/en no_emergency_line CL-20', '/texts/closing languages_differ CL-14'],
    ],
    [
      'the call ends without a number to call',
      reworded('partialClosing', 'es', ', o comuníquese al {callback}', ''),
      ['/texts/partialClosing/es missing_mark CL-20', '/texts/partialClosing/es missing_mark CL-14'],
    ],
    [
      'a fault is told without the emergency line',
      reworded('fault', 'es', ' En una emergencia, cuelgue y marque 9 1 1.', ''),
      ['/texts/fault/es no_emergency_line CL-20', '/texts/fault languages_differ CL-14'],
    ],
    [
      'it advises',
      reworded('closing', 'en', 'Goodbye', 'You should rest. Goodbye'),
      ['/texts/closing/en clinical_words CL-12'],
    ],
    [
      'it sells',
      reworded('closing', 'es', 'Adiós', 'Pregunte por nuestras ofertas. Adiós'),
      ['/texts/closing/es marketing_words TC-03'],
    ],
    [
      'it is not translated',
      { ...adultIntake, texts: { hold: { en: 'Please hold. 9 1 1.', es: 'Please hold. 9 1 1.' } } },
      ['/texts/hold not_translated CL-14'],
    ],
  ])('%s', (_, questionnaire, problems) => {
    expect(checkQuestionnaire(questionnaire)).toMatchObject({ ok: true });
    expect(broken(questionnaire)).toEqual(problems);
  });
});

describe('the items (CL-15, CL-12, T05)', () => {
  it.each<[string, Questionnaire, string[]]>([
    [
      'a yes/no question without its third key',
      text('yes_no', 'en', /, or 3.*/, '.'),
      ['/items/3/text/en key_unexplained CL-05', '/items/3/text languages_differ CL-14'],
    ],
    [
      'a choice without one of its keys',
      text('choice', 'es', ', oprima 4', ''),
      ['/items/1/text/es key_unexplained CL-05', '/items/1/text languages_differ CL-14'],
    ],
    [
      'a choice with a key that does nothing',
      text('choice', 'en', /$/, ' If unsure, press 5.'),
      ['/items/1/text/en dead_key CL-05', '/items/1/text languages_differ CL-14'],
    ],
    [
      'a spoken answer without an end',
      text('voice', 'en', / Press pound.*/, ''),
      ['/items/0/text/en key_unexplained CL-05'],
    ],
    ['a number without an end', text('number', 'es', / y oprima.*/, '.'), ['/items/2/text/es key_unexplained CL-05']],
    [
      'a date without an end',
      changedItem('number', () => ({
        ...{ type: 'date', notFuture: true, minimum: undefined, maximum: undefined },
        text: { en: 'When?', es: '¿Cuándo?' },
      })),
      ['/items/2/text/en key_unexplained CL-05', '/items/2/text/es key_unexplained CL-05'],
    ],
    [
      'a question longer than 75 seconds',
      text('voice', 'en', /^/, `${'Well. '.repeat(100)}`),
      ['/items/0/text/en too_long_to_hear CL-15'],
    ],
    ['a dose', text('voice', 'en', 'the main reason', 'the dose'), ['/items/0/text/en clinical_words CL-12']],
    ['a diagnosis', text('voice', 'es', 'el motivo', 'el diagnóstico'), ['/items/0/text/es clinical_words CL-12']],
    ['a reassurance', text('voice', 'es', /^/, 'No se preocupe. '), ['/items/0/text/es clinical_words CL-12']],
    [
      'a price',
      text('voice', 'en', /^/, 'It is $5. '),
      ['/items/0/text/en marketing_words TC-03', '/items/0/text languages_differ CL-14'],
    ],
    ['a discount', text('voice', 'en', /^/, 'Ask for our discount. '), ['/items/0/text/en marketing_words TC-03']],
    [
      'a number that opens an account',
      text('voice', 'en', /^/, 'Say your Social Security number. '),
      ['/items/0/text/en asks_for_secret T05'],
    ],
    ['a card', text('voice', 'en', /^/, 'Say your credit card number. '), ['/items/0/text/en asks_for_secret T05']],
    [
      'the same in Spanish',
      text('voice', 'es', /^/, 'Diga los cuatro últimos de su seguro social. '),
      ['/items/0/text/es asks_for_secret T05'],
    ],
    ['a password', text('voice', 'es', /^/, 'Diga su contraseña. '), ['/items/0/text/es asks_for_secret T05']],
    [
      'a number of the insurance',
      text('voice', 'es', /^/, 'Diga el número de su seguro. '),
      ['/items/0/text/es asks_for_secret T05'],
    ],
    ['words of the other language', text('voice', 'es', /^/, 'Please. '), ['/items/0/text/es not_translated CL-14']],
    [
      'an answer that sells',
      changedItem('choice', (item) => ({
        options:
          item.type === 'choice' &&
          item.options.map((o, i) => (i === 0 ? { ...o, display: { en: 'Special offer', es: 'Ya' } } : o)),
      })),
      ['/items/1/options/0/display/en marketing_words TC-03'],
    ],
    [
      'a variable that one language lacks',
      text('voice', 'en', /^/, '{{first_name}}, '),
      ['/items/0/text languages_differ CL-14'],
    ],
    [
      'a message that speaks of a key',
      withMessage({ en: 'Press 1 for news.', es: 'Oprima 1 para noticias.' }),
      ['/items/14/text/en dead_key CL-05', '/items/14/text/es dead_key CL-05'],
    ],
    [
      'a message that advises',
      withMessage({ en: 'You should rest.', es: 'Tenemos noticias.' }),
      ['/items/14/text/en clinical_words CL-12'],
    ],
    ['no code', changedItem('voice', () => ({ codes: undefined })), ['/items/0/codes no_code FH-06']],
    [
      "another item's code",
      changedItem('voice', () => ({ codes: adultIntake.items[1]?.codes })),
      ['/items/0/codes no_code FH-06'],
    ],
    [
      'a slip in a LOINC code',
      changedItem('voice', ({ codes = [] }) => ({
        codes: codes.map((c) => (c.code === '10154-3' ? { ...c, code: '10145-3' } : c)),
      })),
      ['/items/0/codes bad_loinc FH-06'],
    ],
    [
      'a title that sells',
      { ...adultIntake, title: { en: 'Free gift', es: 'Admisión' } },
      ['/title/en marketing_words TC-03'],
    ],
  ])('%s', (_, questionnaire, problems) => {
    expect(broken(questionnaire)).toEqual(problems);
  });
});

it('the name of a variable is never spoken, and not judged', () => {
  const texts = { en: 'We have {{your_price}} for {{dose_5}}.', es: 'Tenemos {{dose_5}} y {{your_price}}.' };
  expect(broken(withMessage(texts))).toEqual([]);
});

describe('the red flags (CL-02)', () => {
  const without = (advice: string) => adultIntake.redFlags.filter((rule) => rule.advice !== advice);

  it.each([
    ['no lifeline for what is said', without('988'), ['/redFlags words_not_judged CL-02']],
    ['only the lifeline', without('911'), ['/redFlags words_not_judged CL-02']],
    ['rules for keys alone', adultIntake.redFlags.slice(-1), Array(2).fill('/redFlags words_not_judged CL-02')],
  ])('%s', (_, redFlags, problems) => {
    expect(broken({ ...adultIntake, redFlags })).toEqual(problems);
  });

  it('for words are not asked of a questionnaire by keys alone', () => {
    const items = adultIntake.items.filter(({ type, whenYes }) => type !== 'voice' && whenYes === undefined);
    expect(broken({ ...adultIntake, items, redFlags: [] })).toEqual([]);
  });
});
