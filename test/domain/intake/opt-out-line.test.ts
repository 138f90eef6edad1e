/** The number that stops calls (TC-13), and callers who hide theirs. */
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/domain/intake/call-record.ts';
import { type Conversation, given, givenCaller } from '../../support/given-conversation.ts';
import { gathered, hungUp, keyPressed, speakEnded } from '../../support/given-events.ts';
import { givenInboundPlan, type PlanChanges } from '../../support/given-plan.ts';

const OWN = '+12025550143';
const line = (changes: PlanChanges = {}) => givenCaller(givenInboundPlan({ optOutLine: true, ...changes }));
const listed = (call: Conversation) => call.ordered('suppress_number').map(({ number }) => number);

describe('the line that stops calls', () => {
  it('says how, for this phone and for another, and who can be reached', () => {
    const call = line();
    expect(call.spoken).toMatch(/^This is the automated line of Elm Street Clinic to stop calls\./);
    expect(call.ordered('gather_using_speak').at(-1)).toMatchObject({ step: 'opening', maximumDigits: 11 });
  });

  it('9 puts the phone of the caller on the list before it is said', () => {
    const call = line().keys('9');
    expect(call.lastNames).toEqual(['suppress_number', 'speak']);
    expect([listed(call), call.state.outcome, call.spoken]).toEqual([[OWN], 'opted_out', 'Calls stopped.']);
  });

  it.each([
    ['2025550177', '+12025550177'],
    ['12025550177', '+12025550177'],
  ])('%s puts that phone on the list, and not that of the caller', (keys, number) => {
    const call = line().keys(keys);
    expect([listed(call), call.spoken, call.state.outcome]).toEqual([[number], 'Calls stopped.', 'partial']);
    expect(statusOf(call.when(speakEnded, hungUp()).state)).toBe('partial');
  });

  it.each(['1', '2', '0', '202555017', '1025550177', '2021550177', '20255501777', '22025550177'])(
    '%s is no number and is asked again, three times',
    (keys) => {
      const call = line().keys(keys);
      expect([call.at, call.question.failedTries, listed(call)]).toEqual(['opening', 1, []]);
      expect(call.keys(keys, keys).spoken).toMatch(/^To reach our staff/);
    },
  );

  it('3 says it in the other language', () => {
    const call = line().keys('3');
    expect([call.at, call.state.language]).toEqual(['opening', 'es']);
    expect(call.keys('9').spoken).toBe('Llamadas detenidas.');
  });

  it('a 9 that begins a number is no opt-out of this phone, though the caller hangs up in the middle of it', () => {
    const call = line();
    call.when(keyPressed('9', call.asked), keyPressed('1', call.asked)).when(hungUp());
    expect(listed(call)).toEqual([]);
  });

  it.each([
    ['cut off by the hang-up', (call: Conversation) => call.ends('call_hangup', '2025550177').when(hungUp())],
    [
      'told after the hang-up',
      (call: Conversation) => {
        const { asked } = call;
        return call.when(hungUp(), gathered('2025550177', asked), gathered('2025550177', asked));
      },
    ],
  ])('a whole number counts, %s, once', (_, end) => {
    expect(listed(end(line()))).toEqual(['+12025550177']);
  });

  it('`*9` stops the calls to this phone here as anywhere (TC-08)', () => {
    expect(listed(line().keys('*', '9'))).toEqual([OWN]);
  });

  it('says the same whether a number is on file or not (HS-15, T04)', () => {
    for (const keys of ['9', '2025550177', '5'])
      expect(line({ candidates: [{}] }).keys(keys).said).toEqual(line().keys(keys).said);
  });
});

describe('a caller who hides the number', () => {
  const hidden = (changes: PlanChanges = {}) =>
    givenCaller(givenInboundPlan({ patientNumber: 'anonymous', ...changes }));

  it('and presses 9 has to key it in: a hidden number can be put on no list', () => {
    const call = hidden().keys('9');
    expect([call.at, listed(call)]).toEqual(['opening', []]);
    expect(call.spoken).toMatch(/to stop calls\./);
    expect(listed(call.keys('2025550177'))).toEqual(['+12025550177']);
  });

  it('is not told that calls were stopped before they were', () => {
    expect(hidden().keys('9', '9').at).toBe('opening');
    expect(hidden({ optOutLine: true }).keys('9').at).toBe('opening');
  });

  it.each([
    ['9', (call: Conversation) => call.when(keyPressed('9', call.asked)).keys('9')],
    [
      '`*9`',
      (call: Conversation) => {
        call.when(keyPressed('*', call.asked)).keys('*');
        return call.when(keyPressed('9', call.asked)).keys('9');
      },
    ],
    [
      '`*9` before the command prompt',
      (call: Conversation) => {
        const { asked } = call;
        return call.when(keyPressed('*', asked)).keys('*').when(keyPressed('9', asked));
      },
    ],
  ])('and presses %s, each key told before its gather ends, is still asked for the number', (_, press) => {
    const call = press(hidden());
    expect([call.at, call.state.stopHeard]).toEqual(['opening', false]);
    expect([call.spoken, listed(call)]).toEqual([expect.stringContaining('enter its ten digits'), []]);
    call.keys('2025550177');
    expect([listed(call), call.spoken, call.state.outcome]).toEqual([['+12025550177'], 'Calls stopped.', 'partial']);
  });

  it('is asked for the number even in a call that was stored with that key already noted', () => {
    const { plan, state, now } = hidden();
    const call = given(plan, { ...state, stopHeard: true });
    call.later(now - call.now).keys('9');
    expect([call.at, call.state.stopHeard, call.said.includes('Calls stopped.')]).toEqual(['opening', false, false]);
  });

  it('a 9 told after the end of its gather stops nothing either', () => {
    const call = hidden();
    const { asked } = call;
    const at = call.now + 950;
    call
      .keys('9')
      .when(keyPressed('9', asked, at))
      .silent(3);
    expect([call.said.includes('Calls stopped.'), listed(call), call.state.outcome]).toEqual([false, [], 'partial']);
  });

  it.each([
    ['told with the hang-up', (call: Conversation) => call.ends('call_hangup', '9').when(hungUp())],
    [
      'told after the hang-up',
      (call: Conversation) => {
        const { asked } = call;
        return call.when(hungUp(), gathered('9', asked), keyPressed('*', asked), keyPressed('9', asked));
      },
    ],
    [
      'pressed in the last words',
      (call: Conversation) =>
        call.silent(3).when(keyPressed('*', null), keyPressed('9', null)).when(speakEnded, hungUp()),
    ],
  ])('a wish to stop that can be stored nowhere is no opt-out, %s', (_, end) => {
    const call = end(hidden());
    expect([listed(call), call.state.outcome, call.said.includes('Calls stopped.')]).toEqual([[], 'partial', false]);
  });

  it('and presses `*9` is asked for the number too', () => {
    const call = hidden().keys('*', '9');
    expect([call.at, call.spoken]).toEqual(['opening', expect.stringContaining('enter its ten digits')]);
    expect(listed(call.keys('2025550177'))).toEqual(['+12025550177']);
  });
});
