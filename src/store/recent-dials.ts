/** What Telnyx made of the dials of late: which it refused, with its code, and when it last took one. No patient data. */
import { and, desc, eq, gt, gte, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import { isOver } from './calls.ts';
import type { Database } from './database.ts';
import { calls } from './schema.ts';

const MOST_LISTED = 100;
/** Before a code of Telnyx, in the error of a call; ours have none. */
const OF_TELNYX = 'telnyx_';
/** Such a call leaves no note, and so no review. */
const ofFailed = [isOver, eq(calls.status, 'failed'), isNull(calls.review)] as const;

export async function recentDials(
  db: Database,
  since: number,
): Promise<{ refused: { at: number; code: string }[]; acceptedAt: number | null }> {
  const late = gt(calls.createdAt, since);
  const [refused, accepted] = await Promise.all([
    db
      .select({ at: calls.createdAt, code: sql<string>`substr(${calls.error}, ${OF_TELNYX.length + 1})` })
      .from(calls)
      .where(and(...[...ofFailed, late, isNull(calls.callControlId)], sql`${calls.error} glob ${`${OF_TELNYX}*`}`))
      .orderBy(desc(calls.createdAt))
      .limit(MOST_LISTED),
    db
      .select({ at: calls.createdAt })
      .from(calls)
      .where(and(late, eq(calls.direction, 'outbound'), isNotNull(calls.callControlId)))
      .orderBy(desc(calls.createdAt))
      .limit(1),
  ]);
  return { refused, acceptedAt: accepted[0]?.at ?? null };
}

/** Dials that Telnyx neither took nor refused, newest first: it could not be reached, or failed. */
export const unansweredDials = (db: Database, since: number) =>
  db
    .select({ at: calls.createdAt, code: sql<string>`${calls.error}` })
    .from(calls)
    .where(
      and(...[...ofFailed, gt(calls.createdAt, since), isNull(calls.callControlId)], eq(calls.error, 'dial_unknown')),
    )
    .orderBy(desc(calls.createdAt))
    .limit(MOST_LISTED);

/** Dials that Telnyx took, of calls made `since` and dialled `until` then. */
export const silentDials = (
  db: Database,
  { since, until, limit }: { readonly since: number; readonly until: number; readonly limit: number },
) =>
  db
    .select({ id: calls.id })
    .from(calls)
    .where(
      and(
        ...[eq(calls.direction, 'outbound'), isNotNull(calls.callControlId)],
        ...[gte(calls.createdAt, since), lte(calls.dialedAt, until)],
      ),
    )
    .limit(limit);
