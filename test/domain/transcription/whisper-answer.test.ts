/** Answers of Whisper as OpenAI and Workers AI give them; and what is no answer. */
import { describe, expect, it } from 'vitest';
import { languageCode, languageName, SPOKEN_LANGUAGES } from '../../../src/domain/transcription/transcript.ts';
import { readWhisperAnswer } from '../../../src/domain/transcription/whisper-answer.ts';

const SEGMENT = { id: 0, seek: 0, start: 0, end: 2.5, text: ' Good morning.', tokens: [1], avg_logprob: -0.0726 };

describe('readWhisperAnswer', () => {
  it("reads OpenAI's verbose JSON", () => {
    const answer = {
      task: 'transcribe',
      language: 'english',
      duration: 8.47,
      text: 'Good morning.',
      segments: [SEGMENT],
    };
    expect(readWhisperAnswer(answer)).toEqual({
      ...{ text: 'Good morning.', language: 'en', durationMs: 8470 },
      segments: [{ startMs: 0, endMs: 2500, text: 'Good morning.', confidence: 0.93 }],
    });
  });

  it("reads Workers AI's answer, whose language and length stand apart", () => {
    const info = { language: 'es', language_probability: 0.99, duration: 3, duration_after_vad: 2 };
    const answer = { transcription_info: info, text: 'Hola', word_count: 1, segments: [], vtt: 'WEBVTT' };
    expect(readWhisperAnswer(answer)).toEqual({ text: 'Hola', language: 'es', durationMs: 3000, segments: [] });
  });

  it('takes an answer that is only a text, and one that is empty: nobody spoke', () => {
    const nothing = { language: null, durationMs: null, segments: [] };
    expect(readWhisperAnswer({ text: 'Hello' })).toEqual({ text: 'Hello', ...nothing });
    expect(readWhisperAnswer({ text: '' })).toEqual({ text: '', ...nothing });
  });

  it('leaves out what engines put in: control characters, silent segments, times that run backwards', () => {
    const segments = [
      { start: 1, end: 0.5, text: 'a\u0000b\u0007' },
      { start: 2, end: 3, text: '  ' },
    ];
    expect(readWhisperAnswer({ text: ' a\u0000b ', language: 'Klingon', segments })).toEqual({
      ...{ text: 'a b', language: null, durationMs: null },
      segments: [{ startMs: 1000, endMs: 1000, text: 'a b', confidence: null }],
    });
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{}],
    [{ text: 1 }],
    [{ text: 'a', segments: {} }],
    [{ text: 'a', segments: [null] }],
    [{ text: 'a', segments: [{ start: '0', end: 1, text: 'a' }] }],
    [{ text: 'a', segments: [{ start: 0, end: Number.NaN, text: 'a' }] }],
    [{ text: 'a', segments: [{ start: -1, end: 1, text: 'a' }] }],
    [{ text: 'a', segments: [{ start: 0, end: 1 }] }],
  ])('%j is no answer', (answer) => {
    expect(readWhisperAnswer(answer)).toBeNull();
  });
});

it('every language is known by its letters and by its name', () => {
  expect(new Set(SPOKEN_LANGUAGES).size).toBe(SPOKEN_LANGUAGES.length);
  for (const code of SPOKEN_LANGUAGES) {
    expect(languageCode(code.toUpperCase())).toBe(code);
    expect(languageCode(languageName(code))).toBe(code);
    expect(languageName(code)).not.toBe(code);
  }
  expect(languageCode('xx')).toBeNull();
});
