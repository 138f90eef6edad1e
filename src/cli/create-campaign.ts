/** `campaign create`: a list becomes a draft, with a verdict for each of its rows. Nobody is called by it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Json } from './api-client.ts';
import type { ShownCampaign } from './campaign-shapes.ts';
import { type ConsentOptions, consentOf, withConsentOptions } from './consent-options.ts';
import { type Context, run, type Setup } from './context.ts';
import { usageError } from './exit-codes.ts';
import { formOf, mappingOf, type Pairs, pair } from './list-form.ts';
import { readJson } from './terminal.ts';
import { isoTime } from './typed-time.ts';
import { LENIENT, printImport, watchImport } from './watch-import.ts';

interface CreateOptions extends ConsentOptions {
  readonly name: string;
  readonly purpose: string;
  readonly questionnaire?: string;
  readonly language?: string;
  readonly pace?: string;
  readonly maxLive?: string;
  readonly spendCap?: string;
  readonly endsAt?: string;
  readonly tries?: string;
  readonly media?: string;
  readonly var?: Pairs;
  readonly map?: Pairs;
  readonly lenient?: boolean;
  readonly idempotencyKey?: string;
}

const number = (text: string): string => {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError('A number.');
  return text;
};

export function addCreateCampaign(campaign: Command, setup: Setup): void {
  withConsentOptions(
    campaign
      .command('create <file>')
      .description('Reads a list (.csv, .txt, or .json with contacts) into a draft; calls nobody'),
  )
    .requiredOption('--name <name>', 'how you will find it')
    .addOption(new Option('--purpose <purpose>').choices(['intake', 'follow_up', 'reminder', 'care']).default('intake'))
    .option('--questionnaire <id>', 'what is asked, adult-intake when left out')
    .addOption(new Option('--language <language>', 'for whom the list names none').choices(['en', 'es']))
    .option('--pace <n>', 'calls a second', number)
    .option('--max-live <n>', 'calls at a time', number)
    .option('--tries <n>', 'how often a person is rung at most', number)
    .option('--spend-cap <usd>', 'pause when so much is spent', number)
    .option('--ends-at <when>', 'call nobody after that')
    .option('--media <id>', 'the recorded message it plays')
    .option('--var <name=value>', 'fills {{name}} in the prompts; again for each', pair)
    .option('--map <header=field>', 'reads a column as a field, a variable, or with nothing behind = not at all', pair)
    .option(...LENIENT)
    .option('--idempotency-key <key>', 'the same key makes one campaign, however often it is sent')
    .addHelpText(
      'after',
      '\nExamples:\n  telnyx-edge-intake campaign create list.csv --name "Autumn" --consent-basis written \\\n    --consent-by "front desk" --consent-at 2026-11-01 --evidence "registration forms"\n  telnyx-edge-intake campaign create list.csv --name "Autumn" --pace 2 --max-live 5 --map "Cell no=phone" --lenient',
    )
    .action(run(setup, createCampaign));
}

async function createCampaign(context: Context, file: string, options: CreateOptions): Promise<number> {
  const { io, client, print } = context;
  const settings = settingsOf(options);
  const { idempotencyKey } = options;
  const ask = /\.json$/i.test(file)
    ? { body: { ...settings, ...(await contactsOf(io, file)) } }
    : { form: await formOf(file, { ...settings, mapping: mappingOf(options.map) }) };
  const { body: made } = await client.send<ShownCampaign & { import_id: string }>('POST', '/api/campaigns', {
    ...ask,
    idempotencyKey,
  });
  if (!print.isJson) print.line(`${print.bold(made.campaign_id)}  ${made.name}`);
  const read = await watchImport(context, made.import_id);
  const code = printImport(context, read, options.lenient === true);
  const campaign = await client.get<ShownCampaign>(`/api/campaigns/${made.campaign_id}`);
  if (print.isJson) print.json({ ...campaign, import: read.list, refused: read.refused.items });
  else if (campaign.status === 'draft')
    print.line(print.dim(`Next: campaign test-call ${made.campaign_id} NUMBER, campaign start ${made.campaign_id}`));
  return code;
}

function settingsOf(options: CreateOptions): Json {
  const { pace, maxLive, spendCap, tries, endsAt } = options;
  return {
    name: options.name,
    purpose: options.purpose,
    questionnaire: options.questionnaire,
    language: options.language,
    consent: consentOf(options),
    pace_per_second: pace === undefined ? undefined : Number(pace),
    max_live_calls: maxLive === undefined ? undefined : Number(maxLive),
    spend_cap_usd: spendCap === undefined ? undefined : Number(spendCap),
    ends_at: endsAt === undefined ? undefined : isoTime(endsAt),
    retry: tries === undefined ? undefined : { budget: Number(tries), rules: {} },
    script: options.var,
    media_id: options.media,
  };
}

async function contactsOf(io: Context['io'], file: string): Promise<Json> {
  const given = await readJson(io, file);
  const contacts = Array.isArray(given) ? given : (given as Json | null)?.['contacts'];
  if (!Array.isArray(contacts)) throw usageError(`${file} holds no contacts: a list, or {"contacts": […]}.`);
  return { contacts };
}
