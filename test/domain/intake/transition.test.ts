import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/domain/intake/call-record.ts';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import { transition } from '../../../src/domain/intake/transition.ts';
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
  checked,
  dialAccepted,
  dialSent,
  type EventInput,
  gathered,
  hangupRequested,
  hungUp,
  IDS,
  initiated,
  keyPressed,
  recordingSaved,
  requested,
  speakEnded,
} from '../../support/given-events.ts';
import { KEYED_STEPS, talk } from '../../support/given-phone.ts';

const refused = (call: Conversation, reason: 'refused' | 'call_ended' = 'refused'): EventInput => {
  const { seq, name } = call.commands.at(-1)!;
  return { type: 'command.failed', seq, name, reason, code: '90034' };
};
const closing = () => talk(givenInterview());
const hangingUp = () => closing().when(speakEnded);
const ended = () => hangingUp().when(hungUp());

const EVERY_PHASE: readonly (readonly [string, () => Conversation])[] = [
  ['new', () => given()],
  ['dialing', () => given().when(requested, dialSent)],
  ['ringing', () => givenRinging()],
  ['asking', () => givenOpening()],
  ['closing', closing],
  ['hanging_up', hangingUp],
  ['ended', ended],
];

describe('the whole call', () => {
  it('asks every item, says goodbye to the end, hangs up, frees the line and writes the note', () => {
    const call = closing();
    expect(call.state).toMatchObject({ outcome: 'completed', identity: 'verified' });
    expect(call.when(speakEnded).lastNames).toEqual(['hangup']);
    expect(call.when(hungUp()).lastNames).toEqual(['release_line']);
    expect(call.timer('close').lastNames).toEqual(['save_note', 'run_jobs']);
    expect(statusOf(call.state)).toBe('completed');
  });

  it('is completed without a recorder, too (RC-03)', () => {
    const call = talk(givenOpening(), { consent: '2' }).when(speakEnded, hungUp());
    expect([statusOf(call.state), call.ordered('record_start')]).toEqual(['completed', []]);
  });
});

describe('call.answered', () => {
  it('is followed by the opening in the same turn, without waiting for anything (TC-16)', () => {
    const call = givenRinging().when(answered);
    expect([call.lastNames, call.at, call.state.answeredAt]).toEqual([['gather_using_speak'], 'opening', call.now]);
  });

  it('a second time does not start the dialogue again (S1-W2)', () => {
    const call = givenOpening().keys('1');
    const { state } = call;
    expect([call.when(answered).last, call.state]).toEqual([[], state]);
  });

  it('with other ids, once the call talks, does not change its ids', () => {
    const call = givenOpening();
    call.when({ type: 'call.answered', ids: { ...IDS, callControlId: 'v3:other' as typeof IDS.callControlId } });
    expect(call.state.ids).toEqual(IDS);
  });

  it('while we hang up is noted, and the call stays canceled', () => {
    const call = givenRinging().when(hangupRequested, answered);
    expect([call.last, call.state.answeredAt]).toEqual([[], call.now]);
    expect(statusOf(call.when(hungUp()).state)).toBe('canceled');
  });

  it('after the end does nothing', () => {
    const call = ended();
    expect([call.when(answered).last, call.at]).toEqual([[], 'ended']);
  });
});

