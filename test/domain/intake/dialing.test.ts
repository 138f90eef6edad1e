/** Dial is sent once per attempt; everything unclear is asked, adopted or given up (design: dial is sent once). */
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/domain/intake/call-record.ts';
import { DIAL_WAIT_MS, RING_TIMEOUT_SECONDS } from '../../../src/domain/intake/dialing.ts';
import { LONGEST_COMMAND_AGE_MS } from '../../../src/domain/intake/still-wanted.ts';
import { type Conversation, given, givenRinging } from '../../support/given-conversation.ts';
import {
  answered,
  dialAccepted,
  dialChecked,
  dialRefused,
  dialSent,
  dialUnknown,
  fired,
  hangupRequested,
  hungUp,
  IDS,
  initiated,
  requested,
} from '../../support/given-events.ts';
import { givenPlan } from '../../support/given-plan.ts';

const givenDial = () => given().when(requested, dialSent);
const givenUnknown = () => givenDial().when(dialUnknown);
const givenGivenUp = () => givenUnknown().timer('dial_wait').when(dialChecked(false));
const ends = (call: Conversation) => [call.at, call.state.outcome, call.state.error, statusOf(call.state)];

describe('the order to dial', () => {
  it('is given once, whatever is asked again', () => {
    const call = given().when(requested, requested, dialSent, requested);
    expect(call.ordered('dial')).toHaveLength(1);
  });

  it('that is never sent ends the call when it is too old to be sent, and nobody was rung', () => {
    const call = given().when(requested);
    const dialedAt = call.now;
    call.timer('dial_wait');
    expect(call.now - dialedAt).toBe(LONGEST_COMMAND_AGE_MS);
    expect(ends(call)).toEqual(['ended', 'dial_refused', 'dial_not_sent', 'failed']);
    expect([call.ordered('find_dial'), call.state.dialedAt]).toEqual([[], null]);
  });

  it('ages by the clock even where timers are scaled: the 50 s rule never is', () => {
    const call = given(givenPlan({ timerScale: 0.05 })).when(requested);
    expect(call.state.timers.dial_wait).toBe(call.now + LONGEST_COMMAND_AGE_MS);
  });
});

describe('a dial that reached Telnyx', () => {
  it.each([
    ['its reply, then its webhook', [dialAccepted, initiated]],
    ['its webhook before its reply', [initiated, dialAccepted]],
    ['its webhook after a reply nobody understood', [dialUnknown, initiated]],
    ['its reply alone', [dialAccepted]],
  ])('rings after %s (S1-W1)', (_, events) => {
    const call = givenDial().when(...events);
    expect(call.state).toMatchObject({ phase: 'ringing', ids: IDS, outcome: null, error: null });
    expect(call.commands.map(({ name }) => name)).toEqual(['dial']);
  });

  it('keeps the moment of the first sign as the time it was dialled', () => {
    const call = givenDial();
    const sentAt = call.now;
    expect(call.when(initiated, dialAccepted).state.dialedAt).toBe(sentAt);
  });

  it('is watched a little longer than it may ring (TC-17: at least 15 s)', () => {
    const call = givenRinging();
    expect(RING_TIMEOUT_SECONDS).toBeGreaterThanOrEqual(15);
    expect(call.state.timers.ring).toBeGreaterThan(call.now + RING_TIMEOUT_SECONDS * 1000);
  });

  it('is answered before its reply is in: the opening does not wait', () => {
    const call = givenDial().when(answered);
    expect(call.at).toBe('opening');
    call.when(dialAccepted, initiated, dialUnknown, dialRefused());
    expect([call.at, call.commands.length]).toEqual(['opening', 2]);
  });

  it('is answered although every earlier sign was lost', () => {
    const call = given().when(requested, answered);
    expect(call.state).toMatchObject({ ids: IDS, dialedAt: call.now, answeredAt: call.now });
  });
});

describe('a dial Telnyx refused', () => {
  it('ends the call with its code and frees the line', () => {
    const call = givenDial().when(dialRefused('D38'));
    expect(ends(call)).toEqual(['ended', 'dial_refused', 'D38', 'failed']);
    expect(call.lastNames).toEqual(['release_line']);
  });

  it('means nothing once the call rings', () => {
    expect(givenRinging().when(dialRefused()).at).toBe('ringing');
  });
});

