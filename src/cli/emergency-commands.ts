/** `emergency …`: a clinician's rights for an hour, with a reason, and the look at it afterwards. Both are for people signed in as themselves. */
import { type Command, Option } from 'commander';
import { type Context, run, type Setup } from './context.ts';
import { freeText } from './free-text.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { printDone } from './print-record.ts';
import { shownTime } from './shown.ts';

const COLUMNS = [
  ['EMERGENCY', 'emergency_id'],
  ['WHO', 'staff_name'],
  ['BEGAN', 'started_at'],
  ['UNTIL', 'expires_at'],
  ['ENDED', 'ended_at'],
  ['REASON', 'reason'],
  ['REVIEW', 'review.verdict'],
  ['BY', 'review.by'],
] as const;
const FOR_PEOPLE =
  '\nFor people only, signed in as themselves (CF_ACCESS_TOKEN): a service token gets "person_needed".\n';

interface ReviewOptions {
  readonly verdict: string;
  readonly note?: string;
}

export function addEmergencyCommands(program: Command, setup: Setup): void {
  const emergency = program
    .command('emergency')
    .description('A clinician’s rights for an hour: list, review, begin, end');

  withListOptions(emergency.command('list', { isDefault: true }).description('Who took them, the newest first'))
    .option('--unreviewed', 'only what nobody has looked at')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake emergency --unreviewed')
    .action(
      run(setup, async (context: Context, options: ListOptions & { readonly unreviewed?: boolean }) => {
        const query = { unreviewed: options.unreviewed === true ? 'true' : undefined };
        const page = await listPages(context.client, '/api/emergency-access', query, options);
        const none = options.unreviewed === true ? 'All of it was looked at.' : 'Nobody took emergency access.';
        printPage(context, page, COLUMNS, none);
        return undefined;
      }),
    );

  emergency
    .command('review <emergency>')
    .description('Says whether it was justified; for an administrator, and not of one’s own')
    .addOption(
      new Option('--verdict <verdict>', 'what you found').choices(['justified', 'not_justified']).makeOptionMandatory(),
    )
    .option('--note <file>', 'more about it, as text; - for standard input')
    .addHelpText(
      'after',
      `${FOR_PEOPLE}\nExample:\n  telnyx-edge-intake emergency review emg_… --verdict justified --note - < note.txt`,
    )
    .action(run(setup, review));

  emergency
    .command('begin')
    .description('Takes a clinician’s rights for an hour. Somebody looks at it afterwards')
    .requiredOption('--reason <file>', 'why, as text; - for standard input')
    .addHelpText('after', `${FOR_PEOPLE}\nExample:\n  telnyx-edge-intake emergency begin --reason - < why.txt`)
    .action(
      run(setup, async (context, { reason }: { readonly reason: string }) => {
        const body = { reason: await freeText(context.io, reason) };
        const { body: begun } = await context.client.send('POST', '/api/emergency-access', { body });
        const until = shownTime(String(begun['expires_at']), context.print.as.zone);
        return printDone(context, begun, `Open until ${until}. Everything you see is on record.`, 'emergency end');
      }),
    );

  emergency
    .command('end')
    .description('Gives your emergency access up before it ends by itself')
    .addHelpText('after', `${FOR_PEOPLE}\nExample:\n  telnyx-edge-intake emergency end`)
    .action(
      run(setup, async (context) => {
        await context.client.send('POST', '/api/emergency-access/end');
        return printDone(context, { ended: true }, 'It is over.');
      }),
    );
}

async function review(context: Context, id: string, { verdict, note }: ReviewOptions): Promise<undefined> {
  const body = { verdict, note: note === undefined ? undefined : await freeText(context.io, note) };
  const path = `/api/emergency-access/${encodeURIComponent(id)}/review`;
  const { body: reviewed } = await context.client.send('POST', path, { body });
  return printDone(context, reviewed, `It is on record as ${verdict.replace('_', ' ')}.`);
}
