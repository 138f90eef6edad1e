/** `request …`, and of one patient `patient requests` and `amend`: what patients ask for about their own data, and by when it is due. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { freeLine, freeLineIfAny } from './free-text.ts';
import { type ListOptions, listPages, type Page, printPage, withListOptions } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';
import { shownTime } from './shown.ts';
import { confirm } from './terminal.ts';
import { isoTime } from './typed-time.ts';

const COLUMNS = [
  ['REQUEST', 'request_id'],
  ['PATIENT', 'patient_id'],
  ['KIND', 'kind'],
  ['STATUS', 'status'],
  ['DUE', 'due_at'],
  ['OVERDUE', 'overdue'],
  ['RECEIVED', 'received_at'],
  ['TAKEN BY', 'requested_by'],
] as const;
const KINDS = ['access', 'amendment', 'erasure', 'accounting'];
/** An erasure is asked for by `patient erase`. */
const NEW_KINDS = ['access', 'amendment', 'accounting'];
const STATUSES = ['open', 'done', 'denied', 'withdrawn', 'ended'];

interface FilterOptions extends ListOptions {
  readonly status?: string;
  readonly kind?: string;
  readonly overdue?: boolean;
}
interface NewOptions {
  readonly details?: string;
  readonly call?: string;
  readonly received?: string;
}
interface CloseOptions {
  readonly as: string;
  readonly outcome?: string;
  readonly call?: string;
}
const pathOf = (id: string): string => `/api/patient-requests/${encodeURIComponent(id)}`;
const ofPatient = (id: string): string => `/api/patients/${encodeURIComponent(id)}/requests`;

const withNewOptions = (command: Command): Command =>
  command
    .option('--details <file>', 'what is asked, as text; - for standard input')
    .option('--call <call>', 'the call whose note it is about')
    .option('--received <when>', 'when it was asked: a day or a time; now when left out');

export function addRequestCommands(program: Command, setup: Setup): void {
  const request = program
    .command('request')
    .description('What patients ask for about their data: list, get, new, extend, close, approve, refuse');

  withListOptions(
    request.command('list', { isDefault: true }).description('Of all patients, what is due first on top; open ones'),
  )
    .addOption(new Option('--status <status>', 'others than open').choices(STATUSES))
    .addOption(new Option('--kind <kind>', 'only these').choices(KINDS))
    .option('--overdue', 'only what should have been answered by now')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake request --overdue\n  telnyx-edge-intake request list --kind erasure --status done --json',
    )
    .action(run(setup, listRequests));

  request
    .command('get <request>')
    .description('One request, with what was asked and what became of it')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake request get req_…')
    .action(run(setup, async (context, id: string) => printRecord(context, await context.client.get(pathOf(id)))));

  withNewOptions(request.command('new <patient>').description('Notes down that a patient asks for something'))
    .addOption(
      new Option('--kind <kind>', 'what; an erasure: "patient erase"').choices(NEW_KINDS).makeOptionMandatory(),
    )
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake request new pat_… --kind access --details - < letter.txt')
    .action(
      run(setup, (context, id: string, { kind, ...more }: NewOptions & { readonly kind: string }) =>
        addRequest(context, id, kind, more),
      ),
    );

  request
    .command('extend <request>')
    .description('Puts it off by 30 days, once; the patient has to be told why and until when')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake request extend req_…')
    .action(
      run(setup, async (context, id: string) => {
        const { body } = await context.client.send('POST', `${pathOf(id)}/extend`);
        return printDone(context, body, `${dueText(context, body)} Tell the patient why, and until when.`);
      }),
    );

  request
    .command('close <request>')
    .description('Answers it: done, denied with the reason, or withdrawn by whoever asked')
    .addOption(
      new Option('--as <answer>', 'how it ends').choices(['done', 'denied', 'withdrawn']).makeOptionMandatory(),
    )
    .option('--outcome <file>', 'what was done, or why it is denied, as text; - for standard input')
    .option('--call <call>', 'of an amendment: the call whose note was put right')
    .addHelpText(
      'after',
      '\nAn erasure that waits is taken back by --as withdrawn; it is done by "request approve".\n\nExamples:\n  telnyx-edge-intake request close req_… --as done --call call_…\n  telnyx-edge-intake request close req_… --as denied --outcome - < reason.txt',
    )
    .action(run(setup, closeRequest));

  request
    .command('approve <request>')
    .description('Approves an erasure that another administrator asked for; it begins at once')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nFor people only, signed in as themselves: no service token can do it.\n\nExample:\n  telnyx-edge-intake request approve req_…',
    )
    .action(run(setup, approve));

  request
    .command('refuse <request>')
    .description('Refuses an erasure that another administrator asked for')
    .requiredOption('--reason <file>', 'why, as text; - for standard input')
    .addHelpText(
      'after',
      '\nFor people only, signed in as themselves: no service token can do it.\n\nExample:\n  telnyx-edge-intake request refuse req_… --reason - < why.txt',
    )
    .action(
      run(setup, async (context, id: string, { reason }: { readonly reason: string }) => {
        const body = { reason: await freeLine(context.io, reason) };
        const { body: refused } = await context.client.send('POST', `${pathOf(id)}/refuse`, { body });
        return printDone(context, refused, 'Refused: nothing is erased.');
      }),
    );
}

