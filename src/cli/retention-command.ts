/** `retention`: how long everything is kept, what the last round removed, what goes next and what is held back. */
import type { Command } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';

const COLUMNS = [
  ['RULE', 'rule'],
  ['WHAT', 'what'],
  ['KEPT', 'kept'],
  ['NEXT', 'next_at'],
  ['HELD', 'held'],
  ['LAST RUN', 'last_run.at'],
  ['REMOVED', 'last_run.removed'],
  ['STOPPED BY', 'refused'],
] as const;

interface Shown {
  readonly version: string;
  readonly effective_from: string;
  readonly round: Json | null;
  readonly held_patients: number;
  readonly overdue_audio: { readonly count: number; readonly items: readonly { readonly call_id: string }[] };
  readonly rules: readonly (Json & { readonly keep_days: number | null; readonly removal: string })[];
}

export function addRetentionCommand(program: Command, setup: Setup): void {
  program
    .command('retention')
    .description('How long everything is kept, what was removed last, what goes next, and what is held back')
    .addHelpText('after', '\nExamples:\n  telnyx-edge-intake retention\n  telnyx-edge-intake retention --json')
    .action(run(setup, show));
}

async function show({ client, print }: Context): Promise<undefined> {
  const found = await client.get<Shown>('/api/retention');
  if (print.isJson) return void print.json(found);
  const { round, rules, overdue_audio: overdue } = found;
  print.record({
    rules: `${found.version}, in force since ${found.effective_from}`,
    last_round: round === null ? 'none yet' : round['status'],
    ...(round === null ? {} : { ended: round['ended_at'], code: round['code'] }),
    patients_under_a_hold: found.held_patients,
    audio_that_should_be_gone: overdue.count,
  });
  if (overdue.count > 0) print.line(`Calls: ${overdue.items.map(({ call_id: id }) => id).join(', ')}`);
  print.line();
  if (rules.length === 0) print.line('No rules.');
  else
    print.table(
      COLUMNS,
      rules.map((rule) => ({ ...rule, kept: keptText(rule) })),
    );
}

const keptText = ({ keep_days: days }: Shown['rules'][number]): string =>
  days === null ? 'no limit' : `${days} ${days === 1 ? 'day' : 'days'}`;
