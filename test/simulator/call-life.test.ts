import { describe, expect, test } from 'vitest';
import type { Persona, Pickup } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { clientState, rig } from './rig.ts';

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

describe('Inbound calls', () => {
  test('are parked until answered, carry no client_state before it, and name the caller as who hung up', async () => {
    const { engine, act, clock, inbox, ask } = await rig({
      webhookUrl: 'http://worker.test/hook',
      personas: pickedUp({ kind: 'no_answer' }, { opening: ['hangup'] }),
    });
    const leg = engine.ring({ from: '+12025550143' });
    await clock.advance(1_000);
    await act(leg.callControlId, 'answer', { client_state: clientState('answer') });
    await ask(leg.callControlId, 'opening');
    await clock.runUntilIdle();
    expect(inbox.map(({ event }) => [event.event_type, event.payload.client_state === null])).toEqual([
      ['call.initiated', true],
      ['call.answered', false],
      ['call.gather.ended', false],
      ['call.hangup', false],
      ['call.cost', false],
    ]);
    expect(inbox[0]?.event.payload).toMatchObject({ direction: 'incoming', state: 'parked', from: '+12025550143' });
    expect(inbox[3]?.event.payload).toMatchObject({ hangup_source: 'caller', sip_hangup_cause: 'unspecified' });
  });

  test('end with originator_cancel when nobody answers', async () => {
    const { engine, clock, events } = await rig({ webhookUrl: 'http://worker.test/hook' });
    engine.ring({ from: '+12025550143' });
    await clock.runUntilIdle();
    expect(events('call.hangup')[0]?.event.payload).toMatchObject({ hangup_cause: 'originator_cancel' });
  });
});

describe('Transfer', () => {
  const to = '+12025550190';

  test('to staff who answer bridges both legs under one session, and ends both', async () => {
    const { answered, act, clock, inbox, engine } = await rig({
      staff: [{ phone: to, answersAfterMs: 2_000, talksForMs: 20_000 }],
    });
    const id = await answered({ client_state: clientState('dial') });
    await act(id, 'transfer', { to, target_leg_client_state: clientState('leg_b') });
    await clock.runUntilIdle();
    const rest = inbox
      .slice(2)
      .map(({ event }) => [
        event.event_type,
        event.payload.call_control_id === id ? 'A' : 'B',
        JSON.parse(atob(event.payload.client_state)).q,
      ]);
    expect(rest.slice(0, 4)).toEqual([
      ['call.initiated', 'B', 'leg_b'],
      ['call.answered', 'B', 'leg_b'],
      ['call.bridged', 'A', 'dial'],
      ['call.bridged', 'B', 'leg_b'],
    ]);
    expect(rest.slice(4, 6).map(([type]) => type)).toEqual(['call.hangup', 'call.hangup']);
    expect(new Set(inbox.map(({ event }) => event.payload.call_session_id)).size).toBe(1);
    expect(engine.calls().map((call) => call.phase)).toEqual(['ended', 'ended']);
  });

  test('to staff who do not answer leaves leg A alive and controllable', async () => {
    const { answered, act, clock, events } = await rig();
    const id = await answered();
    await act(id, 'transfer', { to, timeout_secs: 20 });
    await clock.advance(25_000);
    expect(events('call.hangup').map(({ event }) => event.payload.hangup_cause)).toEqual(['timeout']);
    expect(events('call.hangup')[0]?.event.payload.call_control_id).not.toBe(id);
    expect((await act(id, 'speak', { payload: 'Sorry.', voice: 'female' })).status).toBe(200);
  });

  test('is cancelled when the patient hangs up while staff ring', async () => {
    const { answered, act, clock, events, engine } = await rig();
    const id = await answered();
    await act(id, 'transfer', { to });
    await act(id, 'hangup');
    await clock.runUntilIdle();
    expect(events('call.hangup')).toHaveLength(2);
    expect(engine.calls().map((call) => call.phase)).toEqual(['ended', 'ended']);
  });
});
