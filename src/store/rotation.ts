/**
 * The rows that hang on a key of the ring, brought under the current one by the page: hashes are made anew from what is sealed
 * beside them. A row that PHI_KEYS cannot open is counted and left as it is; whatever it protects stays closed.
 */
import { and, asc, gt, gte, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { openCalls } from './calls.ts';
import { openConsentNumber } from './consents.ts';
import type { Database } from './database.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { hashesOf, openPatients } from './patients.ts';
import { attempts, calls, consents, patients, suppressions } from './schema.ts';
import { type KeyRing, SealError, sealUnderRing, searchHash, unsealUnderRing } from './seal.ts';

/** `next`: where the next page begins; null: this was the last. */
export interface RehashedPage {
  readonly next: string | null;
  readonly stuck: number;
}

/** `<key id>.…` of any key but the current one; `/` follows `.` in the order of characters. */
const isOutdated = (ring: KeyRing, hash: SQLiteColumn) =>
  sql`(${hash} < ${`${ring.currentId}.`} or ${hash} >= ${`${ring.currentId}/`})`;

const pageOf = (rows: readonly { readonly id: string }[], done: number, limit: number): RehashedPage => ({
  next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  stuck: rows.length - done,
});

/** Whether any row still hangs on another key than the current one. */
export async function isRotationDue(db: Database, ring: PatientKeys): Promise<boolean> {
  const [outdated, listed] = await Promise.all([
    db.select({ id: patients.id }).from(patients).where(isOutdated(ring, patients.phoneHash)).limit(1),
    db
      .select({ id: suppressions.id })
      .from(suppressions)
      .where(sql`(${suppressions.keyId} < ${ring.currentId} or ${suppressions.keyId} > ${ring.currentId})`)
      .limit(1),
  ]);
  return outdated.length + listed.length > 0;
}

export async function rehashPatients(
  db: Database,
  ring: PatientKeys,
  after: string,
  limit: number,
): Promise<RehashedPage> {
  const rows = await db
    .select()
    .from(patients)
    .where(and(gt(patients.id, after), isOutdated(ring, patients.phoneHash)))
    .orderBy(asc(patients.id))
    .limit(limit);
  const opened = await openPatients(ring, rows);
  const fresh = opened.map((patient) => ({ id: patient.id, ...hashesOf(ring, patient) }));
  if (fresh.length > 0) {
    await db.run(sql`
      update patients set phone_hash = fresh.value ->> 'phoneHash', last_four_hash = fresh.value ->> 'lastFourHash',
        family_name_hash = fresh.value ->> 'familyNameHash'
      from json_each(${JSON.stringify(fresh)}) as fresh where patients.id = fresh.value ->> 'id'`);
  }
  return pageOf(rows, fresh.length, limit);
}

export async function rehashConsents(
  db: Database,
  ring: PatientKeys,
  after: string,
  limit: number,
): Promise<RehashedPage> {
  const rows = await db
    .select()
    .from(consents)
    .where(and(gt(consents.id, after), isOutdated(ring, consents.phoneHash)))
    .orderBy(asc(consents.id))
    .limit(limit);
  const keys = await dataKeysOf(
    ring,
    rows.map(({ patientId }) => patientId),
  );
  const fresh = rows.flatMap((row) => {
    const key = keys.get(row.patientId);
    return key === undefined ? [] : [{ id: row.id, hash: searchHash(ring, 'phone', openConsentNumber(key, row)) }];
  });
  if (fresh.length > 0) await setHashes(db, 'consents', 'phone_hash', fresh);
  return pageOf(rows, fresh.length, limit);
}

/**
 * A number that asked again after the new key came stands there twice: the earlier row keeps its evidence and is marked as
 * lifted, because the later one holds the number.
 */
export async function rehashSuppressions(
  db: Database,
  ring: KeyRing,
  after: string,
  limit: number,
  now: number,
): Promise<RehashedPage> {
  const rows = await db
    .select()
    .from(suppressions)
    .where(and(gt(suppressions.id, after), sql`${suppressions.keyId} != ${ring.currentId}`))
    .orderBy(asc(suppressions.id))
    .limit(limit);
  const fresh = rows.flatMap(({ id, sealed }) => {
    const place = { table: 'suppressions', column: 'sealed', row: id };
    const number = openOrNull(() => unsealUnderRing(ring, place, sealed));
    if (number === null) return [];
    return [
      {
        id,
        hash: searchHash(ring, 'phone', number),
        keyId: ring.currentId,
        sealed: sealUnderRing(ring, place, number),
      },
    ];
  });
  if (fresh.length > 0) {
    const given = JSON.stringify(fresh);
    await db.batch([
      db
        .update(suppressions)
        .set({ liftedAt: now })
        .where(
          and(
            isNull(suppressions.liftedAt),
            sql`exists (
              select 1 from json_each(${given}) as fresh join suppressions as newer on newer.phone_hash = fresh.value ->> 'hash'
              where fresh.value ->> 'id' = ${suppressions.id} and newer.lifted_at is null and newer.id != ${suppressions.id})`,
          ),
        ),
      db.run(sql`
        update suppressions set phone_hash = fresh.value ->> 'hash', key_id = fresh.value ->> 'keyId', sealed = fresh.value ->> 'sealed'
        from json_each(${given}) as fresh where suppressions.id = fresh.value ->> 'id'`),
    ]);
  }
  return pageOf(rows, fresh.length, limit);
}

/** Numbers that are being dialled at this moment. */
export async function rehashAttempts(
  db: Database,
  ring: PatientKeys,
  after: string,
  limit: number,
): Promise<RehashedPage> {
  const rows = await db
    .select({ id: attempts.id, callId: attempts.callId })
    .from(attempts)
    .where(and(gt(attempts.id, after), isNotNull(attempts.reservedNumber), isOutdated(ring, attempts.reservedNumber)))
    .orderBy(asc(attempts.id))
    .limit(limit);
  const theirs = JSON.stringify(rows.map(({ callId }) => callId));
  const called = await openCalls(
    ring,
    await db.select().from(calls).where(sql`${calls.id} in (select value from json_each(${theirs}))`),
  );
  const numbers = new Map(called.map(({ id, phoneNumber }) => [id, phoneNumber]));
  const fresh = rows.flatMap(({ id, callId }) => {
    const number = numbers.get(callId);
    return number === undefined ? [] : [{ id, hash: searchHash(ring, 'phone', number) }];
  });
  if (fresh.length > 0) await setHashes(db, 'attempts', 'reserved_number', fresh);
  return pageOf(rows, fresh.length, limit);
}

/** Calls whose sessions may still hold something, by id. */
export async function recentCalls(db: Database, since: number, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(and(gte(calls.createdAt, since), gt(calls.id, after)))
    .orderBy(asc(calls.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

const setHashes = (
  db: Database,
  table: 'consents' | 'attempts',
  column: 'phone_hash' | 'reserved_number',
  fresh: readonly { readonly id: string; readonly hash: string }[],
) =>
  db.run(sql`
    update ${sql.identifier(table)} set ${sql.identifier(column)} = fresh.value ->> 'hash'
    from json_each(${JSON.stringify(fresh)}) as fresh where ${sql.identifier(table)}.id = fresh.value ->> 'id'`);

function openOrNull(open: () => string): string | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
