/**
 * What the law and the clinic's safety ask of the words around the items: the opening, the consent, what an answering machine
 * hears, the red-flag texts and the closings. Looks at the words in effect, a questionnaire's own or the shipped ones.
 */
import { callTexts, type ScriptText, scriptText } from './call-texts.ts';
import { MARK } from './check-shape.ts';
import { PATIENT_WORDS } from './forbidden-words.ts';
import { findAny } from './match-phrases.ts';
import type { Language, Questionnaire } from './questionnaire.ts';
import { spokenWords } from './spoken-words.ts';

/** A rule broken: its code, and what to do, led by the id of the requirement. */
export type Complain = (code: string, detail: string) => void;

const PRESS: Readonly<Record<Language, string>> = { en: 'press|enter', es: 'oprima|presione|marque|pulse' };
const AUTOMATED: Readonly<Record<Language, RegExp>> = { en: /\bautomated\b/i, es: /autom[aá]tica/i };
const OTHER: Readonly<Record<Language, Language>> = { en: 'es', es: 'en' };
const OTHER_NAME: Readonly<Record<Language, RegExp>> = { en: /español/i, es: /english/i };
const RECORDING: Readonly<Record<Language, RegExp>> = { en: /\brecord(ing)?\b/i, es: /\bgrab(ar|aci[oó]n|emos|amos)/i };
const EMERGENCY = /9 ?1 ?1/;
const LIFELINE = /9 ?8 ?8/;
/** 25 s of slow speech. */
const MAX_VOICEMAIL_LENGTH = 300;

/** Whether the text tells to press that key: "press 1", "Press 1 for yes, 2 for no". */
export const namesKey = (text: string, language: Language, key: string): boolean =>
  new RegExp(`\\b(${PRESS[language]})\\b[^.?!]*(?<!\\d )\\b${keyIn(language, key)}\\b(?! \\d)`, 'i').test(text);
const pressesKey = (text: string, language: Language, key: string): number =>
  text.search(new RegExp(`\\b(${PRESS[language]}) ${keyIn(language, key)}\\b(?! \\d)`, 'i'));
/** A voice reads a figure in its own language: the key of the other language is written out. */
const keyIn = (language: Language, key: string): string =>
  key === '3' ? `(?:3|${language === 'en' ? 'three' : 'tres'})` : key;

export function lintScript(
  questionnaire: Questionnaire,
  language: Language,
  complain: (name: ScriptText) => Complain,
): void {
  const each = (names: readonly ScriptText[], rule: (text: string, say: Complain, name: ScriptText) => void) => {
    for (const name of names) rule(scriptText(questionnaire, language, name), complain(name), name);
  };
  each(['openingNamed', 'openingUnnamed', 'openingInbound'], (text, say, name) =>
    lintOpening(text, language, name === 'openingInbound' ? ['1', '0'] : ['1', '2', '0'], say),
  );
  each(['optOutLine'], (text, say) => lintIdentity(text, language, say));
  each(['consent'], (text, say) => {
    if (!RECORDING[language].test(text)) say('no_recording_notice', 'RC-01: Say that the call may be recorded.');
    needKeys(text, language, ['1', '2', '3'], 'CL-05', say);
    need(text, '{callback}', 'TC-07', say);
  });
  each(['voicemail'], (text, say) => {
    for (const mark of ['{clinic}', '{callback}', '{opt_out}']) need(text, mark, 'TC-13', say);
    needEmergency(text, say);
    if (text.length > MAX_VOICEMAIL_LENGTH)
      say('voicemail_too_long', `TC-13: Make it shorter: at most ${MAX_VOICEMAIL_LENGTH} characters.`);
  });
  each(['redFlag911', 'redFlag988'], (text, say, name) => {
    needEmergency(text, say);
    if (name === 'redFlag988' && !LIFELINE.test(text)) say('no_lifeline', 'CL-03: Say to dial 9 8 8.');
    needKeys(text, language, ['1', '2'], 'CL-03', say);
  });
  each(['confirm'], (text, say) => needKeys(text, language, ['1', '2', '3'], 'CL-09', say));
  each(['commands'], (text, say) => needKeys(text, language, ['7', '8', '0', '9'], 'CL-05', say));
  each(['closing', 'partialClosing', 'timeLimit', 'declined', 'identityFailed'], (text, say) => {
    need(text, '{callback}', 'CL-20', say);
    needEmergency(text, say);
  });
  each(
    ['hold', 'staffBusy', 'staffCallback', 'staffCallback988', 'optedOut911', 'optedOut988', 'fault', 'callerClosing'],
    (text, say) => needEmergency(text, say),
  );
  each(BEFORE_IDENTITY, (text, say) => {
    const said = findAny(spokenWords(text), PATIENT_WORDS[language]).length > 0;
    if (said)
      say('tells_of_the_patient', 'HS-15: Say nothing of the visit or of health: it is not known yet who listens.');
  });
}

