import { describe, expect, test } from 'vitest';
import type { EngineOptions } from '../../src/simulator/engine-options.ts';
import { mishear } from '../../src/simulator/mishearing.ts';
import type { Persona, Replies } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { Random } from '../../src/simulator/random.ts';
import { clientState, rig } from './rig.ts';

const saying = (keys: Replies, more: Partial<Persona> = {}): readonly Persona[] => [
  { ...(personas[0] as Persona), reactionMs: 500, ...more, keys },
];
const headache = { 'hpi.chief_complaint': [{ say: ['I have a headache', 'since yesterday'], pauseMs: 400 }] };
const code = (answer: { status: number; errors: { code: string; source?: { pointer: string } }[] }) => [
  answer.status,
  answer.errors[0]?.code,
  answer.errors[0]?.source?.pointer,
];

async function talking(keys: Replies, start: object | null = {}, options: Omit<Partial<EngineOptions>, 'clock'> = {}) {
  const line = await rig({ personas: saying(keys), ...options });
  const id = await line.answered();
  if (start !== null) await line.act(id, 'transcription_start', start);
  const heard = () => line.events('call.transcription').map(({ event }) => event.payload.transcription_data);
  return { ...line, id, heard, record: () => line.engine.record(id)! };
}

describe('What a patient says', () => {
  test('becomes one final per utterance, some moments after its end, without from and to', async () => {
    const { ask, id, clock, events, record } = await talking(headache);
    await ask(id, 'hpi.chief_complaint', { timeout_millis: 30_000 });
    await clock.advance(15_000);
    const finals = events('call.transcription');
    expect(finals.map(({ event }) => event.payload.transcription_data)).toEqual([
      { transcript: 'I have a headache', is_final: true, confidence: 0.93 },
      { transcript: 'since yesterday', is_final: true, confidence: 0.93 },
    ]);
    expect(finals[0]?.event.payload).not.toHaveProperty('from');
    expect(finals[0]?.event.payload).not.toHaveProperty('to');
    expect(finals[0]?.event.payload.client_state).toBe(clientState('hpi.chief_complaint'));
    const [first, second] = record().utterances;
    expect(first).toMatchObject({
      step: 'hpi.chief_complaint',
      ask: 0,
      outcome: 'delivered',
      eventId: finals[0]?.event.id,
    });
    expect(first!.finalAt! - first!.endedAt!).toBe(700);
    expect(second!.startedAt - first!.endedAt!).toBe(400);
  });

  test('does not stop the prompt: it begins when the prompt has ended, and ends no gather', async () => {
    const { ask, id, clock, record, events } = await talking(headache);
    await ask(id, 'hpi.chief_complaint', { payload: 'A long question. '.repeat(10), timeout_millis: 30_000 });
    await clock.advance(9_000);
    expect(record().utterances).toEqual([]);
    await clock.advance(10_000);
    expect(record().utterances).toHaveLength(2);
    expect(events('call.gather.ended')).toHaveLength(0);
  });

  test('is heard by nobody when no transcription runs, and the record says so', async () => {
    const { ask, id, clock, heard, record } = await talking(headache, null);
    await ask(id, 'hpi.chief_complaint');
    await clock.advance(15_000);
    expect(heard()).toEqual([]);
    expect(record().utterances.map(({ outcome }) => outcome)).toEqual(['not_transcribing', 'not_transcribing']);
    expect(record().asks[0]?.transcribing).toBe(false);
  });

  test('is heard as the script prescribes: other words, another confidence, or nothing', async () => {
    const reply = { say: ['my knee', 'hurts', 'a lot'], heard: ['my niece', null], confidence: [null] };
    const { ask, id, clock, heard, record } = await talking({ pain: [reply] });
    await ask(id, 'pain', { timeout_millis: 30_000 });
    await clock.advance(20_000);
    expect(heard()).toEqual([
      { transcript: 'my niece', is_final: true, confidence: null },
      { transcript: 'a lot', is_final: true, confidence: 0.93 },
    ]);
    expect(record().utterances.map(({ said, outcome }) => [said, outcome])).toEqual([
      ['my knee', 'delivered'],
      ['hurts', 'nothing_heard'],
      ['a lot', 'delivered'],
    ]);
  });

  test('is followed by the keys the script has after it, which end the gather', async () => {
    const { ask, id, clock, types } = await talking({ pain: [{ say: ['It hurts.'], thenPress: '#' }] });
    await ask(id, 'pain', { maximum_digits: 1, timeout_millis: 30_000 });
    await clock.advance(15_000);
    // The final of words that # follows at once comes after the end of the gather.
    expect(types().slice(2)).toEqual(['call.dtmf.received', 'call.gather.ended', 'call.transcription']);
  });

  test('ends with the utterance that has begun when the next question is asked over it', async () => {
    const { ask, act, id, clock, heard, record } = await talking(headache);
    await ask(id, 'hpi.chief_complaint');
    await clock.advance(3_000);
    await act(id, 'gather_stop');
    await ask(id, 'pain');
    await clock.advance(15_000);
    expect(heard().map(({ transcript }) => transcript)).toEqual(['I have a headache']);
    expect(record().utterances).toHaveLength(1);
  });

  test('is cut off by the hang-up; what was under way still arrives after it', async () => {
    const late = await talking(headache);
    await late.ask(late.id, 'hpi.chief_complaint');
    await late.clock.advance(3_900);
    const [first] = late.record().utterances;
    expect(first?.outcome).toBe('under_way');
    await late.act(late.id, 'hangup');
    await late.clock.runUntilIdle();
    expect(late.types().slice(2)).toEqual(['call.gather.ended', 'call.hangup', 'call.transcription', 'call.cost']);
    const early = await talking(headache);
    await early.ask(early.id, 'hpi.chief_complaint');
    await early.clock.advance(3_000);
    await early.act(early.id, 'hangup');
    await early.clock.runUntilIdle();
    expect(early.record().utterances.map(({ outcome }) => outcome)).toEqual(['cut_off']);
    expect(early.heard()).toEqual([]);
  });
});

