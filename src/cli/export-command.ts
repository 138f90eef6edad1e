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
    .option('--status <status>', 'of a call, a campaign, or the note of answers')
    .option('--flagged', 'only with a red flag')
    .addOption(new Option('--reviewed <yes>', 'whether the newest note is signed').choices(['yes', 'no']))
    .option('--patient <patient>', 'only of this patient')
    .option('--campaign <campaign>', 'only of this campaign')
    .option('--active', 'of the do-not-call list, what holds now')
    .option('--lifted', 'of the do-not-call list, what was taken off')
    .option('--from <when>', 'since then: a day or a time')
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
  const { format, columns } = options;
  const body = {
    ...{ what, format, filters: await filtersOf(context, options) },
    ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
  };
  return saveAnswer(context, { path: '/api/exports', body, words: 'It may hold patient data; keep it safe.' }, options);
}

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
