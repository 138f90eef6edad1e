/** The step table of the interview: which key leads where, tries, star commands. */
import { describe, expect, it } from 'vitest';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import {
  type Conversation,
  givenCaller,
  givenConsent,
  givenInterview,
  givenOpening,
} from '../../support/given-conversation.ts';
import { answered, gathered, heard, hungUp, keyPressed, speakEnded } from '../../support/given-events.ts';
import { KEYED_STEPS, talk } from '../../support/given-phone.ts';
import {
  BIRTH_DATE_KEYS,
  date,
  givenInboundPlan,
  givenPlan,
  givenQuestionnaire,
  number,
  spokenFlag,
  voice,
  yesNo,
} from '../../support/given-plan.ts';

const unknownBirthDate = givenPlan({ patient: { dateOfBirth: null } });
const answerTo = (call: Conversation, item: string) => call.state.answers[item];
const atPain = () => talk(givenInterview(), {}, 'hpi.pain_level');

describe('the opening', () => {
  it('key 1 goes on to the birth date when one is on file', () => {
    expect(givenOpening().keys('1').at).toBe('birth_date');
  });

  it('key 1 goes on to the consent when none is, and the identity stays not_checked', () => {
    const call = givenOpening(unknownBirthDate).keys('1');
    expect([call.at, call.state.identity]).toEqual(['consent', 'not_checked']);
  });

  it('key 2 is a wrong person: sorry, and nothing about the patient (TC-22, CL-16)', () => {
    const call = givenOpening().keys('2');
    expect([call.at, call.state.outcome]).toEqual(['closing', 'wrong_person']);
    // How to stop all calls, and where staff are reached.
    expect(call.spoken).toMatch(
      /^We are sorry to have troubled you\..*dial (\d ?,? ?)+\..*call (\d ?,? ?)+\. Goodbye\.$/,
    );
  });

  it('key 3 asks again in the other language, and once more switches back (CL-14)', () => {
    const call = givenOpening().keys('3');
    expect([call.at, call.state.language]).toEqual(['opening', 'es']);
    expect(call.spoken).toMatch(/^Esta es una llamada automática de Elm Street Clinic\./);
    call.keys('3');
    expect([call.at, call.state.language]).toEqual(['opening', 'en']);
    expect(call.spoken).toMatch(/^This is an automated call from Elm Street Clinic\./);
  });

  it('the chosen language stays to the end', () => {
    const call = talk(givenOpening().keys('3'));
    expect(
      call
        .ordered('gather_using_speak')
        .slice(1)
        .every(({ language }) => language === 'es'),
    ).toBe(true);
    expect(call.state.consent.wording).toBe('consent-es-1');
    expect(call.spoken).toMatch(/^Gracias\./);
  });

  it('key 9 stops all calls: the number is suppressed before a word is said (TC-08)', () => {
    const call = givenOpening().keys('9');
    expect(call.lastNames).toEqual(['suppress_number', 'speak']);
    expect([call.state.outcome, call.spoken]).toEqual(['opted_out', callTexts.en.optedOut]);
  });

  it('key 0 promises a call by staff and makes the task', () => {
    const call = givenOpening().keys('0');
    expect([call.at, call.state.outcome, call.state.tasks]).toEqual(['closing', 'partial', ['callback']]);
    expect(call.spoken).toMatch(/^Our staff will call you back\./);
  });

  it.each(['4', '5', '6', '7', '8'])('key %s is no choice and is asked again', (key) => {
    const call = givenOpening().keys(key);
    expect([call.at, call.question.failedTries]).toEqual(['opening', 1]);
    expect(call.spoken).toMatch(/^Sorry, we could not use that entry\. This is an automated call/);
  });

  it('silence three times leads to the closing, partial, with an empty note (CL-08)', () => {
    const call = givenOpening().silent(2);
    expect([call.at, call.question.failedTries]).toEqual(['opening', 2]);
    call.silent();
    expect([call.at, call.state.outcome, call.state.answers]).toEqual(['closing', 'partial', {}]);
  });

  it('greets a patient without a name on file without one', () => {
    const call = givenOpening(givenPlan({ patient: { firstName: null } }));
    expect(call.spoken).toContain('If you expect this call, press 1.');
    expect(givenOpening().spoken).toContain('If you are Rosa, press 1.');
  });

  it.each(['', '1'])(
    'says nothing of the patient but the first name until the birth date is right (HS-15), after %j',
    (keys) => {
      const call = givenOpening();
      if (keys !== '') call.keys(keys).keys('01011990', '*', '7', '01011990');
      const said = call
        .ordered('gather_using_speak')
        .map(({ payload }) => payload)
        .join(' ');
      for (const secret of ['Quimby', 'MRN-7', '1980', '04', 'April', 'Adult intake', 'pain'])
        expect(said).not.toContain(secret);
    },
  );
});

