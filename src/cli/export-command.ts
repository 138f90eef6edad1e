/** `export`: whole lists as files. By whom a list is narrowed down, if it is somebody, is said in a file: it may be a name. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { freeText } from './free-text.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { isoTime } from './typed-time.ts';

interface ExportOptions extends SaveOptions {
  readonly format: string;
  readonly columns?: string;
  readonly status?: string;
  readonly flagged?: boolean;
  readonly reviewed?: string;
  readonly patient?: string;
  readonly campaign?: string;
  readonly active?: boolean;
  readonly lifted?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly filters?: string;
}

/** What each list may be narrowed down by; the rest is refused here, before anything is asked for. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  calls: ['status', 'flagged', 'reviewed', 'patient', 'campaign', 'from', 'to'],
  answers: ['status', 'flagged', 'reviewed', 'patient', 'from', 'to'],
  patients: ['from', 'to'],
  campaigns: ['status'],
  suppressions: ['active', 'lifted'],
};
const NARROWING = [...new Set(Object.values(TAKES).flat())];

const RECENT = [
  ['WHEN', 'at'],
  ['BY', 'by'],
  ['WHAT', 'what'],
  ['FORMAT', 'format'],
  ['ROWS', 'rows'],
  ['END', 'end'],
] as const;

export function addExportCommands(program: Command, setup: Setup): void {
  withOutputOptions(
    program
      .command('export <what>')
      .description('A whole list as a file: calls, answers, patients, campaigns or suppressions'),
  )
    .addOption(new Option('--format <format>').choices(['csv', 'tsv', 'json', 'ndjson']).default('csv'))
    .option('--columns <names>', 'only these, with commas between; "exports" says which there are')
    .option('--status <status>', 'of calls and campaigns; of answers, that of the note')
    .option('--flagged', 'of calls and answers, only with a red flag')
    .addOption(
      new Option('--reviewed <yes>', 'of calls and answers, whether the newest note is signed').choices(['yes', 'no']),
    )
    .option('--patient <patient>', 'of calls and answers, only of this patient')
    .option('--campaign <campaign>', 'of calls, only of this campaign')
    .option('--active', 'of suppressions, what holds now')
    .option('--lifted', 'of suppressions, what was taken off')
    .option('--from <when>', 'of calls, answers and patients, since then: a day or a time')
    .option('--to <when>', 'until then')
    .option('--filters <file>', 'others, such as {"family_name": "…"}, as JSON; - for standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake export calls --from 2026-11-01 -o calls.csv\n  telnyx-edge-intake export answers --reviewed yes --format ndjson -o answers.ndjson\n  telnyx-edge-intake export suppressions --active -o do-not-call.csv',
    )
    .action(run(setup, saveExport));

  program
    .command('exports')
    .description('What your role may take with "export", with its columns, and what was taken last')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake exports')
    .action(
      run(setup, async ({ client, print }) => {
        const found = await client.get<{ readonly items: Json[]; readonly recent: Json[] }>('/api/exports');
        if (print.isJson) print.json(found);
        else {
          for (const { what, columns } of found.items) {
            print.line(print.bold(String(what)));
            print.line(`  ${(columns as readonly string[]).join(', ')}`);
          }
          if (found.recent.length > 0) print.table(RECENT, found.recent);
        }
        return undefined;
      }),
    );
}

async function saveExport(context: Context, what: string, options: ExportOptions): Promise<undefined> {
  checkList(what, options);
  const { format, columns } = options;
  const body = {
    ...{ what, format, filters: await filtersOf(context, options) },
    ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
  };
  return saveAnswer(context, { path: '/api/exports', body, words: 'It may hold patient data; keep it safe.' }, options);
}

/** Before the file is looked at: a list that there is not goes nowhere. */
function checkList(what: string, options: ExportOptions): void {
  const takes = Object.hasOwn(TAKES, what) ? TAKES[what] : undefined;
  if (takes === undefined) throw usageError(`There is no such list. There are ${listed(Object.keys(TAKES))}.`);
  const wrong = NARROWING.find((name) => options[name as keyof ExportOptions] !== undefined && !takes.includes(name));
  if (wrong === undefined) return;
  const names = listed(takes.map((name) => `--${name}`));
  throw usageError(`"export ${what}" does not take --${wrong}. It takes ${names}, and --filters.`);
}

const listed = (names: readonly string[]): string => names.join(', ').replace(/, ([^,]+)$/, ' and $1');

async function filtersOf({ io }: Context, options: ExportOptions): Promise<Json> {
  const { status, flagged, reviewed, patient, campaign, active, lifted, from, to, filters } = options;
  const given = {
    ...{ status, flagged, patient_id: patient, campaign_id: campaign },
    ...(reviewed === undefined ? {} : { reviewed: reviewed === 'yes' }),
    ...(active === lifted ? {} : { active: active === true }),
    ...(from === undefined ? {} : { from: isoTime(from) }),
    ...(to === undefined ? {} : { to: isoTime(to) }),
  };
  return { ...(filters === undefined ? {} : objectOf(await freeText(io, filters))), ...given };
}

function objectOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below; what stands there is not repeated, because it may be a name.
  }
  throw usageError('The filters have to be one JSON object, such as {"family_name": "…"}.');
}
