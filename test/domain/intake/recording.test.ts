/** What the core knows of the recording of a call: told late, twice, in parts or not at all, and never without its proof (X1). */
import { describe, expect, it } from 'vitest';
import { callRecord, recordingStatusOf } from '../../../src/domain/intake/call-record.ts';
import type { CallEventOf } from '../../../src/domain/intake/event.ts';
import { consentProof, recordingOf } from '../../../src/domain/intake/recording.ts';
import type { CallState } from '../../../src/domain/intake/state.ts';
import {
  type Conversation,
  given,
  givenConsent,
  givenInterview,
  givenOpening,
  givenRinging,
} from '../../support/given-conversation.ts';
import { type EventInput, hungUp, recordingSaved } from '../../support/given-events.ts';
import { givenPlan } from '../../support/given-plan.ts';

const LINK = 'https://s3.amazonaws.com/telephony-recorder-prod/account/2026-11-20/leg-1.mp3?X-Amz-Expires=600';
const UNTOLD = { id: null, startedAt: null, durationMs: null, format: null, link: null, linkAt: null };
const failed: EventInput = { type: 'recording.failed' };

/** Telnyx tells this much of it, and nothing else. */
const told = (part: Partial<CallEventOf<'recording.saved'>>): EventInput => ({
  ...(recordingSaved(null, null) as CallEventOf<'recording.saved'>),
  format: null,
  ...part,
});