describe('the birth date (HS-15, T03, HS-08)', () => {
  const atBirthDate = () => givenOpening().keys('1');

  it('opens the consent when it is the one on file', () => {
    const call = atBirthDate().keys(BIRTH_DATE_KEYS);
    expect([call.at, call.state.identity]).toEqual(['consent', 'verified']);
  });

  it.each([
    ['three wrong dates', (call: Conversation) => call.keys('01011990', '13451990', '0412')],
    ['three silent tries', (call: Conversation) => call.silent(3)],
    ['a mix', (call: Conversation) => call.keys('01011990').silent().keys('2')],
  ])('fails the identity after %s, and tells only the staff number (CL-16)', (_, tries) => {
    const call = tries(atBirthDate());
    expect(call.state).toMatchObject({
      phase: 'closing',
      identity: 'failed',
      outcome: 'identity_failed',
      error: 'identity_failed',
    });
    expect(call.spoken).toContain('2 0 2, 5 5 5, 0 1 0 0');
    expect(call.spoken).not.toMatch(/Rosa|Quimby|1980/);
  });

  it('accepts the right date on the third try', () => {
    expect(atBirthDate().keys('01011990').silent().keys(BIRTH_DATE_KEYS).at).toBe('consent');
  });

  it('`12*9` drops the entry and stops all calls (CL-06)', () => {
    const call = atBirthDate().keys('12*9');
    expect(call.lastNames).toEqual(['suppress_number', 'speak']);
    call.when(speakEnded);
    const names = call.commands.map(({ name }) => name);
    expect(names.indexOf('suppress_number')).toBeLessThan(names.indexOf('speak'));
    expect(names.indexOf('speak')).toBeLessThan(names.indexOf('hangup'));
    expect(call.when(hungUp()).state.outcome).toBe('opted_out');
  });

  it('`*0` asks for staff, `*7` cannot skip it, and neither is a try', () => {
    expect(atBirthDate().keys('04*0').state.tasks).toEqual(['callback']);
    const call = atBirthDate().keys('01011990', '*7');
    expect([call.at, call.question.failedTries]).toEqual(['birth_date', 1]);
  });
});

