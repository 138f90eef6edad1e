import { describe, expect, test } from 'vitest';
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { clientState, patient, rig } from './rig.ts';

const webhookUrl = 'http://worker.test/hook';
const caller: Persona = { ...(personas[0] as Persona), keys: { opening: ['hangup'] } };
const expected: Persona['expected'] = { status: 'completed', note: 'any', items: {} };
const ringing: Persona = {
  ...caller,
  keys: { opening: ['hangup'] },
  ringBack: { afterMs: 10_000, keys: { opening: ['1'] }, expected },
};
const inbound = (options: Omit<Partial<EngineOptions>, 'clock'> = {}) =>
  rig({ webhookUrl, personas: [caller], ...options });
const code = (answer: { errors: { code: string }[] }) => answer.errors[0]?.code;

describe('A patient who rings the clinic', () => {
  test('is parked until answered, without client_state before it, and is named as who hung up', async () => {
    const { engine, act, clock, inbox, ask } = await inbound();
    const leg = engine.ring({ from: patient });
    await clock.advance(1_000);
    await act(leg.callControlId, 'answer', { client_state: clientState('answer', 0, 'call_in') });
    await ask(leg.callControlId, 'opening', { client_state: clientState('opening', 1, 'call_in') });
    await clock.runUntilIdle();
    expect(inbox.map(({ event }) => [event.event_type, event.payload.client_state === null])).toEqual([
      ['call.initiated', true],
      ['call.answered', false],
      ['call.gather.ended', false],
      ['call.hangup', false],
      ['call.cost', false],
    ]);
    expect(inbox[0]?.event.payload).toMatchObject({ direction: 'incoming', state: 'parked', from: patient });
    expect(inbox[1]?.event.payload).not.toHaveProperty('direction');
    expect(inbox[3]?.event.payload).toMatchObject({ hangup_source: 'caller', sip_hangup_cause: 'unspecified' });
    expect(engine.record(leg.callControlId)).toMatchObject({ callId: 'call_in', direction: 'incoming' });
  });

  test('cannot be spoken to before the answer, and can be hung up on', async () => {
    const { engine, act, clock, ask, events } = await inbound();
    const { callControlId: id } = engine.ring({ from: patient });
    expect(code(await act(id, 'speak', { payload: 'Hello.', voice: 'female' }))).toBe('90034');
    expect(code(await ask(id, 'opening'))).toBe('90034');
    expect((await act(id, 'hangup')).status).toBe(200);
    await clock.runUntilIdle();
    expect(events('call.answered')).toHaveLength(0);
    expect(events('call.hangup')).toHaveLength(1);
  });

  test('gives up when nobody answers, sooner or later', async () => {
    for (const [givesUpAfterMs, waitedMs] of [
      [undefined, 30_000],
      [4_000, 4_000],
    ] as const) {
      const { engine, clock, inbox, events } = await inbound();
      engine.ring({ from: patient, ...(givesUpAfterMs === undefined ? {} : { givesUpAfterMs }) });
      await clock.runUntilIdle();
      const [hangup] = events('call.hangup');
      expect(hangup?.event.payload).toMatchObject({ hangup_cause: 'originator_cancel', hangup_source: 'caller' });
      expect(hangup!.at - inbox[0]!.at).toBe(waitedMs);
    }
  });

  test('may hide the number, and may dial another number of the clinic', async () => {
    const { engine, clock, inbox } = await inbound();
    engine.ring({ from: 'anonymous', to: '+12025550199' });
    await clock.advance(100);
    expect(inbox[0]?.event.payload).toMatchObject({
      from: 'anonymous',
      caller_id_name: 'anonymous',
      to: '+12025550199',
    });
    expect(engine.calls()).toMatchObject([{ persona: 'stranger' }]);
  });

  test('is a human, though a machine answers when the clinic rings', async () => {
    const machine = { greetingMs: 5_000, beep: true, verdict: 'machine', verdictAfterMs: 3_000 } as const;
    const { engine, act, ask, clock } = await inbound();
    const { callControlId: id } = engine.ring({
      from: patient,
      persona: { ...caller, keys: { opening: ['1'] }, machine },
    });
    await act(id, 'answer');
    await ask(id, 'opening', { maximum_digits: 1 });
    await clock.advance(10_000);
    expect(engine.record(id)).toMatchObject({ keys: '1', voicemail: [] });
  });

  test('is answered once', async () => {
    const { engine, act, clock, events } = await inbound();
    const { callControlId: id } = engine.ring({ from: patient });
    await act(id, 'answer');
    await act(id, 'answer');
    await clock.advance(100);
    expect(events('call.answered')).toHaveLength(1);
  });
});

describe('A patient who rings back', () => {
  test('rings the number the first call came from, after it is over, and behaves as the second script says', async () => {
    const { engine, answered, ask, act, clock, inbox } = await inbound({ personas: [ringing], ringBacks: true });
    const id = await answered({ from: '+12025550123' });
    await ask(id, 'opening');
    await clock.advance(20_000);
    const [first, second] = engine.calls();
    expect(first?.phase).toBe('ended');
    expect(second).toMatchObject({ direction: 'incoming', persona: ringing.id, phone: ringing.phone });
    expect(inbox.at(-1)?.event.payload).toMatchObject({ direction: 'incoming', to: '+12025550123' });
    await act(second!.callControlId, 'answer', { client_state: clientState('answer') });
    await ask(second!.callControlId, 'opening', { maximum_digits: 1 });
    await clock.runUntilIdle();
    expect(second?.record.keys).toBe('1');
    expect(engine.calls()).toHaveLength(2);
  });

  test('does not ring back after a call that was inbound itself', async () => {
    const { engine, clock } = await inbound({ ringBacks: true });
    engine.ring({ from: ringing.phone, persona: ringing });
    await clock.runUntilIdle();
    expect(engine.calls()).toHaveLength(1);
  });

  test('does so by itself only when told to, and by hand at any time', async () => {
    const { engine, answered, ask, clock } = await inbound({ personas: [ringing] });
    await ask(await answered(), 'opening');
    await clock.runUntilIdle();
    expect(engine.calls()).toHaveLength(1);
    expect(engine.ringBack(caller)).toBeNull();
    expect(engine.ringBack(ringing, '+12025550123')).toMatchObject({ direction: 'incoming', to: '+12025550123' });
  });
});
