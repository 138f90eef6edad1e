/**
 * Who writes down uploaded audio and recordings of calls, and whether that may be: one decision over the configuration, so that the API, the page and the work
 * itself say the same. Closed unless everything is there (HS-13, HS-14). Pure.
 */
import { UPLOAD_FORMATS, type UploadFormat } from '../audio/recognise-audio.ts';

export const TRANSCRIBERS = ['off', 'telnyx', 'workers-ai', 'openai'] as const;
export type TranscriberName = (typeof TRANSCRIBERS)[number];

/** Why no audio is written down; stable, for programs. */
export type TranscriptionRefusal =
  | 'transcriber_off'
  | 'engine_cannot_upload'
  | 'vendor_not_confirmed'
  | 'no_api_key'
  | 'no_ai_binding';

/** With whom the agreement has to be, by its name in BAA_CONFIRMED. */
const VENDORS = { 'workers-ai': 'cloudflare', openai: 'openai' } as const;

export interface TranscriptionFacts {
  readonly engine: TranscriberName;
  readonly confirmed: readonly string[];
  readonly hasAiBinding: boolean;
  readonly hasApiKey: boolean;
  /** The engine is a stand-in on this machine: nothing leaves it. */
  readonly isLoopback: boolean;
}

/** Null: uploads are taken. */
export function whyNoUploads(facts: TranscriptionFacts): TranscriptionRefusal | null {
  const { engine, confirmed } = facts;
  switch (engine) {
    case 'off':
      return 'transcriber_off';
    // It hears calls while they run; it takes no file.
    case 'telnyx':
      return 'engine_cannot_upload';
    case 'workers-ai':
      if (!facts.hasAiBinding) return 'no_ai_binding';
      return confirmed.includes(VENDORS[engine]) ? null : 'vendor_not_confirmed';
    case 'openai':
      if (!facts.hasApiKey) return 'no_api_key';
      return facts.isLoopback || confirmed.includes(VENDORS[engine]) ? null : 'vendor_not_confirmed';
  }
}

/** Whether recordings of calls are to be written down: by whoever takes files, unless nobody is asked at all. What Telnyx hears it hears live. */
export const hearsRecordings = (engine: TranscriberName): boolean => engine === 'workers-ai' || engine === 'openai';

/** What to do about it, for whoever runs the service. */
export const REFUSAL_REMEDIES: Readonly<Record<TranscriptionRefusal, string>> = {
  transcriber_off: 'Transcription is turned off. Set TRANSCRIBER to openai or workers-ai to turn it on.',
  engine_cannot_upload:
    'TRANSCRIBER is telnyx, which listens to calls and takes no files. Set it to openai or workers-ai for uploads and recordings.',
  vendor_not_confirmed:
    'Audio may hold patient data, and no agreement with whoever would hear it is on record. Sign it, then add openai or cloudflare to BAA_CONFIRMED.',
  no_api_key: 'TRANSCRIBER is openai, and OPENAI_API_KEY is not set. Set the secret.',
  no_ai_binding:
    'TRANSCRIBER is workers-ai, and this worker has no AI binding. It is there once deployed to production; on this machine use openai with OPENAI_BASE.',
};

export interface EngineLimits {
  /** Of one file. */
  readonly mostBytes: number;
  readonly formats: readonly UploadFormat[];
}

const MEGABYTE = 1_000_000;

/** OpenAI takes 25 MiB, with what is sent around the file. Workers AI takes the file as text in one piece of memory, which others share. */
const LIMITS: Readonly<Record<TranscriberName, EngineLimits>> = {
  off: { mostBytes: 0, formats: [] },
  telnyx: { mostBytes: 0, formats: [] },
  'workers-ai': { mostBytes: 6 * MEGABYTE, formats: UPLOAD_FORMATS },
  openai: { mostBytes: 25 * MEGABYTE, formats: ['mp3', 'wav', 'm4a', 'ogg', 'flac', 'webm'] },
};
export const limitsOf = (engine: TranscriberName): EngineLimits => LIMITS[engine];
