import { describe, expect, test } from 'vitest';
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import type { Machine } from '../../src/simulator/machine.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { rig } from './rig.ts';

const answering: Machine = { greetingMs: 8_000, beep: true, verdict: 'machine', verdictAfterMs: 4_000 };

async function pickedUpBy(
  more: Partial<Persona>,
  mode = 'premium',
  options: Omit<Partial<EngineOptions>, 'clock'> = {},
) {
  const persona: Persona = { ...(personas[0] as Persona), pickup: { kind: 'answers', afterMs: 1_000 }, ...more };
  const line = await rig({ personas: [persona], ...options });
  const { data } = await line.dial({ answering_machine_detection: mode });
  const detected = () =>
    line.inbox
      .filter(({ event }) => event.event_type.startsWith('call.machine'))
      .map(({ event, at }) => [
        event.event_type.replace('call.machine.', ''),
        event.payload.result,
        Math.round((at - line.inbox[1]!.at) / 100) / 10,
      ]);
  return { ...line, id: data.call_control_id as string, detected };
}

describe('Detection of a machine', () => {
  test.each([
    [
      'premium',
      answering,
      [
        ['premium.detection.ended', 'machine', 4],
        ['premium.greeting.ended', 'beep_detected', 8.4],
      ],
    ],
    [
      'premium',
      { ...answering, beep: false },
      [
        ['premium.detection.ended', 'machine', 4],
        ['premium.greeting.ended', 'no_beep_detected', 30],
      ],
    ],
    ['premium', { ...answering, order: 'beep-first' }, [['premium.greeting.ended', 'beep_detected', 8.4]]],
    ['premium', { ...answering, greetingMs: 2_000 }, [['premium.greeting.ended', 'beep_detected', 2.4]]],
    ['premium', { ...answering, verdict: null, beep: false }, []],
    [
      'premium',
      { ...answering, verdict: 'fax_detected', beep: false },
      [['premium.detection.ended', 'fax_detected', 4]],
    ],
    ['premium', { ...answering, verdict: 'silence', beep: false }, [['premium.detection.ended', 'silence', 4]]],
    ['premium', { ...answering, verdictAfterMs: 40_000, beep: false }, [['premium.detection.ended', 'not_sure', 30]]],
    ['detect', answering, [['detection.ended', 'machine', 4]]],
    ['detect', { ...answering, verdict: 'silence' }, [['detection.ended', 'not_sure', 4]]],
    [
      'detect_beep',
      answering,
      [
        ['detection.ended', 'machine', 4],
        ['greeting.ended', 'beep_detected', 8.4],
      ],
    ],
    ['detect_beep', { ...answering, beep: false }, [['detection.ended', 'machine', 4]]],
    [
      'detect_words',
      { ...answering, beep: false },
      [
        ['detection.ended', 'machine', 4],
        ['greeting.ended', 'not_sure', 34],
      ],
    ],
    [
      'greeting_end',
      { ...answering, beep: false },
      [
        ['detection.ended', 'machine', 4],
        ['greeting.ended', 'ended', 9.5],
      ],
    ],
    ['disabled', answering, []],
  ] as const)('%s with %j tells %j', async (mode, machine, wanted) => {
    const { clock, detected } = await pickedUpBy({ machine }, mode);
    await clock.advance(60_000);
    expect(detected()).toEqual(wanted);
  });

  test('ends without another word when the line is hung up', async () => {
    const { clock, detected, act, id } = await pickedUpBy({ machine: answering });
    await clock.advance(6_000);
    await act(id, 'hangup');
    await clock.runUntilIdle();
    expect(detected()).toHaveLength(1);
  });

  test('keeps its times apart from the speed of human time', async () => {
    const { clock, detected } = await pickedUpBy({ machine: answering }, 'premium', { speed: 20 });
    await clock.advance(2_000);
    expect(detected()).toHaveLength(2);
  });
});

