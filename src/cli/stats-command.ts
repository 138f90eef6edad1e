/** `stats`: how calls went in a time, as figures, or by the hour or day. Counts only. */
import { type Command, Option } from 'commander';
import { isoTime } from './consent-options.ts';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { type Page, wholeNumber } from './list-pages.ts';
import { printRecord } from './print-record.ts';

interface StatsOptions {
  readonly from?: string;
  readonly to?: string;
  readonly days?: number;
  readonly campaign?: string;
  readonly questionnaire?: string;
  readonly by?: string;
}

const DAY_MS = 86_400_000;
const COLUMNS = [
  ['FROM', 'start'],
  ['CALLS', 'total'],
  ['ANSWERED', 'answered'],
  ['CONSENTED', 'consented'],
  ['COMPLETED', 'completed'],
  ['RED FLAGS', 'red_flags'],
  ['SECONDS', 'average_seconds'],
] as const;

export function addStatsCommand(program: Command, setup: Setup): void {
  program
    .command('stats')
    .description('How many calls, how they ended, and what waits now; of the last 30 days unless told otherwise')
    .option('--days <n>', 'of the last so many days', wholeNumber)
    .option('--from <when>', 'since then: a day or a time')
    .option('--to <when>', 'until then; now when left out')
    .option('--campaign <campaign>', 'only of this campaign')
    .option('--questionnaire <id>', 'only with this questionnaire')
    .addOption(new Option('--by <step>', 'a line for each instead of one sum').choices(['hour', 'day']))
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake stats --days 7\n  telnyx-edge-intake stats --from 2026-11-01 --to 2026-11-08 --by day --json',
    )
    .action(run(setup, show));
}

async function show(context: Context, options: StatsOptions): Promise<undefined> {
  const { client, print } = context;
  const { from, to, days, campaign, questionnaire, by } = options;
  if (days !== undefined && from !== undefined) throw usageError('Say --days or --from, not both.');
  const end = to === undefined ? undefined : isoTime(to);
  const query = {
    from: days === undefined ? from && isoTime(from) : daysBefore(end, days),
    ...{ to: end, campaign_id: campaign, questionnaire },
  };
  if (by === undefined) return printRecord(context, await client.get('/api/stats', query));
  const found = await client.get<Page & { readonly time_zone: string }>('/api/analytics', { ...query, by });
  if (print.isJson) print.json(found);
  else if (found.items.length === 0) print.line('No calls in that time.');
  else print.table(COLUMNS, found.items);
}

const daysBefore = (end: string | undefined, days: number): string =>
  new Date((end === undefined ? Date.now() : Date.parse(end)) - days * DAY_MS).toISOString();
