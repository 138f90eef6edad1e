/**
 * A stand-in for OpenAI's `POST /v1/audio/transcriptions`. It hears the recordings of this simulator word for word, because it knows what
 * was said in them; any other audio gets sentences that are the same each time for the same bytes. Refusals, limits and the shape of
 * answers are OpenAI's, as documented; what goes wrong is an option.
 */
import { durationMs } from './fetch-audio.ts';
import type { Random } from './random.ts';
import type { HeardWords } from './recordings.ts';

export interface TranscriptionFaults {
  /** 500 in place of an answer. */
  readonly failed?: number;
  /** 429, with `Retry-After`. */
  readonly limited?: number;
  /** Never answered. */
  readonly hangs?: number;
  /** 200, and half a JSON. */
  readonly malformed?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}
export type TranscriptionFault = Exclude<keyof TranscriptionFaults, 'retryAfter'>;
const faultKinds: readonly TranscriptionFault[] = ['failed', 'limited', 'hangs', 'malformed'];

export interface AudioForm {
  readonly file: { readonly name: string; readonly bytes: Uint8Array } | null;
  readonly model: string | null;
  readonly language: string | null;
  readonly responseFormat: string | null;
}
export interface TranscriptionReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** One request, whatever came of it. `status` 0: it is never answered. */
export interface TranscriptionAttempt {
  readonly bytes: number;
  readonly sha256: string;
  readonly file_name: string;
  readonly language: string | null;
  readonly status: number;
  readonly fault: TranscriptionFault | null;
}

export const defaultTranscriptionKey = 'sk-simulator';
/** With what is sent around the file. */
export const mostFormBytes = 25 * 1024 * 1024;
const endings = /\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|oga|wav|webm)$/i;
const containers = ['OggS', 'fLaC', '\x1a\x45\xdf\xa3'];
const defaultRetryAfter = 2;
/** Of a confidence of 0.93 and of 0.82. */
const sure = -0.0726;
const lessSure = -0.1985;

const sentences: Readonly<Record<string, readonly string[]>> = {
  en: [
    'Good morning, this is a note about the last visit.',
    'The patient feels better since the weekend.',
    'The cough is worse at night and there is no fever.',
    'Please send the result to the front desk.',
    'The next appointment is in two weeks.',
    'Blood pressure was measured twice and was normal.',
  ],
  es: [
    'Buenos días, esta es una nota sobre la última visita.',
    'La paciente se siente mejor desde el fin de semana.',
    'La tos empeora por la noche y no hay fiebre.',
    'Por favor envíe el resultado a la recepción.',
    'La próxima cita es en dos semanas.',
  ],
};
const languageNames: Readonly<Record<string, string>> = { en: 'english', es: 'spanish' };

export class AudioTranscriptions {
  readonly attempts: TranscriptionAttempt[] = [];
  faults: TranscriptionFaults;
  readonly #next: TranscriptionFault[] = [];
  readonly #random: Random;
  readonly #apiKey: string;
  readonly #hear: (sha256: string, audio: Uint8Array) => Promise<HeardWords | null>;

  constructor(
    random: Random,
    hear: (sha256: string, audio: Uint8Array) => Promise<HeardWords | null>,
    { apiKey = defaultTranscriptionKey, faults = {} }: { apiKey?: string; faults?: TranscriptionFaults } = {},
  ) {
    this.#random = random;
    this.#hear = hear;
    this.#apiKey = apiKey;
    this.faults = faults;
  }

  /** The next requests fail in these ways, in order, before the rates count again. */
  failNext(...kinds: readonly TranscriptionFault[]): void {
    this.#next.push(...kinds);
  }

  /** Null: it is never answered. */
  async answer(authorization: string | undefined, form: AudioForm): Promise<TranscriptionReply | null> {
    const { file } = form;
    const sha256 = await hexOf(file?.bytes ?? new Uint8Array(0));
    const fault = this.#next.shift() ?? faultKinds.find((kind) => this.#random.chance(this.faults[kind] ?? 0)) ?? null;
    const reply = await this.#reply(authorization, form, sha256, fault);
    this.attempts.push({
      ...{ bytes: file?.bytes.length ?? 0, sha256, file_name: file?.name ?? '', language: form.language },
      ...{ status: reply?.status ?? 0, fault },
    });
    return reply;
  }

