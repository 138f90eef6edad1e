/** `reassigned …`: what the Reassigned Numbers Database answered. The clinic asks there; here its answers are taken. */
import type { Command } from 'commander';
import { run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { printDone, printRecord } from './print-record.ts';
import { readJson } from './terminal.ts';

/** As many as the service takes at once. */
const AT_ONCE = 400;

export function addReassignedCommands(program: Command, setup: Setup): void {
  const reassigned = program
    .command('reassigned')
    .description('Answers of the Reassigned Numbers Database: count, upload');

  reassigned
    .command('count', { isDefault: true })
    .description('How many answers are stored, and of when the newest is')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake reassigned')
    .action(run(setup, async (context) => printRecord(context, await context.client.get('/api/reassigned-numbers'))));

  reassigned
    .command('upload <file>')
    .description(
      'Stores answers, a JSON list of {"phone_number", "answer": "no|yes|no_data", "asked_for"}; - for standard input',
    )
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake reassigned upload answers.json')
    .action(
      run(setup, async (context, file: string) => {
        const answers = await readJson(context.io, file);
        if (!Array.isArray(answers) || answers.length === 0) throw usageError(`${file} has to be a list of answers.`);
        let stored = 0;
        for (let from = 0; from < answers.length; from += AT_ONCE) {
          const body = answers.slice(from, from + AT_ONCE);
          const sent = await context.client.send<{ stored: number }>('POST', '/api/reassigned-numbers', { body });
          stored += sent.body.stored;
        }
        return printDone(context, { stored }, `${stored} answers are stored.`);
      }),
    );
}
