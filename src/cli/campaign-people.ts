/** `campaign people` and `stop-import`: who is on a list and what became of each, and calling off the reading of one. */
import type { Command } from 'commander';
import { campaignPath } from './campaign-shapes.ts';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone } from './print-record.ts';

const COLUMNS = [
  ['ROW', 'row'],
  ['NUMBER', 'phone_number'],
  ['WHO', 'initials'],
  ['EXTERNAL ID', 'external_id'],
  ['STATUS', 'status'],
  ['OUTCOME', 'outcome'],
  ['CODE', 'code'],
  ['RINGS', 'rings'],
  ['NEXT', 'next_at'],
] as const;

interface FilterOptions extends ListOptions {
  readonly status?: string;
  readonly outcome?: string;
  readonly code?: string;
}

export function addCampaignPeople(campaign: Command, setup: Setup): void {
  withListOptions(
    campaign.command('people <campaign>').description('Who is on the list, in its order, and what became of each'),
  )
    .option('--status <status>', 'such as ready, done or skipped')
    .option('--outcome <outcome>', 'only who ended so, such as no_answer')
    .option('--code <code>', 'only who is not called for this reason, such as suppressed')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign people cmp_… --outcome no_answer --all')
    .action(run(setup, listPeople));

  campaign
    .command('stop-import <import>')
    .description('Calls off the reading of a list; what was taken stays')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign stop-import imp_…')
    .action(
      run(setup, async (context, id: string) => {
        const { body } = await context.client.send('POST', `/api/imports/${encodeURIComponent(id)}/cancel`);
        return printDone(context, body, 'It is not read any further.');
      }),
    );
}

async function listPeople(context: Context, id: string, options: FilterOptions): Promise<undefined> {
  const { status, outcome, code } = options;
  const page = await listPages(context.client, `${campaignPath(id)}/contacts`, { status, outcome, code }, options);
  printPage(context, page, COLUMNS, 'Nobody like that is on the list.');
}
