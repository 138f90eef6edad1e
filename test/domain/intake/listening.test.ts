/** What is taken for an answer of what a line carries: not silence, not a reply to the prompt, nothing after a stop. */
import { describe, expect, it } from 'vitest';
import { callTexts } from '../../../src/domain/intake/call-texts.ts';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import { patientLine } from '../../../src/domain/intake/transcript.ts';
import { transition } from '../../../src/domain/intake/transition.ts';
import { mayBeHeard } from '../../../src/domain/intake/voice-answer.ts';
import { type Conversation, givenInterview } from '../../support/given-conversation.ts';
import { heard } from '../../support/given-events.ts';

const ITEM = 'hpi.chief_complaint';
const atVoice = () => givenInterview();
const answer = (call: Conversation) => call.state.answers[ITEM];

it.each(['not_asked', 'declined'] as const)('nobody is listened to where recording is %s (RC-03)', (recording) => {
  const { state } = givenInterview();
  expect(mayBeHeard(state, { at: 0 })).toBe(true);
  expect(mayBeHeard({ ...state, consent: { ...state.consent, recording } }, { at: 0 })).toBe(false);
});

describe('what a recogniser makes of a silent line', () => {
  it.each(['.', '…', 'Thank you.', 'Thanks for watching!', '¡Gracias!', 'Gracias por ver el video.'])(
    '%j is no word of the patient',
    (text) => {
      expect(atVoice().says(text).state.voice?.words).toEqual([]);
    },
  );

  it('does not stick to what was said before it', () => {
    expect(atVoice().says('My knee hurts.', 'Thank you.').quiet().keys('1').state.answers[ITEM]).toMatchObject({
      value: 'My knee hurts.',
    });
  });
});

describe('a reply to the read-back instead of a key', () => {
  it.each([
    "Yes, that's correct.",
    'Yes, keep it please.',
    'Okay.',
    'Sí, así es.',
    'No.',
    'Correcto',
    'gracias',
    'one',
  ])('%j is no part of the answer, and does not put it again', (text) => {
    const call = atVoice().says('my knee').quiet();
    const { seq } = call.question;
    call.says(text);
    expect([call.question.seq, call.state.voice?.words.map((each) => each.text)]).toEqual([seq, ['my knee']]);
  });

  it('that goes on is kept: it may say what is right', () => {
    const call = atVoice().says('my knee').quiet().says('No, I mean my left ankle');
    expect(call.spoken).toContain('my knee No, I mean my left ankle');
  });

  it('of a room that never falls silent puts it again twice; then the words stand unconfirmed', () => {
    const call = atVoice().says('my knee').quiet().says('and now the weather', 'rain is coming');
    expect(call.at).toBe(`${ITEM}.confirm`);
    call.says('more after this');
    expect(call.at).toBe('hpi.symptom_duration');
    expect(answer(call)).toMatchObject({
      confirmed: false,
      value: 'my knee and now the weather rain is coming more after this',
    });
  });

  it('leaves out no end of a sentence that the next question came into (X1)', () => {
    const call = atVoice().says('my knee').quiet().says('it hurts', 'on the stairs', 'and most');
    const { seq, step } = call.question;
    expect(step).toBe('hpi.symptom_duration');
    call.later(500).says('of all at night').later(500).says('since Sunday');
    expect(answer(call)).toMatchObject({
      confirmed: false,
      value: 'my knee it hurts on the stairs and most of all at night since Sunday',
    });
    // Nothing is put again, and what is said to the next question is its own.
    call.says('two').later(5_000).says('for a week now');
    expect([call.question.seq, answer(call)?.value]).toEqual([
      seq,
      'my knee it hurts on the stairs and most of all at night since Sunday',
    ]);
  });

  it('takes nothing more to it once the next question is answered', () => {
    const call = atVoice().says('my knee').quiet().says('it hurts', 'on the stairs', 'and most').keys('2');
    const { value } = answer(call) ?? {};
    expect(call.says('of all at night').question.step).not.toBe('hpi.symptom_duration');
    expect(answer(call)?.value).toBe(value);
  });

  it('takes nothing more to an answer that was kept', () => {
    const call = atVoice().says('my knee').quiet().keys('1').says('and my hip');
    expect(answer(call)).toMatchObject({ confirmed: true, value: 'my knee' });
  });
});

describe('after *8', () => {
  const stopped = () => atVoice().says('my knee').quiet().keys('1').keys('*', '8');

  it('is said that the recording has stopped, before the question (RC-04)', () => {
    expect(stopped().spoken).toMatch(new RegExp(`^${callTexts.en.recordingStopped}`));
  });

  it('nothing that is said counts, or is written down; what was said before it does (RC-04)', () => {
    const call = stopped();
    const event = {
      ...heard('stop calling me, I have chest pain'),
      id: 'e',
      at: call.now + 1,
      receivedAt: call.now + 1,
    } as CallEvent;
    const [after, commands] = transition(call.state, event, call.plan);
    expect([commands, patientLine(call.state, event, after)]).toEqual([[], null]);
    const before = { ...event, id: 'f', at: call.now - 60_000 } as CallEvent;
    expect(patientLine(call.state, before, transition(call.state, before, call.plan)[0])).not.toBeNull();
  });
});

describe('words that go on while the emergency text is spoken', () => {
  it('belong to the answer that raised it', () => {
    const call = atVoice().says('I have chest pain').says('since this morning in my arm');
    expect(call.at).toBe('red_flag');
    expect(call.keys('2').spoken).toContain('I have chest pain since this morning in my arm');
  });
});

describe('a wish to be left alone', () => {
  it('is no answer to what was asked (TC-09)', () => {
    const call = atVoice().says('please stop calling me');
    expect([call.state.outcome, answer(call)]).toEqual(['opted_out', undefined]);
  });
});
