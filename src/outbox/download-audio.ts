/**
 * Fetches audio from an address that has been judged (telnyx/recording-link.ts), as a stream that ends itself when it grows too long,
 * takes too long or proves to be no audio. No redirect is followed and no header of ours goes along: S3 refuses a second kind of
 * authorisation, and our key is nobody's business there.
 */
import { AudioProbe } from '../domain/audio/audio-probe.ts';
import type { AudioFormat } from '../domain/intake/state.ts';

/** Four hours of MP3, or two of WAV; no call is as long. */
const MOST_BYTES = 256 * 1024 * 1024;
const FIRST_BYTE_TIMEOUT_MS = 20_000;
/** Within the lease of the job, with time left to store what came. */
const TIMEOUT_MS = 240_000;
const TYPES = /^(audio\/(mpeg|mp3|x-mpeg|wav|x-wav|wave|vnd\.wave)|(application|binary)\/octet-stream)\s*(;|$)/i;

export type DownloadCode =
  | 'redirected'
  | 'link_expired'
  | 'not_there'
  | 'refused'
  | 'storage_unavailable'
  | 'wrong_type'
  | 'too_large'
  | 'too_slow'
  | 'cut_off'
  | 'empty';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code: DownloadCode;
  constructor(code: DownloadCode, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

export interface AudioFacts {
  readonly format: AudioFormat;
  readonly durationMs: number;
}
export interface Download {
  /** Throws a DownloadError when it is cut short or is no audio. */
  readonly audio: AsyncGenerator<Uint8Array, void>;
  /** Once `audio` has come to its end. */
  readonly facts: () => AudioFacts;
}

export async function downloadAudio(url: URL): Promise<Download> {
  const controller = new AbortController();
  const abort = (ms: number) => setTimeout(() => controller.abort(), ms);
  const total = abort(TIMEOUT_MS);
  const firstByte = abort(FIRST_BYTE_TIMEOUT_MS);
  const stop = () => {
    clearTimeout(total);
    clearTimeout(firstByte);
  };
  try {
    const response = await fetch(url, { redirect: 'manual', signal: controller.signal });
    clearTimeout(firstByte);
    const refusal = refusalOf(response);
    if (refusal !== null) {
      await response.body?.cancel();
      throw new DownloadError(refusal);
    }
    const probe = new AudioProbe();
    const length = response.headers.get('Content-Length');
    return {
      audio: checked(response, probe, length === null ? null : Number(length), stop),
      facts: () => ({ format: probe.format === 'wav' ? 'wav' : 'mp3', durationMs: probe.durationMs }),
    };
  } catch (error) {
    stop();
    throw error instanceof DownloadError ? error : slowOrCut(error);
  }
}

function refusalOf({ status, headers, body }: Response): DownloadCode | null {
  if (status >= 300 && status < 400) return 'redirected';
  if (status === 403) return 'link_expired';
  if (status === 404) return 'not_there';
  if (status === 429 || status >= 500) return 'storage_unavailable';
  if (status !== 200) return 'refused';
  if (Number(headers.get('Content-Length') ?? 0) > MOST_BYTES) return 'too_large';
  const type = headers.get('Content-Type');
  if (type !== null && !TYPES.test(type)) return 'wrong_type';
  return body === null ? 'empty' : null;
}

async function* checked(
  response: Response,
  probe: AudioProbe,
  length: number | null,
  stop: () => void,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  try {
    for await (const piece of response.body as ReadableStream<Uint8Array>) {
      bytes += piece.length;
      // A length that was promised is no limit to what comes.
      if (bytes > MOST_BYTES) throw new DownloadError('too_large');
      probe.push(piece);
      if (probe.format === 'none') throw new DownloadError('wrong_type');
      yield piece;
    }
  } catch (error) {
    throw error instanceof DownloadError ? error : slowOrCut(error);
  } finally {
    stop();
  }
  if (bytes === 0) throw new DownloadError('empty');
  if (length !== null && bytes < length) throw new DownloadError('cut_off');
  if (probe.end() === 'none') throw new DownloadError('wrong_type');
}

const slowOrCut = (cause: unknown): DownloadError =>
  new DownloadError((cause as Error).name === 'AbortError' ? 'too_slow' : 'cut_off', { cause });
