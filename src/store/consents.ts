/** Consents to be called: one row per statement, at one number, by patient (TC-01). Only newer evidence adds; nothing is edited. */
import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { consents } from './schema.ts';
import { type DataKey, type KeyRing, seal, searchHash, searchHashes, unseal } from './seal.ts';

export const CONSENT_BASES = ['number_given_by_patient', 'written', 'verbal'] as const;

/** What was said about a consent; times are epoch milliseconds. */
export interface ConsentInput {
  readonly basis: (typeof CONSENT_BASES)[number];
  readonly obtainedAt: number;
  readonly obtainedBy: string;
  readonly evidence: string;
}

const place = (id: string) => ({ table: 'consents', column: 'sealed', row: id });

/** The number a consent is for, +E.164. */
export const openConsentNumber = (
  dataKey: DataKey,
  { id, sealed }: { readonly id: string; readonly sealed: string },
): string => (JSON.parse(unseal(dataKey, place(id), sealed)) as { phoneNumber: string }).phoneNumber;

/** The insert, for a batch. `recordedBy` is the id of whoever stated it. */
export function insertConsent(
  db: Database,
  ring: KeyRing,
  dataKey: DataKey,
  row: { id?: string; patientId: string; phoneNumber: string; consent: ConsentInput; recordedBy: string },
  now: number,
) {
  const id = row.id ?? newId('con', now);
  const { obtainedBy, evidence } = row.consent;
  return db.insert(consents).values({
    id,
    patientId: row.patientId,
    phoneHash: searchHash(ring, 'phone', row.phoneNumber),
    basis: row.consent.basis,
    obtainedAt: row.consent.obtainedAt,
    sealed: seal(
      dataKey,
      place(id),
      JSON.stringify({ obtainedBy, evidence, recordedBy: row.recordedBy, phoneNumber: row.phoneNumber }),
    ),
    createdAt: now,
  });
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

/** Ends every consent of this patient at this number; for a batch (TC-22: the number is not theirs). */
export const revokeConsents = (
  db: Database,
  ring: KeyRing,
  patientId: string,
  phoneNumber: string,
  reason: string,
  now: number,
) =>
  db
    .update(consents)
    .set({ revokedAt: now, revokedReason: reason })
    .where(
      and(
        eq(consents.patientId, patientId),
        inArray(consents.phoneHash, searchHashes(ring, 'phone', phoneNumber)),
        isNull(consents.revokedAt),
      ),
    );