export function addPatientRequestCommands(patient: Command, setup: Setup): void {
  patient
    .command('requests <patient>')
    .description('What one patient asked for, the newest first')
    .addOption(new Option('--kind <kind>', 'only these').choices(KINDS))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake patient requests pat_… --kind amendment')
    .action(
      run(setup, async (context, id: string, { kind }: { readonly kind?: string }) => {
        const page = await context.client.get<Page>(ofPatient(id));
        const items = kind === undefined ? page.items : page.items.filter((row) => row['kind'] === kind);
        printPage(context, { ...page, items }, COLUMNS, 'This patient asked for nothing.');
        return undefined;
      }),
    );

  withNewOptions(
    patient.command('amend <patient>').description('Notes down that a patient wants a note to be put right'),
  )
    .addHelpText(
      'after',
      '\nThe note itself is put right by "call correct"; then "request close --as done".\n\nExample:\n  telnyx-edge-intake patient amend pat_… --call call_… --details - < asked.txt',
    )
    .action(run(setup, (context, id: string, options: NewOptions) => addRequest(context, id, 'amendment', options)));
}

async function listRequests(context: Context, options: FilterOptions): Promise<undefined> {
  const { status, kind, overdue } = options;
  const query = { status, kind, overdue: overdue === true ? 'true' : undefined };
  const page = await listPages(context.client, '/api/patient-requests', query, options);
  const isOpen = status === undefined || status === 'open';
  printPage(context, page, COLUMNS, isOpen ? 'No patient waits for an answer.' : 'No such requests.');
}

async function addRequest(context: Context, id: string, kind: string, options: NewOptions): Promise<undefined> {
  const { io, client } = context;
  const { details, call, received } = options;
  const body = {
    ...{ kind, details: await freeLineIfAny(io, details), call_id: call },
    received_at: received === undefined ? undefined : isoTime(received),
  };
  const { body: made } = await client.send('POST', ofPatient(id), { body });
  const isOfNote = kind === 'amendment' && call !== undefined;
  const next = `${isOfNote ? `call correct ${call} --from FILE, then ` : ''}request close ${String(made['request_id'])} --as done`;
  return printDone(context, made, `${String(made['request_id'])}  ${dueText(context, made)}`, next);
}

const dueText = ({ print }: Context, request: Json): string =>
  `To be answered by ${shownTime(String(request['due_at']), print.as.zone)}.`;

async function closeRequest(context: Context, id: string, options: CloseOptions): Promise<undefined> {
  const body = {
    ...{ status: options.as, call_id: options.call },
    outcome: await freeLineIfAny(context.io, options.outcome),
  };
  const { body: closed } = await context.client.send('POST', `${pathOf(id)}/answer`, { body });
  return printDone(context, closed, `Answered: ${String(closed['status'])}.`);
}

async function approve(context: Context, id: string, { yes }: { readonly yes?: boolean }): Promise<undefined> {
  const question = `This erases the patient of ${id} for good: data, notes, transcripts and recordings.\nType ${id} to confirm:`;
  await confirm(context.io, question, id, yes);
  const { body } = await context.client.send('POST', `${pathOf(id)}/approve`);
  return printDone(context, body, 'The patient is being erased.', `jobs get ${String(body['job_id'])}`);
}
