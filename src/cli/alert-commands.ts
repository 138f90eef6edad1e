/** `alerts`: what is or was wrong with the installation. Kinds, codes and counts; never of a patient. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone } from './print-record.ts';

const COLUMNS = [
  ['ALERT', 'alert_id'],
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
  const alerts = program.command('alerts').description('What is or was wrong with the installation: list, seen, test');

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

  alerts
    .command('seen <alert>')
    .description('Says that you have seen one')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake alerts seen alr_…')
    .action(
      run(setup, async (context: Context, id: string) => {
        const { body } = await context.client.send('POST', `/api/alerts/${encodeURIComponent(id)}/acknowledge`);
        return printDone(context, body, `Seen by ${String(body['acknowledged_by'])}.`);
      }),
    );

  alerts
    .command('test')
    .description('Sends a test message to ALERT_URL')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake alerts test')
    .action(
      run(setup, async (context: Context) => {
        await context.client.send('POST', '/api/alerts/test');
        return printDone(context, { sent: true }, 'It was taken. Look whether it came.');
      }),
    );
}
