/** `call …`: one call to one patient, from the first ring to its recording. */
import { type Command, Option } from 'commander';
import { addCallRecordCommands } from './call-record-commands.ts';
import { CALL_COLUMNS, type Items, type ShownCall, type ShownLine } from './call-shapes.ts';
import { type ConsentOptions, consentOf, withConsentOptions } from './consent-options.ts';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { whenReady } from './follow.ts';
import { type ListOptions, listPages, printPage, revealed, withListOptions } from './list-pages.ts';
import { phoneNumber } from './phone-number.ts';
import { printNote } from './print-note.ts';
import { checkTarget, type SaveOptions, saveBody, withOutputOptions } from './save-file.ts';
import { shownTime } from './shown.ts';
import { addSignCommand } from './sign-command.ts';
import { isoTime } from './typed-time.ts';
import { spoken, watchCall } from './watch-call.ts';

interface StartOptions extends ConsentOptions {
  readonly patient?: string;
  readonly questionnaire?: string;
  readonly language?: string;
  readonly watch?: boolean;
  readonly idempotencyKey?: string;
}
interface FilterOptions extends ListOptions {
  readonly status?: string;
  readonly patient?: string;
  readonly campaign?: string;
  readonly ofVersion?: string;
  readonly flagged?: boolean;
  readonly unreviewed?: boolean;
  readonly from?: string;
  readonly to?: string;
}

const pathOf = (id: string): string => `/api/calls/${encodeURIComponent(id)}`;

export function addCallCommands(program: Command, setup: Setup): void {
  const call = program
    .command('call')
    .description(
      'One call: start, list, get, watch, hangup, transcript, events, note, notes, sign, correct, reviews, recording, refetch, fhir',
    );

  withConsentOptions(
    call
      .command('start [number]')
      .description('Rings a patient. Without consent on file, state one; - reads the number from standard input'),
  )
    .option('--patient <id>', 'who is called; alone, at the number on file')
    .option('--questionnaire <id>', 'what is asked, adult-intake when left out')
    .addOption(new Option('--language <language>').choices(['en', 'es']))
    .option('--watch', 'go on as "call watch" does')
    .option('--idempotency-key <key>', 'the same key rings once, however often it is sent')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake call start --patient pat_… --watch\n  telnyx-edge-intake call start +12025550143 --consent-basis written --consent-by "front desk" \\\n    --consent-at 2026-11-28 --evidence "form 7"',
    )
    .action(run(setup, startCall));

  withListOptions(call.command('list').description('Calls, the newest first'))
    .option('--status <status>', 'such as completed, partial or no_answer')
    .option('--patient <id>', 'only to this patient')
    .option('--campaign <id>', 'only of this campaign')
    .option('--of-version <questionnaire:version>', 'only with this version of a questionnaire, as adult-intake:2')
    .option('--flagged', 'only with a red flag')
    .option('--unreviewed', 'only whose note nobody has signed')
    .option('--from <when>', 'made since then: a day or a time')
    .option('--to <when>', 'made until then')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake call list --flagged --from 2026-11-28\n  telnyx-edge-intake call list --status partial --all --json',
    )
    .action(run(setup, listCalls));

  call
    .command('get <call>')
    .description('One call, everything about it')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call get call_… --json')
    .action(
      run(setup, async ({ client, print }, id: string) => {
        const found = await client.get(pathOf(id));
        if (print.isJson) print.json(found);
        else print.record(found);
        return undefined;
      }),
    );

  call
    .command('watch <call>')
    .description('What is said and what happens, as it comes, until the call is over')
    .addHelpText(
      'after',
      '\nEnds with 0 when the call was completed, else with 1. With --json, one JSON object a line.\n\nExample:\n  telnyx-edge-intake call watch call_…',
    )
    .action(run(setup, watchCall));

  call
    .command('hangup <call>')
    .description('Ends a call that is under way, or one that still waits')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call hangup call_…')
    .action(
      run(setup, async ({ client, print }, id: string) => {
        const { body } = await client.send('POST', `${pathOf(id)}/hangup`);
        if (print.isJson) print.json(body);
        else print.line('It is being hung up.');
        return undefined;
      }),
    );

  call
    .command('transcript <call>')
    .description('What was said and keyed, line by line: heard live, and written down from the recording')
    .addOption(new Option('--source <source>', 'only one of the two').choices(['live', 'recording']))
    .option('--retry', 'have the recording written down that was not, or not to its end')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake call transcript call_…\n  telnyx-edge-intake call transcript call_… --source recording --json\n  telnyx-edge-intake call transcript call_… --retry',
    )
    .action(run(setup, transcript));

  call
    .command('note <call>')
    .description('The note: every answer, and where it comes from')
    .option('--wait', 'until it is written')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call note call_… --wait --json')
    .action(
      run(setup, async (context, id: string, { wait }: { readonly wait?: boolean }) =>
        printNote(context, await whenReady(context, wait, () => context.client.get(`${pathOf(id)}/intake-data`))),
      ),
    );

  addSignCommand(call, setup);
  addCallRecordCommands(call, setup);

  withOutputOptions(call.command('recording <call>').description('Downloads the recording'))
    .option('--wait', 'until it has been fetched')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake call recording call_… -o call.mp3 --wait\n  telnyx-edge-intake call recording call_… -o - | ffplay -',
    )
    .action(run(setup, saveRecording));
}

