import { describe, expect, test } from 'vitest';
import type { Persona, StaffConduct } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { clientState, rig } from './rig.ts';

const to = '+12025550190';

async function transferred(conduct: StaffConduct | null, more: Partial<Persona> = {}, body: object = {}) {
  const line = await rig({
    personas: [{ ...(personas[0] as Persona), keys: {}, ...more }],
    ...(conduct === null ? {} : { staff: [{ phone: to, ...conduct }] }),
    patienceMs: 60_000,
  });
  const id = await line.answered({ client_state: clientState('dial') });
  await line.act(id, 'transfer', { to, target_leg_client_state: clientState('leg_b'), timeout_secs: 20, ...body });
  const seen = () =>
    line.inbox
      .slice(2)
      .map(({ event }) => [
        event.event_type.replace('call.', ''),
        event.payload.call_control_id === id ? 'A' : 'B',
        JSON.parse(atob(event.payload.client_state)).q,
      ]);
  const isAlive = async () => (await line.api('GET', `/v2/calls/${encodeURIComponent(id)}`)).data.is_alive;
  return { ...line, id, seen, isAlive, attempts: () => line.engine.record(id)?.transfers };
}

describe('A transfer', () => {
  test('to staff who answer bridges both legs, and ends both when staff hang up', async () => {
    const { seen, clock, attempts, engine } = await transferred({ answersAfterMs: 2_000, talksForMs: 20_000 });
    await clock.runUntilIdle();
    expect(seen().slice(0, 6)).toEqual([
      ['initiated', 'B', 'leg_b'],
      ['answered', 'B', 'leg_b'],
      ['bridged', 'A', 'dial'],
      ['bridged', 'B', 'leg_b'],
      ['hangup', 'B', 'leg_b'],
      ['hangup', 'A', 'dial'],
    ]);
    const [attempt] = attempts() ?? [];
    expect(attempt).toMatchObject({ to, outcome: 'bridged' });
    expect(attempt!.endedAt! - attempt!.bridgedAt!).toBe(20_000);
    expect(engine.calls().every(({ phase }) => phase === 'ended')).toBe(true);
  });

  test.each([
    ['do not answer', null, 'timeout', 'no_answer'],
    ['answer after the ring timeout', { answersAfterMs: 25_000, talksForMs: 1 }, 'timeout', 'no_answer'],
    ['are busy', { answersAfterMs: 1_000, talksForMs: 0, refuses: 'busy' }, 'user_busy', 'busy'],
    ['reject it', { answersAfterMs: 1_000, talksForMs: 0, refuses: 'rejects' }, 'call_rejected', 'rejected'],
  ] as const)('to staff who %s leaves leg A alive and able to hear', async (_name, conduct, cause, outcome) => {
    const { id, act, clock, events, isAlive, attempts } = await transferred(conduct);
    await clock.advance(22_000);
    expect(events('call.hangup').map(({ event }) => event.payload.hangup_cause)).toEqual([cause]);
    expect(attempts()).toMatchObject([{ outcome }]);
    expect(await isAlive()).toBe(true);
    await act(id, 'speak', { payload: 'Nobody is there.', voice: 'female' });
    await clock.advance(5_000);
    expect(events('call.speak.ended')[0]?.event.payload.status).toBe('completed');
    expect(events('call.bridged')).toHaveLength(0);
  });

  test('lets leg A hear a speak while staff ring', async () => {
    const { id, act, clock, types } = await transferred({ answersAfterMs: 15_000, talksForMs: 5_000 });
    await act(id, 'speak', { payload: 'Please hold.', voice: 'female' });
    await clock.advance(10_000);
    expect(types().slice(2)).toEqual(['call.initiated', 'call.speak.started', 'call.speak.ended']);
  });

  test('is cancelled when leg A hangs up while staff ring', async () => {
    const { id, act, clock, events, attempts, engine } = await transferred({ answersAfterMs: 15_000, talksForMs: 1 });
    await clock.advance(1_000);
    await act(id, 'hangup');
    await clock.runUntilIdle();
    const legB = events('call.hangup').find(({ event }) => event.payload.call_control_id !== id);
    expect(legB?.event.payload).toMatchObject({ hangup_cause: 'originator_cancel', sip_hangup_cause: '487' });
    expect(attempts()).toMatchObject([{ outcome: 'cancelled', bridgedAt: null }]);
    expect(engine.calls().map(({ phase }) => phase)).toEqual(['ended', 'ended']);
  });

  test('is cancelled by us, whoever hung up leg A', async () => {
    const never = { answersAfterMs: null, talksForMs: 0 };
    const { id, ask, clock, events } = await transferred(never, { keys: { opening: ['hangup'] } });
    await ask(id, 'opening', { client_state: clientState('opening') });
    await clock.advance(15_000);
    const sources = events('call.hangup').map(({ event }) => [
      event.payload.call_control_id === id ? 'A' : 'B',
      event.payload.hangup_source,
    ]);
    expect(sources).toEqual([
      ['A', 'callee'],
      ['B', 'caller'],
    ]);
  });

  test('that failed leaves a patient who does not wait for ever', async () => {
    const { clock, isAlive } = await transferred(null);
    await clock.advance(79_000);
    expect(await isAlive()).toBe(true);
    await clock.advance(2_000);
    expect(await isAlive()).toBe(false);
  });

  test('lets keys of the patient be received during the bridge, and the patient talk longer than any patience', async () => {
    const talk = { answersAfterMs: 1_000, talksForMs: 120_000 };
    const { clock, seen, isAlive } = await transferred(talk, { whileBridged: '42' });
    await clock.advance(100_000);
    expect(seen().filter(([type]) => type === 'dtmf.received')).toEqual(Array(2).fill(['dtmf.received', 'A', 'dial']));
    expect(await isAlive()).toBe(true);
  });

  test('ends for staff too when the patient hangs up during the bridge', async () => {
    const talk = { answersAfterMs: 1_000, talksForMs: 120_000 };
    const { clock, seen } = await transferred(talk, { whileBridged: 'hangup' });
    await clock.advance(10_000);
    expect(
      seen()
        .filter(([type]) => type === 'hangup')
        .map(([type, leg]) => `${type} ${leg}`)
        .sort(),
    ).toEqual(['hangup A', 'hangup B']);
  });

  test('follows what the persona says of staff before what the line says', async () => {
    const staff = { answersAfterMs: null, talksForMs: 0 };
    const { clock, attempts } = await transferred({ answersAfterMs: 1_000, talksForMs: 1_000 }, { staff });
    await clock.advance(21_000);
    expect(attempts()).toMatchObject([{ outcome: 'no_answer' }]);
  });
});
