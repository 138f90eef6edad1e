/** `call sign`: that somebody has read a note, and what they add to it. Neither is ever taken back. */
import type { Command } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { wholeNumber } from './list-pages.ts';
import { readText } from './terminal.ts';

interface SignOptions {
  readonly addendum?: string;
  readonly noteVersion?: number;
}

export function addSignCommand(call: Command, setup: Setup): void {
  call
    .command('sign <call>')
    .description('Signs the note you have read, or adds to one that is signed')
    .option('--addendum <file>', 'what to add, as text; - for standard input')
    .option('--note-version <n>', 'the version you have read; refused when there is a newer one', wholeNumber)
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake call sign call_… --note-version 1\n  telnyx-edge-intake call sign call_… --addendum - < addendum.txt',
    )
    .action(run(setup, sign));
}

async function sign({ io, client, print }: Context, id: string, options: SignOptions): Promise<undefined> {
  const { addendum, noteVersion } = options;
  const text = addendum === undefined ? undefined : (await readText(io, addendum)).trim();
  const body = { verdict: 'signed', addendum: text, note_version: noteVersion };
  const { body: review } = await client.send('POST', `/api/calls/${encodeURIComponent(id)}/review`, { body });
  if (print.isJson) print.json(review);
  else print.line(`Version ${review['note_version'] ?? ''} is signed by ${review['by'] ?? 'you'}.`);
}
