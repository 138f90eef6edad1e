/** A call as far as it has come, for the patient who rings back before it is written down (X3). */
import { describe, expect, it } from 'vitest';
import { callSoFar, isSettled, newestNote } from '../../../src/domain/note/newest-note.ts';
import { type Conversation, given, givenCaller, givenInterview } from '../../support/given-conversation.ts';
import { hungUp } from '../../support/given-events.ts';
import { givenInboundPlan } from '../../support/given-plan.ts';

const iso = (at: number) => new Date(at).toISOString();
const soFar = (call: Conversation) => callSoFar(call.state, call.plan, call.now, iso);

describe('a call so far', () => {
  it('holds the words that nobody has confirmed yet', () => {
    expect(soFar(givenInterview().says('my knee'))).toMatchObject({
      settled: false,
      note: { hpi: { chief_complaint: { value: 'my knee', confirmed: false } } },
    });
  });

  it('that nobody has answered has no note, and is not settled', () => {
    expect(soFar(given())).toEqual({ note: null, settled: false });
  });

  it('is settled once its patient wants no more calls, although the line still stands', () => {
    expect(soFar(givenInterview().keys('*', '9'))?.settled).toBe(true);
  });

  it('of a stranger says nothing', () => {
    expect(soFar(givenCaller(givenInboundPlan({ candidates: [] })))).toBeNull();
  });
});

it('a note is named after its call, its next version after both', () => {
  const call = givenInterview().when(hungUp());
  const idOf = (noteVersion: number) => newestNote({ ...call.state, noteVersion }, call.plan, 0, iso).note_id;
  expect([idOf(1), idOf(2)]).toEqual([call.plan.callId.replace('call_', 'note_'), `${idOf(1)}.2`]);
});

it('what broke off or reached nobody is not settled', () => {
  expect(['completed', 'partial', 'voicemail', null].map(isSettled)).toEqual([true, false, false, false]);
});
