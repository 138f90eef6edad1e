/** Emergency access (HS-02): who took it, why, until when, and what the review made of it. The reason may speak of a patient: it is sealed. */
import { and, desc, eq, gt, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { dataKeyOf, dataKeysOf, type PatientKeys, storeKeys } from './patient-keys.ts';
import { emergencyAccesses } from './schema.ts';
import { type DataKey, newDataKey, openOrNull, seal, unseal } from './seal.ts';

/** After so long it ends by itself. */
export const EMERGENCY_MS = 60 * 60_000;
export const EMERGENCY_VERDICTS = ['justified', 'not_justified'] as const;
export type EmergencyVerdict = (typeof EMERGENCY_VERDICTS)[number];

export interface EmergencyAccess {
  readonly id: string;
  readonly staffId: string;
  readonly staffName: string;
  /** Null: its key is gone. */
  readonly reason: string | null;
  readonly startedAt: number;
  readonly expiresAt: number;
  /** Before it would have ended by itself; null: it did, or will. */
  readonly endedAt: number | null;
  /** Null: nobody has looked at it yet. */
  readonly review: {
    readonly verdict: EmergencyVerdict;
    readonly note: string | null;
    readonly by: string;
    readonly at: number;
  } | null;
}
type Row = typeof emergencyAccesses.$inferSelect;

const reasonPlace = (id: string) => ({ table: 'emergency_accesses', column: 'sealed', row: id });
const reviewPlace = (id: string) => ({ table: 'emergency_accesses', column: 'review_sealed', row: id });
/** Whose words the erasure of a patient took along, and who is reviewed afterwards: what the review says has this key. */
const laterKeyId = (id: string): string => id.replace(/^emg_/, 'emr_');

export interface EmergencyAsked {
  readonly staffId: string;
  readonly staffName: string;
  readonly reason: string;
}

/** Null: theirs is still open. */
export async function beginEmergency(
  db: Database,
  ring: PatientKeys,
  { staffId, staffName, reason }: EmergencyAsked,
  now: number,
): Promise<EmergencyAccess | null> {
  const id = newId('emg', now);
  const dataKey = newDataKey();
  await storeKeys(ring, [{ patientId: id, dataKey }]);
  const row = { ...{ id, staffId, staffName }, sealed: seal(dataKey, reasonPlace(id), reason), startedAt: now };
  const expiresAt = now + EMERGENCY_MS;
  // Asked and written in one statement: two requests at once make one.
  const made = await db
    .insert(emergencyAccesses)
    .select(
      sql`select ${row.id}, ${row.staffId}, ${row.staffName}, ${row.sealed}, ${row.startedAt}, ${expiresAt}, null, null, null, null, null
        where not exists (select 1 from emergency_accesses where staff_id = ${staffId} and expires_at > ${now} and ended_at is null)`,
    )
    .returning({ id: emergencyAccesses.id });
  return made.length === 0 ? null : getEmergency(db, ring, id);
}

/** Of the person in the row of `staff`, not over; part of the query that reads them. */
export const openUntil = (now: number): SQL<number | null> =>
  // Named in full: drizzle leaves the table out, and within this query `id` would be another one.
  sql<
    number | null
  >`(select max(expires_at) from emergency_accesses where staff_id = "staff"."id" and expires_at > ${now} and ended_at is null)`;

/** Whether there was one to end. */
export async function endEmergency(db: Database, staffId: string, now: number): Promise<boolean> {
  const ended = await db
    .update(emergencyAccesses)
    .set({ endedAt: now })
    .where(
      and(
        eq(emergencyAccesses.staffId, staffId),
        gt(emergencyAccesses.expiresAt, now),
        isNull(emergencyAccesses.endedAt),
      ),
    )
    .returning({ id: emergencyAccesses.id });
  return ended.length > 0;
}

export async function getEmergency(db: Database, ring: PatientKeys, id: string): Promise<EmergencyAccess | null> {
  const [row] = await db.select().from(emergencyAccesses).where(eq(emergencyAccesses.id, id)).limit(1);
  return row === undefined ? null : ((await opened(ring, [row]))[0] ?? null);
}

export interface EmergencyReview {
  readonly verdict: EmergencyVerdict;
  readonly note: string | null;
  readonly by: string;
}

/** Once, when it is over. False: it is not, or somebody has. */
export async function reviewEmergency(
  db: Database,
  ring: PatientKeys,
  id: string,
  { verdict, note, by }: EmergencyReview,
  now: number,
): Promise<boolean> {
  const reviewSealed = note === null ? null : seal(await reviewKey(ring, id), reviewPlace(id), note);
  const done = await db
    .update(emergencyAccesses)
    .set({ verdict, reviewSealed, reviewedBy: by, reviewedAt: now })
    .where(and(eq(emergencyAccesses.id, id), isNull(emergencyAccesses.reviewedAt), isOver(now)))
    .returning({ id: emergencyAccesses.id });
  return done.length > 0;
}

async function reviewKey(ring: PatientKeys, id: string): Promise<DataKey> {
  const known = (await dataKeysOf(ring, [id])).get(id);
  if (known !== undefined) return known;
  await storeKeys(ring, [{ patientId: laterKeyId(id), dataKey: newDataKey() }]);
  // Of two at once the first one's.
  return dataKeyOf(ring, laterKeyId(id));
}

/** The key was there before the answer to a request was written; so is its line of the audit, by a moment. */
const LINE_LATE_MS = 60_000;

/**
 * For the erasure of a patient: whatever was written about an access in which they were looked at may be about them. The keys of those
 * words go, for every copy of the database, and the words here; that there was an access, by whom, when and how it was judged, stays.
 */
export async function eraseWordsAbout(
  db: Database,
  ring: PatientKeys,
  patientId: string,
  now: number,
): Promise<readonly string[]> {
  const rows = await db
    .select({ id: emergencyAccesses.id, reviewedAt: emergencyAccesses.reviewedAt })
    .from(emergencyAccesses)
    .where(
      sql`exists (
        select 1 from audit_events as line
        where line.seq in (
            select seq from audit_subjects where patient_id = ${patientId}
            union select seq from audit_events where patient_id = ${patientId})
          and line.actor = ${emergencyAccesses.staffId} and line.at >= ${emergencyAccesses.startedAt}
          and line.at <= coalesce(${emergencyAccesses.endedAt}, ${emergencyAccesses.expiresAt}) + cast(${LINE_LATE_MS} as integer))`,
    );
  const ids = rows.map(({ id }) => id);
  for (const { id, reviewedAt } of rows) {
    await ring.vault().erase(id, now);
    if (reviewedAt !== null) await ring.vault().erase(laterKeyId(id), now);
  }
  if (ids.length > 0)
    await db
      .update(emergencyAccesses)
      .set({ sealed: '', reviewSealed: null })
      .where(sql`${emergencyAccesses.id} in (select value from json_each(${JSON.stringify(ids)}))`);
  return ids;
}

const isOver = (now: number) => or(isNotNull(emergencyAccesses.endedAt), lte(emergencyAccesses.expiresAt, now));

export interface EmergencyFilter {
  readonly limit: number;
  /** The id of the last one already seen. */
  readonly cursor: string | null;
  /** Only those nobody has looked at yet. */
  readonly unreviewed?: boolean;
}

/** Newest first. */
export async function listEmergencies(
  db: Database,
  ring: PatientKeys,
  { limit, cursor, unreviewed }: EmergencyFilter,
): Promise<{ readonly items: readonly EmergencyAccess[]; readonly nextCursor: string | null }> {
  const rows = await db
    .select()
    .from(emergencyAccesses)
    .where(
      and(
        cursor === null ? undefined : lt(emergencyAccesses.id, cursor),
        unreviewed ? isNull(emergencyAccesses.reviewedAt) : undefined,
      ),
    )
    .orderBy(desc(emergencyAccesses.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return { items: await opened(ring, page), nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null };
}

async function opened(ring: PatientKeys, rows: readonly Row[]): Promise<EmergencyAccess[]> {
  const keys = await dataKeysOf(
    ring,
    rows.flatMap(({ id }) => [id, laterKeyId(id)]),
  );
  return rows.map((row) => {
    const { id, staffId, staffName, startedAt, expiresAt, endedAt, verdict, reviewedBy, reviewedAt } = row;
    const key = keys.get(id);
    return {
      ...{ id, staffId, staffName, startedAt, expiresAt, endedAt },
      reason: readable(key, reasonPlace(id), row.sealed),
      review:
        verdict === null || reviewedBy === null || reviewedAt === null
          ? null
          : {
              verdict: verdict as EmergencyVerdict,
              note: readable(key ?? keys.get(laterKeyId(id)), reviewPlace(id), row.reviewSealed),
              ...{ by: reviewedBy, at: reviewedAt },
            },
    };
  });
}

const readable = (key: DataKey | undefined, place: ReturnType<typeof reasonPlace>, sealed: string | null) =>
  key === undefined || sealed === null ? null : openOrNull(() => unseal(key, place, sealed));
