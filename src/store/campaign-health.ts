/** How a campaign is doing, as the rules that pause it ask: what ended lately, and how many live answers waited too long (TC-16). */
import { and, desc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import { type CampaignFigures, healthPolicyAt } from '../domain/campaign/campaign-health.ts';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { Database } from './database.ts';
import { attempts, calls, LATE_GREETING } from './schema.ts';

/** More never ends within the time that is looked at. */
const MOST_ENDED = 500;

export async function campaignHealth(
  db: Database,
  campaign: { readonly id: string; readonly resumedAt: number | null },
  now: number,
): Promise<CampaignFigures> {
  const { failedWithinMs, abandonedWithinMs, abandonedShare, greetingWithinMs } = healthPolicyAt(now);
  const since = campaign.resumedAt ?? 0;
  const isAnsweredLately = and(
    ...[eq(calls.campaignId, campaign.id), gt(calls.createdAt, now - abandonedWithinMs)],
    ...[isNotNull(calls.answeredAt), sql`answered_by <> 'machine'`],
  );
  // `isAbandoned`, in SQL.
  const isAbandoned = sql`case when ${calls.greetingDelayMs} is null
    then ${calls.hangupSource} is not 'callee' else ${calls.greetingDelayMs} > ${greetingWithinMs} end`;
  const [ended, [late]] = await Promise.all([
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
        abandoned: sql<number>`count(*)`,
        abandonedSince: sql<number>`coalesce(sum(${calls.answeredAt} > ${since}), 0)`,
      })
      .from(calls)
      .where(and(isAnsweredLately, sql.raw(LATE_GREETING), isAbandoned)),
  ]);
  const { abandoned = 0, abandonedSince = 0 } = late ?? {};
  // A campaign may have been answered a hundred thousand times: it is counted no further than where so few abandoned are not too many.
  const enough = Math.floor(abandoned / abandonedShare) + 1;
  const answered =
    abandoned === 0
      ? 0
      : await db.$count(db.select({ one: sql`1` }).from(calls).where(isAnsweredLately).limit(enough).as('answered'));
  return {
    ended: ended.map((row) => ({ ...row, status: row.status as CallStatus })),
    ...{ answered, abandoned, abandonedSince, since },
  };
}