describe('a dial nobody knows about', () => {
  it('waits 30 s for a webhook, then asks Telnyx, and never dials again', () => {
    const call = givenUnknown();
    expect(call.state.timers.dial_wait).toBe(call.now + DIAL_WAIT_MS);
    call.timer('dial_wait');
    expect(call.lastNames).toEqual(['find_dial']);
    expect(call.ordered('dial')).toHaveLength(1);
  });

  it('knows whether a reply is still expected', () => {
    expect(givenDial().state).toMatchObject({ phase: 'dialing', dial: 'sent' });
    expect(givenUnknown().state).toMatchObject({ phase: 'dialing', dial: 'unknown' });
  });

  it('waits 30 s scaled', () => {
    const call = given(givenPlan({ timerScale: 0.05 })).when(requested, dialSent, dialUnknown);
    expect(call.state.timers.dial_wait).toBe(call.now + 1500);
  });

  it('is asked for even when the process died before the reply came', () => {
    expect(givenDial().timer('dial_wait').lastNames).toEqual(['find_dial']);
  });

  it('is adopted when found', () => {
    const call = givenUnknown().timer('dial_wait').when(dialChecked(true));
    expect(call.state).toMatchObject({ phase: 'ringing', ids: IDS });
  });

  it('fails with dial_unknown when not found, and counts as dialled', () => {
    const call = givenGivenUp();
    expect(ends(call)).toEqual(['ended', 'dial_unknown', 'dial_unknown', 'failed']);
    expect(call.state.dialedAt).not.toBeNull();
  });

  it('is asked for again while Telnyx does not answer, but not for ever', () => {
    const call = givenUnknown();
    for (let i = 0; i < 6; i += 1) expect(call.timer('dial_wait').lastNames).toEqual(['find_dial']);
    call.timer('dial_wait');
    expect(ends(call)).toEqual(['ended', 'dial_unknown', 'dial_unknown', 'failed']);
  });

  it.each([
    ['call.initiated', [initiated], 'ringing'],
    ['call.answered', [answered], 'opening'],
  ])('is the same attempt when %s comes after all', (_, events, at) => {
    const call = givenGivenUp().when(...events);
    expect(call.at).toBe(at);
    expect(call.state).toMatchObject({ outcome: null, error: null, endedAt: null, lostEvents: 0 });
    expect(call.ordered('dial')).toHaveLength(1);
  });

  it('is adopted after its note was written, and has a second end with a second note', () => {
    const call = givenGivenUp().timer('close').when(initiated, answered).keys('2').when(hungUp()).timer('close');
    expect(call.ordered('release_line')).toHaveLength(2);
    expect(call.ordered('save_note')).toHaveLength(2);
    expect(statusOf(call.state)).toBe('wrong_person');
  });

  it.each([
    ['call.initiated', [initiated]],
    ['call.answered', [answered]],
  ])('stays over when %s comes after its hang-up', (_, events) => {
    const call = givenGivenUp().when(hungUp('no_answer'), ...events);
    expect([call.at, call.last]).toEqual(['ended', []]);
  });

  it('is not adopted by a reply that comes after it was given up', () => {
    const call = givenGivenUp().when(dialAccepted, dialChecked(true));
    expect([call.at, call.state.ids]).toEqual(['ended', IDS]);
  });
});

describe('called off before Telnyx confirmed the dial', () => {
  it('is hung up as soon as its ids are known', () => {
    const call = givenDial().when(hangupRequested);
    expect([call.at, call.last]).toEqual(['dialing', []]);
    expect(call.when(dialAccepted).lastNames).toEqual(['hangup']);
    expect(ends(call.when(hungUp('originator_cancel')))).toEqual(['ended', 'canceled', null, 'canceled']);
  });

  it('is hung up without a word when somebody was faster to answer', () => {
    const call = givenDial().when(hangupRequested, answered);
    expect([call.lastNames, call.ordered('gather_using_speak')]).toEqual([['hangup'], []]);
    expect(statusOf(call.when(hungUp()).state)).toBe('canceled');
  });

  it('is canceled, not failed, when the dial is never found', () => {
    const call = givenDial().when(hangupRequested, dialUnknown).timer('dial_wait').when(dialChecked(false));
    expect(ends(call)).toEqual(['ended', 'canceled', 'dial_unknown', 'canceled']);
  });

  it('is still hung up when it proves to be alive later', () => {
    const call = givenDial().when(hangupRequested, dialUnknown).timer('dial_wait').when(dialChecked(false), initiated);
    expect(call.lastNames).toEqual(['hangup']);
    expect(statusOf(call.when(hungUp('originator_cancel')).state)).toBe('canceled');
  });

  it('stays with what Telnyx said when the dial was refused', () => {
    expect(statusOf(givenDial().when(hangupRequested, dialRefused()).state)).toBe('failed');
  });
});

describe('an unanswered call', () => {
  it.each([
    ['user_busy', 'busy'],
    ['timeout', 'no_answer'],
    ['no_answer', 'no_answer'],
    ['call_rejected', 'no_answer'],
    ['normal_clearing', 'no_answer'],
    ['originator_cancel', 'no_answer'],
    ['not_found', 'failed'],
    ['unspecified', 'failed'],
    ['time_limit', 'failed'],
    ['something_new', 'failed'],
  ])('that ends with %s is %s (Z6)', (cause, status) => {
    const call = givenRinging().when(hungUp(cause, 'callee', '486'));
    expect([statusOf(call.state), call.lastNames]).toEqual([status, ['release_line']]);
  });

  it('may end before anything else was heard of it', () => {
    expect(statusOf(givenDial().when(hungUp('user_busy'), initiated, dialAccepted).state)).toBe('busy');
  });

  it('writes its log when the late events have had their time', () => {
    expect(givenRinging().when(hungUp('no_answer')).timer('close').lastNames).toEqual(['save_note']);
  });

  it('does not mind a dial_wait timer left over from before', () => {
    expect(givenRinging().when(fired('dial_wait')).last).toEqual([]);
  });
});