describe('the consent (RC-01)', () => {
  it('key 1 stores consent and recorder in one turn, and starts the recorder before the first question (X1, S1-F01)', () => {
    const call = givenConsent().keys('1');
    expect(call.lastNames).toEqual(['record_start', 'transcription_start', 'gather_using_speak']);
    const { id, at } = call.events.at(-1)!;
    expect(call.state.consent).toEqual({
      collection: 'given',
      recording: 'given',
      at,
      eventId: id,
      wording: 'consent-en-1',
      wordingHash: call.plan.wordings['en/consent'],
      key: '1',
    });
    expect(call.state).toMatchObject({ recorder: 'on', transcriber: 'on' });
    expect(call.at).toBe('hpi.chief_complaint');
  });

  it('key 2 goes on without a recorder to the same questions (RC-03)', () => {
    const call = givenConsent().keys('2');
    expect(call.lastNames).toEqual(['gather_using_speak']);
    expect(call.state).toMatchObject({ consent: { collection: 'given', recording: 'declined' }, recorder: 'off' });
    talk(call);
    expect([call.state.outcome, call.ordered('record_start'), call.ordered('transcription_start')]).toEqual([
      'completed',
      [],
      [],
    ]);
  });

  it('key 3 declines: no question, no recorder, and the refusal is stored (S1-H1)', () => {
    const call = givenConsent().keys('3');
    expect(call.lastNames).toEqual(['speak']);
    expect(call.state).toMatchObject({
      outcome: 'declined',
      consent: { collection: 'declined', recording: 'declined' },
    });
    expect(call.state.consent.at).not.toBeNull();
  });

  it('silence three times is no consent (S1-W3, S1-F01)', () => {
    const call = givenConsent().silent(3);
    expect(call.state).toMatchObject({
      phase: 'closing',
      outcome: 'partial',
      consent: { collection: 'not_asked', recording: 'not_asked' },
    });
  });

  it.each(['0', '4', '9'])('key %s is no choice here: commands need the star', (key) => {
    const call = givenConsent().keys(key);
    expect([call.at, call.question.failedTries, call.state.consent.collection]).toEqual(['consent', 1, 'not_asked']);
  });

  it.each(['invalid', 'timeout', 'call_hangup', 'cancelled', 'cancelled_amd', 'other'] as const)(
    'a 1 that comes with the status %s is no consent (X1, Z5)',
    (status) => {
      const call = givenConsent().ends(status, '1');
      expect([call.state.consent.recording, call.ordered('record_start')]).toEqual(['not_asked', []]);
    },
  );
});