describe('gather.ended', () => {
  it('call_hangup is no answer and no try; the timer stands behind it (Z5)', () => {
    const call = givenOpening();
    const { timers } = call.state;
    call.ends('call_hangup', '1');
    expect([call.at, call.last, call.question.failedTries, call.state.timers]).toEqual(['opening', [], 0, timers]);
  });

  it('cancelled, though we stopped nothing, puts the question again at once and is no try; never dead air (CL-22)', () => {
    const call = givenOpening().silent().ends('cancelled', '1');
    expect([call.at, call.lastNames, call.question.failedTries]).toEqual(['opening', ['gather_using_speak'], 1]);
    expect(call.spoken).not.toContain(callTexts.en.silent);
  });

  it('cancelled for the command prompt puts the question again', () => {
    const call = givenInterview().keys('*').ends('cancelled');
    expect([call.at, call.lastNames]).toEqual(['hpi.chief_complaint', ['gather_using_speak']]);
  });

  it('cancelled again and again is left to the timer: nothing goes round for ever', () => {
    const call = givenOpening().ends('cancelled').ends('cancelled').ends('cancelled');
    expect([call.at, call.last, Object.keys(call.state.timers).sort()]).toEqual(['opening', [], ['limit', 'silence']]);
  });

  it('cancelled, dated before the question was put, is the end of the one before', () => {
    const call = givenOpening();
    call.when({ ...gathered('', call.asked, 'cancelled'), at: call.now - 1 });
    expect(call.last).toEqual([]);
  });

  it('cancelled with `*9` in it stops all calls (TC-08)', () => {
    const call = givenInterview().ends('cancelled', '*9');
    expect([call.lastNames, call.state.outcome]).toEqual([['suppress_number', 'speak'], 'opted_out']);
  });

  it('cancelled in the middle of what was said leads to its read-back', () => {
    const call = givenInterview().says('my knee').ends('cancelled');
    expect([call.at, call.last]).toEqual(['hpi.chief_complaint', []]);
    expect(call.quiet().spoken).toMatch(/^We heard: my knee\./);
  });

  it('cancelled of a question we stopped ourselves does nothing', () => {
    const call = givenInterview().says('my knee');
    const { asked } = call;
    call.quiet();
    expect(call.lastNames).toEqual(['gather_stop', 'gather_using_speak']);
    expect(call.when(gathered('', asked, 'cancelled')).last).toEqual([]);
  });

  it('cancelled_amd asks the same question again and is no try (Z5)', () => {
    const call = givenOpening().silent().ends('cancelled_amd');
    expect([call.at, call.lastNames, call.question.failedTries]).toEqual(['opening', ['gather_using_speak'], 1]);
  });

  it('with a status Telnyx may add some day is a failed try, never an answer (Z5, S1-W4)', () => {
    const call = givenConsent().ends('other', '1');
    expect([call.at, call.question.failedTries]).toEqual(['consent', 1]);
  });

  it('of an older question changes nothing, whatever it holds', () => {
    const call = givenOpening();
    const old = call.asked;
    call.keys('1');
    const { state } = call;
    call.when(gathered('9', old), gathered('2', old), gathered('1', null), gathered('', old, 'timeout'));
    expect([call.state, call.last]).toEqual([state, []]);
  });

  it.each(EVERY_PHASE.filter(([phase]) => phase !== 'asking'))('does nothing while %s', (_, make) => {
    const call = make();
    const { state } = call;
    call.when(gathered('1', { step: 'opening', seq: state.seq }), keyPressed('5', null));
    expect(call.last).toEqual([]);
    expect({ ...call.state, anyKey: state.anyKey, lastKey: state.lastKey }).toEqual(state);
  });
});

describe('speak.ended (Z8)', () => {
  it('is what the hang-up waits for (S1-W5, S1-F10)', () => {
    const call = closing();
    expect(call.ordered('hangup')).toEqual([]);
    expect(call.when(speakEnded).lastNames).toEqual(['hangup']);
  });

  it.each(EVERY_PHASE.filter(([phase]) => phase !== 'closing'))('does nothing while %s', (_, make) => {
    const call = make();
    const { state } = call;
    expect([call.when(speakEnded).last, call.state]).toEqual([[], state]);
  });

  it('twice hangs up once', () => {
    expect(closing().when(speakEnded, speakEnded).ordered('hangup')).toHaveLength(1);
  });
});

