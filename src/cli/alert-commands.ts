/** `alerts`: what is or was wrong with the installation. Kinds, codes and counts; never of a patient. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';

const COLUMNS = [
  ['KIND', 'kind'],
  ['SUBJECT', 'subject'],
  ['CODE', 'code'],
  ['COUNT', 'count'],
  ['OPENED', 'opened_at'],
  ['CLOSED', 'closed_at'],
  ['SEEN BY', 'acknowledged_by'],
  ['WHAT TO DO', 'to_do'],
] as const;

interface FilterOptions extends ListOptions {
  readonly open?: boolean;
  readonly kind?: string;
}

export function addAlertCommands(program: Command, setup: Setup): void {
  const alerts = program.command('alerts').description('What is or was wrong with the installation: list');

  withListOptions(alerts.command('list', { isDefault: true }).description('Each trouble once, the newest on top'))
    .addOption(new Option('--open', 'only what is wrong now'))
    .option('--kind <kind>', 'such as dead_letters')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake alerts --open\n  telnyx-edge-intake alerts list --all --json',
    )
    .action(
      run(setup, async (context: Context, options: FilterOptions) => {
        const query = { open: options.open === true ? 'true' : undefined, kind: options.kind };
        const page = await listPages(context.client, '/api/alerts', query, options);
        printPage(context, page, COLUMNS, options.open === true ? 'Nothing is wrong.' : 'Nothing has been wrong.');
        return undefined;
      }),
    );
}
