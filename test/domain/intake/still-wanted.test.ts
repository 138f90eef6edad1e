import { describe, expect, it } from 'vitest';
import type { Command, CommandBody, CommandName } from '../../../src/domain/intake/command.ts';
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
import {
  answered,
  detected,
  dialSent,
  hangupRequested,
  hungUp,
  keyPressed,
  received,
  requested,
  speakEnded,
  staffAnswered,
  staffHungUp,
} from '../../support/given-events.ts';
import { givenInboundPlan, givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';

const command = (body: CommandBody, seq = 1): Command => ({ ...body, seq, createdAt: 0 });
const OWN: readonly CommandBody[] = [
  { name: 'suppress_number', number: '+12025550143' },
  { name: 'open_task', kind: 'red_flag' },
  { name: 'release_line' },
  { name: 'save_note' },
];
const wanted = (
  call: Conversation,
  name: Exclude<
    CommandName,
    | 'gather_using_speak'
    | 'speak'
    | 'playback_start'
    | 'transcription_start'
    | 'transfer'
    | 'suppress_number'
    | 'open_task'
  >,
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

  it('puts no question to a machine that the opening was meant for', () => {
    const call = givenOpening();
    const [opening] = call.ordered('gather_using_speak');
    const machine = call.when(detected('machine'));
    expect(machine.state.phase).toBe('leaving_message');
    expect(stillWanted(machine.state, opening!)).toBe(false);
  });

  it('writes the note of a call that is over, and of none that came back to life', () => {
    expect(wanted(givenInterview().when(hungUp()), 'save_note')).toBe(true);
    expect(wanted(givenInterview(), 'save_note')).toBe(false);
  });

  it('stops what talks into the talk with staff', () => {
    const call = givenOpening(givenPlan({ staff: STAFF_ON_DUTY }))
      .keys('0')
      .when(speakEnded, staffAnswered);
    expect([wanted(call, 'gather_stop'), wanted(call, 'playback_stop')]).toEqual([true, true]);
    expect(wanted(call.when(hungUp()), 'playback_stop')).toBe(false);
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

  it.each(['record_stop', 'transcription_stop'] as const)(
    '%s while the line lives, also once nothing is to run any more (RC-04)',
    (name) => {
      expect(wanted(givenInterview(), name)).toBe(true);
      expect(wanted(givenInterview().keys('*', '8'), name)).toBe(true);
      expect(wanted(givenInterview().keys('*', '9'), name)).toBe(true);
      expect(wanted(givenInterview().when(hangupRequested), name)).toBe(true);
      const withStaff = givenInterview(givenPlan({ staff: STAFF_ON_DUTY }))
        .keys('*', '0')
        .when(speakEnded, staffAnswered);
      expect([withStaff.state.phase, wanted(withStaff, name)]).toEqual(['bridged', true]);
      expect(wanted(givenInterview().when(hungUp()), name)).toBe(false);
    },
  );

  it('answers only what rings, and rings staff only while they are waited for', () => {
    const caller = given(givenInboundPlan()).when(received);
    expect(wanted(caller, 'answer')).toBe(true);
    expect(wanted(caller.when(answered), 'answer')).toBe(false);
    const waiting = givenOpening(givenPlan({ staff: STAFF_ON_DUTY }))
      .keys('0')
      .when(speakEnded);
    const [transfer] = waiting.ordered('transfer');
    expect(stillWanted(waiting.state, transfer!)).toBe(true);
    expect(stillWanted(waiting.state, { ...transfer!, seq: transfer!.seq - 1 })).toBe(false);
    expect(stillWanted(waiting.when(staffHungUp).state, transfer!)).toBe(false);
  });

  it.each(OWN.map((body) => [body.name, body] as const))('always wants %s', (_, body) => {
    expect(stillWanted(givenOpening().when(hungUp()).state, command(body))).toBe(true);
  });
});

const STARTS: readonly (readonly [string, CommandBody])[] = [
  ['record_start', { name: 'record_start' }],
  ['transcription_start', { name: 'transcription_start', language: 'en' }],
];
const ON = { recorder: 'on', transcriber: 'on' } as const;

describe.each(STARTS)('%s (X1, RC-03)', (_, body) => {
  const start = command(body);

  it('is wanted only with a stored consent, on a live line, while it is on', () => {
    expect(stillWanted(givenInterview().state, start)).toBe(true);
    expect(stillWanted(givenConsent().state, start)).toBe(false);
    expect(stillWanted(givenInterview(undefined, '2').state, start)).toBe(false);
    expect(stillWanted(givenInterview().when(hungUp()).state, start)).toBe(false);
    expect(stillWanted(givenInterview().keys('*', '8').state, start)).toBe(false);
  });

  it.each(['not_asked', 'declined'] as const)('is refused by a mutated state: on, with consent %s', (recording) => {
    const { state } = givenInterview();
    const mutant: CallState = { ...state, ...ON, consent: { ...state.consent, recording } };
    expect(stillWanted(mutant, start)).toBe(false);
  });

  it('is refused in a state made of an earlier phase with everything switched on', () => {
    for (const call of [given(), givenRinging(), givenOpening(), givenConsent()])
      expect(stillWanted({ ...call.state, ...ON }, start)).toBe(false);
  });

  it('is not wanted before the call is answered, even with a consent: the line must live', () => {
    const { consent } = givenInterview().state;
    const mutant: CallState = { ...givenRinging().state, ...ON, consent };
    expect(stillWanted(mutant, start)).toBe(false);
    expect(stillWanted(given(undefined, mutant).when(answered).state, start)).toBe(true);
  });

  it('is not wanted once it has stopped or failed', () => {
    const { state } = givenInterview();
    for (const off of ['off', 'stopped', 'failed'] as const)
      expect(stillWanted({ ...state, recorder: off, transcriber: off }, start)).toBe(false);
  });
});

describe('isExpired', () => {
  const age = (body: CommandBody, ms: number) => isExpired({ ...body, seq: 1, createdAt: 1000 }, 1000 + ms);

  it('drops a command older than 50 s, because Telnyx forgets its id after 60 s', () => {
    expect(age({ name: 'dial' }, LONGEST_COMMAND_AGE_MS)).toBe(false);
    expect(age({ name: 'dial' }, LONGEST_COMMAND_AGE_MS + 1)).toBe(true);
    expect(age({ name: 'record_start' }, LONGEST_COMMAND_AGE_MS + 1)).toBe(true);
  });

  it.each(['hangup', 'record_stop', 'transcription_stop', 'gather_stop', 'playback_stop'] as const)(
    'never drops %s for its age',
    (name) => {
      expect(age({ name }, 3_600_000)).toBe(false);
    },
  );

  it.each(OWN.map((body) => [body.name, body] as const))('never drops our own %s for its age', (_, body) => {
    expect(age(body, 3_600_000)).toBe(false);
  });
});
