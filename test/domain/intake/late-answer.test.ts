/** What comes after the line broke off: an answer given before it still counts, and `*9` stops all calls in every state (TC-08). */
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/domain/intake/call-record.ts';
import {
  type Conversation,
  givenConsent,
  givenInterview,
  givenOpening,
  givenRinging,
} from '../../support/given-conversation.ts';
import {
  answered,
  checked,
  gathered,
  hangupRequested,
  hungUp,
  keyPressed,
  speakEnded,
} from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { BIRTH_DATE_KEYS } from '../../support/given-plan.ts';

const at = (step: string) => talk(givenInterview(), {}, step);
const suppressed = (call: Conversation) => call.ordered('suppress_number').length;

/** The three ways in which the line is gone before the answer is heard. */
const breaksOff: [string, (call: Conversation) => Conversation][] = [
  ['the hang-up came first', (call) => call.when(hungUp())],
  [
    'Telnyx said the call was dead',
    (call) => {
      call.timer('silence');
      return call.when(checked(call.state.checking!, false));
    },
  ],
  ['staff hung up', (call) => call.when(hangupRequested)],
];

describe.each(breaksOff)('an answer whose gather.ended is late: %s', (_how, breakOff) => {
  it('is kept with its provenance', () => {
    const call = at('ample.medications');
    const { asked } = call;
    breakOff(call).when(gathered('1', asked));
    expect(call.state.answers['ample.medications']).toMatchObject({ state: 'answered', value: true, input: 'keys' });
    expect(call.state.outcome).toBe('partial');
    expect(call.last).toEqual([]);
  });

  it('counts once: the same again, or the end of an older question, changes nothing', () => {
    const call = at('ample.medications');
    const { asked } = call;
    breakOff(call).when(gathered('1', asked));
    const { answers } = call.state;
    call.when(gathered('2', asked), gathered('2', { step: 'ample.allergies', seq: asked.seq - 1 }));
    expect(call.state.answers).toEqual(answers);
  });

  it('is none when it was invalid, silent or cut off (Z5)', () => {
    for (const [digits, status] of [
      ['9', 'valid'],
      ['1', 'invalid'],
      ['', 'timeout'],
      ['1', 'call_hangup'],
      ['1', 'cancelled'],
    ] as const) {
      const call = at('ample.medications');
      const { asked } = call;
      breakOff(call).when(gathered(digits, asked, status));
      expect(call.state.answers['ample.medications'], `${status} ${digits}`).toBeUndefined();
    }
  });

  it('stops all calls when it was the opt-out', () => {
    const call = givenOpening();
    const { asked } = call;
    breakOff(call).when(gathered('9', asked));
    expect([call.state.outcome, suppressed(call)]).toEqual(['opted_out', 1]);
  });

  it('tells a wrong person, a confirmed birth date and what was consented', () => {
    const opening = givenOpening();
    const first = opening.asked;
    expect(breakOff(opening).when(gathered('2', first)).state.outcome).toBe('wrong_person');
    const birthDate = givenOpening().keys('1');
    const second = birthDate.asked;
    expect(breakOff(birthDate).when(gathered(BIRTH_DATE_KEYS, second)).state.identity).toBe('verified');
    for (const [key, consent] of [
      ['1', { collection: 'given', recording: 'given' }],
      ['2', { collection: 'given', recording: 'declined' }],
      ['3', { collection: 'declined', recording: 'declined' }],
    ] as const) {
      const call = givenConsent();
      const third = call.asked;
      breakOff(call).when(gathered(key, third));
      expect(call.state.consent).toMatchObject(consent);
      // X1: it is too late for a recorder, whatever was agreed.
      expect(call.ordered('record_start')).toEqual([]);
    }
  });
});

describe('an answer later than the note', () => {
  it('makes the next version of the note, which is written in its turn', () => {
    const call = at('ample.medications');
    const { asked } = call;
    call.when(hungUp()).timer('close');
    expect(call.lastNames).toEqual(['save_note', 'run_jobs']);
    call.when(gathered('1', asked));
    expect(call.state.noteVersion).toBe(2);
    expect(call.timer('close').lastNames).toEqual(['save_note', 'run_jobs']);
    expect(statusOf(call.state)).toBe('partial');
  });
});

