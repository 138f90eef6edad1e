/** What is sent to an OpenAI-compatible engine, and what each of its answers means for the next try (S2-E06, S2-F7). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAiTranscriber } from '../../src/outbox/openai-transcriber.ts';
import { retryAfterOf } from '../../src/outbox/retry-after.ts';
import type { Speech } from '../../src/outbox/transcriber.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { givenBytes, inPieces, MIB } from '../support/given-bytes.ts';
import { type Engine, givenEngine, HEARD, hears, refuses } from '../support/given-transcription.ts';
import { catchLog, restore, until } from '../support/worker-env.ts';

const AUDIO = givenMp3(3_600);
const KEY = { apiKey: 'sk-canary', base: 'https://engine.example/v1' };
let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = catchLog();
});
afterEach(restore);

const speech = (changes: Partial<Speech> = {}, audio = AUDIO): Speech => ({
  ...{ audio: inPieces(audio, 1000, 7), bytes: audio.length, format: 'mp3', language: null },
  ...changes,
});
const transcribed = (engine: Engine, changes: Partial<Speech> = {}) => {
  const asked = givenEngine(engine);
  return { asked, outcome: openAiTranscriber(KEY)(speech(changes)) };
};

describe('the request', () => {
  it('carries the audio byte for byte, the model, and nothing of the file’s own name', async () => {
    const { asked, outcome } = transcribed(hears, { language: 'es' });
    expect(await outcome).toMatchObject({ ok: true, transcript: { text: HEARD.text } });
    expect(asked).toHaveLength(1);
    const [{ url, init, form }] = asked as [(typeof asked)[0]];
    expect(url).toBe('https://engine.example/v1/audio/transcriptions');
    expect(init).toMatchObject({ method: 'POST', redirect: 'manual' });
    expect(new Headers(init.headers).get('Authorization')).toBe('Bearer sk-canary');
    const file = form.get('file') as unknown as File;
    expect([file.name, file.type]).toEqual(['audio.mp3', 'audio/mpeg']);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(AUDIO);
    expect([...form.keys()].toSorted()).toEqual(
      ['file', 'language', 'model', 'response_format', 'timestamp_granularities[]'].toSorted(),
    );
    expect([form.get('model'), form.get('response_format'), form.get('language')]).toEqual([
      'whisper-1',
      'verbose_json',
      'es',
    ]);
  });

  it('names no language that nobody named', async () => {
    const { asked, outcome } = transcribed(hears);
    await outcome;
    expect(asked[0]?.form.has('language')).toBe(false);
  });

  it('streams: a long file comes whole', async () => {
    const asked = givenEngine(hears);
    const long = givenBytes(9 * MIB);
    const outcome = await openAiTranscriber(KEY)(speech({}, long));
    expect(outcome.ok).toBe(true);
    const file = asked[0]?.form.get('file') as unknown as File;
    const digest = (bytes: ArrayBuffer | Uint8Array) => crypto.subtle.digest('SHA-256', bytes);
    expect(await digest(await file.arrayBuffer())).toEqual(await digest(long));
  });
});

describe('an answer', () => {
  it.each([
    ['500', refuses(500), { code: 'engine_unavailable', final: false, retryAfterMs: null }],
    [
      '503 with a time',
      refuses(503, {}, { 'Retry-After': '30' }),
      { code: 'engine_unavailable', retryAfterMs: 30_000 },
    ],
    ['408', refuses(408), { code: 'engine_unavailable', final: false }],
    [
      '429 with a time',
      refuses(429, {}, { 'Retry-After': '7' }),
      { code: 'engine_busy', final: false, retryAfterMs: 7000 },
    ],
    ['429 without one', refuses(429), { code: 'engine_busy', final: false, retryAfterMs: null }],
    [
      '429 of an empty account',
      refuses(429, { error: { code: 'insufficient_quota' } }),
      { code: 'engine_quota_spent', final: false },
    ],
    ['401', refuses(401), { code: 'engine_key_refused', final: true }],
    ['403', refuses(403), { code: 'engine_key_refused', final: true }],
    ['404', refuses(404), { code: 'engine_not_there', final: true }],
    ['413', refuses(413), { code: 'too_large', final: true }],
    ['400', refuses(400), { code: 'audio_refused', final: true }],
    ['422', refuses(422), { code: 'audio_refused', final: true }],
    ['302', refuses(302, {}, { Location: 'https://elsewhere.example/' }), { code: 'engine_redirects', final: true }],
    [
      '200 that is half a JSON',
      () => new Response('{"text": "Cana'),
      { code: 'engine_answer_unreadable', final: false },
    ],
    ['200 that is a page', () => new Response('<html>'), { code: 'engine_answer_unreadable', final: false }],
    ['200 of something else', () => Response.json({ words: 1 }), { code: 'engine_answer_unreadable', final: false }],
    [
      '200 without end',
      () => new Response(`{"text":"${'a'.repeat(17 * MIB)}`),
      { code: 'engine_answer_unreadable', final: false },
    ],
    ['none', () => Promise.reject(new TypeError('Canarymessage')), { code: 'engine_unreachable', final: false }],
  ] as [string, Engine, object][])('%s', async (_, engine, outcome) => {
    const { asked, outcome: told } = transcribed(engine);
    expect(await told).toMatchObject({ ok: false, ...outcome });
    // The key goes to one place, once.
    expect(asked).toHaveLength(1);
    expect(JSON.stringify([await told, lines])).not.toMatch(/canary/i);
  });

  it('that never comes is given up after five minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let isAsked = false;
    const { outcome } = transcribed(({ init }) => {
      isAsked = true;
      return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    await vi.waitUntil(() => isAsked).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(300_001);
    expect(await outcome).toEqual({ ok: false, code: 'engine_too_slow', final: false, retryAfterMs: null });
  });

  it('that comes before all was heard ends the sending', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(64 * 1024);
      } finally {
        ended = true;
      }
    }
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init = {}) => {
      const reader = (init.body as ReadableStream).getReader();
      for (let pieces = 0; pieces < 5; pieces += 1) await reader.read();
      return new Response('{}', { status: 401 });
    });
    const outcome = await openAiTranscriber(KEY)(speech({ audio: endless(), bytes: 900 * MIB }));
    expect(outcome).toMatchObject({ code: 'engine_key_refused' });
    await until(() => ended);
  });
});

it('what the source of the audio throws comes through as it is', async () => {
  class Damaged extends Error {}
  async function* damaged() {
    yield AUDIO.subarray(0, 100);
    throw new Damaged();
  }
  givenEngine(hears);
  await expect(openAiTranscriber(KEY)(speech({ audio: damaged() }))).rejects.toThrow(Damaged);
});

describe('Retry-After', () => {
  const NOW = Date.UTC(2030, 0, 7, 15);
  it.each([
    [null, null],
    ['0', 0],
    ['12', 12_000],
    ['Mon, 07 Jan 2030 15:01:00 GMT', 60_000],
    ['Mon, 07 Jan 2030 14:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['999999999', 24 * 3_600_000],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterOf(header, NOW)).toBe(ms);
  });
});
