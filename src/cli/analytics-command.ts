/** `analytics`: how calls went by hour, day or week, campaign, questionnaire or question, each count with what it is a part of. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { wholeNumber } from './list-pages.ts';
import { dayOrTime } from './typed-time.ts';

interface AnalyticsOptions {
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly table: Table;
  readonly campaign?: string;
  readonly questionnaire?: string;
  readonly questionnaireVersion?: number;
}
const TABLES = ['periods', 'campaigns', 'questionnaires', 'questions'] as const;
type Table = (typeof TABLES)[number];

export function addAnalyticsCommand(program: Command, setup: Setup): void {
  program
    .command('analytics')
    .description('How calls went and where they ended; of the last 30 days of the clinic unless told otherwise')
    .option('--days <n>', 'of the last so many days, with today', wholeNumber)
    .option('--from <when>', 'since then: a day of the clinic or a time')
    .option('--to <when>', 'until then; today when left out')
    .addOption(new Option('--by <step>', 'a line for each').choices(['hour', 'day', 'week']).default('day'))
    .addOption(new Option('--table <what>', 'which of the tables').choices([...TABLES]).default('periods'))
    .option('--campaign <campaign>', 'only of this campaign')
    .option('--questionnaire <id>', 'only with this questionnaire')
    .option('--questionnaire-version <n>', 'only with this version of it', wholeNumber)
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake analytics --days 7\n  telnyx-edge-intake analytics --from 2026-11-02 --to 2026-11-29 --by week\n  telnyx-edge-intake analytics --table questions --json',
    )
    .action(run(setup, show));
}

async function show({ client, print }: Context, options: AnalyticsOptions): Promise<undefined> {
  const { from, to, days, by, table, campaign, questionnaire, questionnaireVersion } = options;
  const query = {
    from: from && dayOrTime(from),
    to: to && dayOrTime(to),
    days,
    by,
    campaign_id: campaign,
    questionnaire,
  };
  const found = await client.get<Json>('/api/analytics', { ...query, questionnaire_version: questionnaireVersion });
  if (print.isJson) return void print.json(found);
  const rows = ROWS[table](found);
  if (rows.length === 0) return void print.line(NOTHING[table]);
  print.table(table === 'questions' ? QUESTIONS : [[HEAD[table], 'name'], ...FIGURES], rows);
  if (table === 'questions' && Number(found['uncounted_calls'] ?? 0) > 0)
    print.line(
      print.dim(`${found['uncounted_calls']} calls are from before questions were counted, and in none of this.`),
    );
}

const FIGURES = [
  ['CALLS', 'calls'],
  ['REACHED', 'reached'],
  ['CONSENTED', 'consented'],
  ['COMPLETED', 'completed'],
  ['RED FLAGS', 'red_flagged'],
  ['COST EACH', 'cost'],
] as const;
const QUESTIONS = [
  ['QUESTION', 'name'],
  ['ASKED', 'asked'],
  ['ANSWERED', 'answered'],
  ['SKIPPED', 'skipped'],
  ['DECLINED', 'declined'],
  ['UNCLEAR', 'unclear'],
  ['ENDED HERE', 'ended_here'],
  ['ASKED AGAIN', 'asked_again'],
] as const;
const HEAD: Readonly<Record<Exclude<Table, 'questions'>, string>> = {
  periods: 'FROM',
  campaigns: 'CAMPAIGN',
  questionnaires: 'QUESTIONNAIRE',
};
const NO_CALLS = 'No calls in that time.';
const NOTHING: Readonly<Record<Table, string>> = {
  ...{ periods: NO_CALLS, campaigns: NO_CALLS, questionnaires: NO_CALLS },
  questions: 'No call of that time had its questions counted.',
};

const listOf = (found: Json, name: string): readonly Json[] =>
  Array.isArray(found[name]) ? (found[name] as readonly Json[]) : [];

const ROWS: Readonly<Record<Table, (found: Json) => readonly object[]>> = {
  periods: (found) => [...listOf(found, 'items').map((row) => figures(row, row['start'])), ...whole(found)],
  campaigns: (found) =>
    listOf(found, 'campaigns').map((row) => figures(row, row['name'] ?? row['campaign_id'] ?? 'none')),
  questionnaires: (found) =>
    listOf(found, 'questionnaires').map((row) => figures(row, `${row['questionnaire']} ${row['version']}`)),
  questions: (found) =>
    listOf(found, 'drop_off').flatMap((of) =>
      listOf(of, 'items').map((row) => ({ ...row, name: `${of['questionnaire']} ${of['version']} ${row['item']}` })),
    ),
};

const whole = (found: Json): readonly object[] =>
  typeof found['total'] === 'object' && found['total'] !== null ? [figures(found['total'] as Json, 'all')] : [];

const figures = (row: Json, name: unknown): object => ({
  name,
  calls: row['calls'],
  ...Object.fromEntries(
    ['reached', 'consented', 'completed', 'red_flagged'].map((part) => [part, shareText(row[part])]),
  ),
  cost: costText(listOf(row, 'costs')),
});

function shareText(value: unknown): string | null {
  const { count, of, rate } = (value ?? {}) as { count?: number; of?: number; rate?: number | null };
  if (count === undefined || of === undefined) return null;
  return rate === null || rate === undefined ? '0 of 0' : `${count} of ${of} (${Math.round(rate * 100)}%)`;
}

/** Amounts of two currencies are not added. */
function costText(costs: readonly Json[]): string | null {
  const texts = costs.flatMap(({ per_completed_nanos: nanos, currency }) =>
    typeof nanos === 'number' ? [`${(nanos / 1e9).toFixed(4)} ${currency}`] : [],
  );
  return texts.length === 0 ? null : texts.join(' + ');
}