describe('*9 with the hang-up right behind it (TC-08)', () => {
  it('stops all calls when the gather ends with the call and holds it', () => {
    for (const step of ['hpi.pain_level', 'ample.medications']) {
      const call = at(step);
      call.when(gathered('1*9', call.asked, 'call_hangup'), hungUp());
      expect([step, call.state.outcome, suppressed(call)]).toEqual([step, 'opted_out', 1]);
    }
  });

  it('stops all calls when only the keys were reported, one by one', () => {
    const call = at('hpi.pain_level');
    const { asked } = call;
    call.when(keyPressed('*', asked), keyPressed('9', asked), hungUp());
    expect([call.state.outcome, suppressed(call)]).toEqual(['opted_out', 1]);
  });

  it('stops all calls when it is pressed while the line closes, and after', () => {
    const closing = talk(givenInterview(), {});
    closing.when(keyPressed('*', null), speakEnded, keyPressed('9', null));
    expect([closing.state.outcome, suppressed(closing)]).toEqual(['opted_out', 1]);
    const over = talk(givenInterview(), {}).when(keyPressed('*', null), hungUp(), keyPressed('9', null));
    expect([over.state.outcome, suppressed(over)]).toEqual(['opted_out', 1]);
  });

  it('is no opt-out when the 9 is an answer, belongs to another command or comes too late', () => {
    const nine = at('hpi.pain_level');
    nine.when(keyPressed('9', nine.asked), hungUp());
    const repeat = at('hpi.pain_level');
    repeat.when(keyPressed('*', repeat.asked), keyPressed('*', repeat.asked), keyPressed('9', repeat.asked), hungUp());
    const late = at('hpi.pain_level');
    late.when(keyPressed('*', late.asked)).later(5000).when(keyPressed('9', late.asked), hungUp());
    for (const call of [nine, repeat, late]) expect([call.state.outcome, suppressed(call)]).toEqual(['partial', 0]);
  });
});

describe('a question that was put again because its end was lost', () => {
  const lost = () => {
    const call = at('ample.medications');
    const { asked } = call;
    call.timer('silence');
    return { call: call.when(checked(call.state.checking!, true)), asked };
  };

  it('takes the answer that comes from the first time after all, and stops the second', () => {
    const { call, asked } = lost();
    call.when(gathered('1', asked));
    expect(call.state.answers['ample.medications']).toMatchObject({ value: true });
    expect([call.lastNames, call.at]).toEqual([['gather_stop', 'gather_using_speak'], 'ample.medications_detail']);
  });

  it('is not answered by the end of that gather being stopped', () => {
    const { call, asked } = lost();
    expect(call.when(gathered('', asked, 'cancelled')).last).toEqual([]);
    expect(call.question.failedTries).toBe(0);
  });
});

describe('a call whose answering was never told', () => {
  it('gets its opening once Telnyx has said often enough that it still lives', () => {
    const call = givenRinging();
    for (let i = 0; i < 3; i += 1) call.timer('ring').when(checked(call.state.checking!, true));
    expect([call.at, call.state.answeredAt]).toEqual(['opening', expect.any(Number)]);
    expect(call.when(answered).last).toEqual([]);
  });
});

describe('a command that reached Telnyx late', () => {
  it('begins the silence of its question, or of the last words, anew', () => {
    const asking = at('ample.medications');
    const before = asking.state.timers.silence!;
    asking.later(20_000).when({ type: 'command.delayed', seq: asking.question.seq });
    expect(asking.state.timers.silence! - before).toBeGreaterThanOrEqual(20_000);
    const closing = talk(givenInterview(), {});
    const dueAt = closing.state.timers.silence!;
    closing.later(30_000).when({ type: 'command.delayed', seq: (closing.state as { speakSeq?: number }).speakSeq! });
    expect(closing.state.timers.silence!).toBeGreaterThan(dueAt);
    expect(closing.when({ type: 'command.delayed', seq: 1 }).last).toEqual([]);
  });

  it('or never: a recorder that could not be started has failed, and a question waits for its timer', () => {
    const call = at('ample.medications');
    call.when({ type: 'command.dropped', seq: call.ordered('record_start')[0]!.seq, name: 'record_start' });
    expect(call.state.recorder).toBe('failed');
    const { state } = call;
    expect(call.when({ type: 'command.dropped', seq: call.question.seq, name: 'gather_using_speak' }).state).toEqual(
      state,
    );
  });
});

