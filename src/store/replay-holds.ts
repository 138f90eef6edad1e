/**
 * Legal holds that a database which was set back does not have (HS-12, HS-21). The audit still tells on whom one was placed, and not why:
 * the patient is held until a person has looked it up. Done twice it is as done once.
 */
import { and, gt, gte, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { insertHold } from './holds.ts';
import { newId } from './new-id.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { auditEvents, holds } from './schema.ts';

const TEXT = 'Placed before the database was lost; look it up in the audit.';
const BY = { id: 'system', name: 'the restore of the database' };

/** One page of patients on whom a hold was placed since then that was not lifted, by the lines of the audit. `placed`: how many are held anew. */
export async function replayHolds(
  db: Database,
  ring: PatientKeys,
  { since, after, limit }: { readonly since: number; readonly after: string; readonly limit: number },
  now: number,
): Promise<{ readonly placed: number; readonly next: string | null }> {
  const { action, at, patientId, seq, status } = auditEvents;
  const isPlaced = sql`${action} = 'hold.place'`;
  const rows = await db
    .select({ patientId: sql<string>`${patientId}` })
    .from(auditEvents)
    .where(
      and(
        inArray(action, ['hold.place', 'hold.lift']),
        gte(at, since),
        lt(status, 400),
        isNotNull(patientId),
        gt(patientId, after),
      ),
    )
    .groupBy(patientId)
    // Which hold was lifted the lines of two cannot always tell: one too many stands rather than one too few.
    .having(
      sql`sum(${isPlaced}) * 2 > count(*) or max(case when ${isPlaced} then ${seq} end) > coalesce(max(case when not ${isPlaced} then ${seq} end), 0)`,
    )
    .orderBy(patientId)
    .limit(limit);
  const ids = rows.map((row) => row.patientId);
  const next = ids.length === limit ? (ids.at(-1) ?? null) : null;
  const known = await db
    .select({ patientId: holds.patientId })
    .from(holds)
    .where(
      and(
        isNull(holds.liftedAt),
        gte(holds.createdAt, since),
        sql`${holds.patientId} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );
  const isKnown = new Set(known.map((row) => row.patientId));
  // Of whoever was erased there is nothing left to keep.
  const keys = await dataKeysOf(
    ring,
    ids.filter((id) => !isKnown.has(id)),
  );
  let placed = 0;
  for (const [id, dataKey] of keys) {
    const hold = { id: newId('hold', now), patientId: id, reason: 'other', text: TEXT } as const;
    if (await insertHold(db, dataKey, hold, BY, now)) placed += 1;
  }
  return { placed, next };
}