const on = () => givenInterview();
const off = () => givenInterview(undefined, '2');
const stopped = () => givenInterview().keys('*', '8');
function notStarted(): Conversation {
  const call = givenInterview();
  const { seq, name } = call.ordered('record_start')[0] ?? { seq: 0, name: 'record_start' };
  return call.when({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
}
/** The call is over and its note written. */
const noted = (call: Conversation = on()): Conversation => call.when(hungUp()).timer('close');

describe('the proof of consent (X1)', () => {
  it('is when, in which event, by which key and to which words the patient agreed', () => {
    const call = on();
    const { consent } = call.state;
    expect(consentProof(call.state)).toEqual({
      eventId: call.events.at(-1)?.id,
      at: call.events.at(-1)?.at,
      key: '1',
      wording: 'consent-en-1',
      wordingHash: 'hash of adult-intake 1 en consent',
    });
    expect(consent).toMatchObject({ collection: 'given', recording: 'given' });
  });

  it.each(['eventId', 'at', 'key', 'wording', 'wordingHash'] as const)('is none without its %s', (part) => {
    const { state } = on();
    expect(consentProof(state)).not.toBeNull();
    expect(consentProof({ consent: { ...state.consent, [part]: null } })).toBeNull();
  });

  it.each(['not_asked', 'declined'] as const)('is none where recording is %s, whatever else is known', (recording) => {
    expect(consentProof({ consent: { ...on().state.consent, recording } })).toBeNull();
  });

  it.each<[string, () => Conversation]>([
    ['a call that rings', () => givenRinging()],
    ['one who was not asked yet', () => givenConsent()],
    ['one who agreed to be asked, not to be recorded (RC-03)', off],
    ['one who declined', () => givenConsent().keys('3')],
    ['one who never pressed a key', () => givenConsent().silent(3)],
  ])('is none of %s', (_, make) => {
    expect(consentProof(make().state)).toBeNull();
  });

  it('is none where the words that were heard are not known by their hash', () => {
    const call = givenInterview(givenPlan({ wordings: {} }));
    expect(consentProof(call.state)).toBeNull();
    expect(recordingOf(call.state)).toMatchObject({ id: null, proof: null });
  });

  it('outlives the end of the recording and of the call', () => {
    const proof = consentProof(on().state);
    for (const make of [stopped, notStarted, () => noted(on())]) expect(consentProof(make().state)).toEqual(proof);
  });
});

it('that was begun before the consent is had by nobody, and is told as failed (RC-01, RC-08, X1)', () => {
  const call = on();
  const consentAt = call.state.consent.at ?? 0;
  const status = (startedAt: number) => recordingStatusOf(call.when(told({ startedAt })).state);
  expect(status(consentAt - 20_000)).toBe('failed');
  expect(status(consentAt + 300)).toBe('pending');
});

describe('the recording of a call', () => {
  it.each<[string, () => Conversation, boolean]>([
    ['was never on', off, false],
    ['is on', on, true],
    ['was stopped', stopped, true],
    ['could not be started', notStarted, false],
    ['failed at Telnyx', () => on().when(failed), false],
  ])('whose recorder %s is there without a word of Telnyx only if it ran', (_, make, ran) => {
    const { state } = make();
    expect(recordingOf(state)).toEqual(ran ? { ...UNTOLD, proof: consentProof(state) } : null);
    expect(recordingOf(state)?.proof === null).toBe(false);
  });

  it.each<[string, () => Conversation, boolean]>([
    ['was never on', off, false],
    ['is on', on, true],
    ['was stopped', stopped, true],
    ['could not be started', notStarted, true],
    ['failed at Telnyx', () => on().when(failed), true],
  ])('whose recorder %s is there when Telnyx saved it, with a proof only where there is consent', (_, make, agreed) => {
    const { state } = make().when(recordingSaved());
    expect(recordingOf(state)).toMatchObject({ id: 'rec-1', durationMs: 61_000, format: 'mp3' });
    expect([recordingOf(state)?.proof !== null, consentProof(state) !== null]).toEqual([agreed, agreed]);
  });

  it.each<[string, () => Conversation]>([
    ['that was not answered', () => givenRinging()],
    ['at its opening', () => givenOpening()],
    ['whose patient was not asked yet', () => givenConsent()],
    ['whose patient wants no recording', off],
    ['whose patient declined', () => givenConsent().keys('3')],
  ])('%s is there without consent: it shows as failed, and has no proof (X1)', (_, make) => {
    const { state } = make().when(recordingSaved());
    expect(callRecord(state)).toMatchObject({ recordingStatus: 'failed', recordingId: 'rec-1' });
    expect(recordingOf(state)).toMatchObject({ id: 'rec-1', proof: null });
  });

  it('without consent stays failed at the end of the call, and is seen to', () => {
    const call = off().when(recordingSaved(), hungUp()).timer('close');
    expect(call.lastNames).toEqual(['save_note', 'run_jobs']);
    expect(callRecord(call.state).recordingStatus).toBe('failed');
    expect(recordingOf(call.state)?.proof).toBeNull();
  });
});

describe('what is told of a recording', () => {
  const parts: readonly EventInput[] = [
    told({ recordingId: 'rec-1' }),
    told({ startedAt: 1_000_000 }),
    told({ durationMs: 61_000 }),
    told({ format: 'wav' }),
    told({ link: LINK, receivedAt: 5_000_000 }),
  ];
  const orders = parts.map((_, i) => [...parts.slice(i), ...parts.slice(0, i)]);
  const whole = {
    ...{ id: 'rec-1', startedAt: 1_000_000, durationMs: 61_000, format: 'wav' },
    ...{ link: LINK, linkAt: 5_000_000 },
  };

  it.each([...orders, ...orders.map((order) => order.toReversed())])(
    'in parts is put together, in any order (%#)',
    (...order) => {
      expect(on().when(...order).state.recording).toEqual(whole);
      expect(recordingOf(on().when(...order).state)).toMatchObject(whole);
    },
  );

  it('by one event without a word is known to be there', () => {
    expect(on().when(told({})).state.recording).toEqual(UNTOLD);
    expect(off().state.recording).toBeNull();
  });

  it('with a link is dated by when we learned of it, not by when it happened', () => {
    const call = on().when(told({ link: LINK, at: 1_000_000, receivedAt: 9_000_000 }));
    expect(call.state.recording).toMatchObject({ link: LINK, linkAt: 9_000_000 });
  });

  it('anew, with another start, takes the newer link along', () => {
    const call = on().when(told({ startedAt: 1, link: `${LINK}&old`, receivedAt: 5_000_000 }));
    call.when(told({ startedAt: 2, link: LINK, receivedAt: 6_000_000 }));
    expect(call.state.recording).toMatchObject({ startedAt: 2, link: LINK, linkAt: 6_000_000 });
  });

  it('anew, without a link, keeps the one that is known and its age', () => {
    const call = on().when(told({ link: LINK, receivedAt: 5_000_000 }), recordingSaved('rec-1', 61_000, 1_000_000));
    expect(call.state.recording).toEqual({ ...whole, format: 'mp3' });
  });

  it('twice changes nothing, in the call or after its note', () => {
    const saved = recordingSaved('rec-1', 61_000, 1_000_000);
    for (const make of [on, () => noted(), off, () => noted(off())]) {
      const call = make().when(saved);
      const before: CallState = call.state;
      call.when(saved, told({ recordingId: 'rec-1' }), told({}), { ...saved, link: null } as EventInput);
      expect([call.state, call.last]).toEqual([before, []]);
    }
  });

  it('twice does not make a link younger than it is', () => {
    const call = on().when(told({ recordingId: 'rec-1', link: LINK, receivedAt: 5_000_000 }));
    call.when(told({ recordingId: 'rec-1', link: `${LINK}&again`, receivedAt: 9_000_000 }));
    expect(call.state.recording).toMatchObject({ link: LINK, linkAt: 5_000_000 });
  });

  it('of a second recording leaves the first as it is, and the second to be deleted where it lies: a call has one', () => {
    for (const make of [on, off, () => noted()]) {
      const call = make().when(recordingSaved('rec-1', 61_000, 1_000_000));
      const { recording } = call.state;
      call.when(recordingSaved('rec-2', 9000, 2_000_000), told({ recordingId: 'rec-2', link: LINK }));
      expect(call.state).toMatchObject({ recording, strayRecordings: ['rec-2'] });
      call.when(recordingSaved('rec-3', 9000, 2_000_000));
      expect(call.state).toMatchObject({ recording, strayRecordings: ['rec-2', 'rec-3'] });
    }
  });

  it('of a stray after the note has the work seen to again', () => {
    const call = noted(on().when(recordingSaved('rec-1', 61_000, 1_000_000))).when(
      recordingSaved('rec-2', 9000, 2_000_000),
    );
    expect(call.timer('close').lastNames).toEqual(['save_note', 'run_jobs']);
  });

  it('of two keeps the one that was begun after the consent, whichever is told of first (X1)', () => {
    const consentAt = on().state.consent.at ?? 0;
    const early = told({ recordingId: 'rec-early', startedAt: consentAt - 20_000 });
    const late = told({ recordingId: 'rec-late', startedAt: consentAt + 300 });
    for (const order of [
      [early, late],
      [late, early],
      [early, late, early, late],
    ]) {
      const call = on().when(...order);
      expect(call.state).toMatchObject({ recording: { id: 'rec-late' }, strayRecordings: ['rec-early'] });
      expect(recordingOf(call.state)?.proof).not.toBeNull();
    }
  });

  it.each([
    [-20_000, false],
    [-1001, false],
    [-1000, true],
    [0, true],
    [4000, true],
  ])('begun %i ms after the consent has its proof: %s (X1)', (afterMs, has) => {
    const call = on();
    call.when(told({ recordingId: 'rec-1', startedAt: (call.state.consent.at ?? 0) + afterMs }));
    expect(recordingOf(call.state)?.proof != null).toBe(has);
  });
});

describe('a recording that is told of after the note', () => {
  it('makes its next version, and the work is seen to again', () => {
    const call = noted();
    expect([call.state.noteVersion, call.lastNames]).toEqual([1, ['save_note', 'run_jobs']]);
    call.when(recordingSaved());
    expect([call.state.noteVersion, call.last]).toEqual([2, []]);
    expect(call.timer('close').lastNames).toEqual(['save_note', 'run_jobs']);
  });

  it('makes one version, however often it is told', () => {
    const call = noted().when(recordingSaved(), recordingSaved()).timer('close').when(recordingSaved());
    expect([call.state.noteVersion, call.state.timers]).toEqual([2, {}]);
  });

  it('and of which more is told makes another', () => {
    const call = noted()
      .when(told({ recordingId: 'rec-1' }))
      .timer('close');
    call.when(recordingSaved('rec-1', 61_000, 1_000_000));
    expect(call.state.noteVersion).toBe(3);
  });

  it.each<[string, EventInput]>([
    ['a link', told({ recordingId: 'rec-1', link: LINK })],
    ['a format', told({ format: 'mp3' })],
  ])('and of which only %s is news makes none: no note tells of it', (_, event) => {
    const call = noted()
      .when(told({ recordingId: 'rec-1' }))
      .timer('close')
      .when(event);
    expect([call.state.noteVersion, call.state.timers]).toEqual([2, {}]);
  });

  it('before it is due changes no version', () => {
    const call = on().when(hungUp(), recordingSaved());
    expect([call.state.noteVersion, call.timer('close').lastNames]).toEqual([1, ['save_note', 'run_jobs']]);
  });
});

describe('the work that a call leaves', () => {
  it.each<[string, () => Conversation, boolean]>([
    ['a recording that ran', on, true],
    ['one that was stopped', stopped, true],
    ['one that was told of', () => on().when(recordingSaved()), true],
    ['one that nobody agreed to', () => off().when(recordingSaved()), true],
    ['none', off, false],
    ['one that could not be started', notStarted, false],
    ['one that Telnyx could not keep', () => on().when(failed), false],
    ['none, because nobody answered', () => givenRinging(), false],
  ])('is seen to after the note only where there is a recording: %s', (_, make, isThere) => {
    const call = make().when(hungUp()).timer('close');
    expect(call.lastNames).toEqual(isThere ? ['save_note', 'run_jobs'] : ['save_note']);
  });
});

describe('recording.failed', () => {
  it('is a recording that failed, and says why', () => {
    const { state } = on().when(failed);
    expect(callRecord(state)).toMatchObject({ recordingStatus: 'failed', error: 'recording_failed' });
    expect(recordingOf(state)).toBeNull();
  });

  it('does not hide an earlier error', () => {
    const state: CallState = { ...on().state, error: 'events_lost' };
    expect(given(givenPlan(), state).when(failed).state.error).toBe('events_lost');
  });

  it('does not end the interview, nor order anything', () => {
    const call = on();
    const { at } = call;
    expect([call.when(failed).at, call.last]).toEqual([at, []]);
  });

  it('after the note makes its next version, once', () => {
    const call = noted().when(failed, failed).timer('close').when(failed);
    expect([call.state.noteVersion, call.state.timers]).toEqual([2, {}]);
    expect(callRecord(call.state).recordingStatus).toBe('failed');
  });

  it('after the start was refused changes nothing', () => {
    const call = notStarted();
    const before = call.state;
    expect(call.when(failed).state).toEqual(before);
    expect(before.error).toBe('record_start_refused');
  });

  it('does not take back what was saved', () => {
    const call = noted(on().when(recordingSaved()));
    const before = call.state;
    expect(call.when(failed).state).toEqual(before);
    expect(callRecord(before).recordingStatus).toBe('pending');
  });

  it('is taken back by what is saved after all', () => {
    const { state } = on().when(failed, recordingSaved());
    expect(callRecord(state)).toMatchObject({ recordingStatus: 'pending', recordingId: 'rec-1' });
    expect(recordingOf(state)?.proof).not.toBeNull();
  });

  it('of a recording that the patient had stopped is a failure, too (RC-04)', () => {
    const call = stopped().when(failed);
    expect(callRecord(call.state).recordingStatus).toBe('failed');
    expect(call.when(hungUp()).timer('close').lastNames).toEqual(['save_note']);
  });
});
