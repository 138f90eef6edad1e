/** The do-not-call list: keyed hashes outside the patient, one way. Fails closed when a row cannot be compared (TC-12). */
import { and, eq, gt, inArray, isNull, lt, or, type SQL } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { suppressions } from './schema.ts';
import { type KeyRing, SealError, sealUnderRing, searchHash, searchHashes, unsealUnderRing } from './seal.ts';

/**
 * True when the number is on the list, and when that cannot be told: a row is under a key the ring does not hold, or a key of
 * the ring is not the one its rows were sealed with. Then nobody may be called.
 */
export async function isSuppressed(db: Database, ring: KeyRing, phoneNumber: string): Promise<boolean> {
  const [listed, ...comparable] = await Promise.all([
    isListed(db, ring, phoneNumber),
    ...[...ring.keys.keys()].map((keyId) => isComparable(db, ring, keyId)),
  ]);
  return listed || comparable.includes(false);
}

/** Whether the hashes under this key mean what they say: other bytes under its id make other hashes, and none would be found. */
async function isComparable(db: Database, ring: KeyRing, keyId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: suppressions.id, sealed: suppressions.sealed })
    .from(suppressions)
    .where(eq(suppressions.keyId, keyId))
    .limit(1);
  try {
    if (row !== undefined) unsealUnderRing(ring, { table: 'suppressions', column: 'sealed', row: row.id }, row.sealed);
    return true;
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}

async function isListed(db: Database, ring: KeyRing, phoneNumber: string): Promise<boolean> {
  const rows = await db
    .select({ id: suppressions.id })
    .from(suppressions)
    .where(
      or(
        and(inArray(suppressions.phoneHash, searchHashes(ring, 'phone', phoneNumber)), isNull(suppressions.liftedAt)),
        ...unknownKeys(ring),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** `key_id not in (…)` as the gaps between the known ids, which an index answers without reading the list. */
function unknownKeys(ring: KeyRing): SQL[] {
  const known = [...ring.keys.keys()].toSorted();
  const gaps = [...known, null].map((next, i) => {
    const previous = known[i - 1];
    return and(
      previous === undefined ? undefined : gt(suppressions.keyId, previous),
      next === null ? undefined : lt(suppressions.keyId, next),
    );
  });
  return gaps.filter((gap) => gap !== undefined);
}

/** Puts the number on the list; a number already there stays as it is. For a batch or alone. */
export function insertSuppression(
  db: Database,
  ring: KeyRing,
  row: { phoneNumber: string; reason: string; callId: string | null },
  now: number,
) {
  const id = newId('sup', now);
  return db
    .insert(suppressions)
    .values({
      id,
      phoneHash: searchHash(ring, 'phone', row.phoneNumber),
      keyId: ring.currentId,
      sealed: sealUnderRing(ring, { table: 'suppressions', column: 'sealed', row: id }, row.phoneNumber),
      reason: row.reason,
      callId: row.callId,
      createdAt: now,
    })
    .onConflictDoNothing();
}
