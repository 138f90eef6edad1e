/** A consent as the API shows it, and the schema of that. Fields are added, never renamed. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { PURPOSES } from '../../domain/campaign/gate-policy.ts';
import type { Consent } from '../../store/consents.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const consentJson = (row: Consent) => ({
  consent_id: row.id,
  patient_id: row.patientId,
  phone_number: row.phoneNumber,
  basis: row.basis,
  purposes: row.purposes,
  obtained_at: iso(row.obtainedAt),
  obtained_by: row.obtainedBy,
  evidence: row.evidence,
  expires_at: isoOrNull(row.expiresAt),
  recorded_by: row.recordedBy,
  created_at: iso(row.createdAt),
  revoked_at: isoOrNull(row.revokedAt),
  revoked_reason: row.revokedStatement ?? row.revokedReason,
  revoked_by: row.revokedBy ?? null,
});

const text = z.string().nullable();
export const consentAnswer = z
  .strictObject({
    consent_id: z.string(),
    patient_id: z.string(),
    phone_number: z.string(),
    basis: z.string(),
    purposes: z.array(z.enum(PURPOSES)),
    obtained_at: z.iso.datetime(),
    obtained_by: z.string(),
    evidence: z.string(),
    expires_at: text,
    recorded_by: z.string(),
    created_at: z.iso.datetime(),
    revoked_at: text,
    revoked_reason: text,
    revoked_by: text,
  })
  .meta({ id: 'Consent' });
