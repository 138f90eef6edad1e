/** The verbs of a campaign: checked against the state it is in, written down, and told to its runner, which is then awake. */
import { after, type CampaignStatus, type CampaignVerb, type VerbRefusal } from '../domain/campaign/campaign-status.ts';
import { log } from '../log.ts';
import { type Campaign, changeStatus, getCampaign, setStartRequest } from '../store/campaigns.ts';
import { countContacts, redialContacts, workLeft } from '../store/contacts.ts';
import { newestPreflight } from '../store/preflights.ts';
import { hasAnsweredTest } from '../store/test-calls.ts';
import { isPerson } from './context.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';
import { needsSecond, refuseRightAfterRemoval, refuseTooNew } from './second-person.ts';

type Asker = Pick<Ask, 'db' | 'env' | 'config' | 'actor' | 'now'>;

/** A receipt says what was so when it was written. */
const RECEIPT_LASTS_MS = 24 * 3_600_000;

export async function knownCampaign({
  db,
  params,
}: Pick<Ask, 'db'> & { readonly params: { campaign_id: string } }): Promise<Campaign> {
  const campaign = await getCampaign(db, params.campaign_id);
  if (campaign === null) throw notFound();
  return campaign;
}

/** Running, or still a draft that waits for a second person. */
export async function startCampaign(ask: Asker, campaign: Campaign, preflightId: string): Promise<Campaign> {
  const { db, config, actor, now } = ask;
  const status = allowed(campaign, 'start');
  const [receipt, tested, counts] = await Promise.all([
    newestPreflight(db, campaign.id),
    hasAnsweredTest(db, campaign.id),
    countContacts(db, campaign.id),
  ]);
  if (receipt === null || receipt.id !== preflightId || now - receipt.createdAt > RECEIPT_LASTS_MS)
    throw refusal('preflight_stale', 'Make a new pre-flight, read it, and start with its id.');
  if (!tested)
    throw refusal('not_tested', 'Make a test call to a member of staff first; it counts once it was answered.');
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  let approvedBy: string | null = null;
  const isLarge = total > config.dialing.approvalOver;
  if (isLarge && !(await needsSecond(ask))) await refuseRightAfterRemoval(ask);
  else if (isLarge) {
    if (!isPerson(actor)) throw refusal('second_approver', 'Two administrators start so large a campaign, in person.');
    if (campaign.startRequestedBy === null || campaign.startRequestedBy === actor.id) {
      refuseTooNew(actor, now);
      await setStartRequest(db, campaign.id, actor.id);
      log.info('campaign.start_requested', { campaign_id: campaign.id, actor: actor.id });
      return { ...campaign, startRequestedBy: actor.id };
    }
    if (!actor.roles.includes('admin'))
      throw refusal('second_approver', 'A second administrator has to start it, in person.');
    refuseTooNew(actor, now);
    approvedBy = actor.id;
  }
  const change = {
    status,
    preflightId,
    startedAt: campaign.startedAt ?? now,
    resumedAt: now,
    endedAt: null,
    startRequestedBy: null,
  };
  return moved(ask, campaign, { ...change, ...(approvedBy === null ? {} : { approvedBy }) });
}

export async function commandCampaign(
  ask: Asker,
  campaign: Campaign,
  verb: Exclude<CampaignVerb, 'start'>,
): Promise<Campaign> {
  const status = allowed(campaign, verb);
  switch (verb) {
    case 'pause':
      return moved(ask, campaign, { status, statusReason: 'by_staff' });
    case 'resume':
      return moved(ask, campaign, { status, resumedAt: ask.now });
    case 'cancel':
      return moved(ask, campaign, { status, statusReason: 'by_staff', endedAt: ask.now });
    case 'redial': {
      const again = await redialContacts(ask.db, campaign.id, ask.now);
      if (again === 0 && !(await wasCutOff(ask.db, campaign)))
        throw refusal(
          'nobody_failed',
          'Everybody who was rung was reached, or may not be called again. Resume it if it is paused: whoever waits is rung then.',
        );
      return moved(ask, campaign, { status, resumedAt: ask.now, endedAt: null });
    }
  }
}

/** Over, and yet somebody waits: a redial made them ready and ended before it said so. */
const wasCutOff = async (db: Asker['db'], { id, status }: Campaign): Promise<boolean> =>
  status === 'completed' && (await workLeft(db, id)).nextAt !== null;

function allowed(campaign: Campaign, verb: CampaignVerb): CampaignStatus {
  const next = after(campaign.status, verb);
  if (typeof next !== 'string')
    throw refusal(
      next.refused,
      `A campaign that is ${campaign.status} cannot be told to ${verb}. ${INSTEAD[next.refused]}`,
    );
  return next;
}

/** What to do next, by why a verb was refused. */
const INSTEAD: Readonly<Record<VerbRefusal, string>> = {
  still_importing: 'Wait until its list has been read, then make a pre-flight.',
  import_failed: 'It has a list that could not be used: make a new campaign with one that is put right.',
  not_started: 'It was not started yet: start it first, or cancel it.',
  already_started: 'It was started before: resume it.',
  not_running: 'It has to be resumed first.',
  still_running: 'It tries the unreached again by itself: pause it first.',
  already: 'It is as you want it, so there is nothing to do.',
  over: 'It is over: redial it if it is completed, or make a new campaign.',
};

async function moved(ask: Asker, campaign: Campaign, change: Parameters<typeof changeStatus>[2]): Promise<Campaign> {
  const changed = await changeStatus(ask.db, campaign, change);
  if (changed === null) throw refusal('status_changed', 'Somebody else was faster. Look at it again.');
  await wakeRunner(ask, campaign.id);
  return changed;
}

/** The status in D1 counts at the next dial; the runner only has to hear of it. The cron tells it again. */
async function wakeRunner({ env }: Pick<Ask, 'env'>, campaignId: string): Promise<void> {
  try {
    await env.CAMPAIGN_RUNNER.getByName(campaignId).wake();
  } catch (error) {
    log.error('campaign.not_woken', { campaign_id: campaignId, reason: (error as Error).name });
  }
}

const refusal = (code: string, detail: string): Problem => new Problem(409, code, { detail });
