/** The data key of each patient: made with the patient, wrapped by the ring, never stored in the clear. */
import { eq, inArray } from 'drizzle-orm';
import type { Database } from './database.ts';
import { patientKeys } from './schema.ts';
import { type DataKey, type KeyRing, SealError, unwrapDataKey, wrapDataKey } from './seal.ts';

export const insertPatientKey = (db: Database, ring: KeyRing, patientId: string, dataKey: DataKey, now: number) =>
  db.insert(patientKeys).values({ patientId, wrapped: wrapDataKey(ring, dataKey, patientId), createdAt: now });

/** The wrapped form, for a session that unwraps it itself. */
export async function wrappedKeyOf(db: Database, patientId: string): Promise<string> {
  const [row] = await db.select().from(patientKeys).where(eq(patientKeys.patientId, patientId)).limit(1);
  if (row === undefined) throw new SealError('unknown_key', 'a patient has no data key: it was erased');
  return row.wrapped;
}

export async function dataKeyOf(db: Database, ring: KeyRing, patientId: string): Promise<DataKey> {
  return unwrapDataKey(ring, await wrappedKeyOf(db, patientId), patientId);
}

/** Keys of one page of rows; a patient whose key is gone is left out. */
export async function dataKeysOf(
  db: Database,
  ring: KeyRing,
  patientIds: readonly string[],
): Promise<Map<string, DataKey>> {
  const keys = new Map<string, DataKey>();
  const ids = [...new Set(patientIds)];
  // D1 binds at most 100 parameters a statement.
  for (let start = 0; start < ids.length; start += 90) {
    const rows = await db
      .select()
      .from(patientKeys)
      .where(inArray(patientKeys.patientId, ids.slice(start, start + 90)));
    for (const row of rows) keys.set(row.patientId, unwrapDataKey(ring, row.wrapped, row.patientId));
  }
  return keys;
}
