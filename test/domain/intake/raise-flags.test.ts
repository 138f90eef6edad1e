/** Red flags (X4, CL-01 to CL-05): heard at the very answer, told to staff before anything else, and never in the way for long. */
import { describe, expect, it } from 'vitest';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import { type Conversation, givenCaller, givenConsent, givenInterview } from '../../support/given-conversation.ts';
import { gathered, heard, hungUp, speakEnded, staffHungUp } from '../../support/given-events.ts';
import {
  BIRTH_DATE_KEYS,
  givenInboundPlan,
  givenPlan,
  givenQuestionnaire,
  number,
  type PlanChanges,
  STAFF_ON_DUTY,
  spokenFlag,
  voice,
  yesNo,
} from '../../support/given-plan.ts';

const ITEM = 'hpi.chief_complaint';
const questionnaire = {
  ...givenQuestionnaire(number('hpi.pain_level', 0, 10), yesNo('hpi.fever'), voice(ITEM), yesNo('ample.allergies')),
  redFlags: [
    spokenFlag('chest-pain', 'chest ... pain'),
    spokenFlag('breathing', "can't breathe"),
    spokenFlag('self-harm', 'hurt myself', '988'),
    { ...spokenFlag('worst-pain', 'worst pain'), when: [{ item: 'hpi.pain_level', atLeast: 10 }] },
    { ...spokenFlag('fever', 'fever'), when: [{ item: 'hpi.fever', equals: true }] },
  ],
};
const atPain = (changes: PlanChanges = {}) => givenInterview(givenPlan({ questionnaire, ...changes }));
const atVoice = (changes: PlanChanges = {}) => atPain(changes).keys('4', '2');
const rules = (call: Conversation) => call.state.redFlags.map(({ rule }) => rule);

describe('the emergency text', () => {
  const staff = { number: '+12025550190', from: 0, until: Number.MAX_SAFE_INTEGER };

  it('offers staff now while they are there, and a callback while they are not (CL-07)', () => {
    expect(atPain({ staff }).keys('10').spoken).toBe(callTexts.en.redFlag911);
    expect(atPain({ staff: { ...staff, until: 1 } }).keys('10').spoken).toBe(callTexts.en.redFlag911Callback);
  });

  it('goes before the goodbye of whoever wants no more calls in the same breath (CL-03, TC-09)', () => {
    const call = atVoice().says('I want to hurt myself, stop calling me');
    expect([call.state.outcome, call.spoken]).toEqual(['opted_out', callTexts.en.optedOut988]);
    expect(call.ordered('open_task')).toHaveLength(1);
    expect(call.ordered('suppress_number')).toHaveLength(1);
    expect(atVoice().says('chest pain, stop calling me').spoken).toBe(callTexts.en.optedOut911);
  });

  it('is followed by the lifeline once more where nobody can be reached (CL-07)', () => {
    const call = atVoice().says('I want to hurt myself').keys('1');
    expect(call.spoken).toMatch(/9 8 8/);
    expect(call.state.tasks).toContain('callback');
  });
});

