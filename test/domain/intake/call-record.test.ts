import { describe, expect, it } from 'vitest';
import {
  CALL_STATUSES,
  type CallStatus,
  callRecord,
  durationSeconds,
  isLiveStatus,
  leavesNote,
  statusOf,
} from '../../../src/domain/intake/call-record.ts';
import {
  type Conversation,
  given,
  givenCaller,
  givenConsent,
  givenInterview,
  givenOpening,
  givenRinging,
} from '../../support/given-conversation.ts';
import {
  detected,
  dialRefused,
  dialSent,
  greetingEnded,
  hangupRequested,
  hungUp,
  recordingSaved,
  requested,
  speakEnded,
} from '../../support/given-events.ts';
import { talk } from '../../support/given-phone.ts';
import { BIRTH_DATE_KEYS, givenInboundPlan, givenPlan } from '../../support/given-plan.ts';

const EVERY_STATUS: readonly (readonly [CallStatus, () => Conversation])[] = [
  ['queued', () => given()],
  ['dialing', () => given().when(requested)],
  ['dialing', () => given().when(requested, dialSent)],
  ['ringing', () => givenRinging()],
  ['ringing', () => givenRinging().when(hangupRequested)],
  ['in_progress', () => givenOpening()],
  ['in_progress', () => givenOpening().keys('9')],
  ['in_progress', () => givenOpening().when(hangupRequested)],
  ['completed', () => talk(givenOpening()).when(hungUp())],
  ['partial', () => givenInterview().when(hungUp())],
  ['partial', () => givenOpening().keys('0').when(hungUp())],
  ['declined', () => givenConsent().keys('3').when(hungUp())],
  ['wrong_person', () => givenOpening().keys('2').when(hungUp())],
  ['opted_out', () => givenOpening().keys('9').when(hungUp())],
  ['failed', () => givenOpening().keys('1', '1', '1', '1').when(hungUp())],
  ['failed', () => given().when(requested, dialSent, dialRefused())],
  ['canceled', () => given().when(hangupRequested)],
  ['busy', () => givenRinging().when(hungUp('user_busy'))],
  ['no_answer', () => givenRinging().when(hungUp('timeout'))],
  ['voicemail', () => givenOpening().when(detected('machine'), greetingEnded, speakEnded, hungUp())],
];

describe('statusOf', () => {
  it.each(EVERY_STATUS)('is %s (%#)', (status, make) => {
    expect(statusOf(make().state)).toBe(status);
  });

  it('is live exactly while the call has not ended', () => {
    const live = CALL_STATUSES.filter(isLiveStatus);
    expect(live).toEqual(['queued', 'dialing', 'ringing', 'in_progress']);
  });
});

describe('leavesNote', () => {
  it.each(EVERY_STATUS)('is for talks, even short ones, and not for calls nobody answered: %s (%#)', (status, make) => {
    const leaves = ['completed', 'partial', 'declined', 'opted_out'].includes(status);
    expect(leavesNote(make().state, givenPlan())).toBe(leaves);
  });

  it('is no for a stranger who rang us, and yes once we know who it is (HS-15)', () => {
    const plan = givenInboundPlan({ candidates: [{}] });
    const stranger = givenCaller(plan).keys('1').when(hungUp());
    expect(leavesNote(stranger.state, plan)).toBe(false);
    const known = givenCaller(plan).keys('1', BIRTH_DATE_KEYS).when(hungUp());
    expect(leavesNote(known.state, plan)).toBe(true);
  });
});

describe('callRecord', () => {
  it('tells a finished call in one flat record', () => {
    const call = talk(givenOpening()).when(speakEnded, hungUp(), recordingSaved());
    expect(callRecord(call.state)).toMatchObject({
      status: 'completed',
      language: 'en',
      identity: 'verified',
      answeredBy: 'human',
      consentCollection: 'given',
      consentRecording: 'given',
      consentAt: call.state.consent.at,
      hangupCause: 'normal_clearing',
      hangupSource: 'callee',
      sipHangupCause: '200',
      error: null,
      recordingStatus: 'pending',
      recordingId: 'rec-1',
      recordingDurationMs: 61_000,
      callControlId: 'v3:control',
      callLegId: 'leg-1',
      callSessionId: 'session-1',
    });
  });

  it('tells nothing that has not happened', () => {
    const {
      status,
      language,
      identity,
      answeredBy,
      consentCollection,
      consentRecording,
      recordingStatus,
      redFlags,
      ...rest
    } = callRecord(given().state);
    expect([status, language, identity, answeredBy]).toEqual(['queued', 'en', 'not_checked', 'unknown']);
    expect([consentCollection, consentRecording, recordingStatus]).toEqual(['not_asked', 'not_asked', 'none']);
    expect(redFlags).toBe(0);
    expect(Object.values(rest).every((value) => value === null)).toBe(true);
  });

  it('takes any key for a human, and silence for nobody in particular', () => {
    expect(callRecord(givenOpening().silent(2).state).answeredBy).toBe('unknown');
    expect(callRecord(givenOpening().keys('7').state).answeredBy).toBe('human');
    expect(callRecord(givenOpening().ends('invalid').state).answeredBy).toBe('human');
  });

  it.each([
    ['none', () => givenInterview(undefined, '2')],
    ['pending', () => givenInterview()],
    ['pending', () => givenInterview().keys('*', '8')],
    [
      'failed',
      () => {
        const call = givenInterview();
        const { seq, name } = call.ordered('record_start')[0]!;
        return call.when({ type: 'command.failed', seq, name, reason: 'refused', code: '90034' });
      },
    ],
  ] as const)('says the recording is %s (%#)', (status, make) => {
    expect(callRecord(make().state).recordingStatus).toBe(status);
  });
});

describe('durationSeconds', () => {
  it('is talk time in whole seconds, and 0 for a call nobody answered', () => {
    expect(durationSeconds({ answeredAt: 1000, endedAt: 62_400 })).toBe(61);
    expect(durationSeconds({ answeredAt: null, endedAt: 62_400 })).toBe(0);
    expect(durationSeconds({ answeredAt: 1000, endedAt: null })).toBe(0);
  });

  it('is never negative, although the two times may come from different clocks', () => {
    expect(durationSeconds({ answeredAt: 5000, endedAt: 4000 })).toBe(0);
  });
});
