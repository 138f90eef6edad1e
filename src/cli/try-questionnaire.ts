/** A questionnaire run in text: what the phone would say, what is typed in place of the patient, and what it comes to. */
import type { Json } from './api-client.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printNote } from './print-note.ts';
import { harmless } from './shown.ts';
import { lineReader } from './terminal.ts';
import { spoken } from './watch-call.ts';

export interface TryOptions {
  readonly version?: number;
  readonly language?: string;
}
type Input = { readonly keys: string } | { readonly speech: string } | { readonly silence: true };
interface Preview {
  readonly transcript: readonly { readonly speaker: string; readonly text: string }[];
  readonly open: {
    readonly step: string;
    readonly kind: 'keys' | 'voice';
    readonly text: string;
    readonly keys?: readonly { readonly keys: string; readonly meaning: string }[];
  } | null;
  readonly status: string;
  readonly note?: Json | null;
}

/** 0 when it was run to its end, 1 when the answers ended before. Nothing is stored: every time, all answers so far are sent. */
export async function tryQuestionnaire(
  { io, client, print }: Context,
  { id, definition }: { readonly id: string; readonly definition?: Json },
  { version, language }: TryOptions,
): Promise<number> {
  const path = `/api/questionnaires/${encodeURIComponent(id)}/preview`;
  const inputs: Input[] = [];
  const reader = lineReader(io);
  let shown = 0;
  try {
    for (;;) {
      const body = { version, definition, language, inputs };
      const preview = (await client.send<Preview>('POST', path, { body })).body;
      if (!print.isJson)
        for (const line of preview.transcript.slice(shown)) print.line(spoken({ print }, { ...line, timestamp: '' }));
      shown = preview.transcript.length;
      const typed = preview.open === null ? null : await answerTo(io, reader, preview.open);
      if (typed === null) return ended({ print }, preview);
      inputs.push(inputOf(typed));
    }
  } finally {
    reader.close();
  }
}

function answerTo(
  io: Context['io'],
  reader: { next(): Promise<string | null> },
  { step, kind, keys = [] }: NonNullable<Preview['open']>,
): Promise<string | null> {
  if (io.stdin.isTTY === true) {
    const offered = keys.map(({ keys: key, meaning }) => `${harmless(key)} ${harmless(meaning)}`).join(' · ');
    if (offered !== '') io.stderr.write(`         ${offered}\n`);
    io.stderr.write(`${harmless(step)} (${kind === 'voice' ? 'words' : 'keys'})> `);
  }
  return reader.next();
}

/** Digits, * and # are keys; nothing is silence; all else was said. In quotes, digits are said too. */
function inputOf(line: string): Input {
  const text = line.trim();
  if (text === '') return { silence: true };
  return /^[0-9*#]+$/.test(text) ? { keys: text } : { speech: text.replace(/^"(.*)"$/, '$1') };
}

function ended({ print }: Pick<Context, 'print'>, preview: Preview): number {
  if (print.isJson) print.json(preview);
  else {
    print.line();
    print.line(print.bold(`Ends as ${preview.status.replaceAll('_', ' ')}.`));
    if (preview.note) printNote({ print }, preview.note);
  }
  return preview.open === null ? EXIT.ok : EXIT.failed;
}
