/** Answering machines (TC-13, TC-16): the verdict and the greeting in every order, and a key that overrules both. */
import { describe, expect, it } from 'vitest';
import { adultIntake } from '../../../src/domain/intake/adult-intake.ts';
import { callRecord, statusOf } from '../../../src/domain/intake/call-record.ts';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import { type Conversation, givenCaller, givenOpening } from '../../support/given-conversation.ts';
import {
  callScreening,
  checked,
  detected,
  gathered,
  greetingEnded,
  hangupRequested,
  hungUp,
  keyPressed,
  speakEnded,
} from '../../support/given-events.ts';
import { givenInboundPlan, givenPlan } from '../../support/given-plan.ts';

const machine = detected('machine');
const waiting = () => givenOpening().when(machine);
const speaking = () => waiting().when(greetingEnded);
const over = (call: Conversation) => statusOf((call.at === 'ended' ? call : call.when(hungUp())).state);

describe('a machine', () => {
  it('stops the opening, hears the neutral message after its greeting, and is hung up on after the last word', () => {
    const call = waiting();
    expect([call.at, call.lastNames]).toEqual(['leaving_message', ['gather_stop']]);
    call.when(greetingEnded);
    expect(call.lastNames).toEqual(['speak']);
    expect(call.when(speakEnded).lastNames).toEqual(['hangup']);
    expect([over(call), callRecord(call.state).answeredBy]).toEqual(['voicemail', 'machine']);
  });

  it('hears who rang, the number to call and the one to stop the calls, and nothing of the patient (HS-16, T16)', () => {
    const { spoken } = speaking();
    for (const words of ['Elm Street Clinic', '2 0 2, 5 5 5, 0 1 0 0', '2 0 2, 5 5 5, 0 1 0 2', '9 1 1'])
      expect(spoken).toContain(words);
    for (const secret of ['Rosa', 'Quimby', 'intake', 'question']) expect(spoken).not.toContain(secret);
  });

  it('that beeps before any verdict gives its greeting alone, and is a machine all the same', () => {
    const call = givenOpening().when(greetingEnded);
    expect([call.at, call.lastNames]).toEqual(['leaving_message', ['gather_stop', 'speak']]);
    expect(over(call.when(speakEnded))).toBe('voicemail');
    expect(givenOpening().when(greetingEnded, machine, greetingEnded).ordered('speak')).toHaveLength(1);
  });

  it('whose greeting never ends gets its message after 40 s', () => {
    const call = waiting();
    expect(call.state.timers.greeting).toBe(call.now + 40_000);
    expect(call.timer('greeting').spoken).toContain('Please call us at');
  });

  it('found out only in the goodbye hears the message in its place', () => {
    const call = givenOpening().silent(3);
    call.when(machine);
    expect([call.at, call.lastNames]).toEqual(['leaving_message', ['playback_stop']]);
    expect(over(call.when(greetingEnded, speakEnded))).toBe('voicemail');
  });

  it('found out after the end makes of an empty partial call a voicemail, and of nothing else', () => {
    const call = givenOpening().when(hungUp()).timer('close').when(machine);
    expect([statusOf(call.state), call.state.noteVersion]).toEqual(['voicemail', 2]);
    expect(call.timer('close').lastNames).toEqual(['save_note']);
    expect(over(givenOpening().keys('2').when(hungUp(), machine))).toBe('wrong_person');
    expect(over(givenOpening().keys('1').when(hungUp(), machine))).toBe('partial');
  });

  it.each([
    ['is silent by policy', givenPlan({ questionnaire: { ...adultIntake, voicemail: 'silence' } }), machine],
    ['is a fax', givenPlan(), detected('fax')],
  ])('that %s is hung up on at once, without a word', (_, plan, verdict) => {
    const call = givenOpening(plan).when(verdict);
    expect([call.at, call.lastNames, call.ordered('speak')]).toEqual(['hanging_up', ['hangup'], []]);
    expect(over(call)).toBe('voicemail');
    expect(givenOpening(plan).silent(3).when(verdict).lastNames).toEqual(['hangup']);
  });

  it('turns out to be a fax: nobody reads the message', () => {
    expect(waiting().when(detected('fax')).lastNames).toEqual(['hangup']);
  });

  it.each(['human', 'not_sure', 'silence'] as const)('is none by a verdict of %s (CL-15)', (verdict) => {
    const call = givenOpening().when(detected(verdict));
    expect([call.at, call.last]).toEqual(['opening', []]);
    expect(call.keys('1').at).toBe('birth_date');
  });

  it('is none by a beep somewhere in the room, once a human was heard', () => {
    expect(givenOpening().when(detected('human'), greetingEnded).at).toBe('opening');
  });

  it('is none on a line that rang us', () => {
    expect(givenCaller(givenInboundPlan()).when(machine, greetingEnded, detected('fax')).at).toBe('opening');
  });

  it('whose verdict comes twice is treated once', () => {
    const { state } = waiting();
    expect([waiting().when(machine).last, waiting().when(machine).state]).toEqual([[], state]);
  });
});

