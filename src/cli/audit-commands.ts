/** `audit`: who did or saw what, and whether all of it is as it was written. */
import type { Command } from 'commander';
import { addAuditReviewCommands } from './audit-review-commands.ts';
import { type Context, run, type Setup } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { harmless } from './shown.ts';
import { isoTime } from './typed-time.ts';

export const ACCESS_COLUMNS = [
  ['LINE', 'seq'],
  ['WHEN', 'at'],
  ['WHO', 'actor_name'],
  ['WHAT', 'action'],
  ['RESULT', 'status'],
  ['PATIENT', 'patient_id'],
  ['CALL', 'call_id'],
] as const;

interface FilterOptions extends ListOptions {
  readonly who?: string;
  readonly action?: string;
  readonly patient?: string;
  readonly call?: string;
  readonly phi?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly refused?: boolean;
}
interface Check {
  readonly ok: boolean;
  readonly checked: number;
  readonly next: string | null;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly break: { readonly seq: number; readonly code: string; readonly detail: string } | null;
}

export function addAuditCommands(program: Command, setup: Setup): void {
  const audit = program.command('audit').description('Who did or saw what: list, verify, reviews, review');

  withListOptions(audit.command('list', { isDefault: true }).description('Newest first'))
    .option('--who <address>', 'what one person did')
    .option('--action <action>', 'such as patient.reveal')
    .option('--patient <patient>', 'who saw or changed this patient')
    .option('--call <call>', 'what was done with this call')
    .option('--phi', 'only where patient data was shown')
    .option('--from <when>', 'from then on: a day or a time')
    .option('--to <when>', 'until then')
    .option('--refused', 'only what was refused')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake audit\n  telnyx-edge-intake audit list --patient pat_… --from 2026-05-01 --to 2026-05-04 --json',
    )
    .action(run(setup, list));

  audit
    .command('verify')
    .description('Checks that no line was altered, removed, added or cut off')
    .option('--after <line>', 'only the lines after this one')
    .addHelpText(
      'after',
      '\nEnds with 8 when a line is not as it was written.\n\nExample:\n  telnyx-edge-intake audit verify',
    )
    .action(run(setup, verify));

  addAuditReviewCommands(audit, setup);
}

async function list(context: Context, options: FilterOptions): Promise<undefined> {
  const { who, action, patient, call, from, to } = options;
  const times = {
    from: from === undefined ? undefined : isoTime(from),
    to: to === undefined ? undefined : isoTime(to),
  };
  const isTrue = (flag: boolean | undefined) => (flag === true ? 'true' : undefined);
  const filter = { actor_name: who, action, call_id: call, phi: isTrue(options.phi), refused: isTrue(options.refused) };
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  // Alone, also the lists and searches that showed the patient.
  const page =
    patient === undefined || isNarrowed
      ? await listPages(context.client, '/api/audit', { ...times, ...filter, patient_id: patient }, options)
      : await listPages(context.client, `/api/patients/${encodeURIComponent(patient)}/accesses`, times, options);
  printPage(context, page, ACCESS_COLUMNS, 'Nothing fits.');
  return undefined;
}

async function verify({ client, print }: Context, { after }: { readonly after?: string }): Promise<number> {
  let checked = 0;
  for (let next: string | undefined = after; ; ) {
    const page: Check = await client.get<Check>('/api/audit/verify', { after: next });
    checked += page.checked;
    if (page.ok && page.next !== null) {
      next = page.next;
      continue;
    }
    const whole = { ...page, checked };
    if (print.isJson) print.json(whole);
    else if (page.break === null) {
      print.line(`Whole: ${checked} lines, each as it was written. The last one is ${page.head.seq}.`);
      print.line(`Its hash is ${harmless(page.head.hash)}.`);
    } else {
      print.line(`BROKEN at line ${page.break.seq} (${harmless(page.break.code)}).`);
      print.line(harmless(page.break.detail));
    }
    return page.ok ? EXIT.ok : EXIT.fault;
  }
}