async function startCall(
  context: Context,
  given: string | undefined,
  options: StartOptions,
): Promise<number | undefined> {
  const { io, client, print } = context;
  const { patient, questionnaire, language, idempotencyKey } = options;
  const consent = consentOf(options);
  if (given === undefined && patient === undefined) throw usageError('Whom to ring? Give a number, - or --patient.');
  const number =
    given === undefined
      ? (await client.get<{ phone_number: string }>(`/api/patients/${encodeURIComponent(patient ?? '')}`)).phone_number
      : await phoneNumber(io, given);
  const body = { phone_number: number, patient_id: patient, questionnaire, language, consent };
  const { body: call } = await client.send<ShownCall>('POST', '/api/calls', { body, idempotencyKey });
  if (print.isJson && options.watch !== true) print.json(call);
  else if (!print.isJson) {
    print.line(`${print.bold(call.call_id)}  ${call.status}`);
    if (options.watch !== true) print.line(print.dim(`Next: call watch ${call.call_id}`));
  }
  return options.watch === true ? watchCall(context, call.call_id) : undefined;
}

async function listCalls(context: Context, options: FilterOptions): Promise<undefined> {
  const query = {
    status: options.status,
    patient_id: options.patient,
    campaign_id: options.campaign,
    version: options.ofVersion,
    flagged: options.flagged === true ? true : undefined,
    reviewed: options.unreviewed === true ? false : undefined,
    from: options.from === undefined ? undefined : isoTime(options.from),
    to: options.to === undefined ? undefined : isoTime(options.to),
  };
  const page = await listPages(context.client, '/api/calls', query, options);
  const whole = await revealed(context, page, (row) => pathOf(String(row['call_id'])));
  printPage(context, whole, CALL_COLUMNS, 'No calls.');
}

interface Transcript extends Items<ShownLine> {
  readonly from_recording?: { readonly status: string; readonly code: string | null } | null;
}
interface TranscriptOptions {
  readonly source?: string;
  readonly retry?: boolean;
}

async function transcript(
  { client, print }: Context,
  id: string,
  { source, retry }: TranscriptOptions,
): Promise<undefined> {
  const path = `${pathOf(id)}/transcripts`;
  if (retry === true) {
    const { body } = await client.send('POST', `${path}/retry`);
    if (print.isJson) print.json(body);
    else print.line('The recording is being written down.');
    return;
  }
  const found = await client.get<Transcript>(path, { source });
  if (print.isJson) return void print.json(found);
  if (found.items.length === 0) print.line('Nothing was said.');
  for (const [i, line] of found.items.entries()) {
    const isOther = line.source === 'recording' && found.items[i - 1]?.source !== 'recording';
    if (isOther) print.line(print.dim('From the recording:'));
    print.line(`${shownTime(line.timestamp, print.as.zone).slice(11)}  ${spoken({ print }, line)}`);
  }
  const { status, code } = found.from_recording ?? { status: 'done', code: null };
  if (status === 'failed') print.note(`The recording could not be written down (${code}). Try again with --retry.`);
  else if (status !== 'done') print.note('The recording is still being written down.');
}

async function saveRecording(
  context: Context,
  id: string,
  options: SaveOptions & { readonly wait?: boolean },
): Promise<undefined> {
  checkTarget(context.io, options);
  const answer = await whenReady(context, options.wait, () => context.client.file(`${pathOf(id)}/recording`));
  const bytes = await saveBody(context.io, answer.body, options);
  if (options.output !== '-')
    context.print.note(`${options.output}: ${bytes} bytes. It is a patient’s voice; keep it safe.`);
}
