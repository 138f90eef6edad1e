/** From Telnyx' webhook bodies to facts: the documented shapes, the odd ones, and junk. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeClientState } from '../../src/telnyx/client-state.ts';
import { parseEvent } from '../../src/telnyx/parse-event.ts';

const RECEIVED_AT = Date.UTC(2030, 0, 7, 15, 0, 1);
const OCCURRED_AT = '2030-01-07T15:00:00.123456Z';
const CALL = 'call_0199f3c2-7f4e-7000-8000-000000000001';
const clientState = encodeClientState({ callId: CALL, step: 'hpi.pain_level', seq: 7 });
const asked = { step: 'hpi.pain_level', seq: 7 };
const ids = { callControlId: 'v3:EXAMPLE-a_1', callLegId: 'leg', callSessionId: 'session' };

const common = {
  call_control_id: 'v3:EXAMPLE-a_1',
  call_leg_id: 'leg',
  call_session_id: 'session',
  connection_id: '1684641123236054244',
  client_state: clientState,
};
const bodyOf = (event_type: unknown, payload: Record<string, unknown> = {}, data: Record<string, unknown> = {}) => ({
  data: {
    record_type: 'event',
    event_type,
    id: 'evt-1',
    occurred_at: OCCURRED_AT,
    payload: { ...common, ...payload },
    ...data,
  },
  meta: { attempt: 1, delivered_to: 'https://app.example.com/webhooks/telnyx' },
});
const parse = (...args: Parameters<typeof bodyOf>) => parseEvent(bodyOf(...args), RECEIVED_AT);
const fact = (...args: Parameters<typeof bodyOf>) => {
  const parsed = parse(...args);
  return parsed.kind === 'event' ? parsed.event : parsed.kind;
};

const people = { from: '+12025550101', to: '+12025550199' };

describe('a webhook body', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['call.initiated', { ...people, direction: 'outgoing', state: 'bridging' }, { type: 'call.initiated', ids }],
    ['call.answered', { ...people, state: 'answered' }, { type: 'call.answered', ids }],
    ['call.dtmf.received', { ...people, digit: '5' }, { type: 'dtmf.received', digit: '5', asked }],
    ['call.dtmf.received', { ...people, digit: '*' }, { type: 'dtmf.received', digit: '*', asked }],
    [
      'call.gather.ended',
      { digits: '7', status: 'valid' },
      { type: 'gather.ended', digits: '7', status: 'valid', asked },
    ],
    [
      'call.gather.ended',
      { digits: '', status: 'timeout' },
      { type: 'gather.ended', digits: '', status: 'timeout', asked },
    ],
    ['call.gather.ended', { status: 'cancelled' }, { type: 'gather.ended', digits: '', status: 'cancelled', asked }],
    [
      'call.gather.ended',
      { digits: null, status: 'call_hangup' },
      { type: 'gather.ended', digits: '', status: 'call_hangup', asked },
    ],
    ['call.gather.ended', { status: 'something_new' }, { type: 'gather.ended', digits: '', status: 'other', asked }],
    ['call.gather.ended', {}, { type: 'gather.ended', digits: '', status: 'other', asked }],
    ['call.speak.ended', { speak_id: 'Yk3v0Qe1', status: 'completed' }, { type: 'speak.ended' }],
    ['call.speak.ended', { status: 'call_hangup' }, { type: 'speak.ended', cut: 'hangup' }],
    ['call.speak.ended', { status: 'cancelled_amd' }, { type: 'speak.ended', cut: 'detection' }],
    ['call.playback.ended', { status: 'completed' }, { type: 'playback.ended', status: 'completed' }],
    ['call_playback_ended', { status: 'completed' }, { type: 'playback.ended', status: 'completed' }],
    ['call.playback.ended', { status: 'cancelled' }, { type: 'playback.ended', status: 'stopped' }],
    ['call.playback.ended', { status: 'cancelled_amd' }, { type: 'playback.ended', status: 'detection' }],
    ['call.playback.ended', { status: 'call_hangup' }, { type: 'playback.ended', status: 'hangup' }],
    ['call.playback.ended', { status: 'file_not_found' }, { type: 'playback.ended', status: 'lost' }],
    ['call.playback.ended', { status: 'failed' }, { type: 'playback.ended', status: 'lost' }],
    ['call.playback.ended', { status: 'something_new' }, { type: 'playback.ended', status: 'unknown' }],
    ['call.playback.ended', {}, { type: 'playback.ended', status: 'unknown' }],
    [
      'call.hangup',
      {
        ...people,
        hangup_cause: 'user_busy',
        hangup_source: 'unknown',
        sip_hangup_cause: '486',
        call_quality_stats: null,
      },
      { type: 'call.hangup', cause: 'user_busy', source: 'unknown', sipCause: '486' },
    ],
    ['call.hangup', { sip_hangup_cause: 486 }, { type: 'call.hangup', cause: null, source: null, sipCause: null }],
    ['call.bridged', people, { type: 'staff.answered', seq: null }],
    [
      'call.machine.premium.detection.ended',
      { result: 'human_residence' },
      { type: 'machine.detected', verdict: 'human' },
    ],
    [
      'call.machine.premium.detection.ended',
      { result: 'human_business' },
      { type: 'machine.detected', verdict: 'human' },
    ],
    ['call.machine.premium.detection.ended', { result: 'machine' }, { type: 'machine.detected', verdict: 'machine' }],
    ['call.machine.premium.detection.ended', { result: 'silence' }, { type: 'machine.detected', verdict: 'silence' }],
    ['call.machine.premium.detection.ended', { result: 'fax_detected' }, { type: 'machine.detected', verdict: 'fax' }],
    ['call.machine.premium.detection.ended', { result: 'not_sure' }, { type: 'machine.detected', verdict: 'not_sure' }],
    ['call.machine.premium.detection.ended', { result: 'beyond' }, { type: 'machine.detected', verdict: 'not_sure' }],
    ['call.machine.premium.detection.ended', {}, { type: 'machine.detected', verdict: 'not_sure' }],
    ['call.machine.detection.ended', { result: 'human' }, { type: 'machine.detected', verdict: 'human' }],
    ['call.machine.premium.greeting.ended', { result: 'beep_detected' }, { type: 'greeting.ended' }],
    ['call.machine.premium.greeting.ended', { result: 'no_beep_detected' }, { type: 'greeting.ended' }],
    ['call.machine.greeting.ended', { result: 'ended' }, { type: 'greeting.ended' }],
    ['call.machine.premium.call_screening.detected', {}, { type: 'call_screening.detected' }],
    [
      'call.transcription',
      { transcription_data: { transcript: 'my knee', is_final: true, confidence: 0.94 } },
      { type: 'transcription.received', text: 'my knee', confidence: 0.94 },
    ],
    [
      'call.transcription',
      { transcription_data: { transcript: 'my knee', confidence: null, transcription_track: 'inbound' } },
      { type: 'transcription.received', text: 'my knee', confidence: null },
    ],
    [
      'call.transcription',
      { transcription_data: { transcript: 'my knee', is_final: 'yes', confidence: 'high' } },
      { type: 'transcription.received', text: 'my knee', confidence: null },
    ],
  ])('%s %j is the fact it tells (Z5, Z6)', (type, payload, expected) => {
    expect(fact(type, payload)).toEqual({
      ...expected,
      id: 'evt-1',
      at: Date.parse(OCCURRED_AT),
      receivedAt: RECEIVED_AT,
    });
  });

  it('goes to the call its client_state names', () => {
    expect(parse('call.answered')).toMatchObject({ kind: 'event', callId: CALL });
  });

  it.each([
    'call.recording.saved',
    'call_recording_saved',
    'call.recording_saved',
    'recording_saved',
    'CALL.RECORDING.SAVED',
  ])('%s without a call_control_id is the saved recording (Z3, Z14)', (type) => {
    const saved = {
      call_control_id: undefined,
      recording_id: '4d0c2a5e',
      channels: 'dual',
      recording_started_at: '2026-11-20T15:04:10.000001Z',
      recording_ended_at: '2026-11-20T15:06:00.000001Z',
      recording_urls: { mp3: 'https://s3.amazonaws.com/x.mp3?X-Amz-Expires=600' },
      public_recording_urls: {},
    };
    expect(fact(type, saved)).toMatchObject({ type: 'recording.saved', recordingId: '4d0c2a5e', durationMs: 110_000 });
  });

  it.each([
    [{}, null, null],
    [{ recording_id: 'r', recording_started_at: 'x', recording_ended_at: 'y' }, 'r', null],
    [{ recording_started_at: '2026-11-20T15:06:00Z', recording_ended_at: '2026-11-20T15:04:00Z' }, null, null],
  ])('a saved recording that says less is taken as it is: %j', (payload, recordingId, durationMs) => {
    expect(fact('call.recording.saved', payload)).toMatchObject({ recordingId, durationMs });
  });

  it.each([
    'call_machine_premium_detection_ended',
    'call.machine.premium.detection_ended',
    'CALL.MACHINE.PREMIUM.DETECTION.ENDED',
  ])('%s is the verdict in another spelling (Z14)', (type) => {
    expect(fact(type, { result: 'machine' })).toMatchObject({ type: 'machine.detected', verdict: 'machine' });
  });

  it.each<[string, unknown]>([
    ['an interim', { transcript: 'my kn', is_final: false, confidence: 0 }],
    ['what the line itself plays', { transcript: 'Press 1', is_final: true, transcription_track: 'outbound' }],
    ['no words', { transcript: '', is_final: true }],
    ['words that are a number', { transcript: 7, is_final: true }],
    ['nothing', null],
    ['a text', 'my knee'],
  ])('a transcription of %s is dropped', (_, transcription_data) => {
    expect(parse('call.transcription', { transcription_data }).kind).toBe('ignored');
  });

  it('a transcription outside its data is not read (Z2)', () => {
    expect(parse('call.transcription', { transcript: 'my knee', is_final: true, confidence: 0.9 }).kind).toBe(
      'ignored',
    );
  });

  it('a saved recording tells when it began', () => {
    const saved = { recording_id: 'r', recording_started_at: '2026-11-20T15:04:10.000001Z' };
    expect(fact('call.recording.saved', saved)).toMatchObject({ startedAt: Date.UTC(2026, 10, 20, 15, 4, 10) });
  });

  it.each<[string, object | null]>([
    ['call.answered', { type: 'staff.answered', seq: 3 }],
    ['call.bridged', { type: 'staff.answered', seq: 3 }],
    ['call_bridged', { type: 'staff.answered', seq: 3 }],
    ['call.hangup', { type: 'staff.hung_up', seq: 3 }],
    ['call.initiated', null],
    ['call.dtmf.received', null],
    ['call.gather.ended', null],
    ['call.speak.ended', null],
    ['call.transcription', null],
    ['call.recording.saved', null],
    ['call.machine.premium.detection.ended', null],
  ])('%s of the leg that staff answer concerns the call only so far', (type, expected) => {
    const leg = encodeClientState({ callId: CALL, step: 'leg_b', seq: 3 });
    const transcription_data = { transcript: 'Front desk', is_final: true };
    const parsed = parse(type, { client_state: leg, digit: '9', digits: '9', result: 'machine', transcription_data });
    if (expected === null) expect(parsed.kind).toBe('ignored');
    else expect(parsed).toMatchObject({ kind: 'event', callId: CALL, event: { ...expected, id: 'evt-1' } });
  });

  it('without a readable time happened when it came', () => {
    expect(fact('call.speak.ended', {}, { occurred_at: 'yesterday' })).toMatchObject({ at: RECEIVED_AT });
  });

  it.each([
    'call.playback.started',
    'call.speak.started',
    'call.recording.transcription.saved',
    'call.refer.started',
    'streaming.started',
    'something.new',
  ])('%s is of no use here and dropped before any storage', (type) => {
    expect(parse(type, { status: 'completed', result: 'human_residence' })).toEqual({
      kind: 'ignored',
      eventType: type,
      eventId: 'evt-1',
    });
  });

  it.each([
    ['an inbound call that is ours already', 'call.initiated', { direction: 'incoming', state: 'parked' }],
    ['an inbound call without ids', 'call.initiated', { direction: 'incoming', client_state: null, call_leg_id: null }],
    ['a call without ids', 'call.answered', { call_session_id: null }],
    ['a key that is none', 'call.dtmf.received', { digit: '12' }],
    ['no key', 'call.dtmf.received', {}],
  ])('of %s is dropped', (_, type, payload) => {
    expect(parse(type, payload).kind).toBe('ignored');
  });

  it.each([null, '', btoa('{}'), 'aGVsbG8='])('with client_state %j is not a call of ours', (client_state) => {
    expect(parse('call.hangup', { client_state, hangup_cause: 'originator_cancel' })).toEqual({
      ...{ kind: 'unaddressed', eventType: 'call.hangup', eventId: 'evt-1', legId: 'leg' },
      event: {
        ...{ type: 'call.hangup', cause: 'originator_cancel', source: null, sipCause: null },
        ...{ id: 'evt-1', at: Date.parse(OCCURRED_AT), receivedAt: RECEIVED_AT },
      },
    });
  });

  it('without client_state and without a leg is of nobody', () => {
    expect(parse('call.hangup', { client_state: null, call_leg_id: null })).toMatchObject({
      kind: 'unaddressed',
      legId: null,
    });
  });

  it('without client_state asks no question: its keys belong to none', () => {
    const parsed = parse('call.gather.ended', { client_state: null, digits: '1', status: 'valid' });
    expect(parsed).toMatchObject({ kind: 'unaddressed', event: { digits: '1', asked: null } });
  });
});

describe('somebody who rings', () => {
  const incoming = { direction: 'incoming', state: 'parked', client_state: null };

  it('is an arrival, with its ids and both numbers', () => {
    expect(parse('call.initiated', { ...incoming, ...people })).toEqual({
      kind: 'arrival',
      arrival: { ids, ...people, id: 'evt-1', at: Date.parse(OCCURRED_AT), receivedAt: RECEIVED_AT },
    });
    expect(parse('call_initiated', { ...incoming, ...people }).kind).toBe('arrival');
  });

  it.each([
    [{ from: 'anonymous' }, 'anonymous'],
    [{ from: null }, ''],
    [{ from: 12025550199 }, ''],
  ])('may hide the number: %j', (payload, from) => {
    expect(parse('call.initiated', { ...incoming, ...payload })).toMatchObject({ arrival: { from } });
  });

  it('is none when we ring: an outgoing call without client_state is not answered', () => {
    const outgoing = { client_state: null, direction: 'outgoing', state: 'bridging' };
    expect(parse('call.initiated', outgoing).kind).toBe('unaddressed');
  });
});

describe('what is no webhook of this version', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a string', 'call.hangup'],
    ['a list', []],
    ['an empty object', {}],
    ['no payload', { data: { event_type: 'call.hangup', id: 'e', occurred_at: OCCURRED_AT } }],
    ['no id', bodyOf('call.hangup', {}, { id: undefined })],
    ['an id without end', bodyOf('call.hangup', {}, { id: 'x'.repeat(101) })],
    ['no type', bodyOf(undefined)],
    ['a type that is a number', bodyOf(5)],
    ['no time', bodyOf('call.hangup', {}, { occurred_at: null })],
    [
      'the v1 format',
      { event_type: 'call_hangup', created_at: OCCURRED_AT, payload: { ...common, hangup_cause: 'normal_clearing' } },
    ],
    [
      "the portal debugger's format",
      { event_type: 'call.hangup', created_at: OCCURRED_AT, webhook_id: 'w', payload: common },
    ],
  ])('%s is unreadable', (_, body) => {
    expect(parseEvent(body, RECEIVED_AT)).toEqual({ kind: 'unreadable' });
  });

  it('never throws, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(['event', 'arrival', 'unaddressed', 'ignored', 'unreadable']).toContain(
          parseEvent(body, RECEIVED_AT).kind,
        );
      }),
    );
  });

  it('never throws, whatever stands in the fields of a known event', () => {
    const types = [
      'call.initiated',
      'call.answered',
      'call.dtmf.received',
      'call.gather.ended',
      'call.recording.saved',
      'call.hangup',
      'call.transcription',
      'call.machine.premium.detection.ended',
    ];
    const names = [
      'call_control_id',
      'call_leg_id',
      'client_state',
      'direction',
      'digit',
      'digits',
      'status',
      'hangup_cause',
    ];
    const more = [
      'transcription_data',
      'result',
      'from',
      'recording_id',
      'recording_started_at',
      'recording_ended_at',
      '__proto__',
      'constructor',
    ];
    const payload = fc.dictionary(fc.constantFrom(...names, ...more), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...types), payload, (type, fields) => {
        const parsed = parse(type, fields);
        expect(['event', 'arrival', 'unaddressed', 'ignored']).toContain(parsed.kind);
        if (parsed.kind === 'event' && parsed.event.type === 'gather.ended')
          expect(typeof parsed.event.digits).toBe('string');
      }),
    );
  });
});
