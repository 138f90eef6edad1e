/**
 * OpenAI's Whisper, or anything that speaks its `POST /audio/transcriptions`. The audio streams through as it is opened; the key goes to
 * that one address and follows no redirect. Of what comes back only the transcript is kept: an error's text may quote what was sent.
 */
import { readWhisperAnswer } from '../domain/transcription/whisper-answer.ts';
import { UPLOAD_TYPES } from '../store/transcription-bucket.ts';
import { retryAfterOf } from './retry-after.ts';
import { gaveUp, notNow, type Speech, type Transcriber, type TranscriptionOutcome } from './transcriber.ts';

/** The one model that tells when each sentence was said. */
const MODEL = 'whisper-1';
/** Within the lease of the job, with time left to store what came. */
const TIMEOUT_MS = 300_000;
/** Twelve hours of talk. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

export const openAiTranscriber =
  ({ apiKey, base }: { readonly apiKey: string; readonly base: string }): Transcriber =>
  async (speech) => {
    const form = formOf(speech);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(`${base}/audio/transcriptions`, {
        ...{ method: 'POST', redirect: 'manual', signal: controller.signal, body: form.body },
        headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': form.type, Accept: 'application/json' },
      });
      return await outcomeOf(response);
    } catch {
      form.rethrow();
      return notNow(controller.signal.aborted ? 'engine_too_slow' : 'engine_unreachable');
    } finally {
      clearTimeout(timer);
      // An engine may answer before it has heard everything.
      await form.stop();
    }
  };

function formOf({ audio, bytes, format, language }: Speech) {
  const boundary = `form-${crypto.randomUUID()}`;
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const encoder = new TextEncoder();
  const head = encoder.encode(
    [
      field('model', MODEL),
      field('response_format', 'verbose_json'),
      field('timestamp_granularities[]', 'segment'),
      language === null ? '' : field('language', language),
      // It goes by the end of the name. The file's own name stays here: it may be a patient's.
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="audio.${format}"\r\n`,
      `Content-Type: ${UPLOAD_TYPES[format]}\r\n\r\n`,
    ].join(''),
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const sized = new FixedLengthStream(head.length + bytes + tail.length);
  const writer = sized.writable.getWriter();
  let isStopped = false;
  let broken: { readonly error: unknown } | null = null;
  const pumped = (async () => {
    try {
      await writer.write(head);
      try {
        for await (const piece of audio) await writer.write(piece).catch(nobodyListens);
      } catch (error) {
        if (!(error instanceof NobodyListens)) broken = { error };
        throw error;
      }
      await writer.write(tail);
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => undefined);
    }
  })();
  return {
    body: sized.readable,
    type: `multipart/form-data; boundary=${boundary}`,
    /** What the source of the audio threw, if that is why the request failed. */
    rethrow: () => {
      if (broken !== null && !isStopped) throw broken.error;
    },
    stop: async () => {
      isStopped = true;
      await writer.abort().catch(() => undefined);
      await pumped;
    },
  };
}

class NobodyListens extends Error {}
function nobodyListens(): never {
  throw new NobodyListens();
}

async function outcomeOf(response: Response): Promise<TranscriptionOutcome> {
  const { status } = response;
  if (status === 200) {
    const transcript = readWhisperAnswer(await jsonOf(response));
    return transcript === null ? notNow('engine_answer_unreadable') : { ok: true, transcript };
  }
  const retryAfterMs = retryAfterOf(response.headers.get('Retry-After'), Date.now());
  if (status === 429) {
    const isSpent = errorCodeOf(await jsonOf(response)) === 'insufficient_quota';
    return notNow(isSpent ? 'engine_quota_spent' : 'engine_busy', retryAfterMs);
  }
  await response.body?.cancel();
  if (status >= 500 || status === 408 || status === 409) return notNow('engine_unavailable', retryAfterMs);
  if (status >= 300 && status < 400) return gaveUp('engine_redirects');
  if (status === 401 || status === 403) return gaveUp('engine_key_refused');
  if (status === 404) return gaveUp('engine_not_there');
  return gaveUp(status === 413 ? 'too_large' : 'audio_refused');
}

/** Undefined: it is none, or longer than any answer is. */
async function jsonOf(response: Response): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > MOST_ANSWER_BYTES) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(await new Blob(pieces).text());
  } catch {
    return undefined;
  }
}

const errorCodeOf = (body: unknown): unknown =>
  (body as { error?: { code?: unknown } } | null | undefined)?.error?.code;
