/** A campaign as it runs, until it is over or stands still. */
import { campaignPath, type ShownCampaign, type ShownCounts } from './campaign-shapes.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { follow } from './follow.ts';
import { startProgress } from './progress.ts';
import { shownTime } from './shown.ts';

export interface WatchOptions {
  /** Whether whoever was not reached makes it a failure. */
  readonly strict?: boolean;
}

const STILL = new Set(['completed', 'canceled', 'failed', 'paused', 'draft']);

/** 0 when it is completed; 1 when it was paused, canceled, or `strict` and somebody was not reached to the end. */
export async function watchCampaign(context: Context, id: string, { strict }: WatchOptions): Promise<number> {
  const { client, io, print } = context;
  // A line of progress is what was asked for; only a bar, or JSON, leaves the output to the end.
  const isDrawn = io.stderr.isTTY === true && !print.isJson;
  const progress = startProgress({ stderr: isDrawn ? io.stderr : io.stdout }, 'Campaign');
  let last = '';
  const look = async () => {
    const campaign = await client.get<ShownCampaign>(campaignPath(id));
    const { status, counts, progress: pace } = campaign;
    const line = JSON.stringify({ status, counts });
    if (print.isJson && line !== last) print.jsonLine({ kind: 'campaign', ...campaign });
    last = line;
    if (!print.isJson && counts !== undefined)
      progress.update(settled(counts), counts.total, noteOf(campaign, print.as.zone));
    return STILL.has(status) && (pace?.live ?? 0) === 0 ? campaign : null;
  };
  const campaign = await follow(context, look).finally(() => progress.stop());
  if (!print.isJson) printEnd(context, campaign);
  const isReached = (campaign.counts?.outcomes['completed'] ?? 0) === (campaign.counts?.total ?? 0);
  return campaign.status === 'completed' && (strict !== true || isReached) ? EXIT.ok : EXIT.failed;
}

const settled = ({ total, ready, active }: ShownCounts): number => total - ready - active;

function noteOf({ status, counts, progress }: ShownCampaign, zone: string): string {
  const parts = [status];
  if (counts !== undefined)
    parts.push(`${settled(counts)} of ${counts.total} settled, ${counts.ready} waiting, ${counts.active} on the phone`);
  if (progress?.finish_at) parts.push(`until ${shownTime(progress.finish_at, zone).slice(11)}`);
  return parts.join(', ');
}

function printEnd(
  { print }: Context,
  { campaign_id: id, status, status_reason: reason, counts, progress }: ShownCampaign,
): void {
  print.record({
    status: reason === null ? status : `${status} (${reason})`,
    ...(counts === undefined ? {} : { outcomes: counts.outcomes, left_out: counts.skipped_by ?? {} }),
    ...(progress === undefined ? {} : { spent: `${progress.spent.amount} ${progress.spent.currency}` }),
  });
  if (status === 'paused') print.line(`See to the reason, then: campaign resume ${id}`);
  if (status === 'draft') print.line(`It is not started: campaign start ${id}`);
  if (status === 'completed') print.line(print.dim(`Next: campaign results ${id} --format csv -o results.csv`));
}