describe('a key means a human', () => {
  it('before the verdict: verdict, greeting and fax are nothing', () => {
    const call = givenOpening().keys('1').when(machine, greetingEnded, detected('fax'));
    expect([call.at, call.last, callRecord(call.state).answeredBy]).toEqual(['birth_date', [], 'human']);
  });

  it('pressed, though its gather has not ended: the verdict is nothing', () => {
    const call = givenOpening();
    call.when(keyPressed('1', call.asked), machine);
    expect(call.keys('1').at).toBe('birth_date');
  });

  it.each([
    ['while the greeting is awaited', waiting, ['gather_using_speak']],
    ['into the message', speaking, ['playback_stop', 'gather_using_speak']],
  ])('%s: the opening begins again', (_, make, orders) => {
    const call = make().when(keyPressed('5', null));
    expect([call.at, call.lastNames, call.state.outcome]).toEqual(['opening', orders, null]);
    expect(call.keys('1').at).toBe('birth_date');
    expect(over(call)).toBe('partial');
  });

  it('the answer of the stopped opening still counts, and is not asked for again', () => {
    const call = givenOpening();
    const { asked } = call;
    call.when(machine, gathered('1', asked));
    expect([call.at, call.lastNames]).toEqual(['birth_date', ['gather_using_speak']]);
    const keyFirst = givenOpening();
    keyFirst.when(machine, keyPressed('1', asked), gathered('1', asked));
    expect([keyFirst.at, keyFirst.lastNames]).toEqual(['birth_date', ['gather_stop', 'gather_using_speak']]);
  });

  it('the end of the stopped opening without a key is none', () => {
    const call = givenOpening();
    const { asked } = call;
    call.when(machine, gathered('', asked, 'cancelled'), gathered('', asked, 'timeout'));
    expect([call.at, call.last]).toEqual(['leaving_message', []]);
  });

  it.each([
    ['its key', (call: Conversation, asked: Conversation['asked']) => call.when(keyPressed('9', asked))],
    ['its gather', (call: Conversation, asked: Conversation['asked']) => call.when(gathered('9', asked))],
    [
      'its cut gather',
      (call: Conversation, asked: Conversation['asked']) => call.when(gathered('9', asked, 'cancelled')),
    ],
    [
      'its key, told after the hang-up',
      (call: Conversation, asked: Conversation['asked']) => call.when(hungUp(), keyPressed('9', asked)),
    ],
    [
      'its gather, told after the hang-up',
      (call: Conversation, asked: Conversation['asked']) => call.when(hungUp(), gathered('9', asked)),
    ],
  ])('the 9 of the opening stops all calls, by %s (TC-08)', (_, press) => {
    for (const greeting of [[], [greetingEnded]]) {
      const call = givenOpening();
      const { asked } = call;
      press(call.when(machine, ...greeting), asked);
      expect([call.state.outcome, call.ordered('suppress_number').length]).toEqual(['opted_out', 1]);
      if (call.at === 'closing') expect(call.spoken).toBe(callTexts.en.optedOut);
    }
  });

  it('`*9` into the message stops all calls (TC-08)', () => {
    const call = speaking().when(keyPressed('*', null), keyPressed('9', null), hungUp());
    expect([call.state.outcome, call.ordered('suppress_number').length]).toEqual(['opted_out', 1]);
  });

  it('a wrong person that was taken for a machine is heard', () => {
    const call = givenOpening();
    const { asked } = call;
    expect(call.when(machine, gathered('2', asked)).state.outcome).toBe('wrong_person');
  });

  it('pressed before the hang-up and told after it: no voicemail, but a call that broke off', () => {
    const call = givenOpening();
    const { asked } = call;
    call.when(machine, hungUp(), gathered('1', asked));
    expect([statusOf(call.state), callRecord(call.state).answeredBy]).toEqual(['partial', 'human']);
  });
});

describe('a phone that asks who is calling', () => {
  it('changes nothing while the opening is spoken, which says just that', () => {
    const call = givenOpening().when(callScreening);
    expect([call.at, call.last]).toEqual(['opening', []]);
  });

  it('brings the opening back when it was taken for a machine: its owner is near (CL-15)', () => {
    const call = speaking().when(callScreening);
    expect([call.at, call.lastNames]).toEqual(['opening', ['playback_stop', 'gather_using_speak']]);
    expect(call.when(detected('human')).keys('1').at).toBe('birth_date');
  });

  it('may end at the machine behind it', () => {
    const call = givenOpening().when(callScreening, machine, greetingEnded, speakEnded);
    expect(over(call)).toBe('voicemail');
    expect(givenOpening().when(detected('human'), callScreening, greetingEnded).at).toBe('leaving_message');
  });
});

describe('an end while a message is left', () => {
  it('is a voicemail when the machine hangs up, or we are told to', () => {
    expect(over(waiting().when(hungUp()))).toBe('voicemail');
    expect(over(speaking().when(hungUp()))).toBe('voicemail');
    const call = speaking().when(hangupRequested);
    expect([call.lastNames, over(call)]).toEqual([['hangup'], 'voicemail']);
  });

  it('orders nothing after the hang-up, whatever the machine does (TC-18)', () => {
    const call = waiting().when(hungUp()).when(greetingEnded, machine, speakEnded, callScreening);
    expect(call.commands.at(-1)?.name).toBe('release_line');
  });

  it('hangs up when the end of the message is never heard', () => {
    const call = speaking().timer('silence');
    expect(call.when(checked(call.state.checking!, true)).lastNames).toEqual(['hangup']);
  });

  it('does not take the end of an older speech for that of the message', () => {
    const call = givenOpening().silent(3).when(machine, greetingEnded);
    expect(call.when({ ...speakEnded, at: call.now - 2500 }).at).toBe('leaving_message');
    expect(waiting().when(speakEnded).at).toBe('leaving_message');
  });
});
