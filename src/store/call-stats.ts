/** How calls went over a time, counted by steps of it in one statement. Test calls to staff are none of it. It decides nothing. */
import { and, count, eq, gte, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { CallStatus } from '../domain/intake/call-record.ts';
import { type CallSum, HOUR_MS } from '../domain/stats/call-outcomes.ts';
import type { Database } from './database.ts';
import { isNeverDialled, isReached } from './is-reached.ts';
import { calls } from './schema.ts';

export interface StatsFilter {
  /** Epoch milliseconds, both included. */
  readonly from: number;
  readonly to: number;
  readonly campaignId?: string;
  readonly questionnaireId?: string;
}

/** Calls by the time they were asked for. */
export async function callSums(
  db: Database,
  filter: StatsFilter,
  stepMs: number = HOUR_MS,
): Promise<readonly CallSum[]> {
  const { from, to, campaignId, questionnaireId } = filter;
  // D1 binds every number as a real one.
  const step = sql<number>`cast((${calls.createdAt} - ${from}) / ${stepMs} as integer)`;
  const rows = await db
    .select({
      ...{ step, status: calls.status, calls: count(), ...sumsOf() },
    })
    .from(calls)
    .where(
      and(
        ...[gte(calls.createdAt, from), lte(calls.createdAt, to)],
        campaignId === undefined ? undefined : eq(calls.campaignId, campaignId),
        questionnaireId === undefined ? undefined : eq(calls.questionnaireId, questionnaireId),
        or(isNull(calls.campaignId), isNotNull(calls.contactId)),
      ),
    )
    .groupBy(step, calls.status);
  return rows.map((row) => ({ ...row, status: row.status as CallStatus }));
}

/** What is summed of some calls. */
export function sumsOf() {
  const sum = (which: SQL) => sql<number>`coalesce(sum(${which}), 0)`;
  const isAnswered = isReached(calls);
  return {
    answered: sum(isAnswered),
    notDialled: sum(isNeverDialled(calls)),
    consented: sum(sql`${calls.consentCollection} = 'given'`),
    refused: sum(sql`${calls.consentCollection} = 'declined'`),
    flagged: sum(sql`${calls.redFlags} > 0`),
    answeredSeconds: sum(
      sql`case when ${isAnswered} then (coalesce(${calls.endedAt}, ${calls.answeredAt}) - ${calls.answeredAt}) / 1000 end`,
    ),
  };
}
