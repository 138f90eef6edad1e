/** `campaign preflight` and `start`: what would happen, read before it does. */
import { campaignPath, type ShownCampaign, type ShownReceipt } from './campaign-shapes.ts';
import type { Context } from './context.ts';
import { confirm } from './terminal.ts';
import { watchCampaign } from './watch-campaign.ts';

export interface StartOptions {
  readonly preflight?: string;
  readonly yes?: boolean;
  readonly watch?: boolean;
}

export async function preflight(context: Context, id: string): Promise<undefined> {
  const receipt = await makeReceipt(context, id);
  if (context.print.isJson) return void context.print.json(receipt);
  printReceipt(context, receipt);
  context.print.line(context.print.dim(`Next: campaign start ${id} --preflight ${receipt.preflight_id}`));
}

const makeReceipt = async ({ client }: Context, id: string): Promise<ShownReceipt> =>
  (await client.send<ShownReceipt>('POST', `${campaignPath(id)}/preflight`)).body;

function printReceipt(
  { print }: Pick<Context, 'print'>,
  { preflight_id: receiptId, counts, forecast }: ShownReceipt,
): void {
  print.line(`${print.bold('Pre-flight')} ${receiptId}: ${counts.will_call} people will be called.`);
  const left = Object.entries(counts.skipped).map(([code, count]) => ({ code, count, again: counts.again_at?.[code] }));
  if (left.length > 0)
    print.table(
      [
        ['NOT NOW', 'code'],
        ['PEOPLE', 'count'],
        ['AGAIN AT', 'again'],
      ],
      left,
    );
  if (forecast === undefined) return;
  const { calls, minutes, cost, finish_at: until } = forecast;
  print.record({ calls, minutes, cost: `${cost.low} to ${cost.high} ${cost.currency}`, finished_at: until });
}

export async function startCampaign(context: Context, id: string, options: StartOptions): Promise<number | undefined> {
  const { io, client, print } = context;
  let preflightId = options.preflight;
  if (preflightId === undefined) {
    const receipt = await makeReceipt(context, id);
    preflightId = receipt.preflight_id;
    if (!print.isJson) printReceipt(context, receipt);
    await confirm(io, `${receipt.counts.will_call} people will be called. Type yes to start:`, 'yes', options.yes);
  } else await confirm(io, 'People will be called. Type yes to start:', 'yes', options.yes);
  const body = { preflight_id: preflightId };
  const { status, body: campaign } = await client.send<ShownCampaign>('POST', `${campaignPath(id)}/start`, { body });
  const isRunning = status === 200;
  if (print.isJson && !(isRunning && options.watch === true)) print.json(campaign);
  else if (!print.isJson)
    print.line(
      isRunning ? `${campaign.name} is started.` : 'Asked for. A second administrator has to start it as well.',
    );
  return isRunning && options.watch === true ? watchCampaign(context, id, {}) : undefined;
}
