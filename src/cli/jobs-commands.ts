/** `jobs …`: the work behind the scenes; what was given up is sent again or let be. Ids and codes only. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';

const COLUMNS = [
  ['JOB', 'job_id'],
  ['KIND', 'kind'],
  ['STATUS', 'status'],
  ['TRIES', 'attempts'],
  ['CODE', 'code'],
  ['CALL', 'call_id'],
  ['DUE', 'due_at'],
  ['CREATED', 'created_at'],
] as const;
const VERBS = {
  retry: ['Tries again what was given up', 'It is tried again.'],
  dismiss: ['Lets be what was given up', 'It is let be.'],
} as const;
const pathOf = (id: string): string => `/api/jobs/${encodeURIComponent(id)}`;

export function addJobsCommands(program: Command, setup: Setup): void {
  const jobs = program.command('jobs').description('The work behind the scenes: list, get, retry, dismiss');

  withListOptions(jobs.command('list', { isDefault: true }).description('What was given up, the newest first'))
    .addOption(new Option('--status <status>', 'others than dead').choices(['waiting', 'done', 'dead']))
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake jobs\n  telnyx-edge-intake jobs list --status waiting --json',
    )
    .action(
      run(setup, async (context: Context, options: ListOptions & { readonly status?: string }) => {
        const page = await listPages(context.client, '/api/jobs', { status: options.status }, options);
        const isDead = options.status === undefined || options.status === 'dead';
        printPage(context, page, COLUMNS, isDead ? 'Nothing was given up.' : 'No such work.');
        return undefined;
      }),
    );

  jobs
    .command('get <job>')
    .description('One piece of work, and how far it is')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake jobs get job_…')
    .action(run(setup, async (context, id: string) => printRecord(context, await context.client.get(pathOf(id)))));

  for (const [verb, [what, done]] of Object.entries(VERBS)) {
    jobs
      .command(`${verb} <job>`)
      .description(what)
      .addHelpText('after', `\nExample:\n  telnyx-edge-intake jobs ${verb} job_…`)
      .action(
        run(setup, async (context, id: string) =>
          printDone(context, (await context.client.send('POST', `${pathOf(id)}/${verb}`)).body, done),
        ),
      );
  }
}
