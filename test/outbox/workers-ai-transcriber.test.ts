/** Whisper on Workers AI: what it is given, and what its errors mean for the next try. */
import { describe, expect, it, vi } from 'vitest';
import type { Speech } from '../../src/outbox/transcriber.ts';
import { workersAiTranscriber } from '../../src/outbox/workers-ai-transcriber.ts';
import { givenMp3 } from '../support/given-audio.ts';
import { inPieces } from '../support/given-bytes.ts';

const AUDIO = givenMp3(3_600);
const speech = (changes: Partial<Speech> = {}): Speech => ({
  ...{ audio: inPieces(AUDIO, 1000, 7, 64), bytes: AUDIO.length, format: 'mp3', language: null },
  ...changes,
});
const ai = (run: (model: string, input: { audio: string }) => Promise<unknown>) => ({
  run: vi.fn(run) as unknown as Ai['run'],
});

it('gives the model the audio as base64, and the language if somebody named one', async () => {
  const binding = ai(async () => ({
    text: 'Hello',
    transcription_info: { language: 'en', duration: 3.6 },
    segments: [],
  }));
  const outcome = await workersAiTranscriber(binding)(speech({ language: 'en' }));
  expect(outcome).toEqual({
    ok: true,
    transcript: { text: 'Hello', language: 'en', durationMs: 3600, segments: [] },
  });
  expect(binding.run).toHaveBeenCalledExactlyOnceWith('@cf/openai/whisper-large-v3-turbo', {
    ...{ audio: AUDIO.toBase64(), task: 'transcribe', language: 'en' },
  });
});

describe('a failure', () => {
  it.each([
    ['5004: Invalid data', 'audio_refused', true],
    ['AiError: 3006: Request is too large', 'too_large', true],
    ['5007: No such model', 'engine_not_there', true],
    ['3036: Account limited', 'engine_quota_spent', false],
    ['3040: Out of capacity', 'engine_busy', false],
    ['3007: Timeout', 'engine_unavailable', false],
    ['Network connection lost', 'engine_unavailable', false],
  ])('%s is %s, given up: %s', async (message, code, final) => {
    const binding = ai(async () => Promise.reject(new Error(message)));
    expect(await workersAiTranscriber(binding)(speech())).toEqual({ ok: false, code, final, retryAfterMs: null });
  });

  it('an answer that is none is tried again', async () => {
    const outcome = await workersAiTranscriber(ai(async () => null))(speech());
    expect(outcome).toMatchObject({ ok: false, code: 'engine_answer_unreadable', final: false });
  });
});
