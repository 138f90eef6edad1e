/** The do-not-call list: keyed hashes outside the patient, one way. Fails closed when a row cannot be compared (TC-12). */
import { and, asc, eq, gt, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { suppressions } from './schema.ts';
import {
  hashesOfEach,
  type KeyRing,
  SealError,
  sealUnderRing,
  searchHash,
  searchHashes,
  unsealUnderRing,
} from './seal.ts';

/**
 * For each number whether it may not be called: it is on the list, or that cannot be told, because a row is under a key the ring
 * does not hold, or a key of the ring is not the one its rows were sealed with. Then nobody may be called.
 */
export async function suppressedOf(
  db: Database,
  ring: KeyRing,
  phoneNumbers: readonly string[],
  hashes: ReadonlyMap<string, readonly string[]> = hashesOfEach(ring, 'phone', phoneNumbers),
): Promise<Map<string, boolean>> {
  const [listed, isUnknownKey, ...comparable] = await Promise.all([
    listedHashes(db, [...hashes.values()].flat()),
    hasUnknownKey(db, ring),
    ...[...ring.keys.keys()].map((keyId) => isComparable(db, ring, keyId)),
  ]);
  const nobody = isUnknownKey || comparable.includes(false);
  return new Map([...hashes].map(([number, theirs]) => [number, nobody || theirs.some((hash) => listed.has(hash))]));
}

export const isSuppressed = async (db: Database, ring: KeyRing, phoneNumber: string): Promise<boolean> =>
  (await suppressedOf(db, ring, [phoneNumber])).get(phoneNumber) ?? true;

/** Since when the number is on the list; null: it is not. Of words alone, for whoever has to decide there is `isSuppressed`. */
export async function suppressedSince(db: Database, ring: KeyRing, phoneNumber: string): Promise<number | null> {
  const [row] = await db
    .select({ at: suppressions.createdAt })
    .from(suppressions)
    .where(
      and(inArray(suppressions.phoneHash, searchHashes(ring, 'phone', phoneNumber)), isNull(suppressions.liftedAt)),
    )
    .orderBy(asc(suppressions.createdAt))
    .limit(1);
  return row?.at ?? null;
}

/** Whether the hashes under this key mean what they say: other bytes under its id make other hashes, and none would be found. */
async function isComparable(db: Database, ring: KeyRing, keyId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: suppressions.id, sealed: suppressions.sealed })
    .from(suppressions)
    .where(eq(suppressions.keyId, keyId))
    .limit(1);
  try {
    if (row !== undefined) unsealUnderRing(ring, listedPlace(row.id), row.sealed);
    return true;
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}

async function listedHashes(db: Database, hashes: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .select({ hash: suppressions.phoneHash })
    .from(suppressions)
    .where(
      and(
        sql`${suppressions.phoneHash} in (select value from json_each(${JSON.stringify(hashes)}))`,
        isNull(suppressions.liftedAt),
      ),
    );
  return new Set(rows.map(({ hash }) => hash));
}

async function hasUnknownKey(db: Database, ring: KeyRing): Promise<boolean> {
  const rows = await db
    .select({ id: suppressions.id })
    .from(suppressions)
    .where(or(...unknownKeys(ring)))
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

/** Why a number is on the list, where a word says it; anything else is somebody's own words. */
export const SUPPRESSION_REASONS = [
  'opted_out',
  'asked',
  'complaint',
  'legal',
  'wrong_number',
  'imported',
  'stated',
] as const;

export interface NewSuppression {
  /** +E.164. */
  readonly phoneNumber: string;
  /** One of SUPPRESSION_REASONS, or words, which may be about a patient: those are sealed, and the row says `stated`. */
  readonly reason: string;
  readonly callId: string | null;
  /** The name of whoever put it there; null: the person called did. */
  readonly createdBy?: string | null;
}

/**
 * The one way onto the list (TC-09): keys in a call, the opt-out line, staff, the API, an import. A number already there stays as it
 * is. For a batch or alone.
 */
export const insertSuppression = (db: Database, ring: KeyRing, row: NewSuppression, now: number) =>
  db
    .insert(suppressions)
    .values(suppressionRow(ring, row, now))
    .onConflictDoNothing();

export function suppressionRow(
  ring: KeyRing,
  { phoneNumber, reason, callId, createdBy = null }: NewSuppression,
  now: number,
) {
  const id = newId('sup', now);
  const isCode = (SUPPRESSION_REASONS as readonly string[]).includes(reason);
  return {
    ...{ id, phoneHash: searchHash(ring, 'phone', phoneNumber), keyId: ring.currentId },
    sealed: sealUnderRing(ring, listedPlace(id), isCode ? phoneNumber : `${phoneNumber}\n${reason}`),
    ...{ reason: isCode ? reason : 'stated', callId, createdBy, createdAt: now },
  };
}

/** The number of a row, and what was said about it, as one text. */
export const listedPlace = (id: string) => ({ table: 'suppressions', column: 'sealed', row: id });
export const liftedPlace = (id: string) => ({ table: 'suppressions', column: 'lift_sealed', row: id });
export const numberIn = (opened: string): string => opened.split('\n', 1)[0] ?? '';
