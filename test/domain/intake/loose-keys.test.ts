/** Keys as they are pressed, in any order: what completes a `*`, and where no gather hears it (TC-08, RC-04). */
import { describe, expect, it } from 'vitest';
import { type Conversation, givenInterview } from '../../support/given-conversation.ts';
import { gathered, hungUp, keyPressed, speakEnded, staffAnswered } from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { givenPlan, STAFF_ON_DUTY } from '../../support/given-plan.ts';

const plan = givenPlan({ staff: STAFF_ON_DUTY });
const atPain = () => talk(givenInterview(plan), {}, 'hpi.pain_level');
const listed = (call: Conversation) => call.ordered('suppress_number').length;

describe('a `*` that belongs to the command prompt begins no command', () => {
  /** `*` at a numeric item: its gather ends 4 s later, then the commands are spoken. */
  const prompted = () => {
    const call = atPain();
    call.when(keyPressed('*', call.asked)).later(3000);
    return call.keys('*').later(1500);
  };

  it('so that `9#` right after the repeated question is a pain of nine', () => {
    const call = prompted();
    call.when(keyPressed('*', call.asked)).keys('*');
    call.when(keyPressed('9', call.asked)).keys('9');
    expect([call.at, call.state.stopHeard, listed(call)]).toEqual(['ample.allergies', false, 0]);
    expect(call.state.answers['hpi.pain_level']).toMatchObject({ value: 9 });
  });

  it('also when its event comes after the end it led to', () => {
    const call = prompted();
    const prompt = call.asked;
    const pressedAt = call.now + 900;
    call.keys('*').when(keyPressed('*', prompt, pressedAt));
    call.when(keyPressed('9', call.asked)).keys('9');
    expect([call.at, call.state.stopHeard, listed(call)]).toEqual(['ample.allergies', false, 0]);
  });

  it('also when it was pressed before the prompt began', () => {
    const call = atPain();
    const { asked } = call;
    call.when(keyPressed('*', asked)).later(3000).keys('*').later(500).when(keyPressed('*', asked));
    expect([call.at, call.lastNames]).toEqual(['hpi.pain_level', ['gather_stop', 'gather_using_speak']]);
    call.when(keyPressed('9', call.asked)).keys('9');
    expect([call.at, call.state.stopHeard, listed(call)]).toEqual(['ample.allergies', false, 0]);
  });

  it('but `*9` in it stops the calls', () => {
    const call = prompted();
    call.when(keyPressed('9', call.asked)).when(hungUp());
    expect([listed(call), call.state.outcome]).toEqual([1, 'opted_out']);
  });

  it('but one that is pressed after it, before the next gather, does: `*9` counts', () => {
    const call = prompted();
    const prompt = call.asked;
    call.silent().when(keyPressed('*', prompt), keyPressed('9', call.asked)).when(hungUp());
    expect(listed(call)).toBe(1);
  });
});

describe('`*8` where no question is open (RC-04)', () => {
  const stop = (call: Conversation) => call.when(keyPressed('*', null), keyPressed('8', null));
  const announced = () => atPain().keys('*', '0');

  it.each([
    ['staff are announced', announced],
    ['staff are rung', () => announced().when(speakEnded)],
    ['the goodbye is spoken', () => talk(givenInterview(plan))],
  ])('while %s stops recorder and transcription, and says nothing', (_, make) => {
    const before = make().at;
    const call = stop(make());
    expect([call.at, call.lastNames]).toEqual([before, ['record_stop', 'transcription_stop']]);
    expect(call.state).toMatchObject({ recorder: 'stopped', transcriber: 'stopped' });
    expect(stop(call).last).toEqual([]);
  });

  it.each([
    ['8 alone', [keyPressed('8', null)]],
    ['a star, another key and 8', [keyPressed('*', null), keyPressed('1', null), keyPressed('8', null)]],
  ])('%s does nothing', (_, keys) => {
    expect(talk(givenInterview(plan)).when(...keys).state.recorder).toBe('on');
  });

  it('does nothing once staff have joined, or after the end', () => {
    expect(stop(announced().when(speakEnded, staffAnswered)).last).toEqual([]);
    expect(stop(givenInterview(plan).when(hungUp())).last).toEqual([]);
  });
});

describe('a command while the last words of a spoken answer are awaited', () => {
  /** `#` has ended the gather; nothing runs for two to four seconds. */
  const settling = (...words: string[]) => {
    const call = givenInterview(plan).says(...words);
    const { asked } = call;
    return { call: call.keys(''), asked };
  };
  const press = ({ call, asked }: ReturnType<typeof settling>, ...keys: string[]) =>
    call.when(...keys.map((key) => keyPressed(key, asked)));

  it('begins with its `*`, which speaks the commands', () => {
    const call = press(settling('my knee'), '*');
    expect([call.at, call.lastNames]).toEqual(['command', ['gather_using_speak']]);
    expect(call.silent().at).toBe('hpi.chief_complaint');
    expect(call.keys('').quiet().spoken).toMatch(/^We heard: my knee\./);
  });

  it.each([
    ['*', 'hpi.chief_complaint'],
    ['7', 'hpi.symptom_duration'],
    ['0', 'transferring'],
    ['9', 'closing'],
  ])('`*%s` is heard: %s', (key, at) => {
    const call = press(settling('my knee'), '*', key);
    expect([call.at, listed(call)]).toEqual([at, key === '9' ? 1 : 0]);
  });

  it('`*8` stops the recorder, and what was said stays', () => {
    const call = press(settling('my knee'), '*', '8');
    expect([call.at, call.state.recorder]).toEqual(['hpi.symptom_duration', 'stopped']);
    expect(call.state.answers['hpi.chief_complaint']).toMatchObject({ value: 'my knee', confirmed: false });
  });

  it('is none when the `*` is that of an older question', () => {
    const { call } = settling('my knee');
    call.when(keyPressed('*', { step: 'consent', seq: 2 }), keyPressed('5', call.asked));
    expect([call.at, call.question.settling]).toEqual(['hpi.chief_complaint', 'silence']);
  });

  it('is not repeated by the end of the gather it never was in', () => {
    const { call, asked } = settling('my knee');
    call.when(keyPressed('*', asked), gathered('', asked));
    expect([call.at, call.last]).toEqual(['command', []]);
  });
});
