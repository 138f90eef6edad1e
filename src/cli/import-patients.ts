/** `patient import`: a list of people onto file, with a verdict for each row that was not taken. Nobody is called by it. */
import type { Command } from 'commander';
import { type ConsentOptions, consentOf, withConsentOptions } from './consent-options.ts';
import { type Context, run, type Setup } from './context.ts';
import { formOf, mappingOf, type Pairs, pair } from './list-form.ts';
import { LENIENT, printImport, watchImport } from './watch-import.ts';

interface ImportOptions extends ConsentOptions {
  readonly map?: Pairs;
  readonly lenient?: boolean;
}

export function addImportPatients(patient: Command, setup: Setup): void {
  withConsentOptions(patient.command('import <file>').description('Puts a whole list (.csv or .txt) on file'))
    .option('--map <header=field>', 'reads a column as a field, or with nothing behind = not at all', pair)
    .option(...LENIENT)
    .addHelpText(
      'after',
      '\nExample:\n  telnyx-edge-intake patient import patients.csv --consent-basis written --consent-by "front desk" \\\n    --consent-at 2026-11-01 --evidence "registration forms" --map "Cell no=phone"',
    )
    .action(run(setup, importPatients));
}

async function importPatients(context: Context, file: string, options: ImportOptions): Promise<number> {
  const form = await formOf(file, { consent: consentOf(options), mapping: mappingOf(options.map) });
  const { body } = await context.client.send<{ import_id: string }>('POST', '/api/patients/import', { form });
  const read = await watchImport(context, body.import_id);
  if (context.print.isJson) context.print.json({ ...read.list, refused: read.refused.items });
  return printImport(context, read, options.lenient === true);
}