describe('the items', () => {
  it.each([
    ['1', { state: 'answered', value: true }],
    ['2', { state: 'none', value: false }],
    ['3', { state: 'unknown', value: null }],
  ])('a yes/no key %s is %j (CL-10, FH-03)', (key, answer) => {
    const call = talk(givenInterview(), {}, 'ample.allergies').keys(key);
    const { id, at } = call.events.at(-1)!;
    expect(answerTo(call, 'ample.allergies')).toEqual({
      ...answer,
      ...{ input: 'keys', entry: key, at, eventId: id },
      ...{ wording: call.plan.wordings['en/ample.allergies'], questionVersion: 1, callId: 'call_1' },
    });
  });

  it.each([
    ['hpi.symptom_duration', '1', 'less_than_1_day', 'Less than one day'],
    ['hpi.symptom_duration', '2', '1_to_3_days', 'One to three days'],
    ['hpi.symptom_duration', '3', '4_to_7_days', 'Four to seven days'],
    ['hpi.symptom_duration', '4', 'more_than_1_week', 'More than one week'],
    ['ample.last_meal', '1', 'within_1_hour', 'Within one hour'],
    ['ample.last_meal', '2', '1_to_3_hours', 'One to three hours ago'],
    ['ample.last_meal', '3', '3_to_6_hours', 'Three to six hours ago'],
    ['ample.last_meal', '4', 'more_than_6_hours', 'More than six hours ago'],
  ])('%s key %s is %s (S1-F03)', (item, key, value, display) => {
    const call = talk(givenInterview(), {}, item).keys(key);
    expect(answerTo(call, item)).toMatchObject({ state: 'answered', value, display, input: 'keys' });
  });

  it('shows a choice in the language it was made in (CL-13)', () => {
    const call = talk(givenOpening(givenPlan({ language: 'es' })), {}, 'hpi.pain_level');
    expect(answerTo(call, 'hpi.symptom_duration')?.display).toBe('De uno a tres días');
  });

  it.each([
    ['0', 0],
    ['7', 7],
    ['10', 10],
  ])('pain %s is %i: other digits are data, and 0 calls nobody (CL-06, FH-05)', (keys, value) => {
    const call = atPain().keys(keys);
    expect(answerTo(call, 'hpi.pain_level')).toMatchObject({ state: 'answered', value });
    expect(call.state.tasks).not.toContain('callback');
  });

  it.each(['11', '99', '007', '07', '100', '00'])('pain %s is asked again, never clamped (CL-11)', (keys) => {
    const call = atPain().keys(keys);
    expect([call.at, call.question.failedTries, answerTo(call, 'hpi.pain_level')]).toEqual([
      'hpi.pain_level',
      1,
      undefined,
    ]);
    expect(call.spoken).toMatch(/^Sorry, we could not use that entry\. On a scale from 0 to 10/);
  });

  it('has room for the pound after the longest entry, so that it does not leak into the next question (`10#`) (S1-F04)', () => {
    expect(atPain().ordered('gather_using_speak').at(-1)).toMatchObject({ step: 'hpi.pain_level', maximumDigits: 3 });
  });

  it.each(['valid', 'invalid'] as const)(
    'a pound alone, sent as %s, is a wrong key and no answer (S1-N2)',
    (status) => {
      const call = atPain().ends(status, '');
      expect(call.question).toMatchObject({ failedTries: 1, anyInvalid: true });
    },
  );

  it('three silent tries skip the item (CL-08): silence is never "no" (CL-10)', () => {
    const call = atPain().silent(3);
    expect(answerTo(call, 'hpi.pain_level')).toMatchObject({ state: 'skipped' });
    expect(answerTo(call, 'hpi.pain_level')).not.toHaveProperty('value');
    expect([call.at, call.state.silentItems]).toEqual(['ample.allergies', 1]);
  });

  it.each([
    ['junk', (call: Conversation) => call.keys('99', '99', '99')],
    ['silence, junk, silence', (call: Conversation) => call.silent().keys('99').silent()],
    ['junk, then silence', (call: Conversation) => call.keys('99').silent(2)],
  ])('three tries of %s are unclear', (_, tries) => {
    const call = tries(atPain());
    expect(answerTo(call, 'hpi.pain_level')).toMatchObject({ state: 'unclear' });
    expect([call.at, call.state.silentItems]).toEqual(['ample.allergies', 0]);
  });

  it('says why it asks again', () => {
    expect(atPain().silent().spoken).toMatch(/^Sorry, we did not get an answer\. On a scale/);
    expect(atPain().keys('99').spoken).toMatch(/^Sorry, we could not use that entry\. On a scale/);
  });

  it('three silent items in a row lead to the closing, partial, with the answers kept', () => {
    const call = atPain().keys('4').silent(9);
    expect([call.at, call.state.outcome]).toEqual(['closing', 'partial']);
    expect(answerTo(call, 'hpi.pain_level')).toMatchObject({ value: 4 });
    expect(answerTo(call, 'ample.past_medical_history')).toMatchObject({ state: 'skipped' });
    expect(answerTo(call, 'ample.last_meal')).toBeUndefined();
  });

  it('an answer, or a skip by key, between silent items starts the count again', () => {
    const call = atPain().silent(6).keys('*').keys('7').silent(3);
    expect([call.at, call.state.silentItems]).toEqual(['ample.last_meal', 1]);
    expect(call.keys('2').state.silentItems).toBe(0);
  });
});

describe('a date', () => {
  const questionnaire = givenQuestionnaire(date('hpi.since', true));
  const atDate = (language: 'en' | 'es' = 'en') => givenInterview(givenPlan({ questionnaire, language }));

  it('is eight digits, with room for the pound', () => {
    const call = atDate();
    expect(call.ordered('gather_using_speak').at(-1)).toMatchObject({ step: 'hpi.since', maximumDigits: 9 });
    call.keys('11202026');
    expect(answerTo(call, 'hpi.since')).toMatchObject({ state: 'answered', value: '2026-11-20', entry: '11202026' });
  });

  it.each(['11212026', '02302026', '1120', '112020266'])('%s is no day there and is asked again', (keys) => {
    const call = atDate().keys(keys);
    expect([call.at, call.question.failedTries]).toEqual(['hpi.since', 1]);
  });

  it('may lie ahead where the question allows it', () => {
    const plan = givenPlan({ questionnaire: givenQuestionnaire(date('hpi.visit', false)) });
    expect(answerTo(givenInterview(plan).keys('11212026'), 'hpi.visit')).toMatchObject({ value: '2026-11-21' });
  });
});

