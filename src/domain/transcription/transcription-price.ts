/** What an engine takes for a minute of audio, in billionths of a dollar: from price lists, noted beside what was written down. Pure. */
import type { TranscriberName } from './transcription-setting.ts';

const MINUTE_MS = 60_000;
/** Workers AI: 46.63 neurons at 0.011 dollars a thousand (2026-09). OpenAI: 0.006 dollars (2026-09). */
const NANOS_A_MINUTE: Readonly<Record<'workers-ai' | 'openai', number>> = { 'workers-ai': 512_930, openai: 6_000_000 };
const OPENAI_HOST = 'api.openai.com';

/** Null: nobody here knows what whoever is asked there takes. */
export function priceNanos(engine: TranscriberName, host: string, audioMs: number): number | null {
  if (engine !== 'workers-ai' && engine !== 'openai') return null;
  if (engine === 'openai' && host !== OPENAI_HOST) return null;
  return Math.round((NANOS_A_MINUTE[engine] * audioMs) / MINUTE_MS);
}
