/** `playback_start` as documented: fetched, queued, told of, stopped, and never begun when there is nothing to play. */
import { expect, test } from 'vitest';
import type { FetchAudio } from '../../src/simulator/exchange.ts';
import { fullRecorded } from '../../src/simulator/interview-personas.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { patient, rig } from './rig.ts';

const url = 'https://app.test/media/m/h.mp3';
const statuses = (events: readonly { event: { payload: { status?: string } } }[]) =>
  events.map(({ event }) => event.payload.status);
const fetching =
  (ms: number | null): FetchAudio =>
  async () =>
    ms;

test('tells of its beginning and its end, by its address and without a client_state of its own', async () => {
  const { answered, act, events, clock } = await rig();
  const id = await answered();
  await act(id, 'playback_start', { audio_url: url, audio_type: 'mp3' });
  await clock.advance(6_000);
  const [started] = events('call.playback.started');
  const [ended] = events('call.playback.ended');
  expect(started?.event.payload).toMatchObject({ media_url: url, overlay: false });
  expect(ended?.event.payload).toMatchObject({ media_url: url, status: 'completed' });
  for (const event of [started, ended]) expect(event?.event.payload).not.toHaveProperty('from');
});

test('lasts as long as the audio that is fetched', async () => {
  const { answered, act, events, clock } = await rig({ fetchAudio: fetching(20_000) });
  await act(await answered(), 'playback_start', { audio_url: url });
  await clock.advance(19_000);
  expect(events('call.playback.ended')).toEqual([]);
  await clock.advance(2_000);
  expect(statuses(events('call.playback.ended'))).toEqual(['completed']);
});

test('what is not there ends without having begun', async () => {
  const { answered, act, events, types, clock } = await rig({ fetchAudio: fetching(null) });
  await act(await answered(), 'playback_start', { audio_url: url });
  await clock.advance(1_000);
  expect(statuses(events('call.playback.ended'))).toEqual(['file_not_found']);
  expect(types()).not.toContain('call.playback.started');
});

test.each(['playback_stop', 'hangup'])('%s while it is fetched: it never begins, and its end is told', async (name) => {
  let arrive: (ms: number) => void = () => {};
  const fetchAudio: FetchAudio = () => new Promise((resolve) => (arrive = resolve));
  const { answered, act, events, types, clock } = await rig({ fetchAudio });
  const id = await answered();
  await act(id, 'playback_start', { audio_url: url });
  await act(id, name);
  arrive(5_000);
  await clock.advance(10_000);
  expect(statuses(events('call.playback.ended'))).toEqual([name === 'hangup' ? 'call_hangup' : 'cancelled']);
  expect(types()).not.toContain('call.playback.started');
});

test('waits for the speak before it', async () => {
  const { answered, act, types, clock } = await rig();
  const id = await answered();
  await act(id, 'speak', { payload: 'Please listen.', voice: 'Telnyx.KokoroTTS.af' });
  await act(id, 'playback_start', { audio_url: url });
  await clock.advance(20_000);
  expect(types().filter((type) => /speak|playback/.test(type))).toEqual([
    ...['call.speak.started', 'call.speak.ended', 'call.playback.started', 'call.playback.ended'],
  ]);
});

test('is in the recording, on the side of the clinic', async () => {
  const { answered, act, engine, clock } = await rig();
  const id = await answered();
  await act(id, 'record_start', { channels: 'dual', format: 'mp3' });
  await act(id, 'playback_start', { audio_url: url });
  await clock.advance(10_000);
  await act(id, 'record_stop');
  await clock.advance(2_000);
  const [recording] = engine.recordings.all();
  expect(recording?.marks).toMatchObject([{ side: 'clinic', durationMs: 5_000 }]);
});

test('a patient presses what the persona has for it, and no gather hears the keys', async () => {
  const persona: Persona = { ...fullRecorded, phone: patient, interrupts: true, keys: { playback: ['**', ''] } };
  const { answered, act, events, types, engine, clock } = await rig({ personas: [persona] });
  const id = await answered();
  await act(id, 'playback_start', { audio_url: url });
  await clock.advance(10_000);
  expect(events('call.dtmf.received').map(({ event }) => event.payload.digit)).toEqual(['*', '*']);
  expect(types()).not.toContain('call.gather.ended');
  expect(engine.record(id)?.asked['playback']).toBe(1);
  await act(id, 'playback_start', { audio_url: url });
  await clock.advance(10_000);
  expect(events('call.dtmf.received')).toHaveLength(2);
});

test('a patient who has nothing for it listens, whatever is pressed elsewhere', async () => {
  const persona: Persona = { ...fullRecorded, phone: patient, interrupts: true, keys: {}, otherwise: '1' };
  const { answered, act, events, clock } = await rig({ personas: [persona] });
  await act(await answered(), 'playback_start', { audio_url: url });
  await clock.advance(10_000);
  expect(events('call.dtmf.received')).toEqual([]);
});