describe('an answer by key that is a red flag', () => {
  it('has its task opened before the emergency text is put, in the very turn of the answer (CL-03)', () => {
    const call = atPain().keys('10');
    expect([call.lastNames, call.at]).toEqual([['open_task', 'gather_using_speak'], 'red_flag']);
    expect(call.ordered('open_task')).toMatchObject([{ kind: 'red_flag' }]);
    expect(call.spoken).toBe(callTexts.en.redFlag911Callback);
    expect(call.state.answers['hpi.pain_level']).toMatchObject({ value: 10 });
    const { id, at } = call.events.at(-1)!;
    expect(call.state.redFlags).toMatchObject([
      { rule: 'worst-pain', item: 'hpi.pain_level', level: 'urgent', at, eventId: id, unverified: false },
    ]);
    expect(call.state.tasks).toEqual(['red_flag']);
  });

  it('is one by choice as well as by number; just below it is none', () => {
    expect(rules(atPain().keys('9').keys('1'))).toEqual(['fever']);
    expect(rules(atPain().keys('9', '2'))).toEqual([]);
    expect(rules(atPain().keys('9', '3'))).toEqual([]);
  });

  it('2 goes on with the next question', () => {
    expect(atPain().keys('10', '2').at).toBe('hpi.fever');
  });

  it.each([
    ['silence', (call: Conversation) => call.silent(2)],
    ['wrong keys', (call: Conversation) => call.keys('5', '5')],
  ])('is repeated once after %s, then the interview goes on: the task is there (CL-04)', (_, tries) => {
    const call = tries(atPain().keys('10'));
    expect([call.at, call.state.silentItems]).toEqual(['hpi.fever', 0]);
    expect(call.ordered('gather_using_speak').filter(({ step }) => step === 'red_flag')).toHaveLength(2);
  });

  it('1 brings staff now, or a callback when nobody is there', () => {
    expect(atPain({ staff: STAFF_ON_DUTY }).keys('10', '1').at).toBe('transferring');
    const call = atPain().keys('10', '1');
    expect([call.at, call.state.outcome, call.state.tasks]).toEqual(['closing', 'partial', ['red_flag', 'callback']]);
  });

  it('goes on with the next question when staff were rung in vain', () => {
    const call = atPain({ staff: STAFF_ON_DUTY }).keys('10', '1').when(speakEnded, staffHungUp);
    expect([call.at, call.spoken]).toEqual(['hpi.fever', `${callTexts.en.staffBusy} hpi.fever?`]);
  });

  it('with the hang-up right behind it leaves the flag and its task, once (CL-03, T22)', () => {
    const call = atPain().keys('10').when(hungUp());
    expect([rules(call), call.state.tasks, call.ordered('open_task').length]).toEqual([
      ['worst-pain'],
      ['red_flag'],
      1,
    ]);
  });

  it('whose end comes after the hang-up is a flag all the same, and nothing is spoken', () => {
    const call = atPain();
    const { asked } = call;
    call.when(hungUp(), gathered('10', asked));
    expect([call.lastNames, rules(call)]).toEqual([['open_task'], ['worst-pain']]);
  });

  it('`*7` passes over the offer, `**` repeats it, `*9` stops all calls', () => {
    expect(atPain().keys('10').keys('*', '7').at).toBe('hpi.fever');
    expect(atPain().keys('10').keys('*', '*').at).toBe('red_flag');
    expect(atPain().keys('10').keys('*', '9').state.outcome).toBe('opted_out');
    expect(atPain({ staff: STAFF_ON_DUTY }).keys('10').keys('*', '0').at).toBe('transferring');
  });
});

