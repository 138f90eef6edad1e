import { describe, expect, it } from 'vitest';
import { newCall, nextTimer } from '../../../src/domain/intake/state.ts';
import { givenInterview } from '../../support/given-conversation.ts';
import { givenPlan } from '../../support/given-plan.ts';

describe('newCall', () => {
  it('knows nothing but the language of its plan', () => {
    const call = newCall(givenPlan({ language: 'es' }));
    expect(call).toMatchObject({
      phase: 'new',
      seq: 0,
      language: 'es',
      identity: 'not_checked',
      recorder: 'off',
      transcriber: 'off',
      answers: {},
    });
    expect(call.consent).toEqual({
      collection: 'not_asked',
      recording: 'not_asked',
      at: null,
      eventId: null,
      wording: null,
      wordingHash: null,
      key: null,
    });
  });

  it('survives storage as plain JSON in the middle of a call', () => {
    const { state } = givenInterview();
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

describe('nextTimer', () => {
  it('is null when nothing is awaited', () => {
    expect(nextTimer(newCall(givenPlan()))).toBeNull();
  });

  it('names the earliest', () => {
    const timers = { silence: 300, hangup: 100, close: 200 };
    expect(nextTimer({ ...newCall(givenPlan()), timers })).toEqual({ timer: 'hangup', dueAt: 100 });
  });
});
