/** `patient consents`, `consent`, `revoke`, `flag` and `calls`: why a patient may be called, what they wish, and how often they were. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { CALL_COLUMNS } from './call-shapes.ts';
import { type ConsentOptions, consentOf, withConsentOptions } from './consent-options.ts';
import { type Context, run, type Setup } from './context.ts';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import { freeLine } from './free-text.ts';
import { type ListOptions, listPages, type Page, printPage, withListOptions } from './list-pages.ts';
import { phoneNumber } from './phone-number.ts';
import { printDone } from './print-record.ts';
import { isoTime } from './typed-time.ts';

const COLUMNS = [
  ['CONSENT', 'consent_id'],
  ['NUMBER', 'phone_number'],
  ['BASIS', 'basis'],
  ['FOR', 'purposes'],
  ['GIVEN', 'obtained_at'],
  ['TAKEN BY', 'obtained_by'],
  ['UNTIL', 'expires_at'],
  ['ENDED', 'revoked_at'],
] as const;
const PURPOSES = ['intake', 'follow_up', 'reminder', 'care'];
const FLAGS = ['deceased', 'restricted', 'staff_only', 'wrong_number', 'no_voicemail', 'sensitive'];

interface AddOptions extends ConsentOptions {
  readonly number?: string;
  readonly for?: readonly string[];
  readonly expires?: string;
}
interface FlagOptions {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
}
const pathOf = (id: string): string => `/api/patients/${encodeURIComponent(id)}`;

export function addConsentCommands(patient: Command, setup: Setup): void {
  patient
    .command('consents <patient>')
    .description('What was ever said about calling a patient, the newest first')
    .option('--standing', 'only what holds now')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient consents pat_…')
    .action(run(setup, listConsents));

  withConsentOptions(patient.command('consent <patient>').description('Records a consent to be called'))
    .addOption(new Option('--for <purposes...>', 'what it covers, everything when left out').choices(PURPOSES))
    .option('--number <number>', 'at another number than the one on file; - for standard input')
    .option('--expires <when>', 'until when: a day or a time')
    .addHelpText(
      'after',
      '\nExample:\n  telnyx-edge-intake patient consent pat_… --consent-basis written --consent-by "front desk" \\\n    --consent-at 2026-11-28 --evidence "form 7"',
    )
    .action(run(setup, addConsent));

  patient
    .command('revoke <patient> <consent>')
    .description('Ends a consent, with the reason: the patient is not called by it any more')
    .requiredOption('--reason <file>', 'what was said, in words; - for standard input')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient revoke pat_… con_… --reason - < said.txt')
    .action(
      run(setup, async (context, id: string, consent: string, { reason }: { readonly reason: string }) => {
        const body = { reason: await freeLine(context.io, reason) };
        const path = `${pathOf(id)}/consents/${encodeURIComponent(consent)}/revoke`;
        return printDone(context, (await context.client.send('POST', path, { body })).body, 'The consent is ended.');
      }),
    );

  patient
    .command('flag <patient>')
    .description('What the patient wishes, or what stops calls: sets flags, takes them away, or shows them')
    .addOption(new Option('--set <flags...>', 'such as no_voicemail or sensitive').choices(FLAGS))
    .addOption(new Option('--unset <flags...>', 'take these away').choices(FLAGS))
    .addHelpText(
      'after',
      '\nno_voicemail leaves no message; sensitive hides who it is from whoever needs not know.\n\nExamples:\n  telnyx-edge-intake patient flag pat_… --set no_voicemail sensitive\n  telnyx-edge-intake patient flag pat_… --unset no_voicemail',
    )
    .action(run(setup, setFlags));

  withListOptions(patient.command('calls <patient>').description('The calls of a patient, the newest first'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient calls pat_… --all --json')
    .action(
      run(setup, async (context, id: string, options: ListOptions) => {
        const page = await listPages(context.client, `${pathOf(id)}/calls`, {}, options);
        printPage(context, page, CALL_COLUMNS, 'This patient was never called.');
        return undefined;
      }),
    );
}

async function listConsents(
  context: Context,
  id: string,
  { standing }: { readonly standing?: boolean },
): Promise<undefined> {
  const page = await context.client.get<Page>(`${pathOf(id)}/consents`);
  const items = standing === true ? page.items.filter(isStanding) : page.items;
  printPage(context, { ...page, items }, COLUMNS, 'No consent: this patient is not called.');
}

const isStanding = ({ revoked_at: revoked, expires_at: until }: Json): boolean =>
  revoked === null && (until === null || Date.parse(String(until)) > Date.now());

async function addConsent(context: Context, id: string, options: AddOptions): Promise<undefined> {
  const consent = consentOf(options);
  if (consent === undefined)
    throw usageError('A consent needs all of --consent-basis, --consent-by, --consent-at and --evidence.');
  const body = {
    ...consent,
    phone_number: options.number === undefined ? undefined : await phoneNumber(context.io, options.number),
    purposes: options.for,
    expires_at: options.expires === undefined ? undefined : isoTime(options.expires),
  };
  const { body: row } = await context.client.send('POST', `${pathOf(id)}/consents`, { body });
  return printDone(context, row, `${String(row['consent_id'])}  is on record.`);
}

async function setFlags(context: Context, id: string, { set = [], unset = [] }: FlagOptions): Promise<undefined> {
  const { client } = context;
  const patient = await client.get<{ flags: readonly string[] | null }>(pathOf(id));
  const before = patient.flags;
  if (before === null)
    throw new CliError(EXIT.notSignedIn, 'Your role does not see the flags of this patient, so it cannot change them.');
  const flags = [...new Set([...before, ...set])].filter((flag) => !unset.includes(flag));
  const isChanged = set.length + unset.length > 0;
  const changed = isChanged ? (await client.send('PUT', `${pathOf(id)}/flags`, { body: { flags } })).body : patient;
  const now = isChanged ? flags : before;
  return printDone(context, changed, now.length === 0 ? 'No flags.' : `Flags: ${now.join(', ')}.`);
}
