/** `stats`: how calls went in a time, and what waits now. Counts only. */
import type { Command } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { wholeNumber } from './list-pages.ts';
import { printRecord } from './print-record.ts';
import { isoTime } from './typed-time.ts';

interface StatsOptions {
  readonly from?: string;
  readonly to?: string;
  readonly days?: number;
  readonly campaign?: string;
  readonly questionnaire?: string;
}

const DAY_MS = 86_400_000;

export function addStatsCommand(program: Command, setup: Setup): void {
  program
    .command('stats')
    .description('How many calls, how they ended, and what waits now; of the last 30 days unless told otherwise')
    .option('--days <n>', 'of the last so many days', wholeNumber)
    .option('--from <when>', 'since then: a day or a time')
    .option('--to <when>', 'until then; now when left out')
    .option('--campaign <campaign>', 'only of this campaign')
    .option('--questionnaire <id>', 'only with this questionnaire')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake stats --days 7\n  telnyx-edge-intake stats --from 2026-11-01 --to 2026-11-08 --json',
    )
    .action(run(setup, show));
}

async function show(context: Context, options: StatsOptions): Promise<undefined> {
  const { client } = context;
  const { from, to, days, campaign, questionnaire } = options;
  if (days !== undefined && from !== undefined) throw usageError('Say --days or --from, not both.');
  const end = to === undefined ? undefined : isoTime(to);
  const query = {
    from: days === undefined ? from && isoTime(from) : daysBefore(end, days),
    ...{ to: end, campaign_id: campaign, questionnaire },
  };
  return printRecord(context, await client.get('/api/stats', query));
}

const daysBefore = (end: string | undefined, days: number): string =>
  new Date((end === undefined ? Date.now() : Date.parse(end)) - days * DAY_MS).toISOString();