describe('what is no opt-out, however the keys come', () => {
  it('a 9 of the birth date while Telnyx still echoes the opening', () => {
    const call = givenOpening();
    const opening = call.asked;
    call.keys('1').when(keyPressed('1', opening), keyPressed('9', opening), hungUp());
    expect([call.state.outcome, suppressed(call)]).toEqual(['partial', 0]);
  });

  it('a stray 9 in the goodbye to a wrong person', () => {
    const call = givenOpening();
    const opening = call.asked;
    call.keys('2').when(keyPressed('9', opening), speakEnded, hungUp());
    expect([call.state.outcome, suppressed(call)]).toEqual(['wrong_person', 0]);
  });

  it('`**` and then a 9, cut off by the hang-up, late, or with its stars changed about', () => {
    for (const status of ['call_hangup', 'valid'] as const) {
      const call = at('hpi.pain_level');
      const { asked } = call;
      call.when(
        ...(status === 'valid' ? [hungUp(), gathered('**9', asked)] : [gathered('**9', asked, status), hungUp()]),
      );
      expect([status, call.state.outcome, suppressed(call)]).toEqual([status, 'partial', 0]);
    }
    const swapped = at('hpi.pain_level');
    const { asked, now } = swapped;
    swapped.when(
      keyPressed('*', asked, now + 2000),
      keyPressed('*', asked, now + 1500),
      keyPressed('9', asked, now + 3000),
      hungUp(),
    );
    expect(suppressed(swapped)).toBe(0);
  });
});

describe('an opt-out heard while its gather is late or lost (TC-08)', () => {
  it('ends the talk instead of the next prompt', () => {
    const call = at('ample.medications');
    const { asked } = call;
    call.when(keyPressed('*', asked), keyPressed('9', asked), gathered('*', asked));
    expect([call.at, call.state.outcome, suppressed(call)]).toEqual(['closing', 'opted_out', 1]);
  });

  it('ends the talk when the question would be put again', () => {
    const call = at('hpi.pain_level');
    call.when(keyPressed('*', call.asked), keyPressed('9', call.asked)).timer('silence');
    call.when(checked(call.state.checking!, true));
    expect([call.at, suppressed(call)]).toEqual(['closing', 1]);
  });

  it('counts at the command prompt too, long after the star', () => {
    const call = at('ample.medications').keys('*');
    const prompt = call.asked;
    call.later(6000).when(keyPressed('9', prompt), hungUp());
    expect([call.state.outcome, suppressed(call)]).toEqual(['opted_out', 1]);
  });

  it('counts from the lost gather, whatever its status', () => {
    const call = at('hpi.pain_level');
    const { asked } = call;
    call.timer('silence');
    call.when(checked(call.state.checking!, true), gathered('1*9', asked, 'timeout'));
    expect([call.at, suppressed(call)]).toEqual(['closing', 1]);
  });

  it('makes the next version of a note already written', () => {
    const call = at('hpi.pain_level');
    const { asked } = call;
    call.when(hungUp()).timer('close').when(gathered('*9', asked));
    expect([call.state.outcome, call.state.noteVersion, suppressed(call)]).toEqual(['opted_out', 2, 1]);
  });
});

it('a birth date that comes after three wrong ones proves nothing any more (HS-15)', () => {
  const call = givenOpening().keys('1', '01011990', '01011990');
  const { asked: lost } = call;
  call.timer('silence').when(checked(call.state.checking!, true));
  const { asked } = call;
  call.when(gathered('01011990', lost), gathered(BIRTH_DATE_KEYS, asked));
  expect(call.state).toMatchObject({ identity: 'failed', outcome: 'identity_failed' });
});

describe('an answer of a gather believed lost', () => {
  it('still counts after the question went unanswered once more', () => {
    const call = at('ample.medications');
    const { asked } = call;
    call.timer('silence');
    call.when(checked(call.state.checking!, true)).silent().when(gathered('1', asked));
    expect(call.state.answers['ample.medications']).toMatchObject({ value: true });
  });
});