describe('items that hang on another', () => {
  it.each([
    ['1', 'ample.allergies_detail'],
    ['2', 'closing'],
    ['3', 'closing'],
  ])('after key %s the next is %s: a detail is asked only after yes (S1-F05, S1-F06, S1-F07)', (key, next) => {
    const questionnaire = givenQuestionnaire(
      yesNo('ample.allergies'),
      voice('ample.allergies_detail', 'ample.allergies'),
    );
    const call = givenInterview(givenPlan({ questionnaire })).keys(key);
    expect(call.at).toBe(next);
    if (next === 'closing') expect(answerTo(call, 'ample.allergies_detail')).toEqual({ state: 'not_asked' });
  });

  it.each([
    ['skipped', (call: Conversation) => call.silent(3)],
    ['unclear', (call: Conversation) => call.keys('8', '8', '8')],
  ])('a detail after a %s answer is not wanted', (_, tries) => {
    const questionnaire = givenQuestionnaire(
      yesNo('ample.allergies'),
      voice('ample.allergies_detail', 'ample.allergies'),
    );
    const call = tries(givenInterview(givenPlan({ questionnaire })));
    expect([call.state.outcome, call.state.tasks]).toEqual(['completed', []]);
  });

  it('a keypad item that hangs on a yes is asked after yes and passed over after no', () => {
    const questionnaire = givenQuestionnaire(yesNo('ample.allergies'), number('ample.count', 0, 20));
    const items = questionnaire.items.map((item) =>
      item.id === 'ample.count' ? { ...item, whenYes: 'ample.allergies' } : item,
    );
    const plan = givenPlan({ questionnaire: { ...questionnaire, items } });
    expect(givenInterview(plan).keys('1').at).toBe('ample.count');
    const passed = givenInterview(plan).keys('2');
    expect([passed.at, answerTo(passed, 'ample.count')]).toEqual(['closing', { state: 'not_asked' }]);
  });
});

