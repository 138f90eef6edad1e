import { describe, expect, it } from 'vitest';
import type { Command, CommandBody } from '../../../src/domain/intake/command.ts';
import type { CallState } from '../../../src/domain/intake/state.ts';
import { isExpired, LONGEST_COMMAND_AGE_MS, stillWanted } from '../../../src/domain/intake/still-wanted.ts';
import {
  type Conversation,
  given,
  givenConsent,
  givenInterview,
  givenOpening,
  givenRinging,
} from '../../support/given-conversation.ts';
import { answered, dialSent, hangupRequested, hungUp, keyPressed, requested } from '../../support/given-events.ts';

const command = (body: CommandBody, seq = 1): Command => ({ ...body, seq, createdAt: 0 });
const wanted = (
  call: Conversation,
  name: 'dial' | 'gather_stop' | 'record_start' | 'record_stop' | 'hangup' | 'find_dial',
) => stillWanted(call.state, command({ name }));

describe('stillWanted', () => {
  it('dials only until the dial has left', () => {
    const call = given().when(requested);
    expect(wanted(call, 'dial')).toBe(true);
    expect(wanted(call.when(dialSent), 'dial')).toBe(false);
    expect(wanted(givenRinging(), 'dial')).toBe(false);
  });

  it('does not dial a call that was called off before its dial left', () => {
    expect(wanted(given().when(requested, hangupRequested), 'dial')).toBe(false);
  });

  it('wants the newest question and no older one', () => {
    const call = givenOpening();
    const [opening] = call.ordered('gather_using_speak');
    expect(stillWanted(call.state, opening!)).toBe(true);
    expect(stillWanted(call.keys('3').state, opening!)).toBe(false);
  });

  it('wants the closing only while the call closes', () => {
    const call = givenOpening().keys('2');
    const [speak] = call.ordered('speak');
    expect(stillWanted(call.state, speak!)).toBe(true);
    expect(stillWanted(call.state, { ...speak!, seq: 1 })).toBe(false);
    expect(stillWanted(call.when(hungUp()).state, speak!)).toBe(false);
  });

  it('stops the command prompt before the next question, and before a last text too', () => {
    expect(wanted(givenOpening(), 'gather_stop')).toBe(true);
    const call = givenOpening();
    const { asked } = call;
    call.keys('*').when(keyPressed('9', asked));
    expect(call.lastNames).toEqual(['gather_stop', 'suppress_number', 'speak']);
    expect(wanted(call, 'gather_stop')).toBe(true);
    expect(wanted(givenOpening().when(hungUp()), 'gather_stop')).toBe(false);
  });

  it('hangs up only while hanging up', () => {
    expect(wanted(givenOpening().when(hangupRequested), 'hangup')).toBe(true);
    expect(wanted(givenOpening(), 'hangup')).toBe(false);
    expect(wanted(givenOpening().when(hangupRequested, hungUp()), 'hangup')).toBe(false);
  });

  it('asks Telnyx only what is still in question', () => {
    const call = givenOpening().timer('silence');
    const [retrieve] = call.ordered('retrieve_call');
    expect(stillWanted(call.state, retrieve!)).toBe(true);
    expect(stillWanted(call.keys('1').state, retrieve!)).toBe(false);
    expect(wanted(given().when(requested, dialSent), 'find_dial')).toBe(true);
    expect(wanted(givenRinging(), 'find_dial')).toBe(false);
  });

  it('stops the recorder while the line lives', () => {
    expect(wanted(givenInterview(), 'record_stop')).toBe(true);
    expect(wanted(givenInterview().when(hungUp()), 'record_stop')).toBe(false);
  });

  it.each(['suppress_number', 'release_line', 'save_note'] as const)('always wants %s', (name) => {
    expect(stillWanted(givenOpening().when(hungUp()).state, command({ name }))).toBe(true);
  });
});

describe('the recorder (X1)', () => {
  it('is wanted only with a stored consent, on a live line, while it is on', () => {
    expect(wanted(givenInterview(), 'record_start')).toBe(true);
    expect(wanted(givenConsent(), 'record_start')).toBe(false);
    expect(wanted(givenInterview(undefined, '2'), 'record_start')).toBe(false);
    expect(wanted(givenInterview().when(hungUp()), 'record_start')).toBe(false);
    expect(wanted(givenInterview().keys('*', '8'), 'record_start')).toBe(false);
  });

  it.each(['not_asked', 'declined'] as const)('is refused by a mutated state: on, with consent %s', (recording) => {
    const { state } = givenInterview();
    const mutant: CallState = { ...state, recorder: 'on', consent: { ...state.consent, recording } };
    expect(stillWanted(mutant, command({ name: 'record_start' }))).toBe(false);
  });

  it('is refused in a state made of an earlier phase with the recorder switched on', () => {
    for (const call of [given(), givenRinging(), givenOpening(), givenConsent()]) {
      const mutant: CallState = { ...call.state, recorder: 'on' };
      expect(stillWanted(mutant, command({ name: 'record_start' }))).toBe(false);
    }
  });

  it('is not wanted before the call is answered, even with a consent: the line must live', () => {
    const { consent } = givenInterview().state;
    const mutant: CallState = { ...givenRinging().state, recorder: 'on', consent };
    expect(stillWanted(mutant, command({ name: 'record_start' }))).toBe(false);
    expect(wanted(given(undefined, mutant).when(answered), 'record_start')).toBe(true);
  });
});

describe('isExpired', () => {
  const age = (body: CommandBody, ms: number) => isExpired({ ...body, seq: 1, createdAt: 1000 }, 1000 + ms);

  it('drops a command older than 50 s, because Telnyx forgets its id after 60 s', () => {
    expect(age({ name: 'dial' }, LONGEST_COMMAND_AGE_MS)).toBe(false);
    expect(age({ name: 'dial' }, LONGEST_COMMAND_AGE_MS + 1)).toBe(true);
    expect(age({ name: 'record_start' }, LONGEST_COMMAND_AGE_MS + 1)).toBe(true);
  });

  it.each(['hangup', 'record_stop', 'gather_stop'] as const)('never drops %s for its age', (name) => {
    expect(age({ name }, 3_600_000)).toBe(false);
  });

  it.each(['suppress_number', 'release_line', 'save_note'] as const)('never drops our own %s for its age', (name) => {
    expect(age({ name }, 3_600_000)).toBe(false);
  });
});
