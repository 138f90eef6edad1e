/** `patient …`: who is on file. What is given by flags may stay in a shell's history; `--from FILE` or `--from -` does not. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { addConsentCommands } from './consent-commands.ts';
import { type ConsentOptions, consentOf, withConsentOptions } from './consent-options.ts';
import { type Context, run, type Setup } from './context.ts';
import { addDisclosureCommands } from './disclosure-commands.ts';
import { usageError } from './exit-codes.ts';
import { addExportPatient } from './export-patient.ts';
import { addFindPatients, PATIENT_COLUMNS } from './find-patients.ts';
import { addHoldCommands } from './hold-commands.ts';
import { addImportPatients } from './import-patients.ts';
import { type ListOptions, listPages, printPage, revealed, withListOptions } from './list-pages.ts';
import { phoneNumber } from './phone-number.ts';
import { printDone, printRecord } from './print-record.ts';
import { addPatientRequestCommands } from './request-commands.ts';
import { confirm, readJson } from './terminal.ts';
import { typedDay } from './typed-time.ts';

interface Details extends ConsentOptions {
  readonly phone?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly dateOfBirth?: string;
  readonly language?: string;
  readonly externalId?: string;
  readonly state?: string;
  readonly timeZone?: string;
  readonly from?: string;
}

const withDetails = (command: Command): Command =>
  command
    .option('--from <file>', 'a JSON file with the fields of the API, - for standard input; flags go before it')
    .option('--phone <number>', 'such as +12025550143')
    .option('--first-name <name>')
    .option('--last-name <name>')
    .option('--date-of-birth <day>', 'such as 1980-04-12')
    .addOption(new Option('--language <language>').choices(['en', 'es']))
    .option('--external-id <id>', 'how your other systems call the patient')
    .option('--state <state>', 'where the patient lives, by two letters')
    .option('--time-zone <zone>', 'such as America/Chicago');

export function addPatientCommands(program: Command, setup: Setup): void {
  const patient = program
    .command('patient')
    .description(
      'Who is on file, and their rights: list, find, create, import, get, update, calls, consents, consent, revoke, flag, export, hold, holds, release, erase, requests, amend, disclosures, disclose, accesses',
    );

  withListOptions(patient.command('list').description('Who is on file, the newest first'))
    .option('--external-id <id>', 'only who has this id in your other systems')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake patient list --limit 10\n  telnyx-edge-intake patient list --external-id MRN-7 --reveal --json',
    )
    .action(run(setup, listPatients));

  addFindPatients(patient, setup);
  addImportPatients(patient, setup);

  withConsentOptions(withDetails(patient.command('create').description('Puts a patient on file')))
    .option('--idempotency-key <key>', 'the same key does it once, however often it is sent')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake patient create --from patient.json\n  echo \'{"phone_number":"+12025550143","first_name":"Rosa"}\' | telnyx-edge-intake patient create --from - \\\n    --consent-basis written --consent-by "front desk" --consent-at 2026-11-28 --evidence "form 7"',
    )
    .action(run(setup, createPatient));

  patient
    .command('get <patient>')
    .description('One patient, with the number masked unless --reveal')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient get pat_… --reveal')
    .action(
      run(setup, async (context, id: string) =>
        printRecord(context, await context.client.get(`/api/patients/${encodeURIComponent(id)}`)),
      ),
    );

  withDetails(patient.command('update <patient>').description('Changes what is given, and leaves the rest'))
    .option('--replace', 'what is not given is not known any more')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake patient update pat_… --state TX --time-zone America/Chicago\n  telnyx-edge-intake patient update pat_… --from changes.json',
    )
    .action(run(setup, updatePatient));

  addExportPatient(patient, setup);
  addHoldCommands(patient, setup);
  addConsentCommands(patient, setup);
  addDisclosureCommands(patient, setup);
  addPatientRequestCommands(patient, setup);

  patient
    .command('erase <patient>')
    .description(
      'Erases a patient for good: data, notes and recordings. Waits for a second administrator where there is one',
    )
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nWhere it stands: "request get", of the request it names. To take it back before it is approved: "request close".\nWhile a legal hold stands it is refused.\n\nExample:\n  telnyx-edge-intake patient erase pat_…',
    )
    .action(run(setup, erasePatient));
}

async function listPatients(
  context: Context,
  options: ListOptions & { readonly externalId?: string },
): Promise<undefined> {
  const page = await listPages(context.client, '/api/patients', { external_id: options.externalId }, options);
  const whole = await revealed(context, page, (row) => `/api/patients/${row['patient_id']}`);
  printPage(context, whole, PATIENT_COLUMNS, 'Nobody is on file.');
}

async function createPatient(
  context: Context,
  options: Details & { readonly idempotencyKey?: string },
): Promise<undefined> {
  const { io, client } = context;
  const consent = consentOf(options);
  const body = { ...(await detailsOf(io, options)), ...(consent === undefined ? {} : { consent }) };
  const { idempotencyKey } = options;
  const { body: made } = await client.send('POST', '/api/patients', { body, idempotencyKey });
  printRecord(context, made);
}

async function detailsOf(io: Context['io'], options: Details): Promise<Json> {
  const from = options.from === undefined ? {} : await readJson(io, options.from);
  if (typeof from !== 'object' || from === null || Array.isArray(from))
    throw usageError('--from takes one JSON object.');
  const given = {
    phone_number: options.phone === undefined ? undefined : await phoneNumber(io, options.phone),
    first_name: options.firstName,
    last_name: options.lastName,
    date_of_birth: options.dateOfBirth && typedDay(options.dateOfBirth),
    language: options.language,
    external_id: options.externalId,
    state: options.state,
    time_zone: options.timeZone,
  };
  return { ...from, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

async function updatePatient(
  context: Context,
  id: string,
  options: Details & { readonly replace?: boolean },
): Promise<undefined> {
  const { io, client } = context;
  const body = await detailsOf(io, options);
  if (Object.keys(body).length === 0) throw usageError('Say what to change: a flag, or --from.');
  const method = options.replace === true ? 'PUT' : 'PATCH';
  printRecord(context, (await client.send(method, `/api/patients/${encodeURIComponent(id)}`, { body })).body);
}

async function erasePatient(context: Context, id: string, { yes }: { readonly yes?: boolean }): Promise<undefined> {
  const { io, client } = context;
  // Asked for first: a name that was mistyped is told of before anything is confirmed.
  const known = yes === true ? null : await client.get(`/api/patients/${encodeURIComponent(id)}`).catch(() => null);
  const whose = known === null ? '' : ` of external id ${String(known['external_id'] ?? '–')}`;
  const question = `This erases the patient${whose}: data, notes, transcripts and recordings. Nothing brings them back.\nType ${id} to confirm:`;
  await confirm(io, question, id, yes);
  const { body } = await client.send('DELETE', `/api/patients/${encodeURIComponent(id)}`);
  const request = body['request_id'];
  if (typeof request === 'string') {
    const words = 'Asked for. Nothing is erased until a second administrator approves it.';
    printDone(context, body, words, `request approve ${request} (by somebody else), or request get ${request}`);
  } else printDone(context, body, 'The patient is being erased.', `jobs get ${String(body['job_id'])}`);
}