describe('star commands', () => {
  it('`*` alone speaks the commands and is no try', () => {
    const call = atPain().keys('*');
    expect(call.ordered('gather_using_speak').at(-1)).toMatchObject({
      step: 'command',
      payload: callTexts.en.commands,
      maximumDigits: 1,
      timeoutMs: 4000,
    });
    expect([call.at, call.question.failedTries]).toEqual(['command', 0]);
  });

  it.each([
    ['no key', (call: Conversation) => call.silent()],
    ['a key that is no command', (call: Conversation) => call.keys('5')],
    ['a pound', (call: Conversation) => call.ends('valid', '')],
    ['an invalid key', (call: Conversation) => call.ends('invalid', '9')],
    ['another star', (call: Conversation) => call.keys('*')],
  ])('after `*`, %s asks the item again and is no try', (_, then) => {
    const call = then(atPain().keys('99').keys('*'));
    expect([call.at, call.question.failedTries]).toEqual(['hpi.pain_level', 1]);
    expect(call.spoken).toMatch(/^On a scale from 0 to 10/);
  });

  describe.each([
    ['in the gather after the star', (call: Conversation, key: string) => call.keys('*').keys(key)],
    ['in one entry', (call: Conversation, key: string) => call.keys(`3*${key}`)],
    [
      'outside a gather',
      (call: Conversation, key: string) => {
        const { asked } = call;
        return call.keys('*').when(keyPressed(key, asked));
      },
    ],
  ])('with the second key %s', (_, command) => {
    it('`**` repeats', () => {
      const call = command(atPain(), '*');
      expect([call.at, call.question.failedTries]).toEqual(['hpi.pain_level', 0]);
    });

    it('`*7` skips', () => {
      const call = command(atPain(), '7');
      expect(answerTo(call, 'hpi.pain_level')).toMatchObject({ state: 'skipped', input: 'keys' });
      expect(call.at).toBe('ample.allergies');
    });

    it('`*8` stops the recorder for good and asks again (RC-04)', () => {
      const call = command(atPain(), '8');
      expect(call.lastNames.filter((name) => name !== 'gather_stop')).toEqual([
        'record_stop',
        'transcription_stop',
        'gather_using_speak',
      ]);
      expect(call.state).toMatchObject({ recorder: 'stopped', transcriber: 'stopped' });
      expect(call.at).toBe('hpi.pain_level');
      talk(call);
      expect([call.ordered('record_start').length, call.state.outcome]).toEqual([1, 'completed']);
      expect([call.ordered('transcription_start').length, call.state.tasks]).toEqual([1, ['voice_items']]);
    });

    it('`*8` without a recorder only asks again', () => {
      const call = command(talk(givenInterview(undefined, '2'), {}, 'hpi.pain_level'), '8');
      expect(call.ordered('record_stop')).toEqual([]);
      expect([call.at, call.state.recorder]).toEqual(['hpi.pain_level', 'off']);
    });

    it('`*0` asks for staff', () => {
      const call = command(atPain(), '0');
      expect([call.at, call.state.outcome, call.state.tasks]).toEqual(['closing', 'partial', ['callback']]);
    });

    it('`*9` stops all calls and keeps what was answered', () => {
      const call = command(atPain(), '9');
      expect(call.lastNames.filter((name) => name !== 'gather_stop')).toEqual(['suppress_number', 'speak']);
      expect(call.state.outcome).toBe('opted_out');
      expect(answerTo(call, 'hpi.symptom_duration')).toMatchObject({ value: '1_to_3_days' });
    });
  });

  it.each(['opening', 'birth_date', 'consent', ...KEYED_STEPS.slice(3)])('`*9` is live at %s (TC-08)', (step) => {
    const call = talk(givenOpening(), {}, step).keys('*').keys('9');
    expect([call.state.outcome, call.ordered('suppress_number').length]).toEqual(['opted_out', 1]);
  });

  it.each(['opening', 'birth_date', 'consent'])('`*7` does not skip %s', (step) => {
    expect(talk(givenOpening(), {}, step).keys('*').keys('7').at).toBe(step);
  });
});

describe('a key press counts once', () => {
  const star = () => {
    const call = atPain();
    const old = call.asked;
    return { call: call.keys('*'), old, at: call.now };
  };

  it('the keys of a gather come as dtmf too and change nothing', () => {
    const call = atPain();
    const { seq } = call.state;
    call.when(keyPressed('1', call.asked), keyPressed('0', call.asked));
    expect([call.at, call.state.seq]).toEqual(['hpi.pain_level', seq]);
    expect(answerTo(call.keys('10'), 'hpi.pain_level')).toMatchObject({ value: 10 });
  });

  it('a command key inside its gather waits for the end of that gather', () => {
    const { call } = star();
    call.when(keyPressed('7', call.asked));
    expect(call.at).toBe('command');
    expect(call.keys('7').at).toBe('ample.allergies');
  });

  it('a loose command key leaves nothing for the gather it closed', () => {
    const { call, old } = star();
    const { asked } = call;
    call.when(keyPressed('7', old));
    expect(call.lastNames).toEqual(['gather_stop', 'gather_using_speak']);
    call.when(gathered('7', asked), gathered('', asked, 'cancelled'));
    expect([call.at, call.last]).toEqual(['ample.allergies', []]);
  });

  it('the star itself, arriving late as dtmf, completes nothing', () => {
    const { call, old, at } = star();
    call.when(keyPressed('*', old, at));
    expect([call.at, call.last]).toEqual(['command', []]);
  });

  it('a key from before the star completes nothing', () => {
    const { call, old, at } = star();
    call.when(keyPressed('9', old, at - 3000));
    expect([call.at, call.last]).toEqual(['command', []]);
  });

  it('a loose key without a star before it does nothing but show a human', () => {
    const call = givenOpening();
    call.when(keyPressed('9', null));
    expect([call.at, call.last, call.state.anyKey]).toEqual(['opening', [], true]);
  });

  it('the same loose key twice, with fresh ids, acts once', () => {
    const { call, old } = star();
    call.when(keyPressed('7', old)).when(keyPressed('7', old));
    expect([call.at, call.last]).toEqual(['ample.allergies', []]);
  });
});

