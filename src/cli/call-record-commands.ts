/** `call events`, `notes`, `correct`, `reviews`, `refetch` and `fhir`: what a call left behind, and putting it right. */
import { type Command, Option } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { type ListOptions, listPages, type Page, printPage, wholeNumber, withListOptions } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { readJson } from './terminal.ts';
import { isoTime } from './typed-time.ts';

const NOTE_COLUMNS = [
  ['CALL', 'call_id'],
  ['PATIENT', 'patient_id'],
  ['STATUS', 'status'],
  ['VERSION', 'version'],
  ['FLAGS', 'red_flags'],
  ['REVIEW', 'review.status'],
  ['WRITTEN', 'created_at'],
] as const;
const EVENT_COLUMNS = [
  ['WHEN', 'at'],
  ['EVENT', 'type'],
  ['EFFECT', 'effect'],
] as const;

interface NoteOptions extends ListOptions {
  readonly status?: string;
  readonly patient?: string;
  readonly flagged?: boolean;
  readonly unreviewed?: boolean;
  readonly from?: string;
  readonly to?: string;
}
interface CorrectOptions {
  readonly from: string;
  readonly noteVersion?: number;
}
const pathOf = (id: string): string => `/api/calls/${encodeURIComponent(id)}`;

export function addCallRecordCommands(call: Command, setup: Setup): void {
  call
    .command('events <call>')
    .description('What happened, in order, and what each event led to')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call events call_… --json')
    .action(
      run(setup, async (context, id: string) => {
        const found = await context.client.get<Page>(`${pathOf(id)}/events`);
        printPage(context, { ...found, next_cursor: null }, EVENT_COLUMNS, 'Nothing has happened yet.');
        return undefined;
      }),
    );

  withListOptions(call.command('notes').description('The newest note of each call, the last written first'))
    .addOption(new Option('--status <status>', 'only these').choices(['complete', 'partial', 'declined']))
    .option('--patient <patient>', 'only of this patient')
    .option('--flagged', 'only with a red flag')
    .option('--unreviewed', 'only what nobody has signed')
    .option('--from <when>', 'written since then: a day or a time')
    .option('--to <when>', 'written until then')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call notes --unreviewed --flagged')
    .action(run(setup, listNotes));

  call
    .command('correct <call>')
    .description('Puts answers of a note right, as its next version; what the patient said stays in it')
    .requiredOption('--from <file>', 'the answers as JSON; - for standard input')
    .option('--note-version <n>', 'the version you have read; refused when there is a newer one', wholeNumber)
    .addHelpText(
      'after',
      '\nThe file is a list, each as {"item": "hpi.pain_level", "state": "answered", "value": 4}.\n\nExample:\n  telnyx-edge-intake call correct call_… --note-version 1 --from - < corrections.json',
    )
    .action(run(setup, correct));

  call
    .command('reviews <call>')
    .description('Who signed the note, and what was added to it')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call reviews call_…')
    .action(
      run(setup, async (context, id: string) => printRecord(context, await context.client.get(`${pathOf(id)}/review`))),
    );

  call
    .command('refetch <call>')
    .description('Fetches the recording again that had been given up')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call refetch call_…')
    .action(
      run(setup, async (context, id: string) => {
        const { body } = await context.client.send('POST', `${pathOf(id)}/recording/retry`);
        return printDone(context, body, 'It is fetched again.', `call recording ${id} -o call.mp3 --wait`);
      }),
    );

  withOutputOptions(call.command('fhir <call>').description('The call and its note as a FHIR R4 transaction'))
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake call fhir call_… -o call.json')
    .action(
      run(setup, (context, id: string, options: SaveOptions) =>
        saveAnswer(context, { path: `${pathOf(id)}/fhir`, words: 'It is a patient’s record; keep it safe.' }, options),
      ),
    );
}

async function listNotes(context: Context, options: NoteOptions): Promise<undefined> {
  const { status, patient, flagged, unreviewed, from, to } = options;
  const query = {
    ...{ status, patient_id: patient },
    flagged: flagged === true ? 'true' : undefined,
    reviewed: unreviewed === true ? 'false' : undefined,
    from: from === undefined ? undefined : isoTime(from),
    to: to === undefined ? undefined : isoTime(to),
  };
  const page = await listPages(context.client, '/api/intake-notes', query, options);
  printPage(context, page, NOTE_COLUMNS, 'No notes.');
}

async function correct(context: Context, id: string, { from, noteVersion }: CorrectOptions): Promise<undefined> {
  const given = await readJson(context.io, from);
  const items = Array.isArray(given) ? given : (given as Json | null)?.['items'];
  if (!Array.isArray(items)) throw usageError('--from takes a list of corrected answers, or {"items": […]}.');
  const body = { items, note_version: noteVersion };
  const { body: note } = await context.client.send('POST', `${pathOf(id)}/corrections`, { body });
  return printDone(context, note, `Version ${String(note['version'])} is written.`, `call sign ${id}`);
}