describe('call.hangup', () => {
  it.each(['opening', 'birth_date', 'consent', ...KEYED_STEPS.slice(3)])(
    'at %s frees the line at once (TC-18); the call is partial and keeps its answers (CL-20)',
    (step) => {
      const call = talk(givenOpening(), {}, step);
      const { answers } = call.state;
      call.when(hungUp());
      expect([call.lastNames, statusOf(call.state), call.state.answers]).toEqual([
        ['release_line'],
        'partial',
        answers,
      ]);
      const asked = KEYED_STEPS.filter((id) => id.includes('.'));
      const given = asked.slice(0, Math.max(0, asked.indexOf(step)));
      expect(asked.filter((id) => answers[id])).toEqual(given);
      // Only who agreed to be recorded leaves work behind.
      const isRecorded = call.state.recorder === 'on';
      expect(call.timer('close').lastNames).toEqual(isRecorded ? ['save_note', 'run_jobs'] : ['save_note']);
    },
  );

  it('during the closing leaves the call completed: every question was asked', () => {
    expect(statusOf(closing().when(hungUp()).state)).toBe('completed');
  });

  it('while a command key is awaited is partial', () => {
    expect(statusOf(givenInterview().keys('*').when(hungUp()).state)).toBe('partial');
  });

  it('is kept with its cause, source and SIP code (S1-W6)', () => {
    expect(ended().state.hangup).toEqual({ cause: 'normal_clearing', source: 'callee', sipCause: '200' });
  });

  it('is followed by nothing, whatever comes late (TC-18)', () => {
    const call = givenInterview();
    const { asked } = call;
    call.when(hungUp());
    const { answers, consent } = call.state;
    call.when(gathered('1', asked), gathered('', asked, 'call_hangup'), keyPressed('9', asked), speakEnded, answered);
    call.when(
      initiated,
      dialAccepted,
      checked(1, true),
      hangupRequested,
      requested,
      refused(call),
      hungUp('user_busy'),
    );
    expect(call.commands.at(-1)?.name).toBe('release_line');
    expect(call.state).toMatchObject({ phase: 'ended', answers, consent, hangup: { cause: 'normal_clearing' } });
  });

  it('that comes after we had to conclude the end is saved too', () => {
    const call = givenInterview().timer('silence');
    call.when(checked(call.state.checking!, false)).timer('close').when(hungUp()).timer('close');
    expect([call.lastNames, call.state.hangup?.cause]).toEqual([['save_note', 'run_jobs'], 'normal_clearing']);
  });
});

describe('recording.saved', () => {
  it.each([
    ['during the call', () => givenInterview().when(recordingSaved()).when(hungUp())],
    ['between hang-up and note', () => givenInterview().when(hungUp(), recordingSaved())],
    ['after the note', () => givenInterview().when(hungUp()).timer('close').when(recordingSaved())],
  ])('%s is in the last note that is written', (_, make) => {
    const call = make();
    expect(call.state.recording).toMatchObject({ id: 'rec-1', startedAt: null, durationMs: 61_000, format: 'mp3' });
    expect(call.timer('close').lastNames).toEqual(['save_note', 'run_jobs']);
  });
});

describe('command.failed, because the call has ended (90018)', () => {
  it.each([
    ['asking', () => givenInterview(), 'partial'],
    ['closing', closing, 'completed'],
  ])('while %s orders nothing and waits for the hang-up, which holds the cause', (_, make, outcome) => {
    const call = make();
    call.when(refused(call, 'call_ended'));
    expect([call.at, call.last, call.state.outcome]).toEqual(['hanging_up', [], outcome]);
    expect(call.when(hungUp()).state).toMatchObject({ outcome, hangup: { cause: 'normal_clearing' } });
  });

  it('while asking makes the call partial, and ends it even if the hang-up is lost', () => {
    const call = givenInterview();
    call.when(refused(call, 'call_ended')).timer('hangup');
    call.when(checked(call.state.checking!, false));
    expect([call.at, statusOf(call.state)]).toEqual(['ended', 'partial']);
  });

  it('while hanging up changes nothing: the other side was faster', () => {
    const call = hangingUp();
    const { state } = call;
    expect([call.when(refused(call, 'call_ended')).last, call.state]).toEqual([[], state]);
  });

  it.each(EVERY_PHASE.filter(([phase]) => ['dialing', 'ended'].includes(phase)))(
    'while %s changes nothing',
    (_, make) => {
      const call = make();
      const { state } = call;
      expect([call.when(refused(call, 'call_ended')).last, call.state]).toEqual([[], state]);
    },
  );
});

