import { describe, expect, it } from 'vitest';
import { callRecord } from '../../../src/domain/intake/call-record.ts';
import { planProblem } from '../../../src/domain/intake/check-plan.ts';
import { playsAudio } from '../../../src/domain/intake/questionnaire.ts';
import { fillIn, missingVariables, variablesOf } from '../../../src/domain/intake/variables.ts';
import { given, givenInterview, givenRinging } from '../../support/given-conversation.ts';
import { requested } from '../../support/given-events.ts';
import { givenPlan, givenQuestionnaire, message, yesNo } from '../../support/given-plan.ts';

const worded = (en: string, es = en) => ({ ...yesNo('hpi.ready'), text: { en, es } });
const VISIT = givenQuestionnaire(
  worded('Is {{day}} at {{clock_time}} still good, {{first_name}}?', '¿{{first_name}}, {{day}} a las {{clock_time}}?'),
  yesNo('hpi.other'),
);
const FILLED = { day: 'Monday', clock_time: '9 30', first_name: 'Rosa', room: 'B' };

describe('variables', () => {
  it('are named by the texts that ask for them, in any language', () => {
    expect(variablesOf(VISIT)).toEqual(['clock_time', 'day', 'first_name']);
    expect(variablesOf(givenQuestionnaire(worded('Hello {{a}}.', 'Hola {{b}}.')))).toEqual(['a', 'b']);
    expect(variablesOf(givenQuestionnaire(yesNo('hpi.other')))).toEqual([]);
  });

  it('are missing when they are absent, blank, or only inherited', () => {
    expect(missingVariables(VISIT, FILLED)).toEqual([]);
    expect(missingVariables(VISIT, { day: ' ', clock_time: '' })).toEqual(['clock_time', 'day', 'first_name']);
    const inherited = givenQuestionnaire(worded('{{to_string}} {{constructor}}'));
    expect(missingVariables(inherited, {})).toEqual(['constructor', 'to_string']);
  });

  it('are filled in once: what a value holds is said as it is', () => {
    expect(fillIn('{{a}}, {{b}} and {{a}}', { a: '{{b}}', b: ' $& ' })).toBe('{{b}}, $& and {{b}}');
  });

  it('are heard in the language of the call (C34)', () => {
    const call = givenInterview(givenPlan({ questionnaire: VISIT, variables: FILLED }));
    expect(call.spoken).toBe('Is Monday at 9 30 still good, Rosa?');
    const spanish = givenInterview(givenPlan({ questionnaire: VISIT, variables: FILLED, language: 'es' }));
    expect(spanish.spoken).toBe('¿Rosa, Monday a las 9 30?');
  });
});

describe('a plan that cannot be said whole', () => {
  const problem = (variables: Record<string, string>, mediaUrl: string | null = null) =>
    planProblem(givenPlan({ questionnaire: VISIT, variables, mediaUrl }));

  it.each([
    ['nothing is missing', FILLED, null],
    ['200 characters', { ...FILLED, day: 'x'.repeat(200) }, null],
    ['a variable is missing (U14)', { day: 'Monday', clock_time: '9' }, 'missing_variable'],
    ['a variable is blank', { ...FILLED, day: '  ' }, 'missing_variable'],
    ['201 characters', { ...FILLED, day: 'x'.repeat(201) }, 'bad_variable'],
    ['two lines', { ...FILLED, day: 'Mon\nday' }, 'bad_variable'],
    ['a line separator', { ...FILLED, day: 'Mon\u2028day' }, 'bad_variable'],
    ['a control character', { ...FILLED, day: 'Mon\u0007day' }, 'bad_variable'],
    ['half a character', { ...FILLED, day: 'Mon\ud800day' }, 'bad_variable'],
    ['one nobody asks for is not looked at', { ...FILLED, room: 'x\n' }, null],
  ])('%s', (_, variables, expected) => {
    expect(problem(variables)).toBe(expected);
  });

  it('its prompts fit into what Telnyx takes at a time', () => {
    const many = givenQuestionnaire(worded('{{a}}'.repeat(15)));
    expect(planProblem(givenPlan({ questionnaire: many, variables: { a: 'x'.repeat(190) } }))).toBeNull();
    expect(planProblem(givenPlan({ questionnaire: many, variables: { a: 'x'.repeat(200) } }))).toBe('prompt_too_long');
  });

  it('a message is heard before its end counts as lost', () => {
    const long = givenQuestionnaire({ ...message('message.news'), text: { en: '{{a}}'.repeat(4), es: 'x' } });
    expect(planProblem(givenPlan({ questionnaire: long, variables: { a: 'x'.repeat(190) } }))).toBeNull();
    expect(planProblem(givenPlan({ questionnaire: long, variables: { a: 'x'.repeat(191) } }))).toBe('prompt_too_long');
  });

  it.each([
    ['https://intake.example/media/med_1/h.mp3', null],
    ['http://127.0.0.1:8788/media/med_1/h.wav', null],
    ['ftp://intake.example/x', 'bad_media'],
    ['https://intake.example/a b', 'bad_media'],
    [`https://intake.example/${'x'.repeat(2000)}`, 'bad_media'],
  ])('plays from an address: %s', (mediaUrl, expected) => {
    expect(problem(FILLED, mediaUrl)).toBe(expected);
  });

  it('is never dialled: the call fails by that name, and the line is free', () => {
    const call = given(givenPlan({ questionnaire: VISIT })).when(requested);
    expect(call.names).toEqual(['release_line']);
    expect(call.timer('close').lastNames).toEqual(['save_note']);
    expect(callRecord(call.state)).toMatchObject({ status: 'failed', error: 'missing_variable', dialedAt: null });
    expect(givenRinging(givenPlan({ questionnaire: VISIT, variables: FILLED })).names).toContain('dial');
  });
});

it('only a message with audio plays what a campaign brings', () => {
  expect(playsAudio(givenQuestionnaire(message('message.news'), yesNo('hpi.other')))).toBe(false);
  expect(playsAudio(givenQuestionnaire(yesNo('hpi.other'), message('message.news', true)))).toBe(true);
});
