/** Recorder and transcription end together and for good, whatever is believed of them (RC-04, RC-06, X1). */
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../../src/domain/intake/event.ts';
import { stopListening } from '../../../src/domain/intake/stop-listening.ts';
import { givenInterview } from '../../support/given-conversation.ts';

const { state } = givenInterview();
const event = (at: number): CallEvent => ({ type: 'hangup.requested', id: 'e', at, receivedAt: at });
const stops = (changes: Partial<typeof state>) =>
  stopListening({ ...state, ...changes } as typeof state, event(5))[1].map(({ name }) => name);

describe('stopListening', () => {
  it.each([
    ['on', 'on', ['record_stop', 'transcription_stop']],
    ['failed', 'failed', ['record_stop', 'transcription_stop']],
    ['on', 'stopped', ['record_stop']],
    ['stopped', 'on', ['transcription_stop']],
    ['off', 'off', []],
    ['stopped', 'stopped', []],
  ] as const)('with the recorder %s and the transcriber %s orders %j', (recorder, transcriber, ordered) => {
    expect(stops({ recorder, transcriber })).toEqual(ordered);
  });

  it('keeps the moment of the first stop: what was said before it still counts', () => {
    const [once] = stopListening(state, event(5));
    const [twice] = stopListening({ ...once, recorder: 'failed' }, event(9));
    expect([once.deafSince, twice.deafSince]).toEqual([5, 5]);
  });
});
