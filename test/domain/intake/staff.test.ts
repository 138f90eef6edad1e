/** The way to a person (CL-07, CL-22): announced, rung, never dead air, and nobody recorded who has not agreed (RC-06). */
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/domain/intake/call-record.ts';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import { type Conversation, givenCaller, givenInterview, givenOpening } from '../../support/given-conversation.ts';
import {
  checked,
  type EventInput,
  hangupRequested,
  heard,
  hungUp,
  keyPressed,
  speakEnded,
  staffAnswered,
  staffHungUp,
} from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { BIRTH_DATE_KEYS, givenInboundPlan, givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';

const plan = givenPlan({ staff: STAFF_ON_DUTY });
const atPain = () => talk(givenInterview(plan), {}, 'hpi.pain_level');
const announced = () => atPain().keys('*', '0');
const ringing = () => announced().when(speakEnded);
const bridged = () => ringing().when(staffAnswered);
const refused = (call: Conversation, name: 'transfer' | 'speak'): EventInput => ({
  ...{ type: 'command.failed', seq: call.ordered(name).at(-1)!.seq, name },
  ...{ reason: 'refused', code: 'telnyx_1' },
});

describe('a patient who asks for staff', () => {
  it('is told to hold, with 911, then staff are rung for 30 s', () => {
    const call = announced();
    expect([call.at, call.lastNames, call.spoken]).toEqual(['transferring', ['speak'], callTexts.en.hold]);
    call.when(speakEnded);
    expect(call.last).toMatchObject([{ name: 'transfer', to: STAFF_ON_DUTY.number, timeoutSeconds: 30 }]);
  });

  it('is not rung through twice by a second end of speech, or by one of an older speech', () => {
    const call = announced();
    call.when({ ...speakEnded, at: call.now - 5000 });
    expect(call.ordered('transfer')).toEqual([]);
    expect(call.when(speakEnded, speakEnded).ordered('transfer')).toHaveLength(1);
  });

  it.each([
    ['0 at the opening', () => givenOpening(plan).keys('0')],
    ['*0 at the birth date', () => givenOpening(plan).keys('1').keys('*', '0')],
    ['*0 at the consent', () => talk(givenOpening(plan), {}, 'consent').keys('*', '0')],
    ['*0 in the read-back', () => givenInterview(plan).says('my knee').quiet().keys('*', '0')],
    ['0 of somebody who rings us', () => givenCaller(givenInboundPlan({ staff: STAFF_ON_DUTY })).keys('0')],
  ])('is heard by %s', (_, make) => {
    const call = make();
    expect([call.at, call.spoken]).toEqual(['transferring', callTexts.en.hold]);
  });

  it.each([
    ['no number is known', null],
    ['it is before hours', { ...STAFF_ON_DUTY, from: plan.createdAt + 3_600_000 }],
    ['it is after hours', { ...STAFF_ON_DUTY, until: plan.createdAt }],
  ])('is promised a call when %s, with a task', (_, staff) => {
    const call = talk(givenInterview(givenPlan({ staff })), {}, 'hpi.pain_level').keys('*', '0');
    expect([call.at, call.state.outcome, call.state.tasks]).toEqual(['closing', 'partial', ['callback']]);
    expect(call.spoken).toMatch(/^Our staff will call you back\./);
  });

  it('keeps what was answered, and is partial', () => {
    const call = bridged().when(hungUp());
    expect(statusOf(call.state)).toBe('partial');
    expect(call.state.answers['hpi.symptom_duration']).toMatchObject({ value: '1_to_3_days' });
  });
});

describe('staff who answer', () => {
  it('join a call that is no longer recorded or transcribed, for good (RC-06)', () => {
    const call = bridged();
    expect([call.at, call.lastNames]).toEqual(['bridged', ['record_stop', 'transcription_stop']]);
    expect(call.state).toMatchObject({ recorder: 'stopped', transcriber: 'stopped' });
    expect(call.when(staffAnswered).last).toEqual([]);
  });

  it('join without orders when nothing ran', () => {
    expect(givenOpening(plan).keys('0').when(speakEnded, staffAnswered).last).toEqual([]);
  });

  it('and hang up end the call', () => {
    const call = bridged().when(staffHungUp);
    expect([call.at, call.lastNames]).toEqual(['hanging_up', ['hangup']]);
    expect(statusOf(call.when(hungUp()).state)).toBe('partial');
  });

  it('are not interrupted by the limit of the interview (CL-21)', () => {
    expect(Object.keys(bridged().state.timers)).toEqual(['bridge']);
  });

  it('talk as long as they like: the line is looked at now and then, and hung up only when it is dead', () => {
    const call = bridged();
    for (let i = 0; i < 20; i += 1) {
      expect(call.timer('bridge').lastNames).toEqual(['retrieve_call']);
      expect(call.when(checked(call.state.checking!, true)).at).toBe('bridged');
    }
    call.timer('bridge').when(checked(call.state.checking!, false));
    expect(call.at).toBe('ended');
  });

  it('whose end nobody can tell are not waited for for ever', () => {
    const call = bridged();
    for (let i = 0; i < 4; i += 1) call.timer('bridge');
    expect(call.timer('bridge').lastNames).toEqual(['hangup']);
  });

  it('that join late, when the interview went on already, are not talked into, nor recorded (RC-06)', () => {
    const call = ringing().timer('transfer').when(staffAnswered);
    expect([call.at, call.lastNames]).toEqual(['bridged', ['gather_stop', 'record_stop', 'transcription_stop']]);
    expect(call.state).toMatchObject({ recorder: 'stopped', transcriber: 'stopped' });
    expect(Object.keys(call.state.timers)).toEqual(['bridge']);
    expect(call.when(speakEnded, heard('hello')).last).toEqual([]);
    expect(statusOf(call.when(hungUp()).state)).toBe('partial');
  });

  it('that join while a question of speech is open leave what was said to it', () => {
    const call = talk(givenInterview(plan), {}, 'hpi.chief_complaint').says('my knee').keys('*', '0');
    call.when(speakEnded).timer('transfer').when(staffAnswered);
    expect(call.state.answers['hpi.chief_complaint']).toMatchObject({ value: 'my knee', confirmed: false });
  });

  it('that join when the goodbye has begun are not cut off by it', () => {
    const call = givenOpening(givenPlan({ staff: STAFF_ON_DUTY, patient: { minor: true } })).keys('1', BIRTH_DATE_KEYS);
    call.when(speakEnded).timer('transfer');
    expect(call.at).toBe('closing');
    expect([call.when(staffAnswered).at, call.lastNames]).toEqual(['bridged', ['playback_stop']]);
    expect(call.when(speakEnded).last).toEqual([]);
  });

  it('are no reason to talk on when nobody was rung, or when all calls are stopped', () => {
    expect(atPain().when(staffAnswered).last).toEqual([]);
    const stopped = ringing().timer('transfer').keys('*', '9');
    expect([stopped.when(staffAnswered).last, stopped.at]).toEqual([[], 'closing']);
  });
});

describe('two attempts', () => {
  const seqOf = (call: Conversation, attempt: number) => call.ordered('transfer')[attempt]!.seq;
  const staff = (type: 'staff.answered' | 'staff.hung_up', seq: number): EventInput => ({ type, seq });
  const second = () => ringing().timer('transfer').keys('*', '0').when(speakEnded);

  it('are told apart: the first leg that hangs up late does not end the second', () => {
    const call = second();
    call.when(staff('staff.hung_up', seqOf(call, 0)));
    expect([call.at, call.last]).toEqual(['transferring', []]);
    call.when(staff('staff.hung_up', seqOf(call, 1)));
    expect(call.at).toBe('hpi.pain_level');
  });

  it('and nor does it end the talk with whoever answered the second', () => {
    const call = second();
    call.when(staff('staff.answered', seqOf(call, 1)), staff('staff.hung_up', seqOf(call, 0)));
    expect([call.at, call.last]).toEqual(['bridged', []]);
    expect(call.when(staff('staff.hung_up', seqOf(call, 1))).lastNames).toEqual(['hangup']);
  });

  it('whoever answers, the patient talks to them', () => {
    const call = second();
    call.when(staff('staff.answered', seqOf(call, 0)), staff('staff.hung_up', seqOf(call, 1)));
    expect([call.at, call.last]).toEqual(['bridged', []]);
    expect(call.when(staff('staff.hung_up', seqOf(call, 0))).lastNames).toEqual(['hangup']);
  });

  it('the leg of the patient tells of a talk without saying of which', () => {
    const call = second().when(staffAnswered);
    call.when(staff('staff.hung_up', seqOf(call, 0)));
    expect([call.at, call.when(staff('staff.hung_up', seqOf(call, 1))).at]).toEqual(['bridged', 'hanging_up']);
  });
});

describe('staff who do not answer', () => {
  it.each([
    ['hang up, or let it ring', () => ringing().when(staffHungUp)],
    ['are never heard of', () => ringing().timer('transfer')],
    ['cannot be rung', () => ringing().when(refused(ringing(), 'transfer'))],
    ['cannot be announced', () => announced().when(refused(announced(), 'speak'))],
  ])('and %s: said, promised, and on with the question that was open (CL-07)', (_, make) => {
    const call = make();
    expect([call.at, call.question.failedTries, call.state.tasks]).toEqual(['hpi.pain_level', 0, ['callback']]);
    expect(call.spoken).toBe(
      `${callTexts.en.staffBusy} ${call.plan.questionnaire.items.find(({ id }) => id === call.at)?.text.en}`,
    );
    expect(call.state).toMatchObject({ recorder: 'on', transcriber: 'on' });
    expect(talk(call).state.outcome).toBe('completed');
  });

  it('are rung twice at most; then a call is promised', () => {
    const call = ringing().when(staffHungUp).keys('*', '0').when(speakEnded, staffHungUp).keys('*', '0');
    expect([call.at, call.ordered('transfer').length]).toEqual(['closing', 2]);
    expect([call.state.outcome, call.state.tasks]).toEqual(['partial', ['callback']]);
  });

  it('are not given up before they are rung: the leg of the first attempt may end late', () => {
    const call = ringing().timer('transfer').keys('*', '0').when(staffHungUp);
    expect([call.at, call.last]).toEqual(['transferring', []]);
    expect(call.when(speakEnded).lastNames).toEqual(['transfer']);
  });

  it('on the last question of all leave the goodbye to say that they will call', () => {
    const call = talk(givenInterview(plan), {}, 'family_history.cancer').keys('*', '0').when(speakEnded).timer('limit');
    call.when(staffHungUp);
    expect([call.at, call.state.outcome]).toEqual(['closing', 'partial']);
    expect(call.spoken).toMatch(/^Our staff will call you back\./);
  });

  it('the end of the announcement lost, are rung once Telnyx says the line lives', () => {
    const call = announced().timer('silence');
    expect(call.when(checked(call.state.checking!, true)).lastNames).toEqual(['transfer']);
  });
});

describe('the opt-out on the way to staff (TC-08)', () => {
  const stop = (call: Conversation) => call.when(keyPressed('*', null), keyPressed('9', null));

  it.each([
    ['transferring', announced],
    ['transferring', ringing],
    ['bridged', bridged],
  ])('`*9` while %s is on the list at once, and the people go on talking (%#)', (phase, make) => {
    const call = stop(make());
    expect([call.at, call.lastNames, call.state.outcome]).toEqual([phase, ['suppress_number'], 'opted_out']);
    expect(statusOf(call.when(hungUp()).state)).toBe('opted_out');
    expect(call.ordered('suppress_number')).toHaveLength(1);
  });

  it('ends the interview when staff do not come', () => {
    const call = stop(ringing()).when(staffHungUp);
    expect([call.at, call.spoken, call.ordered('suppress_number').length]).toEqual([
      'closing',
      callTexts.en.optedOut,
      1,
    ]);
    expect(call.state.outcome).toBe('opted_out');
  });

  it('by word, while staff are rung, counts too (TC-09)', () => {
    const call = ringing().says('please stop calling me');
    expect([call.at, call.state.outcome, call.ordered('suppress_number').length]).toEqual([
      'transferring',
      'opted_out',
      1,
    ]);
  });
});

describe('an end on the way to staff', () => {
  it.each([
    ['announced', announced],
    ['ringing', ringing],
    ['bridged', bridged],
  ])('%s: a hang-up frees the line, staff who hang up after it do nothing (TC-18)', (_, make) => {
    const call = make().when(hungUp());
    expect([call.lastNames, statusOf(call.state)]).toEqual([['release_line'], 'partial']);
    expect(call.when(staffHungUp, staffAnswered, speakEnded).last).toEqual([]);
  });

  it.each([
    ['announced', announced],
    ['ringing', ringing],
    ['bridged', bridged],
  ])('%s: we hang up when we are told to', (_, make) => {
    expect(make().when(hangupRequested).lastNames).toEqual(['hangup']);
  });
});

describe('a minor (CL-17)', () => {
  const minor = (staff: typeof STAFF_ON_DUTY | null) => givenPlan({ staff, patient: { minor: true } });

  it('is never interviewed alone: staff are rung, and a guardian is to be reached', () => {
    const call = givenOpening(minor(STAFF_ON_DUTY)).keys('1', BIRTH_DATE_KEYS);
    expect([call.at, call.state.tasks, call.state.identity]).toEqual(['transferring', ['guardian'], 'verified']);
    call.when(speakEnded, staffHungUp);
    expect([call.at, call.state.outcome, call.state.tasks]).toEqual(['closing', 'partial', ['guardian', 'callback']]);
    expect(call.ordered('record_start')).toEqual([]);
  });

  it('is promised a call when nobody is there', () => {
    const call = givenOpening(minor(null)).keys('1', BIRTH_DATE_KEYS);
    expect([call.at, call.state.outcome, call.state.tasks]).toEqual(['closing', 'partial', ['guardian', 'callback']]);
  });
});
