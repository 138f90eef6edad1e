/**
 * The calls of a campaign by step of its time and by status, in one statement for whoever looks at it: pages and terminals ask every few
 * seconds. What was asked for long enough ago and is over does not change any more: this process reads it once and keeps the sums for a
 * while, so that asking again reads the newest calls alone. Test calls to staff are none of it. It decides nothing.
 */
import { and, count, eq, gt, isNotNull, lte, type SQL, sql } from 'drizzle-orm';
import type { CallStatus } from '../domain/intake/call-record.ts';
import { type CallSum, stepFor } from '../domain/stats/call-outcomes.ts';
import { sumsOf } from './call-stats.ts';
import type { Campaign } from './campaigns.ts';
import type { Database } from './database.ts';
import { calls } from './schema.ts';

export interface CampaignSum extends CallSum {
  readonly dialled: number;
  /** Dialled and not over. */
  readonly live: number;
}
export interface CampaignSums {
  /** From a whole step of the clock, so that an axis says round times; `to`: the end, or now. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** Of all its calls; those from before `from` are in step -1, those from after `to` in steps behind it. */
  readonly sums: readonly CampaignSum[];
}

/** Longer than a call can be under way from when it was asked for. */
const UNDER_WAY_MS = 2 * 3_600_000;
/** What was put right afterwards, or erased, is seen by then. */
const KEPT_MS = 600_000;
const MOST_KEPT = 50;

interface Kept {
  /** Calls asked for up to then are in. */
  readonly until: number;
  readonly readAt: number;
  readonly sums: readonly CampaignSum[];
}
/** By campaign and steps, the longest unread first. Counts alone. */
const kept = new Map<string, Kept>();

export async function campaignSums(
  db: Database,
  { id, createdAt, startedAt, endedAt }: Pick<Campaign, 'id' | 'createdAt' | 'startedAt' | 'endedAt'>,
  now: number,
): Promise<CampaignSums> {
  const start = startedAt ?? createdAt;
  const to = Math.max(start, endedAt ?? now);
  const stepMs = stepFor(to - start);
  const time = { from: start - (start % stepMs), to, stepMs };
  const key = `${id} ${time.from} ${stepMs}`;
  const known = kept.get(key);
  if (known !== undefined && now >= known.until && now - known.readAt < KEPT_MS)
    return { ...time, sums: [...known.sums, ...(await read(db, id, time, gt(calls.createdAt, known.until)))] };
  const until = now - UNDER_WAY_MS;
  const [old, newer] = await Promise.all([
    read(db, id, time, lte(calls.createdAt, until)),
    read(db, id, time, gt(calls.createdAt, until)),
  ]);
  kept.delete(key);
  // One that is not over for all that is looked at again.
  if (old.every(({ underWay }) => underWay === 0)) kept.set(key, { until, readAt: now, sums: old });
  for (const first of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST_KEPT))) kept.delete(first);
  return { ...time, sums: [...old, ...newer] };
}

async function read(
  db: Database,
  campaignId: string,
  { from, stepMs }: Pick<CampaignSums, 'from' | 'stepMs'>,
  when: SQL,
): Promise<(CampaignSum & { readonly underWay: number })[]> {
  // D1 binds every number as a real one.
  const step = sql<number>`case when ${calls.createdAt} < ${from} then -1
    else cast((${calls.createdAt} - ${from}) / ${stepMs} as integer) end`;
  const sum = (which: SQL) => sql<number>`coalesce(sum(${which}), 0)`;
  const rows = await db
    .select({
      ...{ step, status: calls.status, calls: count(), ...sumsOf() },
      dialled: sum(sql`${calls.dialedAt} is not null`),
      live: sum(sql`${calls.dialedAt} is not null and ${calls.endedAt} is null`),
      underWay: sum(sql`${calls.endedAt} is null`),
    })
    .from(calls)
    .where(and(eq(calls.campaignId, campaignId), isNotNull(calls.contactId), when))
    .groupBy(step, calls.status);
  return rows.map((row) => ({ ...row, status: row.status as CallStatus }));
}