  async #reply(
    authorization: string | undefined,
    form: AudioForm,
    sha256: string,
    fault: TranscriptionFault | null,
  ): Promise<TranscriptionReply | null> {
    if (authorization !== `Bearer ${this.#apiKey}`)
      return refusal(401, 'invalid_api_key', 'Incorrect API key provided.');
    if (fault === 'hangs') return null;
    if (fault === 'failed')
      return refusal(500, 'server_error', 'The server had an error while processing your request.');
    if (fault === 'limited') {
      const retryAfter = String(this.faults.retryAfter ?? defaultRetryAfter);
      const limited = refusal(429, 'rate_limit_exceeded', 'Rate limit reached for requests.');
      return { ...limited, headers: { ...limited.headers, 'retry-after': retryAfter } };
    }
    const wrong = wrongWith(form);
    if (wrong !== null) return wrong;
    const audio = form.file?.bytes ?? new Uint8Array(0);
    const spoken = (await this.#hear(sha256, audio)) ?? inventedWords(audio, sha256, form.language);
    const body = answerOf(spoken, form);
    return fault === 'malformed' ? { ...body, body: body.body.slice(0, body.body.length / 2) } : body;
  }
}

function wrongWith({ file, model, language, responseFormat }: AudioForm): TranscriptionReply | null {
  if (file === null) return refusal(400, null, "Missing required parameter: 'file'.");
  if (model !== 'whisper-1') return refusal(404, 'model_not_found', 'The model does not exist.');
  if (responseFormat !== 'verbose_json' && responseFormat !== 'json')
    return refusal(400, null, 'This response format is not spoken here.');
  if (language !== null && !/^[a-z]{2}$/.test(language)) return refusal(400, null, 'Language must be ISO-639-1.');
  if (file.bytes.length > mostFormBytes) return refusal(413, null, 'Maximum content size limit exceeded.');
  return endings.test(file.name) && isAudio(file.bytes) ? null : refusal(400, null, 'Invalid file format.');
}

function isAudio(bytes: Uint8Array): boolean {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  return (
    durationMs(bytes) !== null || head.slice(4, 8) === 'ftyp' || containers.some((magic) => head.startsWith(magic))
  );
}

/** As much as can be said in that time, three seconds a sentence. */
function inventedWords(bytes: Uint8Array, sha256: string, language: string | null): HeardWords {
  // 16 kB a second, where only decoding it would tell.
  const length = durationMs(bytes) ?? bytes.length / 16;
  const known = sentences[language ?? 'en'] ?? sentences['en'] ?? [];
  const count = Math.max(1, Math.min(known.length, Math.floor(length / 3_000)));
  const first = Number.parseInt(sha256.slice(0, 6), 16);
  const segments = Array.from({ length: count }, (_, index) => ({
    startMs: (length * index) / count,
    endMs: (length * (index + 1)) / count,
    words: known[(first + index) % known.length] ?? '',
  }));
  return { durationMs: length, segments, isCertain: false };
}

function answerOf({ durationMs: length, segments, isCertain }: HeardWords, form: AudioForm): TranscriptionReply {
  const seconds = (ms: number): number => Math.round(ms / 10) / 100;
  const text = segments.map(({ words }) => words).join(' ');
  const verbose = {
    task: 'transcribe',
    language: languageNames[form.language ?? 'en'] ?? form.language,
    duration: seconds(length),
    text,
    segments: segments.map(({ startMs, endMs, words }, id) => ({
      ...{
        id,
        seek: 0,
        start: seconds(startMs),
        end: seconds(endMs),
        text: ` ${words}`,
        tokens: [50_364],
        temperature: 0,
      },
      ...{ avg_logprob: isCertain ? sure : lessSure, compression_ratio: 1.2, no_speech_prob: 0.01 },
    })),
  };
  const body = JSON.stringify(form.responseFormat === 'json' ? { text } : verbose);
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function refusal(status: number, code: string | null, message: string): TranscriptionReply {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  const body = JSON.stringify({ error: { message, type, param: null, code } });
  return { status, headers: { 'content-type': 'application/json' }, body };
}

async function hexOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
