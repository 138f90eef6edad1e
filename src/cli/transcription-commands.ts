/** `transcription …`: what `transcribe` has sent: looked at, heard again, tried again, deleted. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { confirm } from './terminal.ts';

const COLUMNS = [
  ['TRANSCRIPTION', 'transcription_id'],
  ['STATUS', 'status'],
  ['CODE', 'code'],
  ['FILE', 'file_name'],
  ['SECONDS', 'duration_seconds'],
  ['BY', 'uploaded_by'],
  ['CREATED', 'created_at'],
] as const;
const pathOf = (id: string): string => `/api/transcriptions/${encodeURIComponent(id)}`;

export function addTranscriptionCommands(program: Command, setup: Setup): void {
  const transcription = program
    .command('transcription')
    .description('What "transcribe" has sent: list, show, audio, retry, delete');

  withListOptions(transcription.command('list', { isDefault: true }).description('All of them, the newest first'))
    .addOption(new Option('--status <status>', 'only these').choices(['queued', 'running', 'done', 'failed']))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake transcription list --status failed')
    .action(
      run(setup, async (context, options: ListOptions & { readonly status?: string }) => {
        const page = await listPages(context.client, '/api/transcriptions', { status: options.status }, options);
        printPage(context, page, COLUMNS, 'No transcriptions. "transcribe" sends audio to be written down.');
        return undefined;
      }),
    );

  transcription
    .command('show <transcription>')
    .description('One of them, with what was said, and when')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake transcription show trn_…')
    .action(run(setup, async (context, id: string) => printRecord(context, await context.client.get(pathOf(id)))));

  withOutputOptions(transcription.command('audio <transcription>').description('Downloads the audio as it was sent'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake transcription audio trn_… -o voicemail.mp3')
    .action(
      run(setup, (context, id: string, options: SaveOptions) => {
        const words = 'It can be a patient’s voice; keep it safe.';
        return saveAnswer(context, { path: `${pathOf(id)}/audio`, words }, options);
      }),
    );

  transcription
    .command('retry <transcription>')
    .description('Tries again what failed')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake transcription retry trn_…')
    .action(
      run(setup, async (context, id: string) => {
        const { body } = await context.client.send('POST', `${pathOf(id)}/retry`);
        return printDone(context, body, 'It is tried again.', `transcription show ${id}`);
      }),
    );

  transcription
    .command('delete <transcription>')
    .description('Deletes one with its audio; what is under way is called off')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake transcription delete trn_…')
    .action(run(setup, remove));
}

async function remove(context: Context, id: string, { yes }: { readonly yes?: boolean }): Promise<undefined> {
  await confirm(context.io, `This deletes ${id} and its audio for good. Type yes to confirm:`, 'yes', yes);
  await context.client.send('DELETE', pathOf(id));
  return printDone(context, { transcription_id: id, deleted: true }, `${id} is deleted.`);
}