describe('A machine', () => {
  test('presses nothing, and its record tells what was spoken after the greeting and to the end', async () => {
    const { clock, act, ask, id, engine } = await pickedUpBy({ machine: answering, keys: { opening: ['1'] } });
    await clock.advance(2_000);
    await ask(id, 'opening', { payload: 'Hello. '.repeat(40) });
    await clock.advance(4_000);
    await act(id, 'gather_stop');
    await clock.advance(5_000);
    await act(id, 'speak', { payload: 'Please call back.', voice: 'female' });
    await clock.advance(10_000);
    expect(engine.record(id)).toMatchObject({ keys: '', asked: {} });
    expect(engine.record(id)?.voicemail).toEqual([
      { text: 'Hello. '.repeat(40), afterGreeting: false, complete: false },
      { text: 'Please call back.', afterGreeting: true, complete: true },
    ]);
  });

  test('can have its verdict cut off a running gather, where that quirk is on', async () => {
    const { clock, ask, id, events } = await pickedUpBy({ machine: answering }, 'premium', {
      quirks: { detectionCuts: true },
    });
    await clock.advance(2_000);
    await ask(id, 'opening', { payload: 'Hello. '.repeat(40) });
    await clock.advance(5_000);
    expect(events('call.gather.ended')[0]?.event.payload.status).toBe('cancelled_amd');
  });
});

describe('Detection of a human', () => {
  test.each(['human_residence', 'human_business', 'not_sure'] as const)('can say %s', async (humanVerdict) => {
    const { clock, detected } = await pickedUpBy({ humanVerdict });
    await clock.advance(20_000);
    expect(detected()).toEqual([['premium.detection.ended', humanVerdict, 2.5]]);
  });

  test('can say nothing at all, by persona and by chance', async () => {
    const silent = await pickedUpBy({ humanVerdict: null });
    await silent.clock.advance(20_000);
    expect(silent.detected()).toEqual([]);
    const faulty = await pickedUpBy({}, 'premium', { lineFaults: { missingVerdicts: 1 } });
    await faulty.clock.advance(20_000);
    expect(faulty.detected()).toEqual([]);
  });

  test('is plain in the other modes', async () => {
    const { clock, detected } = await pickedUpBy({ humanVerdict: 'human_business' }, 'detect');
    await clock.advance(20_000);
    expect(detected()).toEqual([['detection.ended', 'human', 2.5]]);
  });
});

test('whoever is put through by an assistant before the question has begun hears it once, from its beginning', async () => {
  const { clock, ask, act, id, engine } = await pickedUpBy({
    keys: { opening: ['1', '2'] },
    screening: { detectedAfterMs: 1_000, pickedUpAfterMs: 3_000 },
  });
  await clock.advance(1_100);
  await act(id, 'speak', { payload: 'Please wait a moment. '.repeat(5), voice: 'female' });
  await ask(id, 'opening', { maximum_digits: 1 });
  await clock.advance(30_000);
  const record = engine.record(id)!;
  expect(record).toMatchObject({ asked: { opening: 1 }, keys: '1' });
  expect(record.presses[0]!.at - record.asks[0]!.at).toBeGreaterThan(7_000);
});

test('modes other than premium give a verdict after the beep too', async () => {
  const { clock, detected } = await pickedUpBy({ machine: { ...answering, order: 'beep-first' } }, 'detect_beep');
  await clock.advance(20_000);
  expect(detected().map(([type]) => type)).toEqual(['detection.ended', 'greeting.ended']);
});

test('call screening is told, then a human hears what is left of the question, and a second verdict follows', async () => {
  const { clock, detected, ask, id, engine } = await pickedUpBy({
    keys: { opening: ['1'] },
    screening: { detectedAfterMs: 2_000, pickedUpAfterMs: 9_000, firstVerdict: 'machine' },
  });
  await clock.advance(1_100);
  await ask(id, 'opening', { payload: 'This is the clinic. '.repeat(10), maximum_digits: 1 });
  await clock.advance(8_000);
  expect(engine.record(id)?.keys).toBe('');
  await clock.advance(20_000);
  expect(engine.record(id)?.keys).toBe('1');
  expect(detected()).toEqual([
    ['premium.detection.ended', 'machine', 2],
    ['premium.call_screening.detected', 'screening', 2],
    ['premium.detection.ended', 'human_residence', 11.5],
  ]);
});
