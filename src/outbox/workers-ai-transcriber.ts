/**
 * Whisper on Workers AI, through the binding: the audio stays with whom the worker runs at. The model takes it as base64 in one request,
 * so it is held in memory, and files are smaller than elsewhere (`limitsOf`). Errors begin with a number; of their text nothing is kept.
 */
import { withDeadline } from '../deadline.ts';
import { readWhisperAnswer } from '../domain/transcription/whisper-answer.ts';
import { gaveUp, notNow, type Transcriber, type TranscriptionFailure } from './transcriber.ts';

const MODEL = '@cf/openai/whisper-large-v3-turbo';
const TIMEOUT_MS = 300_000;

export const workersAiTranscriber =
  (ai: Pick<Ai, 'run'>): Transcriber =>
  async ({ audio, language }) => {
    const base64 = await base64Of(audio);
    let answer: unknown;
    try {
      const input = { audio: base64, task: 'transcribe', ...(language === null ? {} : { language }) };
      answer = await withDeadline(ai.run(MODEL, input), TIMEOUT_MS);
    } catch (error) {
      return failureOf(error as Error);
    }
    const transcript = readWhisperAnswer(answer);
    return transcript === null ? notNow('engine_answer_unreadable') : { ok: true, transcript };
  };

/** Piece by piece: the audio as bytes is never there beside the audio as text. */
async function base64Of(audio: AsyncIterable<Uint8Array>): Promise<string> {
  const texts: string[] = [];
  let rest = new Uint8Array(0);
  for await (const piece of audio) {
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    // Three bytes are four characters: only what comes to its end may be filled up.
    const whole = bytes.length - (bytes.length % 3);
    texts.push(bytes.subarray(0, whole).toBase64());
    rest = bytes.slice(whole);
  }
  texts.push(rest.toBase64());
  return texts.join('');
}

/** Codes of Workers AI. */
const FINAL: ReadonlyMap<string, string> = new Map([
  ['3006', 'too_large'],
  ['5004', 'audio_refused'],
  ['5006', 'audio_refused'],
  ['5007', 'engine_not_there'],
  ['5018', 'engine_key_refused'],
]);

function failureOf({ name, message }: Error): TranscriptionFailure {
  if (name === 'DeadlineExceeded') return notNow('engine_too_slow');
  const code = /\b([35]\d{3})\b/.exec(message)?.[1] ?? '';
  const final = FINAL.get(code);
  if (final !== undefined) return gaveUp(final);
  if (code === '3036') return notNow('engine_quota_spent');
  return notNow(code === '3040' ? 'engine_busy' : 'engine_unavailable');
}
