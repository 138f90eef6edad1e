/** `audit reviews` and `audit review`: the weekly look through the audit, what should not be missed in it, and the signature. */
import type { Command } from 'commander';
import type { Json } from './api-client.ts';
import { type Context, run, type Setup } from './context.ts';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import { freeText } from './free-text.ts';
import { type Page, printPage } from './list-pages.ts';
import { printDone, printRecord } from './print-record.ts';
import { typedDay } from './typed-time.ts';

const COLUMNS = [
  ['WEEK OF', 'week'],
  ['STATUS', 'status'],
  ['SIGNED BY', 'signed_by'],
] as const;

interface Week extends Json {
  readonly week: string;
  readonly status: string;
  readonly signatures: readonly { readonly by: string }[];
}
interface ReviewOptions {
  readonly sign?: boolean;
  readonly note?: string;
}

export function addAuditReviewCommands(audit: Command, setup: Setup): void {
  audit
    .command('reviews')
    .description('The weeks of the last half year, and which of them were looked through')
    .option('--due', 'only those that nobody has signed')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake audit reviews --due')
    .action(run(setup, listWeeks));

  audit
    .command('review [monday]')
    .description('One week in figures, and what should not be missed in it; the last one that is over when left out')
    .option('--sign', 'sign that you have looked through it')
    .option('--note <file>', 'what you found, as text, with --sign; - for standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake audit review\n  telnyx-edge-intake audit review 2026-11-16 --sign --note - < found.txt',
    )
    .action(run(setup, review));
}

async function listWeeks(context: Context, { due }: { readonly due?: boolean }): Promise<undefined> {
  const page = await context.client.get<Page<Week>>('/api/audit/reviews');
  const isDue = ({ status }: Week) => status === 'due' || status === 'overdue';
  const items = due === true ? page.items.filter(isDue) : page.items;
  const { isJson } = context.print;
  const rows = isJson ? items : items.map((row) => ({ ...row, signed_by: row.signatures.map(({ by }) => by) }));
  printPage(context, { ...page, items: rows }, COLUMNS, due === true ? 'Every week is signed.' : 'No week yet.');
}

async function review(context: Context, monday: string | undefined, options: ReviewOptions): Promise<undefined> {
  const { sign, note } = options;
  if (note !== undefined && sign !== true) throw usageError('A note goes with a signature: add --sign.');
  const week = monday === undefined ? await lastWeek(context) : typedDay(monday);
  const path = `/api/audit/reviews/${encodeURIComponent(week)}`;
  if (sign !== true) {
    const found = await context.client.get<Week>(path);
    printRecord(context, found);
    const isSigned = found.signatures.length > 0;
    if (!context.print.isJson && !isSigned && found.status !== 'running')
      context.print.line(context.print.dim(`Next: audit review ${week} --sign`));
    return;
  }
  const body = { note: note === undefined ? undefined : await freeText(context.io, note) };
  const { body: signed } = await context.client.send('POST', path, { body });
  return printDone(context, signed, `The week of ${week} is signed.`);
}

async function lastWeek({ client }: Context): Promise<string> {
  const { items } = await client.get<Page<Week>>('/api/audit/reviews');
  const over = items.find(({ status }) => status !== 'running');
  if (over === undefined) throw new CliError(EXIT.notFound, 'No week is over yet. Come back on Monday.');
  return over.week;
}
