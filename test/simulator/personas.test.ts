import { expect, test } from 'vitest';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import { formatObservation } from '../../src/simulator/observation.ts';
import { personas } from '../../src/simulator/personas.ts';
import { Clinic } from './clinic.ts';
import { clientState, type Delivered, rig } from './rig.ts';

async function callEveryone(times: number, speed = 1, lines: string[] = []) {
  const clinic = new Clinic(new Map(personas.map((persona) => [persona.phone, persona.dateOfBirth])));
  const line = await rig({
    speed,
    liveCalls: 100_000,
    dialsPerFiveSeconds: 100_000,
    onObservation: (observation) => lines.push(formatObservation(observation)),
    deliver: async (url, headers, body) => {
      const { data, meta } = JSON.parse(body);
      await clinic.handle({ url, headers, body, at: 0, event: data, meta } satisfies Delivered);
      return { status: 200 };
    },
  });
  clinic.engine = line.engine;
  for (let round = 0; round < times; round += 1) {
    for (const { id, phone } of personas) {
      await line.dial({ to: phone, client_state: clientState('dial', 0, `${id}.${round}`) });
    }
  }
  await line.clock.runUntilIdle();
  return { clinic, engine: line.engine };
}

test.each([1, 20])('every persona goes through the script as its data says, at speed %i', async (speed) => {
  const { clinic, engine } = await callEveryone(1, speed);
  for (const persona of personas) {
    const { call, note } = clinic.calls.get(`${persona.id}.0`) ?? { call: { status: 'none' }, note: null };
    const record = engine.calls().find(({ callId }) => callId === `${persona.id}.0`)?.record;
    expect(compareWithNote(persona, call, note, record), persona.id).toEqual([]);
  }
  expect(engine.calls().every(({ phase }) => phase === 'ended')).toBe(true);
});

test('the conversation can be read line by line', async () => {
  const lines: string[] = [];
  await callEveryone(1, 1, lines);
  const busy = lines.filter((line) => line.startsWith('busy '));
  expect(busy).toEqual([
    'busy                 (ringing +13035550175)',
    'busy                 (hung up: user_busy by unknown)',
  ]);
  const unsure = lines.filter((line) => line.startsWith('full-unrecorded ') && line.includes('patient:')).slice(11, 14);
  expect(unsure.map((line) => line.slice(-3))).toEqual(['[7]', '[4]', '[0]']);
});

test('hundreds of calls at once need seconds, not hours', async () => {
  const { engine } = await callEveryone(40);
  expect(engine.calls()).toHaveLength(40 * personas.length);
  expect(engine.calls().every(({ phase }) => phase === 'ended')).toBe(true);
});
