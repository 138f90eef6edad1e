/** What an engine takes for what it listened to (C76). */
import { expect, it } from 'vitest';
import { priceNanos } from '../../../src/domain/transcription/transcription-price.ts';

it.each([
  ['workers-ai', 'api.openai.com', 60_000, 512_930],
  ['workers-ai', '', 171_000, 1_461_851],
  ['openai', 'api.openai.com', 90_000, 9_000_000],
  ['openai', 'speech.clinic.example', 60_000, null],
  ['telnyx', '', 60_000, null],
  ['off', '', 60_000, null],
] as const)('%s at %s for %i ms: %s billionths of a dollar', (engine, host, ms, nanos) => {
  expect(priceNanos(engine, host, ms)).toBe(nanos);
});