describe('transcription_start', () => {
  test('names the track for Telnyx own engine alone', async () => {
    for (const engine of ['Telnyx', 'B', 'Google']) {
      const { ask, id, clock, heard } = await talking(headache, { transcription_engine: engine });
      await ask(id, 'hpi.chief_complaint');
      await clock.advance(15_000);
      expect(heard()[0]?.transcription_track).toBe(engine === 'Google' ? undefined : 'inbound');
    }
  });

  test('sends interims where asked for and where the engine has them, without confidence', async () => {
    const long = { pain: [{ say: ['it began with a pull in my back when I bent down'] }] };
    const config = { transcription_engine: 'Google', interim_results: true };
    const { ask, id, clock, heard } = await talking(long, { transcription_engine_config: config });
    await ask(id, 'pain', { timeout_millis: 30_000 });
    await clock.advance(15_000);
    const interims = heard().slice(0, -1);
    expect(interims.length).toBeGreaterThan(1);
    for (const interim of interims) expect(interim).toMatchObject({ is_final: false, confidence: 0 });
    expect(heard().at(-1)).toMatchObject({ is_final: true, transcript: long.pain[0]!.say[0] });
    expect(heard().at(-1).transcript.startsWith(interims[0].transcript)).toBe(true);
  });

  test('sends no interims from Telnyx own engine, which has none', async () => {
    const config = { transcription_engine: 'Telnyx', interim_results: true };
    const start = { transcription_engine: 'Telnyx', transcription_engine_config: config };
    const { ask, id, clock, heard } = await talking({ pain: [{ say: ['it began with a pull in my back'] }] }, start);
    await ask(id, 'pain', { timeout_millis: 30_000 });
    await clock.advance(15_000);
    expect(heard().map((data) => data.is_final)).toEqual([true]);
  });

  test('with both tracks hears what we play as well; with outbound that alone', async () => {
    for (const tracks of ['both', 'outbound']) {
      const { ask, id, clock, heard } = await talking(
        { pain: [{ say: ['it hurts'] }] },
        { transcription_tracks: tracks },
      );
      await ask(id, 'pain', { payload: 'How is it?' });
      await clock.advance(15_000);
      const wanted = tracks === 'both' ? ['How is it?', 'it hurts'] : ['How is it?'];
      expect(heard().map(({ transcript }) => transcript)).toEqual(wanted);
    }
  });

  test('after transcription_stop nothing more is sent, not even what was under way; a new start works', async () => {
    const { ask, act, id, clock, heard, record } = await talking(headache);
    await ask(id, 'hpi.chief_complaint');
    await clock.advance(3_900);
    await act(id, 'transcription_stop');
    await clock.advance(15_000);
    expect(heard()).toEqual([]);
    expect(record().utterances.map(({ outcome }) => outcome)).toEqual(['stopped', 'not_transcribing']);
    expect((await act(id, 'transcription_start')).status).toBe(200);
    expect((await act(id, 'speak', { payload: 'Hello.', voice: 'female' })).status).toBe(200);
  });

  const config = 'transcription_engine_config';
  test.each([
    ['an unknown engine', { transcription_engine: 'Whisper' }, '10032', '/transcription_engine'],
    ['unknown tracks', { transcription_tracks: 'all' }, '10032', '/transcription_tracks'],
    [
      'a configuration without its engine',
      { [config]: { language: 'en' } },
      '10004',
      `/${config}/transcription_engine`,
    ],
    [
      'the configuration of another engine',
      { transcription_engine: 'Telnyx', [config]: { transcription_engine: 'Google' } },
      '10032',
      `/${config}/transcription_engine`,
    ],
    ['Deepgram without a model', { transcription_engine: 'Deepgram' }, '10004', `/${config}/transcription_model`],
    [
      'a model of another engine',
      { transcription_engine: 'Telnyx', [config]: { transcription_engine: 'Telnyx', transcription_model: 'nova' } },
      '10032',
      `/${config}/transcription_model`,
    ],
    [
      'Azure without a region',
      { transcription_engine: 'Azure', [config]: { transcription_engine: 'Azure' } },
      '10004',
      `/${config}/region`,
    ],
  ])('refuses %s', async (_name, body, wanted, pointer) => {
    const { act, id } = await talking({}, null);
    expect(code(await act(id, 'transcription_start', body))).toEqual([422, wanted, pointer]);
    expect((await act(id, 'transcription_start')).status).toBe(200);
  });

  test('takes the model in place of the name for Deepgram, as the published types have it, and for no other', async () => {
    const { act, id } = await talking({}, null);
    const fields = { transcription_engine: 'deepgram/nova-3', transcription_model: 'deepgram/nova-3' };
    const start = (engine: string) =>
      act(id, 'transcription_start', { transcription_engine: engine, [config]: fields });
    expect((await start('Google')).status).toBe(422);
    expect((await start('Deepgram')).status).toBe(200);
  });

  test('takes the old names of engines, and tells of fields an engine does not have', async () => {
    const { act, id, engine } = await talking({}, null);
    const fields = { transcription_engine: 'Telnyx', interim_results: true };
    expect((await act(id, 'transcription_start', { transcription_engine: 'B', [config]: fields })).status).toBe(200);
    expect(engine.warnings).toMatchObject([{ message: 'unknown configuration interim_results' }]);
  });
});

