/** What was said and keyed, and what is never written down. */
import { expect, it } from 'vitest';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import { patientLine, spokenLine } from '../../../src/domain/intake/transcript.ts';
import { type Conversation, givenInterview, givenOpening } from '../../support/given-conversation.ts';
import { talk } from '../../support/given-phone.ts';
import { BIRTH_DATE_KEYS } from '../../support/given-plan.ts';

const ended = (call: Conversation, digits: string, seq = call.asked.seq): CallEvent => ({
  id: 'e',
  at: 5,
  receivedAt: 6,
  type: 'gather.ended',
  status: 'valid',
  digits,
  asked: { ...call.asked, seq },
});

it('the keys of a question are its patient line; those of an older question, or none, are no line (S1-F14)', () => {
  const call = talk(givenInterview(), {}, 'hpi.symptom_duration');
  const line = {
    ...{ speaker: 'patient', text: '2', at: 5, item: 'hpi.symptom_duration', input: 'keys', confidence: null },
  };
  expect(patientLine(call.state, ended(call, '2'), call.state)).toEqual(line);
  expect(patientLine(call.state, ended(call, '2', 1), call.state)).toBeNull();
  expect(patientLine(call.state, ended(call, ''), call.state)).toBeNull();
});

it('a birth date is never written down (HS-15)', () => {
  const call = givenOpening().keys('1');
  expect(JSON.stringify(patientLine(call.state, ended(call, BIRTH_DATE_KEYS), call.state))).not.toContain(
    BIRTH_DATE_KEYS,
  );
});

it('a command that says something is a line of the clinic, any other is none', () => {
  const [ask] = givenInterview().commands.slice(-1);
  expect(spokenLine(ask!, 7)).toMatchObject({ speaker: 'agent', at: 7, item: 'hpi.chief_complaint' });
  expect(spokenLine({ name: 'hangup', seq: 1, createdAt: 1 }, 7)).toBeNull();
});
