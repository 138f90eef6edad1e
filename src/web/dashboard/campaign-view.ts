/** One campaign as its page shows it, read together. */
import * as z from 'zod';
import type { Forecast } from '../../domain/campaign/forecast.ts';
import { isLiveStatus } from '../../domain/intake/call-record.ts';
import { bySteps, type CallPeriod } from '../../domain/stats/call-outcomes.ts';
import { type CampaignImport, importOfCampaign } from '../../store/campaign-import.ts';
import { type CampaignProgress, campaignProgress } from '../../store/campaign-progress.ts';
import { type CampaignSums, campaignSums } from '../../store/campaign-sums.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { type ContactCall, newestTestCall } from '../../store/contact-calls.ts';
import { type ContactStatus, countContacts } from '../../store/contacts.ts';
import { rejectedOf } from '../../store/imports.ts';
import { newestPreflight, type Preflight } from '../../store/preflights.ts';
import { countAlerts } from '../../store/tasks.ts';
import { hasAnsweredTest } from '../../store/test-calls.ts';
import type { Ask } from '../route.ts';
import { needsSecond } from '../second-person.ts';
import { type ClinicClock, clinicClock } from './clinic-clock.tsx';
import { MOST_ALERTS } from './layout.tsx';
import { type Viewer, viewerOf } from './viewer.ts';

export const oneCampaign = z.strictObject({ campaign_id: z.string().regex(/^cmp_[0-9a-f-]{36}$/) });

export type ContactCounts = Awaited<ReturnType<typeof countContacts>>;

export interface CampaignView {
  readonly campaign: Campaign;
  readonly counts: ContactCounts;
  readonly list: CampaignImport | null;
  /** Rows of the list that were not taken, by code. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly progress: CampaignProgress;
  /** From the start to the end or until now. */
  readonly paces: readonly CallPeriod[];
  readonly receipt: Preflight<Forecast> | null;
  readonly testCall: ContactCall | null;
  /** A test call was answered. */
  readonly tested: boolean;
  /** A start takes two people. */
  readonly needsSecond: boolean;
  /** The viewer, as a start request names people. */
  readonly actorId: string;
  readonly viewer: Viewer;
  /** Red flags nobody has claimed. */
  readonly alerts: number;
  readonly clock: ClinicClock;
  readonly now: number;
}

export async function campaignView(ask: Ask, campaign: Campaign): Promise<CampaignView> {
  const { db, config, actor, now } = ask;
  const isDraft = campaign.status === 'draft';
  const sums = campaignSums(db, campaign, now);
  const [counts, list, rejected, progress, paces, receipt, testCall, tested, takesTwo, alerts] = await Promise.all([
    countContacts(db, campaign.id),
    importOfCampaign(db, campaign.id),
    rejectedOf(db, campaign.id),
    campaignProgress(db, campaign, config.dialing, now, sums),
    pacesOf(campaign, sums),
    newestPreflight<Forecast>(db, campaign.id),
    isDraft ? newestTestCall(db, campaign.id) : null,
    isDraft ? hasAnsweredTest(db, campaign.id) : false,
    isDraft ? needsSecond(ask) : false,
    countAlerts(db, MOST_ALERTS),
  ]);
  return {
    ...{ campaign, counts, list, rejected, progress, paces, receipt, testCall, tested, alerts, now },
    needsSecond: takesTwo && totalOf(counts) > config.dialing.approvalOver,
    ...{ actorId: actor.id, viewer: viewerOf(actor), clock: clinicClock(config.clinic.timeZone, now) },
  };
}

async function pacesOf({ startedAt }: Campaign, read: Promise<CampaignSums>): Promise<readonly CallPeriod[]> {
  const { sums, from, to, stepMs } = await read;
  return startedAt === null ? [] : bySteps(sums, from, to, stepMs);
}

export const totalOf = (counts: ContactCounts): number => counts.reduce((sum, { count }) => sum + count, 0);

export const countOf = (counts: ContactCounts, ...statuses: readonly ContactStatus[]): number =>
  totalOf(counts.filter(({ status }) => statuses.includes(status)));

/** By code or by outcome, of contacts that stand so; the most first. */
export function sumBy(
  counts: ContactCounts,
  key: 'code' | 'outcome',
  ...statuses: readonly ContactStatus[]
): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const row of counts) {
    const name = row[key];
    if (name !== null && statuses.includes(row.status)) sums.set(name, (sums.get(name) ?? 0) + row.count);
  }
  return [...sums].toSorted(([, a], [, b]) => b - a);
}

export const isTesting = ({ testCall }: Pick<CampaignView, 'testCall'>): boolean =>
  testCall !== null && isLiveStatus(testCall.status);

/**
 * What the steps before the start depend on. The page fetches itself again all the time, but these, which hold what somebody may be
 * typing, are replaced only when this has changed.
 */
export function setupKey({ campaign, receipt, testCall, tested, actorId }: CampaignView): string {
  const { status, startRequestedBy } = campaign;
  const asked = startRequestedBy === null ? 'no' : startRequestedBy === actorId ? 'own' : 'other';
  return [status, receipt?.id ?? 'none', testCall?.status ?? 'none', tested ? 'tested' : 'untested', asked].join('.');
}
