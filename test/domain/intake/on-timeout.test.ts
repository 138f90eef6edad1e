/** Lost events: Telnyx is asked before anything is concluded, and no call is left open. */
import { describe, expect, it } from 'vitest';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import type { TimerName } from '../../../src/domain/intake/state.ts';
import {
  type Conversation,
  given,
  givenInterview,
  givenOpening,
  givenRinging,
} from '../../support/given-conversation.ts';
import {
  answered,
  checked,
  detected,
  dialAccepted,
  dialSent,
  fired,
  gathered,
  hangupRequested,
  hungUp,
  received,
  requested,
  speakEnded,
  staffHungUp,
} from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { givenInboundPlan, givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';

const reply = (call: Conversation, alive: boolean | null) => call.when(checked(call.state.checking ?? -1, alive));
const atPain = () => talk(givenInterview(), {}, 'hpi.pain_level');

describe('a question whose end is lost', () => {
  it('is asked about, then asked again while the call is alive, and is no try', () => {
    const call = atPain().silent().timer('silence');
    expect(call.lastNames).toEqual(['retrieve_call']);
    reply(call, true);
    const again = ['gather_stop', 'gather_using_speak'];
    expect([call.at, call.lastNames, call.question.failedTries]).toEqual(['hpi.pain_level', again, 1]);
  });

  it('is asked again when Telnyx cannot say', () => {
    expect(reply(atPain().timer('silence'), null).at).toBe('hpi.pain_level');
  });

  it('ends the call when the call is dead, with the answers kept', () => {
    const call = reply(atPain().timer('silence'), false);
    expect(call.state).toMatchObject({ phase: 'ended', outcome: 'partial', error: 'hangup_event_lost' });
    expect(call.state.answers['hpi.symptom_duration']).toMatchObject({ value: '1_to_3_days' });
  });

  it('counts no longer once the answer comes after all', () => {
    const call = atPain().timer('silence');
    const { checking } = call.state;
    call.keys('4');
    expect([call.at, call.state.lostEvents]).toEqual(['ample.allergies', 0]);
    expect(call.when(checked(checking!, true)).last).toEqual([]);
  });

  it('is given up after three in a row: the patient is told, and staff will call (CL-22)', () => {
    const call = atPain();
    for (let i = 0; i < 3; i += 1) reply(call.timer('silence'), true);
    call.timer('silence');
    expect([call.at, call.lastNames, call.spoken]).toEqual(['closing', ['gather_stop', 'speak'], callTexts.en.fault]);
    expect(call.state).toMatchObject({ outcome: 'partial', error: 'events_lost', tasks: ['callback'] });
    expect(call.when(speakEnded).lastNames).toEqual(['hangup']);
  });

  it('is hung up only when even that cannot be told', () => {
    const call = atPain();
    for (let i = 0; i < 4; i += 1) call.timer('silence');
    expect(call.timer('silence').lastNames).toEqual(['hangup']);
    const { seq } = call.ordered('speak').at(-1)!;
    const refused = atPain();
    for (let i = 0; i < 4; i += 1) refused.timer('silence');
    refused.when({ type: 'command.failed', seq, name: 'speak', reason: 'refused', code: 'telnyx_1' });
    expect(refused.lastNames).toEqual(['hangup']);
  });

  it('is told so, too, when it is the announcement of staff that is never over', () => {
    const staffed = talk(givenInterview(givenPlan({ staff: STAFF_ON_DUTY })), {}, 'hpi.pain_level').keys('*', '0');
    for (let i = 0; i < 4; i += 1) staffed.timer('silence');
    expect([staffed.at, staffed.spoken]).toEqual(['closing', callTexts.en.fault]);
  });

  it('is not given up when an answer came between', () => {
    const call = atPain();
    for (let i = 0; i < 3; i += 1) reply(call.timer('silence'), true);
    call.keys('4');
    expect(reply(call.timer('silence'), true).at).toBe('ample.allergies');
  });

  it('is asked about again while even that reply is lost, and then given up', () => {
    const call = atPain();
    for (let i = 0; i < 3; i += 1) expect(call.timer('silence').lastNames).toEqual(['retrieve_call']);
    expect(call.timer('silence').lastNames).toEqual(['gather_stop', 'speak']);
  });

  it('is asked as a question again when the command prompt was lost', () => {
    const call = reply(atPain().keys('*').timer('silence'), true);
    expect([call.at, call.question.commandSince]).toEqual(['hpi.pain_level', null]);
  });
});

describe('a closing whose end is lost (Z8)', () => {
  it.each([true, null])('is hung up once Telnyx was asked (alive: %s)', (alive) => {
    const call = reply(talk(givenInterview()).timer('silence'), alive);
    expect([call.lastNames, call.state.outcome]).toEqual([['hangup'], 'completed']);
  });

  it('is over when the call is', () => {
    const call = reply(talk(givenInterview()).timer('silence'), false);
    expect([call.at, call.state.outcome, call.lastNames]).toEqual(['ended', 'completed', ['release_line']]);
  });
});

describe('a hang-up nobody confirms', () => {
  const hanging = () => givenOpening().when(hangupRequested);

  it('is asked about, and ordered again while the call is alive', () => {
    const call = hanging().timer('hangup');
    expect(call.lastNames).toEqual(['retrieve_call']);
    expect(reply(call, true).lastNames).toEqual(['hangup']);
  });

  it.each([false, null])('is over when Telnyx no longer knows the call (alive: %s)', (alive) => {
    expect(reply(hanging().timer('hangup'), alive).at).toBe('ended');
  });

  it('is hung up again for as long as Telnyx says it lives, and is over only when Telnyx no longer does', () => {
    const call = hanging();
    for (let i = 0; i < 20; i += 1) expect(reply(call.timer('hangup'), true).lastNames).toEqual(['hangup']);
    expect(call.at).toBe('hanging_up');
    expect(reply(call.timer('hangup'), false).at).toBe('ended');
  });

  it('ends in the end when Telnyx says nothing at all', () => {
    const call = hanging();
    for (let i = 0; i < 7; i += 1) call.timer('hangup');
    expect(call.at).toBe('ended');
  });
});

describe('a call that rings too long', () => {
  it.each([
    [true, 'ringing', null],
    [false, 'ended', 'hangup_event_lost'],
    [null, 'ended', 'hangup_event_lost'],
  ])('when Telnyx says alive: %s is %s', (alive, at, error) => {
    const call = reply(givenRinging().timer('ring'), alive);
    expect([call.at, call.state.error]).toEqual([at, error]);
  });

  it('is asked about twice more, 10 s apart, and then begins, because nothing rings so long', () => {
    const call = reply(givenRinging().timer('ring'), true);
    for (const at of ['ringing', 'opening']) {
      const asked = call.now;
      call.timer('ring');
      expect([call.lastNames, call.now - asked < 11_000]).toEqual([['retrieve_call'], true]);
      expect(reply(call, true).at).toBe(at);
    }
    expect(call.when(answered).last).toEqual([]);
  });

  it('and rings us begins at once: it rings until we answer', () => {
    const call = given(givenInboundPlan()).when(received).timer('ring');
    expect(reply(call, true).at).toBe('opening');
  });

  it('is answered in spite of the question', () => {
    const call = givenRinging().timer('ring');
    const { checking } = call.state;
    call.when(answered, checked(checking!, true));
    expect(call.at).toBe('opening');
  });

  it('ends in the end when Telnyx says nothing at all', () => {
    const call = givenRinging();
    for (let i = 0; i < 7; i += 1) call.timer('ring');
    expect(call.at).toBe('ended');
  });
});

describe('the limit of the interview (CL-21)', () => {
  it('is 15 minutes from the answer, scaled, and outlives every question (S1-F17)', () => {
    const call = givenOpening();
    const { limit } = call.state.timers;
    expect(limit).toBe(call.now + 15 * 60_000);
    expect(atPain().state.timers.limit).toBe(limit);
    expect(givenOpening(givenPlan({ timerScale: 0.1 })).state.timers.limit).toBe(call.now + 90_000);
  });

  it('stops the question, says so, and keeps what was answered', () => {
    const call = atPain().timer('limit');
    expect([call.lastNames, call.state.outcome]).toEqual([['gather_stop', 'speak'], 'partial']);
    expect(call.spoken).toMatch(/^We have come to the end of the time for this call\./);
    expect(call.state.answers['hpi.symptom_duration']).toMatchObject({ value: '1_to_3_days' });
  });

  it('takes the answer that was given into it', () => {
    const call = atPain();
    const { asked } = call;
    call.timer('limit').when(gathered('7', asked));
    expect([call.at, call.state.answers['hpi.pain_level']?.value]).toEqual(['closing', 7]);
  });

  it('waits for staff who are rung, and then ends the interview instead of going on', () => {
    const call = talk(givenInterview(givenPlan({ staff: STAFF_ON_DUTY })), {}, 'hpi.pain_level').keys('*', '0');
    call.timer('limit');
    expect([call.at, call.last]).toEqual(['transferring', []]);
    expect(call.when(speakEnded, staffHungUp).at).toBe('closing');
  });

  it('does not cut the goodbye or a message short', () => {
    for (const call of [talk(givenInterview()), givenOpening().when(detected('machine'))]) {
      const { phase } = call.state;
      if (call.state.timers.limit !== undefined) call.timer('limit');
      expect([call.state.phase, call.state.timers.limit]).toEqual([phase, undefined]);
    }
  });
});

describe('the close of an ended call', () => {
  it('is 5 s after the hang-up (TC-18: late events have their time), and writes one note', () => {
    const call = givenOpening().when(hungUp());
    expect(call.state.timers).toEqual({ close: call.now + 5000 });
    expect(call.timer('close').lastNames).toEqual(['save_note']);
    expect(call.state.timers).toEqual({});
    expect(call.when(fired('close')).last).toEqual([]);
  });
});

describe('a timer', () => {
  it.each<TimerName>([
    'silence',
    'dial_wait',
    'ring',
    'utterance',
    'greeting',
    'transfer',
    'bridge',
    'limit',
    'hangup',
    'close',
  ])('%s that was not set does nothing', (timer) => {
    for (const call of [given(), given().when(requested), givenRinging(), givenOpening(), givenOpening().keys('2')]) {
      const { state } = call;
      if (state.timers[timer] === undefined) expect([call.when(fired(timer)).last, call.state]).toEqual([[], state]);
    }
  });

  it('that is not due yet does nothing: the alarm was early', () => {
    const call = givenOpening();
    const { state } = call;
    expect([call.when(fired('silence')).last, call.state]).toEqual([[], state]);
  });

  it('does not outlive its phase, but for the limit of the interview', () => {
    const call = givenOpening();
    expect(Object.keys(call.state.timers).sort()).toEqual(['limit', 'silence']);
    expect(Object.keys(call.keys('2').state.timers)).toEqual(['silence']);
    expect(Object.keys(call.when(speakEnded).state.timers)).toEqual(['hangup']);
    expect(Object.keys(call.when(hungUp()).state.timers)).toEqual(['close']);
  });

  it('runs from when we learned of the event, because a webhook may be minutes late', () => {
    const call = givenRinging();
    call.when({ ...answered, at: call.now, receivedAt: call.now + 300_000 });
    expect(call.state.timers.silence).toBeGreaterThan(call.events.at(-1)!.receivedAt);
    expect(call.state.answeredAt).toBe(call.events.at(-1)!.at);
  });

  it.each([1, 0.05])('is scaled by timerScale %d in every phase', (timerScale) => {
    const call = given(givenPlan({ timerScale })).when(requested, dialSent, dialAccepted);
    const due = (timer: TimerName) => Math.round(((call.state.timers[timer] ?? 0) - call.now) / timerScale);
    expect(due('ring')).toBe(40_000);
    call.when(answered).timer('silence');
    expect(due('silence')).toBe(10_000);
    call.when(hangupRequested);
    expect(due('hangup')).toBe(20_000);
    call.when(hungUp());
    expect(due('close')).toBe(5000);
  });
});