describe('A recogniser that mishears', () => {
  test('gets the same words wrong for the same seed, and none at rate 0', () => {
    const text = 'my knee has hurt since yesterday morning and it is swollen';
    const wrong = (seed: number, rate: number) => mishear(text, new Random(seed), { rate });
    expect(wrong(1, 0)).toBe(text);
    expect(wrong(7, 0.4)).toBe(wrong(7, 0.4));
    expect(wrong(7, 0.4)).not.toBe(text);
    expect(
      wrong(7, 1)
        .split(' ')
        .some((word) => text.split(' ').includes(word)),
    ).toBe(false);
  });

  test('is less sure of what it got wrong (X6)', async () => {
    const { ask, id, clock, heard } = await talking(headache, {}, { mishear: { rate: 1 } });
    await ask(id, 'hpi.chief_complaint');
    await clock.advance(15_000);
    expect(heard()[0]?.transcript).not.toBe('I have a headache');
    expect(heard()[0]?.confidence).toBeLessThan(0.7);
  });
});

describe('A patient who listens to the read-back', () => {
  const keys: Replies = { pain: [{ say: ['it hurts here'] }], '*.confirm': ['verify'] };
  const readBack = async (texts: readonly string[], redosAtMost: number) => {
    const line = await rig({ personas: saying(keys, { redosAtMost }) });
    const id = await line.answered();
    for (const text of texts) {
      await line.ask(id, 'pain', { maximum_digits: 1, timeout_millis: 5_000 });
      await line.clock.advance(20_000);
      await line.ask(id, 'pain.confirm', { payload: text, maximum_digits: 1 });
      await line.clock.advance(20_000);
    }
    return line.engine.record(id)?.keys;
  };

  test('keeps the right words, whatever their case and punctuation', async () => {
    expect(await readBack(['You said: It hurts, here. Press 1 to keep it.'], 2)).toBe('1');
  });

  test('has wrong words done again, and keeps the right ones then', async () => {
    expect(await readBack(['You said: it spurts here.', 'You said: it hurts here.'], 2)).toBe('21');
  });

  test('gives up after as many redos as the persona has patience for', async () => {
    expect(await readBack(['Wrong.', 'Wrong.', 'Wrong.'], 2)).toBe('223');
    expect(await readBack(['Wrong.'], 0)).toBe('3');
  });
});
