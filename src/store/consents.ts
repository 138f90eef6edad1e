/** Consents to be called: one row per statement, at one number, by patient (TC-01). Newer evidence adds a row; an old one can only end. */
import { and, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { ConsentBasis } from '../domain/campaign/consent-basis.ts';
import type { ConsentOnFile } from '../domain/campaign/gate.ts';
import { PURPOSES, type Purpose } from '../domain/campaign/gate-policy.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { consents } from './schema.ts';
import { type DataKey, hashesOfEach, type KeyRing, seal, searchHash, searchHashes, unseal } from './seal.ts';

/** What was said about a consent; times are epoch milliseconds. */
export interface ConsentInput {
  readonly basis: ConsentBasis;
  readonly obtainedAt: number;
  readonly obtainedBy: string;
  readonly evidence: string;
  /** What it covers; everything a clinic calls for when left out. */
  readonly purposes?: readonly Purpose[];
  readonly expiresAt?: number | null;
}

const place = (id: string) => ({ table: 'consents', column: 'sealed', row: id });

/** What stands with a consent under the patient's key. */
interface ConsentSealed {
  readonly phoneNumber: string;
  readonly obtainedBy: string;
  readonly evidence: string;
  readonly recordedBy: string;
  /** Whoever ended it, and what they said where no word says it. */
  readonly revokedBy?: string;
  readonly revokedStatement?: string;
}
type ConsentRow = typeof consents.$inferSelect;

const openSealed = (dataKey: DataKey, { id, sealed }: Pick<ConsentRow, 'id' | 'sealed'>): ConsentSealed =>
  JSON.parse(unseal(dataKey, place(id), sealed)) as ConsentSealed;

/** The number a consent is for, +E.164. */
export const openConsentNumber = (dataKey: DataKey, row: Pick<ConsentRow, 'id' | 'sealed'>): string =>
  openSealed(dataKey, row).phoneNumber;

interface NewConsent {
  readonly id?: string;
  readonly patientId: string;
  readonly phoneNumber: string;
  readonly consent: ConsentInput;
  /** The id of whoever stated it. */
  readonly recordedBy: string;
}

/** The insert, for a batch. */
export const insertConsent = (db: Database, ring: KeyRing, dataKey: DataKey, row: NewConsent, now: number) =>
  db.insert(consents).values(consentRow(ring, dataKey, row, now));

export function consentRow(ring: KeyRing, dataKey: DataKey, row: NewConsent, now: number) {
  const id = row.id ?? newId('con', now);
  const { obtainedBy, evidence } = row.consent;
  return {
    id,
    patientId: row.patientId,
    phoneHash: searchHash(ring, 'phone', row.phoneNumber),
    basis: row.consent.basis,
    purposes: JSON.stringify(row.consent.purposes ?? PURPOSES),
    obtainedAt: row.consent.obtainedAt,
    expiresAt: row.consent.expiresAt ?? null,
    sealed: seal(
      dataKey,
      place(id),
      JSON.stringify({ obtainedBy, evidence, recordedBy: row.recordedBy, phoneNumber: row.phoneNumber }),
    ),
    createdAt: now,
  };
}

/** The newest consent in force for this patient at this number, or null. */
export async function activeConsent(
  db: Database,
  ring: KeyRing,
  patientId: string,
  phoneNumber: string,
): Promise<string | null> {
  const [row] = await db
    .select({ id: consents.id })
    .from(consents)
    .where(
      and(
        eq(consents.patientId, patientId),
        inArray(consents.phoneHash, searchHashes(ring, 'phone', phoneNumber)),
        isNull(consents.revokedAt),
      ),
    )
    .orderBy(desc(consents.createdAt))
    .limit(1);
  return row?.id ?? null;
}

export const pairKey = (patientId: string, phoneNumber: string): string => `${patientId} ${phoneNumber}`;

/** What is in force for each patient at each number, by `pairKey`. */
export async function consentsOnFile(
  db: Database,
  ring: KeyRing,
  pairs: readonly { readonly patientId: string; readonly phoneNumber: string }[],
  hashes: ReadonlyMap<string, readonly string[]> = hashesOfEach(
    ring,
    'phone',
    pairs.map(({ phoneNumber }) => phoneNumber),
  ),
): Promise<Map<string, ConsentOnFile[]>> {
  const ids = JSON.stringify([...new Set(pairs.map(({ patientId }) => patientId))]);
  const rows = await db
    .select()
    .from(consents)
    .where(and(sql`${consents.patientId} in (select value from json_each(${ids}))`, isNull(consents.revokedAt)));
  const ofPatient = Map.groupBy(rows, ({ patientId }) => patientId);
  const found = new Map<string, ConsentOnFile[]>();
  for (const { patientId, phoneNumber } of pairs) {
    const theirs = hashes.get(phoneNumber) ?? [];
    const onFile = (ofPatient.get(patientId) ?? []).filter(({ phoneHash }) => theirs.includes(phoneHash));
    found.set(
      pairKey(patientId, phoneNumber),
      onFile.map(({ id, purposes, obtainedAt, expiresAt }) => {
        return { id, purposes: JSON.parse(purposes) as Purpose[], obtainedAt, expiresAt };
      }),
    );
  }
  return found;
}

/** Ends every consent of this patient at this number; for a batch (TC-22: the number is not theirs). */
export const revokeConsents = (
  db: Database,
  ring: KeyRing,
  patientId: string,
  phoneNumber: string,
  reason: string,
  now: number,
  when: SQL = sql`true`,
) =>
  db
    .update(consents)
    .set({ revokedAt: now, revokedReason: reason })
    .where(
      and(
        eq(consents.patientId, patientId),
        inArray(consents.phoneHash, searchHashes(ring, 'phone', phoneNumber)),
        isNull(consents.revokedAt),
        when,
      ),
    );

export interface Consent extends ConsentSealed {
  readonly id: string;
  readonly patientId: string;
  readonly basis: string;
  readonly purposes: readonly Purpose[];
  readonly obtainedAt: number;
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  readonly revokedReason: string | null;
}

function openConsent(dataKey: DataKey, row: ConsentRow): Consent {
  const { phoneHash: _hash, sealed: _sealed, purposes, ...shown } = row;
  return { ...shown, purposes: JSON.parse(purposes) as Purpose[], ...openSealed(dataKey, row) };
}

/** All that was ever said for a patient, newest first. */
export async function consentsOf(db: Database, dataKey: DataKey, patientId: string): Promise<Consent[]> {
  const rows = await db
    .select()
    .from(consents)
    .where(eq(consents.patientId, patientId))
    .orderBy(desc(consents.createdAt), desc(consents.id));
  return rows.map((row) => openConsent(dataKey, row));
}

export async function consentById(
  db: Database,
  dataKey: DataKey,
  patientId: string,
  id: string,
): Promise<Consent | null> {
  const [row] = await db
    .select()
    .from(consents)
    .where(and(eq(consents.id, id), eq(consents.patientId, patientId)))
    .limit(1);
  return row === undefined ? null : openConsent(dataKey, row);
}

/**
 * For the erasure: that somebody agreed to be called, when, on what basis, for what and until when is kept as the law asks of such records
 * (HS-06, TC-26), under a subject made up for it: no name, number or words, and nothing by which a number could be looked for. A dial decision
 * still finds the consent it rested on by the consent's own id.
 */
export const stripConsents = (db: Database, patientId: string, now: number) =>
  db
    .update(consents)
    .set({
      ...{ patientId: `erased_${crypto.randomUUID()}`, phoneHash: '', sealed: '' },
      revokedAt: sql`coalesce(${consents.revokedAt}, ${now})`,
      revokedReason: sql`case when ${consents.revokedAt} is null then 'erased' else ${consents.revokedReason} end`,
    })
    .where(eq(consents.patientId, patientId));

/** Why a consent ended, where a word says it. */
const REVOCATION_REASONS = ['asked', 'mistake', 'wrong_person', 'number_changed', 'stated'] as const;

interface Revocation {
  readonly id: string;
  readonly patientId: string;
  /** One of REVOCATION_REASONS, or words: those are sealed, and the row says `stated`. */
  readonly reason: string;
  readonly revokedBy: string;
}

/** False: there is none of that patient in force by that id. */
export async function revokeConsent(
  db: Database,
  dataKey: DataKey,
  { id, patientId, reason, revokedBy }: Revocation,
  now: number,
): Promise<boolean> {
  const inForce = and(eq(consents.id, id), eq(consents.patientId, patientId), isNull(consents.revokedAt));
  const [row] = await db.select().from(consents).where(inForce).limit(1);
  if (row === undefined) return false;
  const isCode = (REVOCATION_REASONS as readonly string[]).includes(reason);
  const said: ConsentSealed = {
    ...openSealed(dataKey, row),
    revokedBy,
    ...(isCode ? {} : { revokedStatement: reason }),
  };
  const ended = await db
    .update(consents)
    .set({
      ...{ revokedAt: now, revokedReason: isCode ? reason : 'stated' },
      sealed: seal(dataKey, place(id), JSON.stringify(said)),
    })
    .where(inForce)
    .returning({ id: consents.id });
  return ended.length > 0;
}
