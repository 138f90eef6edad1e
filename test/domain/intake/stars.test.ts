/** A `*` and its key, whichever of Telnyx' two ways told of them, and whichever never did (TC-08, CL-06). */
import { describe, expect, it } from 'vitest';
import { givenInterview } from '../../support/given-conversation.ts';
import { keyPressed } from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';

const atPain = () => talk(givenInterview(), {}, 'hpi.pain_level');

describe('a 9 that answers a question', () => {
  it.each([0, 1])('stops no calls after a repetition of which the event of one key (%s) never came', (lost) => {
    const call = atPain();
    const stars = [() => call.when(keyPressed('*', call.asked)), () => call.when(keyPressed('*', call.asked))];
    if (lost !== 0) stars[0]?.();
    call.keys('*');
    if (lost !== 1) stars[1]?.();
    call.keys('*');
    expect(call.at).toBe('hpi.pain_level');
    call.when(keyPressed('9', call.asked)).keys('9');
    expect(call.ordered('suppress_number')).toEqual([]);
    expect(call.state.answers['hpi.pain_level']).toMatchObject({ value: 9 });
  });

  it('stops no calls when the event of a `*` comes after the question was put again', () => {
    const call = atPain();
    const { asked } = call;
    const pressedAt = call.now + 1000;
    call.keys('*', '*').when({ ...keyPressed('*', asked), at: pressedAt });
    call.when(keyPressed('9', call.asked)).keys('9');
    expect(call.ordered('suppress_number')).toEqual([]);
  });
});

describe('a `*` between two gathers', () => {
  it('begins a command, whose key is no answer to the next question', () => {
    const call = talk(givenInterview(), {}, 'hpi.symptom_duration');
    const { asked } = call;
    call.keys('2');
    expect(call.at).toBe('hpi.pain_level');
    const pain = call.asked;
    call.when(keyPressed('*', asked));
    expect([call.at, call.lastNames]).toEqual(['command', ['gather_stop', 'gather_using_speak']]);
    call.when(keyPressed('0', pain));
    expect(call.state.answers['hpi.pain_level']).toBeUndefined();
    expect(call.state.tasks).toContain('callback');
  });
});

describe('a `*8` whose gather never told of its end', () => {
  const STOPS = ['record_stop', 'transcription_stop'];

  it('stops the recording with the key itself, in the prompt of the commands', () => {
    const call = atPain().keys('*');
    call.when(keyPressed('8', call.asked));
    expect([call.at, call.lastNames]).toEqual(['command', STOPS]);
  });

  it('stops it when both keys are told of and the question believes itself open', () => {
    const call = atPain();
    call.when(keyPressed('*', call.asked)).when(keyPressed('8', call.asked));
    expect([call.at, call.lastNames]).toEqual(['hpi.pain_level', STOPS]);
  });

  it('stops it when the `*` is told of after the key that completes it', () => {
    const call = atPain();
    const star = { ...keyPressed('*', call.asked), at: call.now + 700 };
    call.when({ ...keyPressed('8', call.asked), at: call.now + 1000 }).when(star);
    expect([call.at, call.lastNames]).toEqual(['hpi.pain_level', STOPS]);
  });

  it('stops it once, and says so when the end comes after all', () => {
    const call = atPain().keys('*');
    call.when(keyPressed('8', call.asked)).keys('8');
    expect([call.at, call.lastNames]).toEqual(['hpi.pain_level', ['gather_using_speak']]);
    expect(call.spoken).toMatch(/recording/i);
    expect(call.ordered('record_stop')).toHaveLength(1);
  });

  it('is no 8 that answers a question', () => {
    const call = atPain();
    call.when(keyPressed('8', call.asked)).keys('8');
    expect(call.ordered('record_stop')).toEqual([]);
    expect(call.state.answers['hpi.pain_level']).toMatchObject({ value: 8 });
  });
});

it('a `*` that is told of after its 9 stops all calls, though no gather tells of them (TC-08)', () => {
  const call = atPain();
  const star = { ...keyPressed('*', call.asked), at: call.now + 700 };
  call.when({ ...keyPressed('9', call.asked), at: call.now + 1000 }).when(star);
  expect(call.state.stopHeard).toBe(true);
});

it('a `*` that is told of long after it was pressed is completed by no answer that came after', () => {
  const call = atPain();
  const star = { ...keyPressed('*', call.asked), at: call.now + 700 };
  call.when({ ...keyPressed('9', call.asked), at: call.now + 5000 }).when(star);
  expect(call.state.stopHeard).toBe(false);
});
