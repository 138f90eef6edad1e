/**
 * What Whisper answers, read with care: OpenAI's `verbose_json` and Workers AI's answer have the same segments, in seconds, and differ in
 * where language and length stand. What does not fit is no answer, not half of one. Pure.
 */
import { languageCode, type Transcript, type TranscriptSegment } from './transcript.ts';

/** Null: this is not what was asked for. */
export function readWhisperAnswer(answer: unknown): Transcript | null {
  if (!isRecord(answer) || typeof answer['text'] !== 'string') return null;
  const about = isRecord(answer['transcription_info']) ? answer['transcription_info'] : answer;
  const listed = answer['segments'] ?? [];
  if (!Array.isArray(listed)) return null;
  const segments: TranscriptSegment[] = [];
  for (const segment of listed) {
    const read = segmentOf(segment);
    if (read === null) return null;
    if (read.text !== '') segments.push(read);
  }
  const { language, duration } = about;
  return {
    text: cleaned(answer['text']),
    language: typeof language === 'string' ? languageCode(language) : null,
    durationMs: isSeconds(duration) ? Math.round(duration * 1000) : null,
    segments,
  };
}

function segmentOf(segment: unknown): TranscriptSegment | null {
  if (!isRecord(segment)) return null;
  const { start, end, text, avg_logprob: logProbability } = segment;
  if (!isSeconds(start) || !isSeconds(end) || typeof text !== 'string') return null;
  return {
    startMs: Math.round(start * 1000),
    endMs: Math.round(Math.max(start, end) * 1000),
    text: cleaned(text),
    confidence: typeof logProbability === 'number' ? confidenceOf(logProbability) : null,
  };
}

/** The mean of the logarithms of each word's probability. */
const confidenceOf = (logProbability: number): number | null =>
  Number.isFinite(logProbability) ? Math.round(Math.min(1, Math.exp(logProbability)) * 100) / 100 : null;

/** What an engine sends is text for people: no control characters, and no space around it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const cleaned = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ').trim();

const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
