/** `tasks`: the work calls left behind. Ids and codes only; whom it is about is read from its call. */
import type { Command } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printRecord } from './print-record.ts';

const COLUMNS = [
  ['TASK', 'task_id'],
  ['KIND', 'kind'],
  ['STATUS', 'status'],
  ['DUE', 'due_at'],
  ['OWNER', 'owner'],
  ['CALL', 'call_id'],
] as const;
const VERBS = {
  claim: ['Says that you see to it; a red flag is then acknowledged', 'is yours.'],
  done: ['Says that it is done', 'is done.'],
} as const;

interface FilterOptions extends ListOptions {
  readonly status?: string;
  readonly kind?: string;
}

export function addTaskCommands(program: Command, setup: Setup): void {
  const tasks = program.command('tasks').description('The work calls left behind: list, get, claim, done');

  withListOptions(tasks.command('list', { isDefault: true }).description('What waits, what is due first on top'))
    .option('--status <status>', 'open, claimed or done; open when left out')
    .option('--kind <kind>', 'such as red_flag')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake tasks\n  telnyx-edge-intake tasks list --status claimed --json',
    )
    .action(
      run(setup, async (context: Context, options: FilterOptions) => {
        const query = { status: options.status, kind: options.kind };
        const page = await listPages(context.client, '/api/tasks', query, options);
        printPage(context, page, COLUMNS, 'Nothing to do.');
        return undefined;
      }),
    );

  tasks
    .command('get <task>')
    .description('One task, with when it is due and who has it')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake tasks get task_…')
    .action(
      run(setup, async (context, id: string) =>
        printRecord(context, await context.client.get(`/api/tasks/${encodeURIComponent(id)}`)),
      ),
    );

  for (const [verb, [what, done]] of Object.entries(VERBS)) {
    tasks
      .command(`${verb} <task>`)
      .description(what)
      .addHelpText('after', `\nExample:\n  telnyx-edge-intake tasks ${verb} task_…`)
      .action(
        run(setup, async ({ client, print }: Context, id: string) => {
          const { body } = await client.send('POST', `/api/tasks/${encodeURIComponent(id)}/${verb}`);
          if (print.isJson) print.json(body);
          else print.line(`${String(body['kind']).replaceAll('_', ' ')} ${done}`);
          return undefined;
        }),
      );
  }
}
