/** What was said, as a file: lines to be read, or a table for a spreadsheet. */
import type { TranscriptLine } from '../domain/intake/call-log.ts';
import { type RecordedSpan, recordingOffsetMs } from '../domain/note/recording-offset.ts';
import { type Column, TABULAR_TYPES, tabularStream } from './tabular.ts';
import { textStream } from './text-stream.ts';

export const TRANSCRIPT_FORMATS = ['json', 'txt', 'tsv'] as const;
export type TranscriptFile = 'txt' | 'tsv';

interface Line {
  readonly line: TranscriptLine;
  /** From the start of the recording; null without one. */
  readonly offsetMs: number | null;
}

const COLUMNS: readonly Column<Line>[] = [
  { name: 'timestamp', cell: ({ line }) => new Date(line.at).toISOString() },
  { name: 'offset_ms', cell: ({ offsetMs }) => offsetMs },
  { name: 'speaker', cell: ({ line }) => line.speaker },
  { name: 'item', cell: ({ line }) => line.item },
  { name: 'input', cell: ({ line }) => line.input },
  { name: 'confidence', cell: ({ line }) => line.confidence },
  { name: 'text', cell: ({ line }) => line.text },
];

/** The name of the file says which call it is of, by its opaque id. */
export function transcriptFile(
  format: TranscriptFile,
  callId: string,
  transcript: readonly TranscriptLine[],
  recording: RecordedSpan | null,
): Response {
  const lines = transcript.map((line) => ({ line, offsetMs: recordingOffsetMs(recording, line.at) }));
  const texts = format === 'txt' ? asText(lines) : tabularStream('tsv', COLUMNS, pageOf(lines));
  return new Response(textStream(texts), {
    headers: {
      'Content-Type': format === 'txt' ? 'text/plain; charset=utf-8' : TABULAR_TYPES.tsv,
      'Content-Disposition': `attachment; filename="transcript-${callId}.${format}"`,
    },
  });
}

async function* pageOf(lines: readonly Line[]): AsyncGenerator<readonly Line[], void> {
  yield lines;
}

async function* asText(lines: readonly Line[]): AsyncGenerator<string, void> {
  for (const { line } of lines) {
    const how = line.speaker === 'agent' ? 'Clinic' : line.input === 'keys' ? 'Patient (by key)' : 'Patient';
    yield `${new Date(line.at).toISOString()}  ${how}: ${line.text.replaceAll(/\s+/g, ' ')}\n`;
  }
}
