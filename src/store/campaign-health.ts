/** How a campaign is doing, as the rules that pause it ask: what ended lately, and how many live answers waited too long (TC-16). */
import { and, desc, eq, gt, isNotNull, ne, sql } from 'drizzle-orm';
import { type CampaignFigures, healthPolicyAt } from '../domain/campaign/campaign-health.ts';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { Database } from './database.ts';
import { attempts, calls } from './schema.ts';

/** More never ends within the time that is looked at. */
const MOST_ENDED = 500;

export async function campaignHealth(
  db: Database,
  campaign: { readonly id: string; readonly resumedAt: number | null },
  now: number,
): Promise<CampaignFigures> {
  const { failedWithinMs, abandonedWithinMs, greetingWithinMs } = healthPolicyAt(now);
  const since = campaign.resumedAt ?? 0;
  // `isAbandoned`, in SQL.
  const abandoned = sql`case when ${calls.greetingDelayMs} is null
    then ${calls.endedAt} is not null and ${calls.hangupSource} is not 'callee'
    else ${calls.greetingDelayMs} > ${greetingWithinMs} end`;
  const [ended, [live]] = await Promise.all([
    db
      .select({ endedAt: sql<number>`${attempts.endedAt}`, status: calls.status, error: calls.error })
      .from(attempts)
      .innerJoin(calls, eq(calls.id, attempts.callId))
      .where(
        and(
          ...[eq(attempts.campaignId, campaign.id), eq(attempts.status, 'ended')],
          gt(attempts.endedAt, now - failedWithinMs),
        ),
      )
      .orderBy(desc(attempts.endedAt))
      .limit(MOST_ENDED),
    db
      .select({
        answered: sql<number>`count(*)`,
        abandoned: sql<number>`coalesce(sum(${abandoned}), 0)`,
        abandonedSince: sql<number>`coalesce(sum(${abandoned} and ${calls.answeredAt} > ${since}), 0)`,
      })
      .from(calls)
      .where(
        and(
          ...[eq(calls.campaignId, campaign.id), gt(calls.createdAt, now - abandonedWithinMs)],
          ...[isNotNull(calls.answeredAt), ne(calls.answeredBy, 'machine')],
        ),
      ),
  ]);
  return {
    ended: ended.map((row) => ({ ...row, status: row.status as CallStatus })),
    ...(live ?? { answered: 0, abandoned: 0, abandonedSince: 0 }),
    since,
  };
}
