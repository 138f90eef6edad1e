import { describe, expect, test } from 'vitest';
import { compareWithNote } from '../../src/simulator/compare-with-note.ts';
import { repeatsAndSkips, stopsRecording } from '../../src/simulator/interview-personas.ts';
import { formatObservation } from '../../src/simulator/observation.ts';
import { asRingingBack } from '../../src/simulator/persona.ts';
import { morePersonas, personas } from '../../src/simulator/personas.ts';
import { optsOutMidway } from '../../src/simulator/refusing-personas.ts';
import { starCommands } from '../../src/simulator/star-commands.ts';
import { putThrough, staffNotThere } from '../../src/simulator/urgent-personas.ts';
import { VirtualClock } from '../../src/simulator/virtual-clock.ts';
import { Clinic } from './clinic.ts';
import { clientState, type Delivered, rig } from './rig.ts';

const everyone = [...personas, ...morePersonas];

async function callEveryone(
  times: number,
  speed = 1,
  lines: string[] = [],
  webhookLatencyMs = 5,
  readsCommands = false,
) {
  const clock = new VirtualClock();
  const onFile = new Map(everyone.map((persona) => [persona.phone, persona.dateOfBirth]));
  const clinic = new Clinic(onFile, clock, speed, readsCommands);
  const line = await rig({
    clock,
    speed,
    webhookLatencyMs,
    ringBacks: true,
    keepLog: false,
    webhookUrl: 'http://worker.test/webhooks/telnyx',
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
    for (const { id, phone } of everyone) {
      await line.dial({
        to: phone,
        client_state: clientState('dial', 0, `${id}.${round}`),
        answering_machine_detection: 'premium',
      });
    }
  }
  await clock.runUntilIdle();
  return { clinic, engine: line.engine };
}

test.each([1, 20])('every persona goes through the script as its data says, at speed %i', async (speed) => {
  const { clinic, engine } = await callEveryone(1, speed);
  const recordOf = (callId: string) => engine.calls().find((call) => call.callId === callId)?.record;
  for (const persona of everyone) {
    const callId = `${persona.id}.0`;
    const made = clinic.calls.get(callId) ?? { call: { status: 'none' }, note: null };
    const record = recordOf(callId);
    expect(compareWithNote(persona, made.call, made.note, record), persona.id).toEqual([]);
    const ringing = asRingingBack(persona);
    if (ringing === null || record === undefined) continue;
    const back = clinic.calls.get(`${callId}.back`) ?? { call: { status: 'none' }, note: null };
    const second = recordOf(`${callId}.back`);
    expect(second).toBeDefined();
    expect(compareWithNote(ringing, back.call, back.note, [record, second!]), `${persona.id} rings back`).toEqual([]);
  }
  expect(engine.calls().every(({ phase }) => phase === 'ended')).toBe(true);
});

describe.each([0, 5, 50, 350, 1_000])('commands of two keys, with webhooks that need %i ms', (latencyMs) => {
  test.each([
    ['in silence', false],
    ['and the commands read out after the first', true],
  ])('are given as scripted, %s', async (_, readsCommands) => {
    const { clinic, engine } = await callEveryone(1, 1, [], latencyMs, readsCommands);
    for (const [persona, commands, transfers] of [
      [stopsRecording, ['8'], []],
      [repeatsAndSkips, ['*', '7', '7'], []],
      [putThrough, ['0'], ['bridged']],
      [staffNotThere, ['0'], ['no_answer']],
      [optsOutMidway, ['9'], []],
    ] as const) {
      const callId = `${persona.id}.0`;
      const made = clinic.calls.get(callId) ?? { call: { status: 'none' }, note: null };
      const record = engine.calls().find((call) => call.callId === callId)?.record;
      expect(compareWithNote(persona, made.call, made.note, record), persona.id).toEqual([]);
      if (record === undefined) continue;
      expect(
        starCommands(record).map(({ key }) => key),
        persona.id,
      ).toEqual(commands);
      expect(
        record.transfers.map(({ outcome }) => outcome),
        persona.id,
      ).toEqual(transfers);
    }
  });
});

test('the conversation can be read line by line', async () => {
  const lines: string[] = [];
  await callEveryone(1, 1, lines);
  const of = (id: string) => lines.filter((line) => line.startsWith(`${id} `)).map((line) => line.slice(21));
  expect(of('busy')).toEqual(['(ringing +13035550175)', '(hung up: user_busy by unknown)']);
  const spoken = of('redoes').filter((line) => line.includes('says') || line.includes('You said'));
  expect(spoken.slice(0, 4)).toEqual([
    '(hpi.chief_complaint: says “my knee hurts”)',
    'clinic:  You said: my niece hurts. Press 1, 2 or 3.',
    '(hpi.chief_complaint: says “my knee hurts”)',
    'clinic:  You said: my knee hurts. Press 1, 2 or 3.',
  ]);
});

test('machines hear the message after their greeting, from its first word to its last', async () => {
  const { engine } = await callEveryone(1);
  for (const id of ['voicemail', 'voicemail-no-beep']) {
    const record = engine.calls().find(({ persona }) => persona === id)?.record;
    expect(record?.voicemail.at(-1)).toEqual({ text: 'Please call us back.', afterGreeting: true, complete: true });
  }
});

test('hundreds of calls at once need seconds, not hours', { timeout: 30_000 }, async () => {
  const { engine } = await callEveryone(20);
  const made = engine.calls().filter(({ persona, direction }) => persona !== 'staff' && direction === 'outgoing');
  expect(made).toHaveLength(20 * everyone.length);
  expect(engine.calls().every(({ phase }) => phase === 'ended')).toBe(true);
});
