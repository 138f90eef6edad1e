/** `patient disclosures`, `disclose` and `accesses`: to whom a patient's data went, and who saw it here. */
import { type Command, Option } from 'commander';
import { ACCESS_COLUMNS } from './audit-commands.ts';
import { type Context, run, type Setup } from './context.ts';
import { freeLine, freeLineIfAny } from './free-text.ts';
import { type ListOptions, listPages, type Page, printPage, withListOptions } from './list-pages.ts';
import { printDone } from './print-record.ts';
import { isoTime } from './typed-time.ts';

const COLUMNS = [
  ['DISCLOSURE', 'disclosure_id'],
  ['WHEN', 'at'],
  ['PURPOSE', 'purpose'],
  ['WHAT', 'what'],
  ['TO', 'to'],
  ['WORDS', 'description'],
  ['BY', 'by'],
] as const;
const HANDED_ON_COLUMNS = [
  ['DELIVERY', 'delivery_id'],
  ['WHEN', 'at'],
  ['SYSTEM', 'system'],
  ['CALL', 'call_id'],
  ['VERSION', 'note_version'],
] as const;
const PURPOSES = ['legal', 'public_health', 'oversight', 'law_enforcement', 'research', 'other'];

interface DiscloseOptions {
  readonly purpose: string;
  readonly what: string;
  readonly to: string;
  readonly description?: string;
  readonly at?: string;
}
interface AccessOptions extends ListOptions {
  readonly from?: string;
  readonly to?: string;
}
type HandedOn = Page & { readonly handed_on?: readonly object[] };
const pathOf = (id: string): string => `/api/patients/${encodeURIComponent(id)}`;

export function addDisclosureCommands(patient: Command, setup: Setup): void {
  withListOptions(
    patient.command('disclosures <patient>').description('To whom a patient’s data went, the newest first'),
  )
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient disclosures pat_… --all --json')
    .action(run(setup, listDisclosures));

  patient
    .command('disclose <patient>')
    .description('Notes down that a patient’s data went to somebody in another way than by an export')
    .addOption(new Option('--purpose <purpose>', 'what for').choices(PURPOSES).makeOptionMandatory())
    .addOption(
      new Option('--what <what>', 'what was given')
        .choices(['export', 'note', 'recording', 'other'])
        .makeOptionMandatory(),
    )
    .requiredOption('--to <file>', 'to whom, as text; - for standard input')
    .option('--description <file>', 'more about it, as text; - for standard input')
    .option('--at <when>', 'when: a day or a time; now when left out')
    .addHelpText(
      'after',
      '\nExample:\n  telnyx-edge-intake patient disclose pat_… --purpose legal --what note --to - --at 2026-11-20 < court.txt',
    )
    .action(run(setup, disclose));

  withListOptions(
    patient.command('accesses <patient>').description('Who saw this patient or did something with them, newest first'),
  )
    .option('--from <when>', 'from then on: a day or a time')
    .option('--to <when>', 'until then')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient accesses pat_… --from 2026-11-01')
    .action(run(setup, listAccesses));
}

async function listDisclosures(context: Context, id: string, options: ListOptions): Promise<undefined> {
  const { client, print } = context;
  const page: HandedOn = await listPages(client, `${pathOf(id)}/disclosures`, {}, options);
  printPage(context, page, COLUMNS, 'Nothing of this patient went outside the clinic.');
  const { handed_on: handedOn = [] } = page;
  if (print.isJson || handedOn.length === 0) return;
  print.line();
  print.line(print.bold('Handed to the systems of the clinic, which is no disclosure'));
  print.table(HANDED_ON_COLUMNS, handedOn);
}

async function disclose(context: Context, id: string, options: DiscloseOptions): Promise<undefined> {
  const { io, client } = context;
  const { purpose, what, to, description, at } = options;
  const body = {
    ...{ purpose, what, to: await freeLine(io, to) },
    description: await freeLineIfAny(io, description),
    at: at === undefined ? undefined : isoTime(at),
  };
  const { body: row } = await client.send('POST', `${pathOf(id)}/disclosures`, { body });
  return printDone(context, row, `${String(row['disclosure_id'])}  is noted down.`, `patient disclosures ${id}`);
}

async function listAccesses(context: Context, id: string, options: AccessOptions): Promise<undefined> {
  const { from, to } = options;
  const times = {
    from: from === undefined ? undefined : isoTime(from),
    to: to === undefined ? undefined : isoTime(to),
  };
  const page = await listPages(context.client, `${pathOf(id)}/accesses`, times, options);
  printPage(context, page, ACCESS_COLUMNS, 'Nobody saw this patient in that time.');
}
