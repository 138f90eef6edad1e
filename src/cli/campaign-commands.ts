/** `campaign …`: a list of people, from its file to its results. */
import { type Command, Option } from 'commander';
import type { ShownCall } from './call-shapes.ts';
import { isLive } from './call-shapes.ts';
import { addCampaignPeople } from './campaign-people.ts';
import { campaignPath, type ShownCampaign } from './campaign-shapes.ts';
import { type Context, run, type Setup } from './context.ts';
import { addCreateCampaign } from './create-campaign.ts';
import { EXIT } from './exit-codes.ts';
import { follow } from './follow.ts';
import { type ListOptions, listPages, printPage, withListOptions } from './list-pages.ts';
import { phoneNumber } from './phone-number.ts';
import { type SaveOptions, saveAnswer, withOutputOptions } from './save-file.ts';
import { preflight, startCampaign } from './start-campaign.ts';
import { watchCampaign } from './watch-campaign.ts';

const COLUMNS = [
  ['CAMPAIGN', 'campaign_id'],
  ['NAME', 'name'],
  ['STATUS', 'status'],
  ['PURPOSE', 'purpose'],
  ['OWNER', 'owner'],
  ['CREATED', 'created_at'],
] as const;
const VERBS = {
  pause: ['Calls nobody new; calls under way go on to their end', 'is pausing.'],
  resume: ['Goes on after a pause', 'goes on.'],
  cancel: ['Calls nobody new, for good', 'is canceled.'],
  redial: ['Rings whom it did not reach once more', 'rings again whom it did not reach.'],
} as const;

export function addCampaignCommands(program: Command, setup: Setup): void {
  const campaign = program
    .command('campaign')
    .description(
      'Many calls: create, list, get, preflight, test-call, start, watch, pause, resume, cancel, redial, people, results, refused, stop-import',
    );

  addCreateCampaign(campaign, setup);

  withListOptions(campaign.command('list').description('Campaigns, the newest first'))
    .option('--status <status>', 'such as draft, running or completed')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign list --status running')
    .action(
      run(setup, async (context, options: ListOptions & { readonly status?: string }) => {
        const page = await listPages(context.client, '/api/campaigns', { status: options.status }, options);
        printPage(context, page, COLUMNS, 'No campaigns.');
        return undefined;
      }),
    );

  campaign
    .command('get <campaign>')
    .description('One campaign, with how far it has come')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign get cmp_… --json')
    .action(
      run(setup, async ({ client, print }, id: string) => {
        const found = await client.get(campaignPath(id));
        if (print.isJson) print.json(found);
        else print.record(found);
        return undefined;
      }),
    );

  campaign
    .command('preflight <campaign>')
    .description('Who would be called, who not and why, how long it takes and what it costs; calls nobody')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign preflight cmp_…')
    .action(run(setup, preflight));

  campaign
    .command('test-call <campaign> <number>')
    .description('Rings a member of staff with what patients will hear; one has to be answered before a start')
    .option('--wait', 'until it was answered; ends with 1 if it was not')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign test-call cmp_… +12025550191 --wait')
    .action(run(setup, testCall));

  campaign
    .command('start <campaign>')
    .description('Makes the pre-flight, shows it, asks, and starts calling')
    .option('--preflight <id>', 'start with this receipt, which you have read')
    .option('--yes', 'do not ask')
    .option('--watch', 'go on as "campaign watch" does')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake campaign start cmp_…\n  telnyx-edge-intake campaign start cmp_… --yes --watch',
    )
    .action(run(setup, startCampaign));

  campaign
    .command('watch <campaign>')
    .description('How far it is, until it is over or stands still')
    .option('--strict', 'end with 1 unless everybody was reached to the end')
    .addHelpText(
      'after',
      '\nEnds with 0 when it is completed, with 1 when it was paused or canceled.\n\nExample:\n  telnyx-edge-intake campaign watch cmp_…',
    )
    .action(run(setup, watchCampaign));

  for (const [verb, [what, done]] of Object.entries(VERBS)) {
    campaign
      .command(`${verb} <campaign>`)
      .description(what)
      .addHelpText('after', `\nExample:\n  telnyx-edge-intake campaign ${verb} cmp_…`)
      .action(
        run(setup, async ({ client, print }, id: string) => {
          const { body } = await client.send<ShownCampaign>('POST', `${campaignPath(id)}/${verb}`);
          if (print.isJson) print.json(body);
          else print.line(`${body.name} ${done}`);
          return undefined;
        }),
      );
  }

  addCampaignPeople(campaign, setup);

  withOutputOptions(
    campaign.command('results <campaign>').description('What became of everybody, as far as your role may see it'),
  )
    .addOption(new Option('--format <format>').choices(['csv', 'tsv', 'json']).default('csv'))
    .option('--outcome <outcome>', 'only who ended so, such as no_answer')
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign results cmp_… --format csv -o results.csv')
    .action(run(setup, saveResults));

  withOutputOptions(
    campaign
      .command('refused <import>')
      .description('The rows of a list that were refused, with the reason, to be put right'),
  )
    .addHelpText('after', '\nExample:\n  telnyx-edge-intake campaign refused imp_… -o refused.csv')
    .action(
      run(setup, async (context, id: string, options: SaveOptions) =>
        saveAnswer(context, { path: `/api/imports/${encodeURIComponent(id)}/rows`, query: { format: 'csv' } }, options),
      ),
    );
}

async function testCall(
  context: Context,
  id: string,
  given: string,
  { wait }: { readonly wait?: boolean },
): Promise<number | undefined> {
  const { io, client, print } = context;
  const body = { phone_number: await phoneNumber(io, given) };
  const { body: made } = await client.send<ShownCall>('POST', `${campaignPath(id)}/test-call`, { body });
  if (wait !== true) {
    if (print.isJson) print.json(made);
    else print.line(`${print.bold(made.call_id)}  ${made.status}`);
    return undefined;
  }
  const call = await follow(context, async () => {
    const now = await client.get<ShownCall>(`/api/calls/${made.call_id}`);
    return now.answered_at !== null || !isLive(now) ? now : null;
  });
  if (print.isJson) print.json(call);
  else
    print.line(call.answered_at === null ? `Not answered: ${call.status}.` : 'Answered. The campaign may be started.');
  return call.answered_at === null ? EXIT.failed : EXIT.ok;
}

interface ResultOptions extends SaveOptions {
  readonly format: string;
  readonly outcome?: string;
}

const saveResults = (context: Context, id: string, options: ResultOptions): Promise<undefined> =>
  saveAnswer(
    context,
    { path: `${campaignPath(id)}/results`, query: { format: options.format, outcome: options.outcome } },
    options,
  );
