/**
 * Legal holds on patients (HS-21). Whoever removes something asks in the statement itself whether a hold stands (`isHeld`), so that none
 * slips in between the question and the removal.
 */
import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Database } from './database.ts';
import { isErasing } from './jobs.ts';
import { holds } from './schema.ts';
import { type DataKey, openOrNull, seal, unseal } from './seal.ts';

export const HOLD_REASONS = ['litigation', 'investigation', 'audit', 'complaint', 'other'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export interface Hold {
  readonly id: string;
  readonly patientId: string;
  readonly reason: HoldReason;
  /** Null: the patient was erased. */
  readonly text: string | null;
  readonly createdName: string;
  readonly createdAt: number;
  readonly liftedName: string | null;
  readonly liftedAt: number | null;
  /** Why it was lifted. */
  readonly liftText: string | null;
}
type HoldRow = typeof holds.$inferSelect;
interface By {
  readonly id: string;
  readonly name: string;
}

const place = (id: string) => ({ table: 'holds', column: 'sealed', row: id });
const liftPlace = (id: string) => ({ table: 'holds', column: 'lift_sealed', row: id });

/** For a statement that removes: the patient of that column is under a hold. */
export const isHeld = (patientId: SQLiteColumn | SQL): SQL =>
  sql`exists (select 1 from holds where holds.patient_id = ${patientId} and holds.lifted_at is null)`;

/** A standing hold of the patient, or null. */
export async function standingHold(db: Database, patientId: string): Promise<string | null> {
  const [row] = await db
    .select({ id: holds.id })
    .from(holds)
    .where(and(eq(holds.patientId, patientId), sql`${holds.liftedAt} is null`))
    .limit(1);
  return row?.id ?? null;
}

/** In one statement with the question whether an erasure has begun: of the two, whichever is written first counts. False: it has. */
export async function insertHold(
  db: Database,
  dataKey: DataKey,
  given: { readonly id: string; readonly patientId: string; readonly reason: HoldReason; readonly text: string },
  by: By,
  now: number,
): Promise<boolean> {
  const { id, patientId, reason, text } = given;
  const sealed = seal(dataKey, place(id), text);
  const placed = await db
    .insert(holds)
    .select(
      sql`select ${id}, ${patientId}, ${reason}, ${sealed}, ${by.id}, ${by.name}, ${now}, null, null, null, null
        where not ${isErasing(sql`${patientId}`)}`,
    )
    .onConflictDoNothing()
    .returning({ id: holds.id });
  return placed.length > 0;
}

/** The newest first; those that stand and those that were lifted. */
export async function holdsOf(db: Database, dataKey: DataKey, patientId: string): Promise<Hold[]> {
  const rows = await db
    .select()
    .from(holds)
    .where(eq(holds.patientId, patientId))
    .orderBy(desc(holds.createdAt), desc(holds.id))
    .limit(MOST);
  return rows.map((row) => opened(dataKey, row));
}
const MOST = 200;

export async function getHold(db: Database, dataKey: DataKey, patientId: string, id: string): Promise<Hold | null> {
  const [row] = await db
    .select()
    .from(holds)
    .where(and(eq(holds.id, id), eq(holds.patientId, patientId)))
    .limit(1);
  return row === undefined ? null : opened(dataKey, row);
}

/** False: it was lifted already. */
export async function liftHold(
  db: Database,
  dataKey: DataKey,
  { id, patientId }: Pick<Hold, 'id' | 'patientId'>,
  text: string,
  by: By,
  now: number,
): Promise<boolean> {
  const rows = await db
    .update(holds)
    .set({ liftedBy: by.id, liftedName: by.name, liftedAt: now, liftSealed: seal(dataKey, liftPlace(id), text) })
    .where(and(eq(holds.id, id), eq(holds.patientId, patientId), isNull(holds.liftedAt)))
    .returning({ id: holds.id });
  return rows.length > 0;
}

/** How many patients are under a hold. */
export async function countHeld(db: Database): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(distinct ${holds.patientId})` })
    .from(holds)
    .where(sql`${holds.liftedAt} is null`);
  return row?.n ?? 0;
}

/** For the erasure: that there was one stays, the words do not. */
export const blankHolds = (db: Database, patientId: string) =>
  db.update(holds).set({ sealed: null, liftSealed: null }).where(eq(holds.patientId, patientId));

const opened = (dataKey: DataKey, row: HoldRow): Hold => {
  const { sealed, liftSealed, createdBy: _c, liftedBy: _l, ...rest } = row;
  return {
    ...rest,
    reason: row.reason as HoldReason,
    text: sealed === null ? null : openOrNull(() => unseal(dataKey, place(row.id), sealed)),
    liftText: liftSealed === null ? null : openOrNull(() => unseal(dataKey, liftPlace(row.id), liftSealed)),
  };
};
