/**
 * The rows that hang on a key of the ring, brought under the current one by the page: hashes are made anew from what is sealed
 * beside them. A row that PHI_KEYS cannot open is counted and left as it is; whatever it protects stays closed.
 */
import { and, asc, gt, gte, isNotNull, isNull, ne, or, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { remarkPlace } from './audit-reviews.ts';
import { openCalls } from './calls.ts';
import { openConsentNumber } from './consents.ts';
import type { Database } from './database.ts';
import { LOOK_BACK_MS } from './gate-facts.ts';
import { dataKeysOf, type PatientKeys } from './patient-keys.ts';
import { hashesOf, openPatients } from './patients.ts';
import { attempts, auditReviews, calls, consents, patients, suppressions } from './schema.ts';
import { type KeyRing, openOrNull, SealError, sealUnderRing, searchHash, unsealUnderRing } from './seal.ts';
import { liftedPlace, listedPlace, numberIn } from './suppressions.ts';

/** `next`: where the next page begins; null: this was the last. */
export interface RehashedPage {
  readonly next: string | null;
  readonly stuck: number;
}

/** `<key id>.…` of any key but the current one; `/` follows `.` in the order of characters. */
const isOutdated = (ring: KeyRing, hash: SQLiteColumn) =>
  sql`(${hash} < ${`${ring.currentId}.`} or ${hash} >= ${`${ring.currentId}/`})`;

const pageOf = (rows: readonly { readonly id: string }[], stuck: number, limit: number): RehashedPage => ({
  next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  stuck,
});

/** Those of a page that open; one that does not keeps no other from it. Who was erased has no key, and waits for none. */
async function openEach<Row, Opened>(
  rows: readonly Row[],
  open: (rows: readonly Row[]) => Promise<readonly Opened[]>,
): Promise<{ readonly opened: readonly Opened[]; readonly stuck: number }> {
  try {
    return { opened: await open(rows), stuck: 0 };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    if (rows.length === 1) return { opened: [], stuck: 1 };
    const middle = rows.length >> 1;
    const [first, second] = [await openEach(rows.slice(0, middle), open), await openEach(rows.slice(middle), open)];
    return { opened: [...first.opened, ...second.opened], stuck: first.stuck + second.stuck };
  }
}

/** Whether any row still hangs on another key than the current one. */
export async function isRotationDue(db: Database, ring: PatientKeys): Promise<boolean> {
  const { keyId, liftedAt, liftSealed } = suppressions;
  const [outdated, listed, lifted, remarks] = await Promise.all([
    db.select({ id: patients.id }).from(patients).where(isOutdated(ring, patients.phoneHash)).limit(1),
    db
      .select({ id: suppressions.id })
      .from(suppressions)
      .where(sql`(${keyId} < ${ring.currentId} or ${keyId} > ${ring.currentId})`)
      .limit(1),
    // Whoever lifted it while the keys were being changed may have used the one before.
    db
      .select({ id: suppressions.id })
      .from(suppressions)
      .where(and(isNotNull(liftedAt), isOutdated(ring, liftSealed)))
      .limit(1),
    db.select({ id: auditReviews.id }).from(auditReviews).where(isRemarkOutdated(ring)).limit(1),
  ]);
  return outdated.length + listed.length + lifted.length + remarks.length > 0;
}

/** Under which keys the do-not-call list stands, each id once: from one to the next by the index, without reading the list. */
export async function keysOfSuppressions(db: Database): Promise<Set<string>> {
  const rows = await db.all<{ id: string }>(sql`
    with recursive known(id) as (
      select min(key_id) from suppressions
      union all
      select (select min(key_id) from suppressions where key_id > known.id) from known where known.id is not null)
    select id from known where id is not null`);
  return new Set(rows.map(({ id }) => id));
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
  const { opened, stuck } = await openEach(rows, (some) => openPatients(ring, some));
  const fresh = opened.map((patient) => ({ id: patient.id, ...hashesOf(ring, patient) }));
  if (fresh.length > 0) {
    await db.run(sql`
      update patients set phone_hash = fresh.value ->> 'phoneHash', last_four_hash = fresh.value ->> 'lastFourHash',
        family_name_hash = fresh.value ->> 'familyNameHash'
      from json_each(${JSON.stringify(fresh)}) as fresh where patients.id = fresh.value ->> 'id'`);
  }
  return pageOf(rows, stuck, limit);
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
    .where(and(gt(consents.id, after), ne(consents.phoneHash, ''), isOutdated(ring, consents.phoneHash)))
    .orderBy(asc(consents.id))
    .limit(limit);
  const { opened: fresh, stuck } = await openEach(rows, async (some) => {
    const keys = await dataKeysOf(
      ring,
      some.map(({ patientId }) => patientId),
    );
    return some.flatMap((row) => {
      const key = keys.get(row.patientId);
      return key === undefined ? [] : [{ id: row.id, hash: searchHash(ring, 'phone', openConsentNumber(key, row)) }];
    });
  });
  if (fresh.length > 0)
    await db.run(sql`
      update consents set phone_hash = fresh.value ->> 'hash'
      from json_each(${JSON.stringify(fresh)}) as fresh where consents.id = fresh.value ->> 'id'`);
  return pageOf(rows, stuck, limit);
}

/**
 * A number that was listed under several keys stands there several times: the earlier rows keep their evidence and are marked as
 * lifted, because the last one holds the number.
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
    .where(
      and(
        gt(suppressions.id, after),
        or(ne(suppressions.keyId, ring.currentId), isOutdated(ring, suppressions.liftSealed)),
      ),
    )
    .orderBy(asc(suppressions.id))
    .limit(limit);
  const fresh = rows.flatMap(({ id, sealed, liftSealed }) => {
    const text = openOrNull(() => unsealUnderRing(ring, listedPlace(id), sealed));
    const lift = liftSealed && openOrNull(() => unsealUnderRing(ring, liftedPlace(id), liftSealed));
    if (text === null || (lift === null && liftSealed !== null)) return [];
    return [
      {
        ...{ id, hash: searchHash(ring, 'phone', numberIn(text)), sealed: sealUnderRing(ring, listedPlace(id), text) },
        lift: lift === null ? null : sealUnderRing(ring, liftedPlace(id), lift),
      },
    ];
  });
  if (fresh.length > 0) {
    const given = sql`json_each(${JSON.stringify(fresh)}) as fresh`;
    const newValue = (name: 'hash' | 'sealed' | 'lift') =>
      sql<string>`(select fresh.value ->> ${name} from ${given} where fresh.value ->> 'id' = ${suppressions.id})`;
    const isFresh = sql`${suppressions.id} in (select fresh.value ->> 'id' from ${given})`;
    await db.batch([
      db
        .update(suppressions)
        .set({ liftedAt: now })
        .where(
          and(
            isNull(suppressions.liftedAt),
            isFresh,
            or(
              sql`exists (
                select 1 from suppressions as other
                where other.phone_hash = ${newValue('hash')} and other.lifted_at is null and other.id != ${suppressions.id})`,
              sql`exists (
                select 1 from ${given} join suppressions as other on other.id = fresh.value ->> 'id'
                where fresh.value ->> 'hash' = ${newValue('hash')} and other.lifted_at is null and other.id > ${suppressions.id})`,
            ),
          ),
        ),
      db
        .update(suppressions)
        .set({
          ...{ phoneHash: newValue('hash'), keyId: ring.currentId, sealed: newValue('sealed') },
          // Lifted since the page was read: what was written then stays.
          liftSealed: sql`coalesce(${newValue('lift')}, ${suppressions.liftSealed})`,
        })
        .where(isFresh),
    ]);
  }
  return pageOf(rows, rows.length - fresh.length, limit);
}

/** Numbers that are being dialled at this moment, and those that the caps still count (TC-05). */
export async function rehashAttempts(
  db: Database,
  ring: PatientKeys,
  after: string,
  limit: number,
  now: number,
): Promise<RehashedPage> {
  const { reservedNumber, phoneHash, createdAt } = attempts;
  const isCounted = and(gt(createdAt, now - LOOK_BACK_MS), isOutdated(ring, phoneHash));
  const rows = await db
    .select({ id: attempts.id, callId: attempts.callId })
    .from(attempts)
    .where(and(gt(attempts.id, after), or(and(isNotNull(reservedNumber), isOutdated(ring, reservedNumber)), isCounted)))
    .orderBy(asc(attempts.id))
    .limit(limit);
  const theirs = JSON.stringify(rows.map(({ callId }) => callId));
  const called = await db.select().from(calls).where(sql`${calls.id} in (select value from json_each(${theirs}))`);
  const { opened, stuck } = await openEach(called, (some) => openCalls(ring, some));
  const numbers = new Map(opened.map(({ id, phoneNumber }) => [id, phoneNumber]));
  const fresh = rows.flatMap(({ id, callId }) => {
    const number = numbers.get(callId);
    return number === undefined ? [] : [{ id, hash: searchHash(ring, 'phone', number) }];
  });
  if (fresh.length > 0)
    await db.run(sql`
      update attempts set phone_hash = fresh.value ->> 'hash',
        reserved_number = case when reserved_number is null then null else fresh.value ->> 'hash' end
      from json_each(${JSON.stringify(fresh)}) as fresh where attempts.id = fresh.value ->> 'id'`);
  return pageOf(rows, stuck, limit);
}

const isRemarkOutdated = (ring: KeyRing) => or(isNotNull(auditReviews.note), isOutdated(ring, auditReviews.sealed));

/** Remarks of weekly reviews; one from before they were sealed is sealed here. */
export async function resealRemarks(db: Database, ring: KeyRing, after: string, limit: number): Promise<RehashedPage> {
  const rows = await db
    .select()
    .from(auditReviews)
    .where(and(gt(auditReviews.id, after), isRemarkOutdated(ring)))
    .orderBy(asc(auditReviews.id))
    .limit(limit);
  const fresh = rows.flatMap(({ id, note, sealed }) => {
    const remark = sealed === null ? note : openOrNull(() => unsealUnderRing(ring, remarkPlace(id), sealed));
    return remark === null ? [] : [{ id, sealed: sealUnderRing(ring, remarkPlace(id), remark) }];
  });
  if (fresh.length > 0)
    await db.run(sql`
      update audit_reviews set sealed = fresh.value ->> 'sealed', note = null
      from json_each(${JSON.stringify(fresh)}) as fresh where audit_reviews.id = fresh.value ->> 'id'`);
  return pageOf(rows, rows.length - fresh.length, limit);
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
