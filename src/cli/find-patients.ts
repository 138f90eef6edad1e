/** `patient find`. Only by POST: who is looked for is in no address, and so in no log. */
import type { Command } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { type ListOptions, listPages, printPage, revealed, withListOptions } from './list-pages.ts';
import { phoneNumber } from './phone-number.ts';
import { typedDay } from './typed-time.ts';

export const PATIENT_COLUMNS = [
  ['PATIENT', 'patient_id'],
  ['NUMBER', 'phone_number'],
  ['FIRST NAME', 'first_name'],
  ['LAST NAME', 'last_name'],
  ['BORN', 'date_of_birth'],
  ['EXTERNAL ID', 'external_id'],
  ['CREATED', 'created_at'],
] as const;

interface FindOptions extends ListOptions {
  readonly phone?: string;
  readonly lastFour?: string;
  readonly lastName?: string;
  readonly externalId?: string;
  readonly dateOfBirth?: string;
}

export function addFindPatients(patient: Command, setup: Setup): void {
  withListOptions(patient.command('find').description('Whoever all of this is true of, exactly'))
    .option('--phone <number>', '- for standard input')
    .option('--last-four <digits>', 'the end of the number')
    .option('--last-name <name>')
    .option('--external-id <id>', 'how your other systems call the patient')
    .option('--date-of-birth <day>', 'only together with another')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake patient find --last-four 0143\n  pbpaste | telnyx-edge-intake patient find --phone -',
    )
    .action(run(setup, findPatients));
}

async function findPatients(context: Context, options: FindOptions): Promise<undefined> {
  const { io, client } = context;
  const body = {
    phone_number: options.phone === undefined ? undefined : await phoneNumber(io, options.phone),
    ...{ last_four: options.lastFour, family_name: options.lastName },
    ...{ external_id: options.externalId, date_of_birth: options.dateOfBirth && typedDay(options.dateOfBirth) },
  };
  const found = await listPages(client, '/api/patients/search', body, options, 'POST');
  const whole = await revealed(context, found, (row) => `/api/patients/${row['patient_id']}`);
  printPage(context, whole, PATIENT_COLUMNS, 'Nobody like that is on file.');
}
