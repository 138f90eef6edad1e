/** When a patient took back what they had agreed to, from what is on file and from the events of the call. */
import { describe, expect, it } from 'vitest';
import { endedBy, recordingWithdrawnAt } from '../../../src/domain/fhir/withdrawn.ts';
import type { LoggedEvent } from '../../../src/domain/intake/call-log.ts';

const event = (type: string, at: number, ...commands: string[]): LoggedEvent => ({
  ...{ event_id: `ev${at}`, type, at, received_at: at + 50, effect: 'applied', commands },
});

describe('a permission to be called', () => {
  it.each<[string, number | null, (number | null)[], number | null]>([
    ['stands where nobody asked', null, [null, null], null],
    ['ends when they asked not to be called (TC-09)', null, [20, null], 20],
    ['ends the first time they asked', null, [30, 20], 20],
    ['ends at that very moment, where both are one', null, [10], 10],
    ['does not end by what they asked before it was given', null, [5], null],
    ['ends by what they asked after it, also where they had asked before', null, [5, 40], 40],
    ['ends when it was revoked, where that was earlier', 15, [20], 15],
    ['ends when they asked, where it was revoked later', 25, [20], 20],
    ['stays revoked where nobody asked', 25, [null], 25],
  ])('%s', (_, revokedAt, stoppedAt, ends) => {
    expect(endedBy({ obtainedAt: 10, revokedAt }, stoppedAt).revokedAt).toBe(ends);
  });
});

describe('the agreement to be recorded (RC-04)', () => {
  const answered = event('call.answered', 1, 'gather_using_speak');

  it('is taken back by the key that stops it, the first time', () => {
    const stop = event('gather.ended', 7, 'record_stop', 'transcription_stop', 'gather_using_speak');
    expect(recordingWithdrawnAt([answered, stop, event('gather.ended', 9, 'record_stop')])).toBe(7);
    expect(recordingWithdrawnAt([event('dtmf.received', 8, 'transcription_stop')])).toBe(8);
  });

  it('is not taken back when staff join, when an event changed nothing, or at the end of the call', () => {
    const join = event('staff.answered', 5, 'record_stop', 'transcription_stop');
    const twice: LoggedEvent = { ...event('gather.ended', 6, 'record_stop'), effect: 'duplicate' };
    expect(recordingWithdrawnAt([answered, join, twice, event('call.hangup', 9, 'save_note')])).toBeNull();
    expect(recordingWithdrawnAt([])).toBeNull();
  });
});
