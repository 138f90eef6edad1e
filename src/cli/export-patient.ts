/** `patient export`: everything that is held of a patient, in one file. To whom it goes is said in a file: it may be a name. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { freeLineIfAny } from './free-text.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';

interface ExportOptions extends SaveOptions {
  readonly format: string;
  readonly purpose: string;
  readonly recipient?: string;
}
/** Of these it is said to whom it goes, and the service notes it down as a disclosure. */
const OUTSIDE = new Set(['legal', 'other']);

export function addExportPatient(patient: Command, setup: Setup): void {
  withOutputOptions(
    patient.command('export <patient>').description('Everything that is held of a patient, with whole numbers'),
  )
    .addOption(new Option('--format <format>').choices(['json', 'html', 'zip']).default('json'))
    .addOption(
      new Option('--purpose <purpose>', 'access: for the patient')
        .choices(['access', 'treatment', 'legal', 'other'])
        .default('access'),
    )
    .option('--recipient <file>', 'to whom it goes, as text, for legal and other; - for standard input')
    .addHelpText(
      'after',
      '\nFor legal and other it is noted down as a disclosure: "patient disclosures".\n\nExamples:\n  telnyx-edge-intake patient export pat_… -o patient.json\n  telnyx-edge-intake patient export pat_… --format html -o patient.html\n  telnyx-edge-intake patient export pat_… --format zip -o patient.zip\n  telnyx-edge-intake patient export pat_… --purpose legal --recipient court.txt -o patient.json',
    )
    .action(run(setup, exportPatient));
}

async function exportPatient(context: Context, id: string, options: ExportOptions): Promise<undefined> {
  const { format, purpose } = options;
  if (OUTSIDE.has(purpose) !== (options.recipient !== undefined))
    throw usageError(
      options.recipient === undefined
        ? `For ${purpose} it has to be said to whom it goes: --recipient, a file with the words.`
        : 'A recipient is named for the purposes legal and other.',
    );
  const recipient = await freeLineIfAny(context.io, options.recipient);
  const asked = recipient === undefined ? { query: { purpose, format } } : { body: { purpose, format, recipient } };
  const words = 'It holds whole numbers and answers; keep it safe.';
  return saveAnswer(context, { path: `/api/patients/${encodeURIComponent(id)}/export`, ...asked, words }, options);
}
