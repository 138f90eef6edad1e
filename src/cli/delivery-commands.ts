/** `deliveries` and `sinks`: notes on their way to the clinic's other systems, sending them again, and a trial of each system. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { EXIT, usageError } from './exit-codes.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { harmless } from './shown.ts';

const DELIVERIES = [
  ['DELIVERY', 'delivery_id'],
  ['SYSTEM', 'sink'],
  ['CALL', 'call_id'],
  ['VERSION', 'note_version'],
  ['STATUS', 'status'],
  ['TRIES', 'attempts'],
  ['NEXT TRY', 'next_try_at'],
  ['WHY', 'what_happened'],
] as const;
const SINKS = [
  ['SYSTEM', 'sink'],
  ['HOST', 'host'],
  ['WAITING', 'waiting'],
  ['GIVEN UP', 'dead'],
  ['LAST DELIVERED', 'last_success_at'],
] as const;

interface FilterOptions extends ListOptions {
  readonly status?: string;
  readonly sink?: string;
  readonly call?: string;
}
interface RetryOptions {
  readonly all?: boolean;
  readonly sink?: string;
}

export function addDeliveryCommands(program: Command, setup: Setup): void {
  const deliveries = program.command('deliveries').description('Notes on their way to other systems: list, retry');

  withListOptions(deliveries.command('list', { isDefault: true }).description('The newest first'))
    .option('--status <status>', 'queued, running, delivered, dead (given up) or canceled')
    .option('--sink <system>', 'backend, fhir, r2 or alert')
    .option('--call <call>', 'those of one call')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake deliveries list --status dead --all')
    .action(
      run(setup, async (context: Context, { status, sink, call, ...options }: FilterOptions) => {
        const page = await listPages(context.client, '/api/deliveries', { status, sink, call_id: call }, options);
        printPage(context, page, DELIVERIES, 'There are none.');
        return undefined;
      }),
    );

  deliveries
    .command('retry [delivery]')
    .description(
      'Sends one again under the id it had, whether it was given up, waits or was delivered; or all given up',
    )
    .addOption(new Option('--all', 'everything that was given up'))
    .option('--sink <system>', 'with --all: for this system only')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake deliveries retry dlv_…\n  telnyx-edge-intake deliveries retry --all --sink fhir',
    )
    .action(run(setup, retry));

  const sinks = program.command('sinks').description('The systems that notes are handed to: list, test');
  sinks
    .command('list', { isDefault: true })
    .description('How each is doing')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake sinks')
    .action(
      run(setup, async (context: Context) => {
        const { items } = await context.client.get<{ items: Json[] }>('/api/sinks');
        printPage(context, { items, next_cursor: null }, SINKS, 'Notes are handed to no other system.');
        return undefined;
      }),
    );
  sinks
    .command('test <system>')
    .description('Tries one, without anything of a patient: ends with 1 unless it was taken')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake sinks test fhir')
    .action(run(setup, test));
}

async function retry(
  { client, print }: Context,
  id: string | undefined,
  { all, sink }: RetryOptions,
): Promise<undefined> {
  if ((id === undefined) !== (all === true))
    throw usageError('Name one delivery, or --all for everything that was given up.');
  const { body } =
    id === undefined
      ? await client.send('POST', '/api/deliveries/retry', { body: { status: 'dead', ...(sink ? { sink } : {}) } })
      : await client.send('POST', `/api/deliveries/${encodeURIComponent(id)}/retry`);
  if (print.isJson) print.json(body);
  else if (id === undefined) print.line(body['count'] === 1 ? '1 is sent again.' : `${body['count']} are sent again.`);
  else print.line(`Version ${body['note_version']} is sent again.`);
}

async function test({ client, print }: Context, sink: string): Promise<number> {
  const { body } = await client.send('POST', '/api/sinks/test', { body: { sink } });
  const isTaken = body['ok'] === true;
  if (print.isJson) print.json(body);
  else
    print.line(
      isTaken ? `Taken, in ${body['duration_ms']} ms.` : harmless(String(body['what_happened'] ?? body['code'])),
    );
  return isTaken ? EXIT.ok : EXIT.failed;
}