describe('words that are a red flag', () => {
  it('break into the question at once: its gather is stopped, the task is there, the text is put', () => {
    const call = atVoice().says('I have chest pain');
    expect(call.lastNames).toEqual(['open_task', 'gather_stop', 'gather_using_speak']);
    expect([call.at, call.spoken]).toEqual(['red_flag', callTexts.en.redFlag911Callback]);
    expect(call.state.redFlags).toMatchObject([{ rule: 'chest-pain', item: ITEM, unverified: true }]);
  });

  it('are read back afterwards like any answer: nothing of it is lost', () => {
    const call = atVoice().says('I have chest pain').keys('2');
    expect([call.at, call.spoken]).toEqual([`${ITEM}.confirm`, expect.stringContaining('I have chest pain')]);
    expect(call.keys('1').state.answers[ITEM]).toMatchObject({ value: 'I have chest pain', confirmed: true });
  });

  it('are taken back by a redo, words that came during the text too; the flag stays', () => {
    const call = atVoice();
    const { now } = call;
    call
      .says('chest pain')
      .when(heard('yes', { at: now }))
      .keys('2', '2')
      .when(hungUp());
    expect(call.state.answers[ITEM]).toBeUndefined();
    expect(rules(call)).toEqual(['chest-pain']);
  });

  it('are found across finals of one answer', () => {
    const call = atVoice().says('it is my chest', 'there is a pain');
    expect([call.at, rules(call)]).toEqual(['red_flag', ['chest-pain']]);
    expect(call.keys('2').spoken).toContain('it is my chest there is a pain');
  });

  it('are found at any question, which is put again afterwards with its tries', () => {
    const call = atPain().silent().says('I cannot breathe');
    expect([call.lastNames, call.at]).toEqual([['open_task', 'gather_stop', 'gather_using_speak'], 'red_flag']);
    expect(call.state.redFlags).toMatchObject([{ rule: 'breathing', item: 'hpi.pain_level' }]);
    call.keys('2');
    expect([call.at, call.question.failedTries]).toEqual(['hpi.pain_level', 1]);
  });

  it('are found in a read-back and in a command prompt', () => {
    const call = atVoice().says('my knee').quiet().says('and chest pain');
    expect(call.at).toBe('red_flag');
    expect(call.keys('2').spoken).toContain('my knee and chest pain');
    const command = atPain().keys('*').says('I cannot breathe');
    expect([command.at, command.keys('2').at]).toEqual(['red_flag', 'hpi.pain_level']);
  });

  it('fire once a rule; another rule breaks in again and the interview still goes on where it was', () => {
    const call = atVoice().says('chest pain').says('chest pain', 'really, chest pain');
    expect([rules(call), call.ordered('open_task').length]).toEqual([['chest-pain'], 1]);
    call.says('I cannot breathe');
    expect([rules(call), call.at]).toEqual([['chest-pain', 'breathing'], 'red_flag']);
    expect(call.keys('2').at).toBe(`${ITEM}.confirm`);
  });

  it('of self-harm bring 988, which also says 911, even beside another rule (CL-05)', () => {
    expect(atVoice().says('I want to hurt myself').spoken).toBe(callTexts.en.redFlag988Callback);
    expect(atVoice().says('chest pain, I want to hurt myself').spoken).toBe(callTexts.en.redFlag988Callback);
    expect(callTexts.en.redFlag988).toContain('9 1 1');
    expect(atVoice({ language: 'es' }).says('I want to hurt myself').spoken).toBe(callTexts.es.redFlag988Callback);
  });

  it('after the hang-up, or in the goodbye, are told to staff and change nothing else', () => {
    for (const call of [atVoice().when(hungUp()), atVoice().timer('limit')]) {
      const { phase, outcome } = call.state;
      call.says('I have chest pain');
      expect([call.lastNames, rules(call), call.state.tasks]).toEqual([['open_task'], ['chest-pain'], ['red_flag']]);
      expect(call.state).toMatchObject({ phase, outcome });
    }
  });

  it('after the note was written make its next version', () => {
    const call = atVoice().when(hungUp()).timer('close').says('I have chest pain');
    expect([call.state.noteVersion, call.timer('close').lastNames]).toEqual([2, ['save_note', 'run_jobs']]);
  });

  it('said while staff are rung are told to staff, and the ringing goes on', () => {
    const call = atVoice({ staff: STAFF_ON_DUTY }).keys('*', '0').says('I have chest pain');
    expect([call.at, call.lastNames]).toEqual(['transferring', ['open_task']]);
  });

  it('go on past a voice item once nobody listens any more (RC-04)', () => {
    const call = atVoice();
    call
      .when(heard('I have chest pain', { at: call.question.since - 10 }))
      .keys('*', '8')
      .keys('2');
    expect([call.at, call.state.answers[ITEM]]).toEqual(['ample.allergies', { state: 'not_asked' }]);
  });

  it('and a stop in one breath: the calls stop, and the flag is told (TC-09)', () => {
    const call = atVoice().says('I have chest pain, stop calling me');
    expect(call.state).toMatchObject({ outcome: 'opted_out' });
    expect(rules(call)).toEqual(['chest-pain']);
  });
});

describe('a red flag of an earlier call', () => {
  const flag = { rule: 'worst-pain', item: 'hpi.pain_level', level: 'urgent', at: 1, eventId: 'e', unverified: false };
  const plan = givenInboundPlan({
    candidates: [{ questionnaire, redFlags: [{ ...flag, callId: 'call_0' } as never] }],
  });

  it('is kept, and the same complaint today is told again: it may be worse', () => {
    const call = givenCaller(plan).keys('1', BIRTH_DATE_KEYS, '1', '10');
    expect([call.at, rules(call)]).toEqual(['red_flag', ['worst-pain', 'worst-pain']]);
  });
});

it('nobody is asked about red flags before the consent', () => {
  const call = givenConsent(givenPlan({ questionnaire }));
  expect(call.ordered('open_task')).toEqual([]);
});
