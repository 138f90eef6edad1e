/** The stand-in that writes down audio files: what it hears, what it refuses, and what can go wrong with it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultTranscriptionKey } from '../../src/simulator/audio-transcriptions.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { personas } from '../../src/simulator/personas.ts';
import { renderRecording } from '../../src/simulator/recording-audio.ts';
import type { Recording } from '../../src/simulator/recordings.ts';
import { startTelnyxServer, type TelnyxServer } from '../../src/simulator/telnyx-server.ts';
import { givenMp3, givenWav } from '../support/given-audio.ts';
import { givenOpus } from '../support/given-containers.ts';
import { rig } from './rig.ts';

let server: TelnyxServer;
beforeAll(async () => {
  server = await startTelnyxServer({ port: 0 });
});
afterAll(() => server.close());
beforeEach(() => {
  server.engine.transcriptions.faults = {};
});

const RECORDING: Recording = {
  ...{ id: 'rec-1', format: 'mp3', channels: 'dual', startedAt: 1_000_000, endedAt: 1_020_000, initiatedBy: 'api' },
  ...{ callControlId: 'c', callLegId: 'l', callSessionId: 's', connectionId: 'x', from: '+1', to: '+1', callId: null },
  marks: [
    { atMs: 1_000_500, durationMs: 4_000, side: 'clinic', tones: [440], words: 'What brings you in today?' },
    { atMs: 1_005_000, durationMs: 150, side: 'patient', tones: [697, 1209] },
    { atMs: 1_006_000, durationMs: 2_000, side: 'patient', tones: [700], words: 'My left knee hurts.' },
  ],
};

interface Sent {
  readonly name?: string;
  readonly key?: string;
  readonly fields?: Readonly<Record<string, string>>;
}
async function send(audio: Uint8Array | null, { name = 'audio.mp3', key, fields = {} }: Sent = {}) {
  const form = new FormData();
  for (const [field, value] of Object.entries({ model: 'whisper-1', response_format: 'verbose_json', ...fields }))
    form.set(field, value);
  if (audio !== null) form.set('file', new Blob([audio as Uint8Array<ArrayBuffer>]), name);
  const response = await fetch(`${server.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key ?? defaultTranscriptionKey}` },
    body: form,
    signal: AbortSignal.timeout(500),
  });
  return { response, status: response.status, text: await response.text() };
}
const heard = async (...sent: Parameters<typeof send>) => JSON.parse((await send(...sent)).text);

describe('what it hears', () => {
  it('is word for word what was said in its own recordings, each at its second', async () => {
    server.engine.recordings.save(RECORDING);
    expect(await heard(renderRecording(RECORDING))).toMatchObject({
      ...{ task: 'transcribe', language: 'english', duration: 20 },
      text: 'What brings you in today? My left knee hurts.',
      segments: [
        { id: 0, start: 0.5, end: 4.5, text: ' What brings you in today?' },
        { id: 1, start: 6, end: 8, text: ' My left knee hurts.' },
      ],
    });
    // Whoever downloaded it can have it heard after Telnyx' own copy is gone.
    server.engine.recordings.delete(RECORDING.id);
    expect((await heard(renderRecording(RECORDING))).text).toContain('left knee');
  });

  it('is a whole call, prompts and answers in their order, a prompt only as far as it was played', async () => {
    const says = { 'hpi.chief_complaint': [{ say: ['I have a headache', 'since yesterday'] }] };
    const presses = { pain: ['7'] };
    const persona: Persona = { ...(personas[0] as Persona), reactionMs: 500, keys: { ...says, ...presses } };
    const { answered, act, ask, clock, engine, events } = await rig({ personas: [persona] });
    const id = await answered();
    await act(id, 'record_start', { format: 'mp3', channels: 'dual' });
    await ask(id, 'hpi.chief_complaint', { payload: 'What brings you in?', timeout_millis: 5_000 });
    await clock.advance(20_000);
    await act(id, 'speak', {
      payload: 'One two three four five six seven eight nine ten.',
      voice: 'Telnyx.KokoroTTS.af',
    });
    await clock.advance(1_500);
    await act(id, 'playback_stop', { stop: 'all' });
    await act(id, 'hangup');
    await clock.runUntilIdle();
    const recording = engine.recordings.find(events('call.recording.saved')[0]?.event.payload.recording_id);
    const audio = renderRecording(recording as Recording);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', audio as Uint8Array<ArrayBuffer>));
    const words = await engine.recordings.hear(Buffer.from(digest).toString('hex'));
    expect(words?.segments.map((segment) => segment.words)).toEqual([
      'What brings you in?',
      'I have a headache',
      'since yesterday',
      expect.stringMatching(/^One two( three( four)?)?$/),
    ]);
    for (const [i, { startMs, endMs }] of (words?.segments ?? []).entries()) {
      expect(endMs).toBeGreaterThan(startMs);
      expect(startMs).toBeGreaterThanOrEqual(words?.segments[i - 1]?.endMs ?? 0);
      expect(endMs).toBeLessThanOrEqual(words?.durationMs ?? 0);
    }
  });

  it('is the same each time for other audio, and other words for other bytes', async () => {
    const [one, again, other] = [
      await heard(givenMp3(9_000, 1)),
      await heard(givenMp3(9_000, 1)),
      await heard(givenMp3(9_000, 2)),
    ];
    expect(again).toEqual(one);
    expect(other.text).not.toBe(one.text);
    expect(one.duration).toBe(9);
    expect(one.segments).toHaveLength(3);
    expect(one.segments.at(-1).end).toBe(9);
  });

  it('is in the language that was named', async () => {
    const spanish = await heard(givenMp3(9_000), { fields: { language: 'es' } });
    expect(spanish.language).toBe('spanish');
    expect(spanish.text).toMatch(/[áéíóúñ]|cita|tos/);
  });

  it.each([
    ['audio.wav', givenWav(2_000)],
    ['audio.ogg', givenOpus()],
  ])('may be %s', async (name, audio) => {
    expect((await send(audio, { name })).status).toBe(200);
  });
});

describe('it refuses', () => {
  it.each([
    ['another key', 401, givenMp3(1_000), { key: 'sk-other' }],
    ['another model', 404, givenMp3(1_000), { fields: { model: 'gpt-9' } }],
    ['a form without a file', 400, null, {}],
    ['what is no audio', 400, new TextEncoder().encode('hello'), {}],
    ['a name that says nothing of its format', 400, givenMp3(1_000), { name: 'audio.amr' }],
    ['a language by its name', 400, givenMp3(1_000), { fields: { language: 'english' } }],
    ['more than 25 MiB', 413, new Uint8Array(25 * 1024 * 1024 + 1), {}],
  ] as [string, number, Uint8Array | null, Sent][])('%s with %i', async (_, status, audio, sent) => {
    const { status: answered, text } = await send(audio, sent);
    expect(answered).toBe(status);
    expect(JSON.parse(text)).toHaveProperty('error.message');
  });
});

describe('faults', () => {
  it('come in the order asked for, then no more', async () => {
    server.engine.transcriptions.failNext('failed', 'limited', 'malformed');
    expect((await send(givenMp3(1_000))).status).toBe(500);
    const { response } = await send(givenMp3(1_000));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
    const { status, text } = await send(givenMp3(1_000));
    expect(status).toBe(200);
    expect(() => JSON.parse(text)).toThrow();
    expect((await heard(givenMp3(1_000))).task).toBe('transcribe');
  });

  it('hang without an answer', async () => {
    server.engine.transcriptions.failNext('hangs');
    await expect(send(givenMp3(1_000))).rejects.toThrow('timeout');
  });

  it('come at a rate, set over HTTP, and each request is on record', async () => {
    const set = (transcriptions: object) =>
      fetch(`${server.url}/simulator/faults`, { method: 'POST', body: JSON.stringify({ transcriptions }) });
    await set({ limited: 1, retryAfter: 30, next: ['failed'] });
    expect((await send(givenMp3(1_000))).status).toBe(500);
    const { response } = await send(givenMp3(1_000));
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30']);
    await set({});
    const told = await fetch(`${server.url}/simulator/transcriptions`);
    const { items } = (await told.json()) as { items: unknown[] };
    expect(items.slice(-2)).toMatchObject([
      { status: 500, fault: 'failed', file_name: 'audio.mp3' },
      { status: 429, fault: 'limited' },
    ]);
  });
});
