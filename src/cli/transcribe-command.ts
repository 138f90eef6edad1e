/** `transcribe`: audio files are sent, waited for, and come back as a table of what was said. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { audioFiles } from './audio-files.ts';
import { type Context, run, type Setup } from './context.ts';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import { follow } from './follow.ts';
import { formOf } from './list-form.ts';
import { startProgress } from './progress.ts';
import { checkFile, saveBody } from './save-file.ts';
import { harmless } from './shown.ts';

interface TranscribeOptions {
  readonly output: string;
  readonly format: 'tsv' | 'json';
  readonly language?: string;
  readonly recursive?: boolean;
  readonly stored?: boolean;
  readonly force?: boolean;
}

/** So many are sent and waited for side by side. */
const AT_ONCE = 4;
const COLUMNS = ['file', 'transcription_id', 'status', 'code', 'language', 'duration_seconds', 'text'];

export function addTranscribeCommand(program: Command, setup: Setup): void {
  program
    .command('transcribe [paths...]')
    .description('Writes down what is said in audio files, or in all of a folder. Ends with 1 if one failed')
    .option('-o, --output <file>', 'where to; standard output when left out', '-')
    .addOption(new Option('--format <format>').choices(['tsv', 'json']).default('tsv'))
    .option('--language <code>', 'what is spoken, such as en; found out when left out')
    .option('--recursive', 'folders within folders too')
    .option('--stored', 'instead, everything that was ever written down')
    .option('--force', 'write over a file that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake transcribe voicemail.mp3\n  telnyx-edge-intake transcribe recordings/ --language es -o said.tsv\n  telnyx-edge-intake transcribe --stored --format json -o all.json',
    )
    .action(run(setup, transcribe));
}

async function transcribe(context: Context, paths: readonly string[], options: TranscribeOptions): Promise<number> {
  const { io, print } = context;
  checkFile(options);
  if (options.stored === true) return saveStored(context, options);
  const { audio, skipped } = audioFiles(paths, options.recursive === true);
  for (const file of skipped) print.note(`${file}: skipped, it is no audio`);
  if (audio.length === 0) throw usageError('Name audio files, or a folder that holds some.');
  const progress = startProgress(io, 'Writing down');
  const rows = new Map<string, Json>();
  const left = audio.values();
  let failed = 0;
  const work = async () => {
    for (const file of left) {
      const row = await writeDown(context, file, options.language);
      rows.set(file, row);
      if (row['status'] !== 'done') failed += 1;
      progress.update(
        rows.size,
        audio.length,
        `${rows.size} of ${audio.length}${failed > 0 ? `, ${failed} failed` : ''}`,
      );
    }
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, audio.length) }, work));
    // What is under way is waited for: a file is not let go of while it is being sent.
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  } finally {
    progress.stop();
  }
  const inOrder = audio.map((file) => ({ ...rows.get(file) }));
  const isJson = options.format === 'json' || print.isJson;
  await saveBody(io, isJson ? `${JSON.stringify({ items: inOrder }, null, 2)}\n` : tsv(inOrder), options);
  for (const row of inOrder)
    if (row['status'] !== 'done')
      print.note(harmless(`${row['file']}: failed, ${row['code'] ?? 'unknown'}. ${row['what_to_do'] ?? ''}`));
  return failed > 0 ? EXIT.failed : EXIT.ok;
}

async function saveStored({ io, client, print }: Context, options: TranscribeOptions): Promise<number> {
  const format = print.isJson ? 'json' : options.format;
  await saveBody(io, (await client.file('/api/transcriptions/results', { format })).body, options);
  return EXIT.ok;
}

/** A file that is refused says nothing about the others; a service that is away, or knows nobody, does. */
async function writeDown(context: Context, file: string, language: string | undefined): Promise<Json> {
  const { client } = context;
  try {
    const form = await formOf(file, { language });
    const { body } = await client.send<{ transcription_id: string }>('POST', '/api/transcriptions', { form });
    const path = `/api/transcriptions/${body.transcription_id}`;
    const done = await follow(context, async () => {
      const now = await client.get(path);
      return now['status'] === 'done' || now['status'] === 'failed' ? now : null;
    });
    return { file, ...done };
  } catch (error) {
    const isItsOwn =
      error instanceof CliError &&
      [EXIT.invalid, EXIT.conflict, EXIT.notFound, EXIT.usage].some((code) => code === error.exitCode);
    if (!isItsOwn) throw error;
    const [first] = error.problem.errors ?? [];
    const code = first?.code ?? error.problem.code ?? null;
    return { file, status: 'failed', code, what_to_do: first?.detail ?? error.message };
  }
}

const tsv = (rows: readonly Json[]): string =>
  [COLUMNS.join('\t'), ...rows.map((row) => COLUMNS.map((name) => cell(row[name])).join('\t'))].join('\n').concat('\n');

/** On one line; and what a spreadsheet would compute is marked as text. */
function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value).replace(/[\t\r\n]+/g, ' ');
  return /^[=+\-@]/.test(text) && typeof value === 'string' ? `'${text}` : text;
}
