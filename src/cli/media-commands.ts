/** `media …`: the recorded messages that campaigns play. */
import path from 'node:path';
import type { Command } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { formOf } from './list-form.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { confirm } from './terminal.ts';

const COLUMNS = [
  ['MEDIA', 'media_id'],
  ['NAME', 'name'],
  ['FORMAT', 'format'],
  ['SECONDS', 'duration_seconds'],
  ['BYTES', 'bytes'],
  ['BY', 'created_by'],
  ['CREATED', 'created_at'],
] as const;
const pathOf = (id: string): string => `/api/media/${encodeURIComponent(id)}`;

export function addMediaCommands(program: Command, setup: Setup): void {
  const media = program
    .command('media')
    .description('The recorded messages of campaigns: list, add, show, audio, delete');

  withListOptions(media.command('list', { isDefault: true }).description('All of them, the newest first'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake media list --json')
    .action(
      run(setup, async (context, options: ListOptions) => {
        const page = await listPages(context.client, '/api/media', {}, options);
        printPage(context, page, COLUMNS, 'No recorded message yet. "media add" takes one.');
        return undefined;
      }),
    );

  media
    .command('add <file>')
    .description('Takes a message: MP3 or WAV, at most 60 seconds')
    .option('--name <name>', 'how you will find it, the name of the file when left out')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake media add reminder.mp3 --name "Reminder, autumn"')
    .action(
      run(setup, async (context, file: string, { name }: { readonly name?: string }) => {
        const form = await formOf(file, { name: name ?? path.parse(file).name });
        const { body } = await context.client.send('POST', '/api/media', { form });
        const words = `${String(body['media_id'])}  ${String(body['duration_seconds'])} seconds.`;
        return printDone(context, body, words, `campaign create FILE --media ${String(body['media_id'])} …`);
      }),
    );

  media
    .command('show <media>')
    .description('One of them, with its length and its hash')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake media show med_…')
    .action(run(setup, async (context, id: string) => printRecord(context, await context.client.get(pathOf(id)))));

  withOutputOptions(media.command('audio <media>').description('Downloads what is played'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake media audio med_… -o reminder.mp3')
    .action(
      run(setup, (context, id: string, options: SaveOptions) =>
        saveAnswer(context, { path: `${pathOf(id)}/audio` }, options),
      ),
    );

  media
    .command('delete <media>')
    .description('Deletes one that no campaign plays')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake media delete med_…')
    .action(run(setup, remove));
}

async function remove(context: Context, id: string, { yes }: { readonly yes?: boolean }): Promise<undefined> {
  await confirm(context.io, `This deletes ${id} for good. Type yes to confirm:`, 'yes', yes);
  await context.client.send('DELETE', pathOf(id));
  return printDone(context, { media_id: id, deleted: true }, `${id} is deleted.`);
}