describe('command.failed, because Telnyx refused it', () => {
  it('for the open question is told to the patient, with a task for staff: never dead air (CL-22)', () => {
    const call = givenInterview();
    call.when(refused(call));
    expect([call.at, call.spoken]).toEqual(['closing', callTexts.en.fault]);
    expect(call.state).toMatchObject({ outcome: 'partial', error: '90034', tasks: ['callback'] });
  });

  it('for the opening of a call that was only presumed answered is the end of one that nobody answered', () => {
    const call = givenRinging();
    for (let i = 0; i < 3; i += 1) call.timer('ring').when(checked(call.state.checking!, true));
    expect(call.at).toBe('opening');
    call.when({ ...refused(call), code: 'telnyx_90034' } as EventInput);
    expect([call.lastNames, call.state.answeredAt]).toEqual([['hangup'], null]);
    call.when(hungUp('originator_cancel', 'caller', '487'));
    expect([statusOf(call.state), call.state.tasks, call.state.error]).toEqual(['no_answer', [], null]);
  });

  it('for the opening of a call that was told to be answered is a fault, whatever the reason', () => {
    const call = givenOpening();
    call.when({ ...refused(call), code: 'telnyx_90034' } as EventInput);
    expect([call.at, call.spoken]).toEqual(['closing', callTexts.en.fault]);
  });

  it('for an older question is only noted', () => {
    const call = givenOpening();
    const old = refused(call);
    call.keys('1').when(old);
    expect([call.at, call.last, call.state.error]).toEqual(['birth_date', [], 'gather_using_speak_refused']);
  });

  it('for the closing hangs up: there is nothing left to say', () => {
    const call = closing();
    call.when(refused(call));
    expect([call.lastNames, call.state.outcome, call.state.error]).toEqual([['hangup'], 'completed', '90034']);
  });

  it('for something else does not cut the closing short', () => {
    const call = givenInterview();
    const { seq, name } = call.ordered('record_start')[0]!;
    talk(call).when({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
    expect([call.at, call.last]).toEqual(['closing', []]);
  });

  it('for the recorder marks it failed, and the interview goes on', () => {
    const call = givenInterview();
    const { seq, name } = call.ordered('record_start')[0]!;
    call.when({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
    expect([call.at, call.last, call.state.recorder]).toEqual(['hpi.chief_complaint', [], 'failed']);
    expect(talk(call).state.outcome).toBe('completed');
  });

  it('for the recorder after `*8` leaves it stopped', () => {
    const call = givenInterview();
    const { seq, name } = call.ordered('record_start')[0]!;
    call.keys('*', '8').when({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
    expect(call.state.recorder).toBe('stopped');
  });

  it('for the hang-up leaves its timer to try again', () => {
    const call = hangingUp();
    call.when(refused(call));
    expect([call.at, call.state.error]).toEqual(['hanging_up', 'hangup_refused']);
    call.timer('hangup').when(checked(call.state.checking!, true));
    expect(call.lastNames).toEqual(['hangup']);
  });

  it('keeps the first error', () => {
    const call = givenInterview();
    call.when(refused(call)).when(refused(call));
    expect(call.state.error).toBe('90034');
  });
});

describe('hangup.requested', () => {
  it.each([
    ['new', ['release_line'], 'canceled'],
    ['ringing', ['hangup'], 'canceled'],
    ['asking', ['hangup'], 'partial'],
    ['closing', ['hangup'], 'completed'],
    ['hanging_up', [], 'completed'],
    ['ended', [], 'completed'],
  ])('while %s orders %j, and the call is %s', (phase, names, status) => {
    const call = EVERY_PHASE.find(([name]) => name === phase)![1]().when(hangupRequested);
    expect(call.lastNames).toEqual(names);
    if (call.at !== 'ended') call.when(hungUp());
    expect(statusOf(call.state)).toBe(status);
  });

  it('before the dial has left ends the call, and nothing dials it any more', () => {
    const call = given().when(requested, hangupRequested, requested, hangupRequested);
    expect([call.at, call.commands.map(({ name }) => name)]).toEqual(['ended', ['dial', 'release_line']]);
    expect(statusOf(call.state)).toBe('canceled');
  });
});

describe('every phase', () => {
  it.each(EVERY_PHASE)('%s: ids that come late are kept', (_, make) => {
    const call = make().when(dialAccepted);
    expect(call.state.ids).toEqual(IDS);
  });

  it.each(EVERY_PHASE)('%s: the state that came in is left as it was', (_, make) => {
    const call = make();
    const before = structuredClone(call.state);
    for (const input of [answered, hungUp(), hangupRequested, speakEnded, recordingSaved(), requested]) {
      transition(call.state, { ...input, id: 'evt_x', at: call.now, receivedAt: call.now } as CallEvent, call.plan);
    }
    expect(call.state).toEqual(before);
  });
});