describe('the opt-out during the closing (TC-08)', () => {
  const closing = () => talk(givenInterview());

  it('`*9` suppresses the number; the goodbye is heard to its end', () => {
    const call = closing().when(keyPressed('*', null), keyPressed('9', null));
    expect([call.at, call.lastNames, call.state.outcome]).toEqual(['closing', ['suppress_number'], 'opted_out']);
    expect(call.when(speakEnded).lastNames).toEqual(['hangup']);
  });

  it('suppresses once, however often it is pressed', () => {
    const call = closing().when(
      keyPressed('*', null),
      keyPressed('9', null),
      keyPressed('*', null),
      keyPressed('9', null),
    );
    expect(call.ordered('suppress_number')).toHaveLength(1);
  });

  it.each([
    ['9 alone', [keyPressed('9', null)]],
    ['a star and another key', [keyPressed('*', null), keyPressed('1', null), keyPressed('9', null)]],
  ])('%s does nothing', (_, keys) => {
    const call = closing().when(...keys);
    expect([call.state.outcome, call.ordered('suppress_number')]).toEqual(['completed', []]);
  });

  it('a 9 dated no later than the star does nothing', () => {
    const call = closing();
    call.when(keyPressed('*', null, call.now), keyPressed('9', null, call.now));
    expect(call.ordered('suppress_number')).toEqual([]);
  });

  it('a key shows a human even now', () => {
    const call = givenOpening().silent(3);
    expect(call.state.anyKey).toBe(false);
    expect(call.when(keyPressed('5', null)).state.anyKey).toBe(true);
  });

  it('a 9 more than 4 s after the star does nothing', () => {
    const call = closing().when(keyPressed('*', null)).later(4000).when(keyPressed('9', null));
    expect(call.ordered('suppress_number')).toEqual([]);
  });

  it('keys of an earlier `*9`, late as dtmf, suppress no second time', () => {
    const call = talk(givenOpening(), {}, 'birth_date').keys('1*9');
    call.when(keyPressed('1', null), keyPressed('*', null), keyPressed('9', null), answered);
    expect(call.ordered('suppress_number')).toHaveLength(1);
  });
});

