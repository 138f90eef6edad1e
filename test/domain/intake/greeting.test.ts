/** TC-16: how long whoever answered waited for the first words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callRecord } from '../../../src/domain/intake/call-record.ts';
import type { Command } from '../../../src/domain/intake/command.ts';
import { greeted } from '../../../src/domain/intake/greeting.ts';
import { given, givenCaller, givenInterview, givenOpening, givenRinging } from '../../support/given-conversation.ts';
import { answered, hungUp } from '../../support/given-events.ts';

const opening = (call = givenOpening()): Command => call.ordered('gather_using_speak')[0] as Command;
const delay = (state: Parameters<typeof greeted>[0]) => callRecord(state).greetingDelayMs;

describe('TC-16: the greeting delay', () => {
  it('is from the answer until Telnyx took the opening', () => {
    const { state, now } = givenOpening();
    expect(delay(state)).toBeNull();
    expect(delay(greeted(state, opening(), now + 740))).toBe(740);
    const caller = givenCaller();
    expect(delay(greeted(caller.state, opening(caller), caller.now + 20))).toBe(20);
  });

  it('counts once: taken a second time, or put again in another language, it stays', () => {
    const call = givenOpening();
    call.state = greeted(call.state, opening(call), call.now + 300);
    expect(greeted(call.state, opening(call), call.now + 5000)).toBe(call.state);
    call.keys('3');
    expect(delay(greeted(call.state, call.ordered('gather_using_speak').at(-1) as Command, call.now + 10))).toBe(300);
  });

  it('is not that of anything else that is said or sent', () => {
    const call = givenInterview();
    const others = call.commands.filter((command) => !('step' in command && command.step === 'opening'));
    expect(others.length).toBeGreaterThan(5);
    for (const command of others) expect(greeted(call.state, command, call.now)).toBe(call.state);
  });

  it('is told late, after keys and after the hang-up too, and told before the answer it is not', () => {
    const call = givenOpening().keys('1').when(hungUp());
    const { answeredAt } = call.state;
    expect(delay(greeted(call.state, opening(call), (answeredAt ?? 0) + 2500))).toBe(2500);
    expect(delay(greeted(givenRinging().state, opening(), 5))).toBeNull();
    expect(delay(greeted(given().state, opening(), 5))).toBeNull();
  });

  it('stays when the answer is told a second time', () => {
    const call = givenOpening();
    call.state = greeted(call.state, opening(call), call.now + 300);
    expect(delay(call.when(answered).state)).toBe(300);
  });

  it('is never below zero, whatever the clocks say, and never changes once it is known', () => {
    const { state, now } = givenOpening();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -60_000, max: 60_000 }), { minLength: 1 }), (times) => {
        const known = times.reduce((current, ms) => greeted(current, opening(), now + ms), state);
        expect(delay(known)).toBe(Math.max(0, times[0] ?? 0));
      }),
    );
  });
});
