/**
 * How far campaigns have come, for whoever looks: the funnel of their calls, what they cost, how fast they go and when they end at
 * this pace. Test calls to staff are none of it. It decides nothing.
 */
import { and, eq, gt, gte, inArray, isNotNull, sql } from 'drizzle-orm';
import { forecast } from '../domain/campaign/forecast.ts';
import type { Config } from '../env.ts';
import { averagesOf } from './campaign-averages.ts';
import { type CampaignSums, campaignSums } from './campaign-sums.ts';
import type { Campaign } from './campaigns.ts';
import type { ContactStatus } from './contacts.ts';
import type { Database } from './database.ts';
import { calls, contacts, spend } from './schema.ts';

export interface CampaignProgress {
  /** Calls, not people: who is rung twice counts twice. Each is a part of the one before. */
  readonly dialled: number;
  /** By anybody but a machine. */
  readonly answered: number;
  readonly consented: number;
  readonly complete: number;
  /** Dialled and not over. */
  readonly live: number;
  /** Dialled within the last minutes, for each of them. */
  readonly callsPerMinute: number;
  readonly spentNanos: number;
  /** Epoch milliseconds; null while it does not run, or when nobody is left. */
  readonly finishAt: number | null;
}

const PACE_MINUTES = 5;
const MINUTE_MS = 60_000;
/** A call waits no longer for its dial than its attempt stands. */
const LONGEST_WAIT_MS = 3_600_000;
/** Contacts that are due within the same quarter of an hour count as due together. */
const STEP_MS = 900_000;

export async function campaignProgress(
  db: Database,
  campaign: Campaign,
  dialing: Pick<Config['dialing'], 'ratePerSecond' | 'maxLiveCalls'>,
  now: number,
  sums: Promise<CampaignSums> = campaignSums(db, campaign, now),
): Promise<CampaignProgress> {
  const [read, pace, spent, finishAt] = await Promise.all([
    sums,
    paceOf(db, campaign, now),
    db
      .select({ nanos: sql<number>`coalesce(sum(${spend.nanos}), 0)` })
      .from(spend)
      .where(eq(spend.campaignId, campaign.id)),
    campaign.status === 'running' ? finishOf(db, campaign, dialing, now) : null,
  ]);
  return { ...funnelOf(read), callsPerMinute: pace, spentNanos: spent[0]?.nanos ?? 0, finishAt };
}

function funnelOf({ sums }: CampaignSums) {
  const of = (field: 'dialled' | 'answered' | 'consented' | 'live', rows = sums) =>
    rows.reduce((total, row) => total + row[field], 0);
  const complete = of(
    'answered',
    sums.filter(({ status }) => status === 'completed'),
  );
  return {
    ...{ dialled: of('dialled'), answered: of('answered'), consented: of('consented') },
    ...{ complete, live: of('live') },
  };
}

/** Over the last minutes, or since it went on when that is less; of the first minute all of it. */
async function paceOf(db: Database, { id, resumedAt }: Campaign, now: number): Promise<number> {
  const minutes = Math.min(PACE_MINUTES, Math.max(1, (now - (resumedAt ?? 0)) / MINUTE_MS));
  const since = now - minutes * MINUTE_MS;
  const [row] = await db
    .select({ dialled: sql<number>`count(*)` })
    .from(calls)
    .where(
      and(
        ...[eq(calls.campaignId, id), isNotNull(calls.contactId)],
        ...[gt(calls.createdAt, since - LONGEST_WAIT_MS), gte(calls.dialedAt, since)],
      ),
    );
  return (row?.dialled ?? 0) / minutes;
}

/** As the pre-flight reckons, for who is left and within the limits of the account. */
async function finishOf(
  db: Database,
  { id, pacePerSecond, maxLiveCalls, questionnaireId, retry }: Campaign,
  dialing: Pick<Config['dialing'], 'ratePerSecond' | 'maxLiveCalls'>,
  now: number,
): Promise<number | null> {
  // Who is under way is as good as due.
  const due = sql<number>`case when ${contacts.status} = 'active' then ${now} else max(${contacts.nextAt}, ${now}) end`;
  const step = sql<number>`(${due}) / ${STEP_MS}`;
  const [left, averages] = await Promise.all([
    db
      .select({ at: sql<number>`min(${due})`, n: sql<number>`count(*)` })
      .from(contacts)
      .where(and(eq(contacts.campaignId, id), inArray(contacts.status, ['ready', 'active'])))
      .groupBy(step),
    averagesOf(db, questionnaireId),
  ]);
  const { finishAt } = forecast({
    starts: left.flatMap(({ at, n }) => Array.from({ length: n }, () => at)),
    pacePerSecond: Math.min(pacePerSecond, dialing.ratePerSecond),
    maxLiveCalls: Math.min(maxLiveCalls, dialing.maxLiveCalls),
    ...{ averages, retry, at: now },
  });
  return finishAt;
}

/** How many contacts of each campaign stand where; one without contacts is not in the map. */
export async function contactSums(
  db: Database,
  campaignIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Partial<Record<ContactStatus, number>>>>> {
  const rows = await db
    .select({ id: contacts.campaignId, status: contacts.status, n: sql<number>`count(*)` })
    .from(contacts)
    .where(sql`${contacts.campaignId} in (select value from json_each(${JSON.stringify(campaignIds)}))`)
    .groupBy(contacts.campaignId, contacts.status);
  const sums = new Map<string, Partial<Record<ContactStatus, number>>>();
  for (const { id, status, n } of rows) sums.set(id, { ...sums.get(id), [status]: n });
  return sums;
}
