/**
 * Requests that were made with a key of their caller's: who has one may try again without anything being done twice. A try holds the key
 * for a minute; whoever died with it leaves it to the next try, which finds by their uuids what any of those before made.
 */
import { and, eq, inArray, isNull, lt } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newUuid } from './new-id.ts';
import { dataKeyOf, type PatientKeys } from './patient-keys.ts';
import { calls, idempotencyKeys } from './schema.ts';
import {
  isSearchHash,
  SealError,
  seal,
  sealUnderRing,
  searchHash,
  searchHashes,
  unseal,
  unsealUnderRing,
} from './seal.ts';

/** No request takes as long; a second try while the first still runs would do its work beside it. */
const LEASE_MS = 60_000;
const KEEP_MS = 24 * 3_600_000;

/** One try at a request. */
export interface Claim {
  readonly id: string;
  /** Of what it makes. */
  readonly uuid: string;
  /** Of what the tries before it made, if one came so far, the newest first; none: this is the first. */
  readonly before: readonly string[];
  /** As the row holds them all: whoever took the key after this try has another list. */
  readonly uuids: string;
}
export interface KeptAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly location: string | null;
  /** Null: there was none. */
  readonly body: string | null;
}
export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'running'; readonly until: number }
  /** The key belongs to another request. */
  | { readonly kind: 'reused' }
  /** Null: what was answered cannot be shown any more. */
  | { readonly kind: 'answered'; readonly answer: KeptAnswer | null };

/** `key`: what tells the caller and their key; `request`: what tells the request. Both are kept as keyed hashes only. */
export async function claimKey(
  db: Database,
  ring: PatientKeys,
  { key, request }: { readonly key: string; readonly request: string },
  now: number,
): Promise<Claimed> {
  const id = await rowIdOf(db, ring, key);
  const uuid = newUuid(now);
  const fresh = {
    ...{ id, request: searchHash(ring, 'idempotency', request) },
    ...{ uuid, leaseUntil: now + LEASE_MS, createdAt: now },
  };
  const [, known] = await db.batch([
    db.delete(idempotencyKeys).where(and(eq(idempotencyKeys.id, id), lt(idempotencyKeys.createdAt, now - KEEP_MS))),
    db.select().from(idempotencyKeys).where(eq(idempotencyKeys.id, id)),
    db.insert(idempotencyKeys).values(fresh).onConflictDoNothing(),
  ]);
  const [row] = known;
  if (row === undefined) return { kind: 'claimed', claim: { id, uuid, before: [], uuids: uuid } };
  if (!isSearchHash(ring, 'idempotency', request, row.request)) return { kind: 'reused' };
  if (row.status !== null) return { kind: 'answered', answer: await openAnswer(ring, row, row.status) };
  if (row.leaseUntil > now) return { kind: 'running', until: row.leaseUntil };
  const before = row.uuid.split(',');
  const uuids = [uuid, ...before].join(',');
  const taken = await db
    .update(idempotencyKeys)
    .set({ uuid: uuids, leaseUntil: now + LEASE_MS })
    .where(and(isUnanswered(id), eq(idempotencyKeys.uuid, row.uuid)))
    .returning({ id: idempotencyKeys.id });
  if (taken.length === 0) return { kind: 'running', until: now + LEASE_MS };
  return { kind: 'claimed', claim: { id, uuid, before, uuids } };
}

/** Under the current key of the ring, unless it stands there under the one before, which is being changed. */
async function rowIdOf(db: Database, ring: PatientKeys, key: string): Promise<string> {
  const current = searchHash(ring, 'idempotency', key);
  const others = searchHashes(ring, 'idempotency', key).filter((id) => id !== current);
  if (others.length === 0) return current;
  const of = inArray(idempotencyKeys.id, others);
  const [row] = await db.select({ id: idempotencyKeys.id }).from(idempotencyKeys).where(of).limit(1);
  return row?.id ?? current;
}

const isUnanswered = (id: string) => and(eq(idempotencyKeys.id, id), isNull(idempotencyKeys.status));
/** Of a try that was overtaken nothing is kept. */
const isMine = ({ id, uuids }: Claim) => and(isUnanswered(id), eq(idempotencyKeys.uuid, uuids));

/**
 * What an answer says of a patient is sealed under that patient's own key and goes with it, in every copy of the database, when they
 * are erased (X13); rebuilding it from what is stored would answer with what has become of it since. `about`: whose it is; null: nobody's;
 * `unknown`: it cannot be told, and then the body is not kept.
 */
export async function keepAnswer(
  db: Database,
  ring: PatientKeys,
  claim: Claim,
  answer: KeptAnswer,
  about: string | null | 'unknown',
): Promise<void> {
  const { status, contentType, location, body } = answer;
  const patientId = about === 'unknown' ? null : about;
  const sealed = body === null || about === 'unknown' ? null : await sealBody(ring, claim.id, body, patientId);
  await db.update(idempotencyKeys).set({ status, contentType, location, patientId, sealed }).where(isMine(claim));
}

const place = (id: string) => ({ table: 'idempotency_keys', column: 'sealed', row: id });

/** Null: the patient was erased while it was being answered. */
async function sealBody(ring: PatientKeys, id: string, body: string, patientId: string | null): Promise<string | null> {
  if (patientId === null) return sealUnderRing(ring, place(id), body);
  try {
    return seal(await dataKeyOf(ring, patientId), place(id), body);
  } catch (error) {
    if (error instanceof SealError && error.code === 'no_key') return null;
    throw error;
  }
}

async function openAnswer(
  ring: PatientKeys,
  row: typeof idempotencyKeys.$inferSelect,
  status: number,
): Promise<KeptAnswer | null> {
  const { contentType, location, sealed, patientId } = row;
  if (sealed === null) return contentType === null ? { status, contentType, location, body: null } : null;
  try {
    const body =
      patientId === null
        ? unsealUnderRing(ring, place(row.id), sealed)
        : unseal(await dataKeyOf(ring, patientId), place(row.id), sealed);
    return { status, contentType, location, body };
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** It may be tried again at once, and then looks for what this try made. */
export async function freeKey(db: Database, claim: Claim): Promise<void> {
  await db.update(idempotencyKeys).set({ leaseUntil: 0 }).where(isMine(claim));
}

/** As if it had never been used: nothing was done. */
export async function forgetKey(db: Database, claim: Claim): Promise<void> {
  await db.delete(idempotencyKeys).where(isMine(claim));
}

/** For an erasure. The key stays spent: a repeated request must not make the patient anew. */
export const blankAnswersOf = (db: Database, patientId: string) =>
  db
    .update(idempotencyKeys)
    .set({ sealed: null, patientId: null, location: null })
    .where(eq(idempotencyKeys.patientId, patientId));

export async function forgetOldKeys(db: Database, now: number): Promise<void> {
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - KEEP_MS));
}

/** Whose call it is. */
export async function patientOfCall(db: Database, callId: string): Promise<string | null> {
  const [row] = await db.select({ patientId: calls.patientId }).from(calls).where(eq(calls.id, callId)).limit(1);
  return row?.patientId ?? null;
}
