/** Whether uploads may be written down: closed unless the engine, its key and the agreement with its vendor are all there (HS-13, HS-14). */
import { describe, expect, it } from 'vitest';
import {
  limitsOf,
  REFUSAL_REMEDIES,
  TRANSCRIBERS,
  type TranscriptionFacts,
  whyNoUploads,
} from '../../../src/domain/transcription/transcription-setting.ts';

const facts = (changes: Partial<TranscriptionFacts>): TranscriptionFacts => ({
  ...{ engine: 'openai', confirmed: [], hasAiBinding: true, hasApiKey: true, isLoopback: false },
  ...changes,
});

describe('whyNoUploads', () => {
  it.each([
    [{ engine: 'off' }, 'transcriber_off'],
    [{ engine: 'off', confirmed: ['openai', 'cloudflare', 'telnyx'] }, 'transcriber_off'],
    [{ engine: 'telnyx', confirmed: ['telnyx'] }, 'engine_cannot_upload'],
    [{ engine: 'openai' }, 'vendor_not_confirmed'],
    [{ engine: 'openai', confirmed: ['telnyx', 'cloudflare'] }, 'vendor_not_confirmed'],
    [{ engine: 'openai', confirmed: ['openai'], hasApiKey: false }, 'no_api_key'],
    [{ engine: 'openai', confirmed: ['openai'] }, null],
    [{ engine: 'openai', isLoopback: true }, null],
    [{ engine: 'workers-ai' }, 'vendor_not_confirmed'],
    // That OpenAI's address is on this machine says nothing about Workers AI.
    [{ engine: 'workers-ai', isLoopback: true }, 'vendor_not_confirmed'],
    [{ engine: 'workers-ai', confirmed: ['openai'] }, 'vendor_not_confirmed'],
    [{ engine: 'workers-ai', confirmed: ['cloudflare'] }, null],
    [{ engine: 'workers-ai', confirmed: ['cloudflare'], hasAiBinding: false }, 'no_ai_binding'],
  ] as const)('%j: %s (HS-13, HS-14, T18)', (changes, refusal) => {
    expect(whyNoUploads(facts(changes))).toBe(refusal);
  });

  it('says for each refusal which variable to set', () => {
    for (const text of Object.values(REFUSAL_REMEDIES))
      expect(text).toMatch(/TRANSCRIBER|OPENAI_API_KEY|BAA_CONFIRMED|OPENAI_BASE/);
  });
});

it('only an engine that takes uploads has room for one', () => {
  for (const engine of TRANSCRIBERS)
    expect(limitsOf(engine).mostBytes > 0).toBe(engine === 'openai' || engine === 'workers-ai');
  expect(limitsOf('openai').mostBytes).toBe(25_000_000);
});
