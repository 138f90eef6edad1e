/** `patient hold`, `holds` and `release`: while a legal hold stands, nothing of the patient is removed. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { freeLine } from './free-text.ts';
import { type Page, printPage } from './list-pages.ts';
import { printDone } from './print-record.ts';

const COLUMNS = [
  ['HOLD', 'hold_id'],
  ['REASON', 'reason'],
  ['WORDS', 'text'],
  ['PLACED BY', 'placed_by'],
  ['PLACED', 'placed_at'],
  ['LIFTED', 'lifted_at'],
  ['LIFTED BY', 'lifted_by'],
] as const;
const pathOf = (id: string): string => `/api/patients/${encodeURIComponent(id)}/holds`;

export function addHoldCommands(patient: Command, setup: Setup): void {
  patient
    .command('holds <patient>')
    .description('Legal holds on a patient, the newest first, lifted ones too')
    .option('--standing', 'only those that hold now')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient holds pat_… --standing')
    .action(run(setup, listHolds));

  patient
    .command('hold <patient>')
    .description('Places a legal hold: nothing of the patient is removed while it stands')
    .addOption(
      new Option('--reason <reason>', 'the kind of it')
        .choices(['litigation', 'investigation', 'audit', 'complaint', 'other'])
        .makeOptionMandatory(),
    )
    .requiredOption('--text <file>', 'why, in words; - for standard input')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient hold pat_… --reason litigation --text - < why.txt')
    .action(run(setup, hold));

  patient
    .command('release <patient> <hold>')
    .description('Lifts a legal hold, with the reason; what is due is removed from then on')
    .requiredOption('--reason <file>', 'why, in words; - for standard input')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient release pat_… hold_… --reason - < why.txt')
    .action(
      run(setup, async (context, id: string, holdId: string, { reason }: { readonly reason: string }) => {
        const body = { reason: await freeLine(context.io, reason) };
        const path = `${pathOf(id)}/${encodeURIComponent(holdId)}`;
        const { body: lifted } = await context.client.send('DELETE', path, { body });
        return printDone(context, lifted, 'The hold is lifted.', `patient holds ${id}`);
      }),
    );
}

async function listHolds(
  context: Context,
  id: string,
  { standing }: { readonly standing?: boolean },
): Promise<undefined> {
  const page = await context.client.get<Page>(pathOf(id));
  const items = standing === true ? page.items.filter((row) => row['lifted_at'] === null) : page.items;
  printPage(context, { ...page, items }, COLUMNS, 'No legal hold stands on this patient.');
}

async function hold(
  context: Context,
  id: string,
  { reason, text }: { readonly reason: string; readonly text: string },
): Promise<undefined> {
  const body = { reason, text: await freeLine(context.io, text) };
  const { body: placed } = await context.client.send('POST', pathOf(id), { body });
  const words = `${String(placed['hold_id'])}  Nothing of this patient is removed while it stands.`;
  return printDone(context, placed, words);
}
