import { describe, expect, test } from 'vitest';
import type { Persona, Pickup } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { rig } from './rig.ts';

function pickedUp(pickup: Pickup, keys: Persona['keys'] = {}): readonly Persona[] {
  return [{ ...(personas[0] as Persona), pickup, keys }];
}

describe('The end of a call says why (Z6)', () => {
  test.each([
    ['busy', { kind: 'busy', afterMs: 500 }, {}, ['user_busy', 'unknown', '486']],
    ['declined', { kind: 'rejects', afterMs: 500 }, {}, ['call_rejected', 'callee', '603']],
    ['nobody there', { kind: 'no_answer' }, {}, ['timeout', 'caller', '487']],
    ['nobody there, one route', { kind: 'no_answer' }, { retry_on_timeout: false }, ['no_answer', 'caller', '487']],
  ] as const)('%s', async (_name, pickup, body, [cause, source, sip]) => {
    const { dial, clock, types, events } = await rig({ personas: pickedUp(pickup) });
    await dial(body);
    await clock.runUntilIdle();
    expect(types()).toEqual(['call.initiated', 'call.hangup', 'call.cost']);
    expect(events('call.hangup')[0]?.event.payload).toMatchObject({
      hangup_cause: cause,
      hangup_source: source,
      sip_hangup_cause: sip,
    });
  });

  test('an answered call that we end is normal_clearing by the caller', async () => {
    const { answered, act, clock, events } = await rig();
    await act(await answered(), 'hangup');
    await clock.runUntilIdle();
    expect(events('call.hangup')[0]?.event.payload).toMatchObject({
      hangup_cause: 'normal_clearing',
      hangup_source: 'caller',
    });
  });

  test('a ringing call that we end is cancelled', async () => {
    const { dial, act, clock, events } = await rig();
    await act((await dial()).data.call_control_id, 'hangup');
    await clock.runUntilIdle();
    expect(events('call.hangup')[0]?.event.payload).toMatchObject({ hangup_cause: 'originator_cancel' });
    expect(events('call.answered')).toHaveLength(0);
  });

  test('the time limit ends a call', async () => {
    const { answered, clock, events } = await rig();
    await answered({ time_limit_secs: 30 });
    await clock.advance(60_000);
    expect(events('call.hangup')[0]?.event.payload.hangup_cause).toBe('time_limit');
  });

  test('a patient who hears nothing for too long hangs up', async () => {
    const { answered, clock, events } = await rig({ patienceMs: 60_000 });
    await answered();
    await clock.runUntilIdle();
    expect(events('call.hangup')[0]?.event.payload).toMatchObject({ hangup_source: 'callee' });
  });
});

describe('Events of a call', () => {
  test('an outbound call begins with call.initiated, outgoing and bridging; direction is said nowhere else', async () => {
    const { answered, inbox } = await rig();
    await answered();
    const [initiated, answeredEvent] = inbox;
    expect(initiated?.event.payload).toMatchObject({ direction: 'outgoing', state: 'bridging' });
    expect(answeredEvent?.event.payload).not.toHaveProperty('direction');
    expect(initiated?.event.occurred_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('a speak cut off by the hang-up ends with call_hangup', async () => {
    const { answered, act, clock, events } = await rig();
    const id = await answered();
    await act(id, 'speak', { payload: 'A long sentence. '.repeat(20), voice: 'female' });
    await clock.advance(1_000);
    await act(id, 'hangup');
    await clock.runUntilIdle();
    expect(events('call.speak.ended')[0]?.event.payload.status).toBe('call_hangup');
  });

  test('playback_stop ends a speak as completed, for want of another word', async () => {
    const { answered, act, clock, events } = await rig();
    const id = await answered();
    await act(id, 'speak', { payload: 'A long sentence. '.repeat(20), voice: 'female' });
    await clock.advance(1_000);
    await act(id, 'playback_stop');
    await clock.advance(100);
    expect(events('call.speak.ended')[0]?.event.payload.status).toBe('completed');
  });

  test('playback_stop all empties the queue, current goes on with the next', async () => {
    const { answered, act, clock, events } = await rig();
    const id = await answered();
    const start = () => act(id, 'playback_start', { audio_url: 'https://app.test/a.mp3' });
    await start();
    await start();
    await clock.advance(1_000);
    await act(id, 'playback_stop', { stop: 'current' });
    await clock.advance(1_000);
    expect(events('call.playback.started')).toHaveLength(2);
    await act(id, 'playback_stop');
    await clock.advance(1_000);
    expect(events('call.playback.ended').map(({ event }) => event.payload.status)).toEqual(['cancelled', 'cancelled']);
  });

  test('a verdict of answering machine detection comes when it was asked for', async () => {
    const { answered, events } = await rig();
    await answered({ answering_machine_detection: 'premium' });
    expect(events('call.machine.premium.detection.ended')[0]?.event.payload.result).toBe('human_residence');
  });
});

describe('Who is hard to reach', () => {
  test('picks up otherwise from the second call on', async () => {
    const script = pickedUp({ kind: 'busy', afterMs: 500 })[0] as Persona;
    const { dial, clock, types } = await rig({
      personas: [{ ...script, redial: { kind: 'answers', afterMs: 1_000 }, keys: { opening: ['hangup'] } }],
    });
    await dial();
    await clock.runUntilIdle();
    expect(types()).not.toContain('call.answered');
    for (let call = 0; call < 2; call += 1) {
      await dial();
      await clock.advance(2_000);
    }
    expect(types().filter((type) => type === 'call.answered')).toHaveLength(2);
  });

  test('may have a number without a route: the dial is refused as in the field, nothing rings, and it is on the books', async () => {
    const script = pickedUp({ kind: 'no_answer' })[0] as Persona;
    const { dial, clock, types, engine } = await rig({ personas: [{ ...script, unreachable: true }] });
    const answer = await dial();
    await clock.runUntilIdle();
    expect(answer).toMatchObject({
      status: 403,
      errors: [{ code: 10010, detail: expect.stringMatching(/ D40$/) }],
      telnyx_error: { error_code: 'D40' },
    });
    expect(types()).toEqual([]);
    expect(engine.dials).toEqual([{ at: expect.any(Number), to: script.phone, callId: null }]);
  });
});
