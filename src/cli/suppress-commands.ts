/** `suppress …`: the numbers never to be called. A number can be given as -, to be read from standard input. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { formOf } from './list-form.ts';
import { type ListOptions, listPages, printPage, revealed, withListOptions } from './list-pages.ts';
import { phoneNumber } from './phone-number.ts';
import { printRecord } from './print-record.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { isoTime } from './typed-time.ts';
import { LENIENT, printImport, watchImport } from './watch-import.ts';

const COLUMNS = [
  ['SUPPRESSION', 'suppression_id'],
  ['NUMBER', 'phone_number'],
  ['ACTIVE', 'active'],
  ['REASON', 'reason'],
  ['BY', 'created_by'],
  ['SINCE', 'created_at'],
] as const;

interface ExportOptions extends SaveOptions {
  readonly format: string;
  readonly lifted?: boolean;
}

export function addSuppressCommands(program: Command, setup: Setup): void {
  const suppress = program
    .command('suppress')
    .description('The do-not-call list: add, list, get, import, export, check, lift');

  suppress
    .command('add <number>')
    .description('Puts a number on the list, at once')
    .requiredOption('--reason <text>', 'what was said, or why')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake suppress add +12025550143 --reason "asked at the desk"\n  pbpaste | telnyx-edge-intake suppress add - --reason "asked by mail"',
    )
    .action(
      run(setup, async ({ io, client, print }, given: string, { reason }: { readonly reason: string }) => {
        const body = { phone_number: await phoneNumber(io, given), reason };
        const { status, body: row } = await client.send('POST', '/api/suppressions', { body });
        if (print.isJson) print.json(row);
        else
          print.line(
            `${row['suppression_id']}  ${status === 200 ? 'was on the list already' : 'will not be called any more'}`,
          );
        return undefined;
      }),
    );

  withListOptions(suppress.command('list').description('The list, the newest first'))
    .option('--active', 'only what holds now')
    .option('--lifted', 'only what was taken off')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake suppress list --active --all --json')
    .action(run(setup, listSuppressions));

  suppress
    .command('get <suppression>')
    .description('One number of it, and what was said')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake suppress get sup_… --reveal')
    .action(
      run(setup, async (context, id: string) =>
        printRecord(context, await context.client.get(`/api/suppressions/${encodeURIComponent(id)}`)),
      ),
    );

  withOutputOptions(suppress.command('export').description('Downloads the list with whole numbers'))
    .addOption(new Option('--format <format>').choices(['csv', 'tsv', 'ndjson']).default('csv'))
    .option('--lifted', 'instead, what was taken off')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake suppress export -o do-not-call.csv')
    .action(
      run(setup, (context, { format, lifted, ...options }: ExportOptions) => {
        const query = { format, active: lifted !== true };
        const words = 'It holds whole numbers; keep it safe.';
        return saveAnswer(context, { path: '/api/suppressions/export', query, words }, options);
      }),
    );

  suppress
    .command('import <file>')
    .description('Puts a whole list on it (.csv or .txt). It only ever adds')
    .option('--reason <code>', 'a code that stands with each number, such as from_old_system')
    .option(...LENIENT)
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake suppress import do-not-call.txt --reason from_old_system')
    .action(run(setup, importList));

  suppress
    .command('check <number>')
    .description('Whether a number may not be called: ends with 1 if it is on the list')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake suppress check - < number.txt && echo "may be called"')
    .action(
      run(setup, async ({ io, client, print }, given: string) => {
        const body = { phone_number: await phoneNumber(io, given) };
        const { body: found } = await client.send('POST', '/api/suppressions/check', { body });
        if (print.isJson) print.json(found);
        else
          print.line(
            found['suppressed'] === true
              ? `On the list: ${found['suppression_id'] ?? 'never to be called'}`
              : 'Not on the list.',
          );
        return found['suppressed'] === true ? EXIT.failed : EXIT.ok;
      }),
    );

  suppress
    .command('lift <suppression>')
    .description('Takes a number off the list, on evidence that is newer than what put it there')
    .requiredOption('--evidence <where>', 'what the patient said or signed')
    .option('--at <when>', 'when that was; now when left out')
    .addHelpText(
      'after',
      '\nExample:\n  telnyx-edge-intake suppress lift sup_… --evidence "signed form 9" --at 2026-11-28',
    )
    .action(
      run(
        setup,
        async (
          { client, print },
          id: string,
          { evidence, at }: { readonly evidence: string; readonly at?: string },
        ) => {
          const body = { evidence, ...(at === undefined ? {} : { obtained_at: isoTime(at) }) };
          const { body: row } = await client.send('DELETE', `/api/suppressions/${encodeURIComponent(id)}`, { body });
          if (print.isJson) print.json(row);
          else print.line('Taken off the list.');
          return undefined;
        },
      ),
    );
}

async function listSuppressions(
  context: Context,
  options: ListOptions & { readonly active?: boolean; readonly lifted?: boolean },
): Promise<undefined> {
  const active = options.active === options.lifted ? undefined : options.active === true;
  const page = await listPages(context.client, '/api/suppressions', { active }, options);
  const whole = await revealed(context, page, (row) => `/api/suppressions/${row['suppression_id']}`);
  printPage(context, whole, COLUMNS, 'Nobody is on the list.');
}

async function importList(
  context: Context,
  file: string,
  { reason, lenient }: { readonly reason?: string; readonly lenient?: boolean },
): Promise<number> {
  const form = await formOf(file, { reason });
  const { body } = await context.client.send<{ import_id: string }>('POST', '/api/suppressions/import', { form });
  const read = await watchImport(context, body.import_id);
  if (context.print.isJson) context.print.json({ ...read.list, refused: read.refused.items });
  return printImport(context, read, lenient === true);
}
