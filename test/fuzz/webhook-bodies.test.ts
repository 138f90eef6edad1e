/**
 * Webhooks whose body is almost right, into a call at any point: whatever Telnyx, or somebody who has its key, may send, the parser
 * answers with one of its kinds, and the call keeps every rule (T06, T26, S1-T9, C81).
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallState } from '../../src/domain/intake/state.ts';
import { transition } from '../../src/domain/intake/transition.ts';
import { noteOf } from '../../src/domain/note/note.ts';
import { decodeClientState, encodeClientState } from '../../src/telnyx/client-state.ts';
import { parseEvent } from '../../src/telnyx/parse-event.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { givenConsent, givenInterview, givenOpening, givenRinging } from '../support/given-conversation.ts';
import { givenPlan } from '../support/given-plan.ts';
import { spoiledJson } from '../support/spoiled.ts';

const CALL = 'call_0199f3c2-7f4e-7000-8000-000000000001';
const plan = givenPlan();
const STATES: readonly CallState[] = [givenRinging(), givenOpening(), givenConsent(), givenInterview()].map(
  ({ state }) => state,
);

const PAYLOADS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['call.initiated', { direction: 'outgoing', state: 'bridging', from: '+12025550101', to: '+12025550199' }],
  ['call.initiated', { direction: 'incoming', from: '+12025550143', to: '+12025550101' }],
  ['call.answered', { state: 'answered' }],
  ['call.dtmf.received', { digit: '1' }],
  ['call.gather.ended', { digits: '1', status: 'valid' }],
  ['call.gather.ended', { digits: '04121980', status: 'valid' }],
  ['call.gather.ended', { digits: '', status: 'timeout' }],
  ['call.speak.ended', { status: 'completed' }],
  ['call.playback.ended', { status: 'completed' }],
  ['call.machine.premium.detection.ended', { result: 'machine' }],
  ['call.machine.premium.greeting.ended', { result: 'beep_detected' }],
  ['call.transcription', { transcription_data: { transcript: 'my knee hurts', confidence: 0.9, is_final: true } }],
  [
    'call.recording.saved',
    { recording_id: '428c31b6', format: 'mp3', recording_urls: { mp3: 'https://s3.amazonaws.com/x' } },
  ],
  ['call.bridged', {}],
  ['call.cost', { total_cost: '0.0123', cost_parts: [{ cost: '0.01', currency: 'USD', call_part: 'sip-trunking' }] }],
  ['call.hangup', { hangup_cause: 'normal_clearing', hangup_source: 'callee', sip_hangup_cause: '200' }],
];
const STEPS = ['dial', 'opening', 'birth_date', 'consent', 'hpi.pain_level', 'hpi.chief_complaint.confirm', 'leg_b'];

const bodies = PAYLOADS.flatMap(([event_type, payload], n) =>
  STEPS.map((step, seq) => ({
    data: {
      ...{ record_type: 'event', event_type, id: `evt-${n}-${seq}`, occurred_at: '2030-01-07T15:00:00.123456Z' },
      payload: {
        ...{ call_control_id: 'v3:EXAMPLE-a_1', call_leg_id: 'leg', call_session_id: 'session', ...payload },
        client_state: encodeClientState({ callId: CALL, step, seq }),
      },
    },
    meta: { attempt: 1 },
  })),
);

it('a call stays sound under any stream of almost right webhooks: nothing throws, nothing is recorded without the key of consent', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STATES), fc.array(spoiledJson(...bodies), { maxLength: 12 }), (begun, stream) => {
      let state = begun;
      let now = plan.createdAt + 60_000;
      for (const body of stream) {
        now += 700;
        const parsed = parseEvent(body, now);
        if (parsed.kind === 'arrival') expect(typeof parsed.arrival.from).toBe('string');
        if (parsed.kind !== 'event' && parsed.kind !== 'unaddressed') continue;
        const [next, commands] = transition(state, parsed.event, plan);
        const recorders = commands.filter(({ name }) => name === 'record_start' || name === 'transcription_start');
        if (recorders.length > 0) expect(next).toMatchObject({ consent: { recording: 'given' } });
        state = next;
      }
      // Whatever came of it can be written down, and stored.
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      expect(noteOf(state, plan, 'note_1', 1, now, (at) => new Date(at).toISOString())).toBeTypeOf('object');
    }),
    fuzzRuns(400),
  );
});

it('a client_state is ours or nobody’s', () => {
  const good = encodeClientState({ callId: CALL, step: 'hpi.pain_level', seq: 7 });
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.base64String({ maxLength: 300 }),
    spoiledJson({ s: CALL, q: 'opening', n: 1 }).map((value) =>
      btoa(String(JSON.stringify(value)).replace(/[^\0-\xff]/g, '?')),
    ),
    fc.nat(good.length).map((at) => `${good.slice(0, at)}!${good.slice(at)}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const read = decodeClientState(text);
      if (read === null) return;
      expect(read.callId).toMatch(/^call_[0-9a-f-]{36,64}$/);
      expect(Number.isSafeInteger(read.seq)).toBe(true);
      expect(decodeClientState(encodeClientState(read))).toEqual(read);
    }),
    fuzzRuns(2000),
  );
});
