/** Receipts of what a campaign would do (X9). Written once, never changed; the newest is the one a start may refer to. */
import { and, desc, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { preflights } from './schema.ts';

/** Why how many contacts would not be called at this moment; `again`: when the first of them may be, epoch milliseconds. */
export interface Skipped {
  readonly count: number;
  readonly again: number | null;
}
export interface PreflightCounts {
  readonly willCall: number;
  /** By gate code, or by the code of a row that was not taken from the list. */
  readonly skipped: Readonly<Record<string, Skipped>>;
}
export interface Preflight<Forecast> {
  readonly id: string;
  readonly campaignId: string;
  /** Over the verdict of each contact, keyed: nobody can make another receipt with it. */
  readonly hash: string;
  readonly counts: PreflightCounts;
  readonly forecast: Forecast;
  readonly policyVersion: string;
  readonly createdBy: string;
  readonly createdAt: number;
}

export async function storePreflight<Forecast>(
  db: Database,
  preflight: Omit<Preflight<Forecast>, 'id' | 'createdAt'>,
  now: number,
): Promise<Preflight<Forecast>> {
  const id = newId('pre', now);
  const { counts, forecast, ...rest } = preflight;
  await db
    .insert(preflights)
    .values({ ...rest, id, counts: JSON.stringify(counts), forecast: JSON.stringify(forecast), createdAt: now });
  return { ...preflight, id, createdAt: now };
}

export async function newestPreflight<Forecast>(db: Database, campaignId: string): Promise<Preflight<Forecast> | null> {
  const [row] = await db
    .select()
    .from(preflights)
    .where(and(eq(preflights.campaignId, campaignId)))
    .orderBy(desc(preflights.createdAt), desc(preflights.id))
    .limit(1);
  if (row === undefined) return null;
  return { ...row, counts: JSON.parse(row.counts), forecast: JSON.parse(row.forecast) };
}
