/** What was said, as a file: lines to be read, or a table for a spreadsheet. */
import type { transcriptsJson } from '../call-json.ts';
import { type Column, TABULAR_TYPES, tabularStream } from './tabular.ts';
import { textStream } from './text-stream.ts';

export const TRANSCRIPT_FORMATS = ['json', 'txt', 'tsv'] as const;
export type TranscriptFile = 'txt' | 'tsv';

type Line = ReturnType<typeof transcriptsJson>['items'][number];

const COLUMNS: readonly Column<Line>[] = (
  ['timestamp', 'offset_ms', 'speaker', 'item', 'input', 'confidence', 'text', 'source'] as const
).map((name) => ({ name, cell: (line) => line[name] }));

/** The name of the file says which call it is of, by its opaque id. */
export function transcriptFile(format: TranscriptFile, callId: string, lines: readonly Line[]): Response {
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
  for (const { speaker, input, source, timestamp, text } of lines) {
    const who = speaker === 'agent' ? 'Clinic' : 'Patient';
    const how = source === 'recording' ? ' (from the recording)' : input === 'keys' ? ' (by key)' : '';
    yield `${timestamp}  ${who}${how}: ${text.replaceAll(/\s+/g, ' ')}\n`;
  }
}