describe('a stray `#`: the gather of a menu took the key before it', () => {
  it.each(['opening', 'consent', 'hpi.symptom_duration', 'ample.allergies', 'hpi.chief_complaint.confirm'])(
    'at %s puts the question again, without a word of why and without a try',
    (step) => {
      for (const status of ['valid', 'invalid'] as const) {
        const call = talk(givenOpening(), {}, step);
        const asked = call.ordered('gather_using_speak').at(-1)!.payload;
        call.ends(status);
        expect([call.at, call.spoken, call.question.failedTries, call.question.anyInvalid]).toEqual([
          ...[step, asked, 0, false],
        ]);
      }
    },
  );

  it('is put up with twice; then it counts like any wrong key', () => {
    const call = talk(givenOpening(), {}, 'ample.allergies').ends('valid').ends('invalid').ends('valid');
    expect([call.at, call.question.failedTries]).toEqual(['ample.allergies', 1]);
    expect(call.ends('valid').ends('valid').at).not.toBe('ample.allergies');
    expect(answerTo(call, 'ample.allergies')).toMatchObject({ state: 'unclear' });
  });

  it('at a numeric item is a wrong entry, unless it comes at once', () => {
    expect(atPain().ends('valid').question.failedTries).toBe(1);
    const call = atPain();
    call.when({ ...gathered('', call.asked), at: call.now + 600 });
    expect([call.at, call.question.failedTries, call.spoken]).toEqual([
      ...['hpi.pain_level', 0, expect.stringMatching(/^On a scale/)],
    ]);
  });

  it('at a spoken item that was put less than 1 s ago ends no answer', () => {
    const call = givenInterview();
    call.when({ ...gathered('', call.asked), at: call.now + 900 });
    expect([call.at, call.lastNames, call.question.settling]).toEqual([
      ...['hpi.chief_complaint', ['gather_using_speak'], null],
    ]);
  });

  it('at a spoken item that has had its time ends the answer', () => {
    expect(givenInterview().later(1).keys('').question.settling).toBe('silence');
  });

  it('at a spoken item that was answered at once ends the answer, too', () => {
    const call = givenInterview();
    const { now, asked } = call;
    call.when(heard('my knee', { at: now + 300 }), { ...gathered('', asked), at: now + 900 });
    expect(call.question.settling).toBe('silence');
  });

  it('at the line that stops calls is a wrong entry: there it means something', () => {
    const call = givenCaller(givenInboundPlan({ optOutLine: true })).ends('valid');
    expect(call.question.failedTries).toBe(1);
  });
});

describe('the emergency text', () => {
  const FLAGGED = { 'hpi.pain_level': '10' };
  const atFlag = (timerScale = 1) => {
    const questionnaire = {
      ...givenQuestionnaire(number('hpi.pain_level', 0, 10), yesNo('b')),
      redFlags: [{ ...spokenFlag('worst', 'x'), when: [{ item: 'hpi.pain_level', equals: 10 }] }],
    };
    return talk(givenOpening(givenPlan({ questionnaire, timerScale })), FLAGGED, 'red_flag');
  };
  const pressed = (call: Conversation, digits: string, afterMs: number) =>
    call.when({ ...gathered(digits, call.asked), at: call.question.since + afterMs });

  it.each(['1', '2', '5', ''])('is spoken again when %j was on its way as it began, and that is no try', (digits) => {
    const call = atFlag();
    const text = call.spoken;
    pressed(call, digits, 2400);
    expect([call.at, call.spoken, call.question.failedTries]).toEqual(['red_flag', text, 0]);
  });

  it('is spoken again once: whoever presses on means it', () => {
    const call = pressed(pressed(atFlag(), '2', 700), '2', 1900);
    expect(call.at).toBe('b');
  });

  it('is answered by a key that comes later', () => {
    expect(pressed(atFlag(), '2', 2500).at).toBe('b');
    expect(pressed(atFlag(0.1), '2', 250).at).toBe('b');
    expect(pressed(atFlag(0.1), '2', 249).at).toBe('red_flag');
  });

  it('is not repeated for free after a silent try', () => {
    const call = atFlag().silent();
    expect(pressed(call, '2', 2400).at).toBe('b');
  });

  it('gives way to a command at once', () => {
    expect(pressed(atFlag(), '*', 700).at).toBe('command');
  });
});

describe('a `*` stamped a little after the end of its gather', () => {
  const overtaking = (afterMs: number, timerScale = 1) => {
    const call = talk(givenInterview(givenPlan({ timerScale })), {}, 'ample.allergies');
    const { asked, now } = call;
    call.when(keyPressed('*', asked, now + 500 + afterMs));
    return call.when({ ...gathered('*', asked), at: now + 500 });
  };

  it('is no second one: the commands are spoken', () => {
    expect(overtaking(80).at).toBe('command');
    expect(overtaking(8, 0.1).at).toBe('command');
  });

  it('is a second one when it comes later', () => {
    expect(overtaking(300).at).toBe('ample.allergies');
    expect(overtaking(9, 0.1).at).toBe('ample.allergies');
  });
});
