/** `delivery …`: the notes on their way to the systems of the clinic, and a trial of each system. */
import type { Command } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { type ListOptions, listPages, type Page, printPage, withListOptions } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';
import { isoTime } from './typed-time.ts';

const COLUMNS = [
  ['DELIVERY', 'delivery_id'],
  ['CALL', 'call_id'],
  ['VERSION', 'note_version'],
  ['WITH', 'part'],
  ['SYSTEM', 'sink'],
  ['STATUS', 'status'],
  ['TRIES', 'attempts'],
  ['CODE', 'code'],
  ['NEXT TRY', 'next_try_at'],
] as const;
const SYSTEM_COLUMNS = [
  ['SYSTEM', 'sink'],
  ['HOST', 'host'],
  ['KEY', 'has_key'],
  ['WAITING', 'waiting'],
  ['GIVEN UP', 'dead'],
  ['LAST SUCCESS', 'last_success_at'],
  ['LAST FAILURE', 'last_failure'],
] as const;
const EARLIER_COLUMNS = [
  ['SYSTEM', 'sink'],
  ['FROM', 'from'],
  ['TO', 'to'],
  ['STATUS', 'status'],
  ['SENT', 'sent'],
  ['CODE', 'code'],
] as const;
const pathOf = (id: string): string => `/api/deliveries/${encodeURIComponent(id)}`;

interface FilterOptions extends ListOptions {
  readonly status?: string;
  readonly system?: string;
  readonly call?: string;
}

export function addDeliveryCommands(program: Command, setup: Setup): void {
  const delivery = program
    .command('delivery')
    .description('Notes handed to other systems: list, get, retry, retry-all, send-earlier, earlier, systems, test');

  withListOptions(delivery.command('list', { isDefault: true }).description('Each on its way, the newest first'))
    .option('--status <status>', 'such as queued, delivered or dead')
    .option('--system <system>', 'only to this system')
    .option('--call <call>', 'only the note of this call')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake delivery list --status dead')
    .action(run(setup, list));

  delivery
    .command('get <delivery>')
    .description('One delivery: where it stands, why a try failed, when the next one is')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake delivery get dlv_…')
    .action(run(setup, async (context, id: string) => printRecord(context, await context.client.get(pathOf(id)))));

  delivery
    .command('retry <delivery>')
    .description('Sends this version again now, whether it was given up, waits or was delivered')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake delivery retry dlv_…')
    .action(
      run(setup, async (context, id: string) =>
        printDone(context, (await context.client.send('POST', `${pathOf(id)}/retry`)).body, 'It is sent again.'),
      ),
    );

  delivery
    .command('retry-all')
    .description('Sends everything again that was given up')
    .option('--system <system>', 'only to this system')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake delivery retry-all --system backend')
    .action(
      run(setup, async (context, { system }: { readonly system?: string }) => {
        const body = { status: 'dead', sink: system };
        const { body: sent } = await context.client.send('POST', '/api/deliveries/retry', { body });
        return printDone(context, sent, `${String(sent['count'])} are sent again.`);
      }),
    );

  delivery
    .command('send-earlier')
    .description('Sends a system the notes of a span of time that it never got')
    .requiredOption('--system <system>', 'such as backend or fhir')
    .requiredOption('--from <when>', 'a day or a time, such as 2026-01-01T00:00:00Z')
    .requiredOption('--to <when>', 'not included; at most 366 days later')
    .addHelpText(
      'after',
      '\nExample:\n  telnyx-edge-intake delivery send-earlier --system fhir --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z',
    )
    .action(
      run(setup, async (context, { system, from, to }: { readonly system: string } & Record<'from' | 'to', string>) => {
        const { body } = await context.client.send('POST', '/api/deliveries/earlier', {
          body: { sink: system, from: isoTime(from), to: isoTime(to) },
        });
        return printDone(context, body, 'They are being sent. Look at: delivery earlier');
      }),
    );

  delivery
    .command('earlier')
    .description('How sending earlier notes stands')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake delivery earlier')
    .action(
      run(setup, async (context) => {
        const page = await context.client.get<Page>('/api/deliveries/earlier');
        printPage(context, page, EARLIER_COLUMNS, 'No earlier notes were asked for.');
        return undefined;
      }),
    );

  delivery
    .command('systems')
    .description('The systems of the clinic that notes are handed to, and how each is doing')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake delivery systems --json')
    .action(
      run(setup, async (context) => {
        const page = await context.client.get<Page>('/api/sinks');
        printPage(context, page, SYSTEM_COLUMNS, 'Notes are handed to no other system.');
        return undefined;
      }),
    );

  delivery
    .command('test [system]')
    .description(
      'Sends a system a test without anything of a patient; without a name, tries all of them and the bucket',
    )
    .addHelpText('after', '\nEnds with 1 when it failed.\n\nExample:\n  telnyx-edge-intake delivery test backend')
    .action(run(setup, test));
}

async function list(context: Context, options: FilterOptions): Promise<undefined> {
  const query = { status: options.status, sink: options.system, call_id: options.call };
  const page = await listPages(context.client, '/api/deliveries', query, options);
  printPage(context, page, COLUMNS, 'No note was handed on.');
}

async function test(context: Context, system: string | undefined): Promise<number> {
  const { client } = context;
  const { body } =
    system === undefined
      ? await client.send('POST', '/api/storage/test')
      : await client.send('POST', '/api/sinks/test', { body: { sink: system } });
  printRecord(context, body);
  return body['ok'] === true ? EXIT.ok : EXIT.failed;
}