/** A stranger may be listening to these. */
const BEFORE_IDENTITY: readonly ScriptText[] = [
  ...(['openingNamed', 'openingUnnamed', 'openingInbound', 'optOutLine', 'birthDate'] as const),
  ...(['voicemail', 'wrongPerson', 'optedOut', 'identityFailed', 'invalid', 'silent', 'callerClosing'] as const),
];

/** Marks: those of the shipped text and no others, so that no name slips into what a stranger hears (HS-16). */
export function lintMarks(text: string, language: Language, name: ScriptText, say: Complain): void {
  const shipped: readonly string[] = callTexts[language][name].match(MARK) ?? [];
  for (const mark of new Set(shipped)) need(text, mark, 'CL-14', say);
  for (const mark of new Set(text.match(MARK) ?? []))
    if (!shipped.includes(mark)) say('misplaced_mark', `HS-16: Take ${mark} out: it does not belong into this text.`);
}

function lintOpening(text: string, language: Language, keys: readonly string[], say: Complain): void {
  lintIdentity(text, language, say);
  const second = sentences(text)[1] ?? '';
  if (pressesKey(second, language, '9') < 0)
    say('opt_out_late', 'TC-08: Say in the sentence right after the name of the clinic that 9 stops the calls.');
  const emergency = text.search(EMERGENCY);
  const question = text.search(new RegExp(`\\b(${PRESS[language]}) [012]\\b|\\?`, 'i'));
  if (emergency < 0 || (question >= 0 && emergency > question))
    say('emergency_late', 'CL-01: Say to dial 9 1 1 in an emergency before anything is asked.');
  for (const key of keys)
    if (pressesKey(text, language, key) < 0) say('key_unexplained', `CL-05: Say what key ${key} does.`);
  const other = sentences(text).find((sentence) => OTHER_NAME[language].test(sentence)) ?? '';
  if (pressesKey(other, OTHER[language], '3') < 0)
    say('no_other_language', 'CL-14: Offer key 3 in the words of the other language.');
}

function lintIdentity(text: string, language: Language, say: Complain): void {
  const first = sentences(text)[0] ?? '';
  if (!first.includes('{clinic}') || first.includes('?'))
    say('clinic_unnamed', 'TC-06: Name the clinic by {clinic} in the first sentence, and ask nothing in it.');
  if (!AUTOMATED[language].test(first))
    say('not_said_automated', 'TC-24: Say in the first sentence that the call is automated.');
}

const sentences = (text: string): readonly string[] => text.split(/(?<=[.?!])\s+/);

function need(text: string, mark: string, requirement: string, say: Complain): void {
  if (!text.includes(mark)) say('missing_mark', `${requirement}: Put ${mark} into it.`);
}

function needEmergency(text: string, say: Complain): void {
  if (!EMERGENCY.test(text)) say('no_emergency_line', 'CL-20: Say to dial 9 1 1 in an emergency.');
}

function needKeys(text: string, language: Language, keys: readonly string[], requirement: string, say: Complain): void {
  for (const key of keys)
    if (!namesKey(text, language, key)) say('key_unexplained', `${requirement}: Say what key ${key} does.`);
}

export const scriptNames = Object.keys(callTexts.en) as readonly ScriptText[];
