/** What the dial gate needs to know, read at the moment of the decision, and the decision's own row (TC-26). */
import { and, inArray, ne } from 'drizzle-orm';
import { GATE_POLICY_VERSION, type GateCode, type GateDecision, type GateFacts } from '../domain/campaign/gate.ts';
import { activeConsent } from './consents.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { attempts, dialDecisions } from './schema.ts';
import { type KeyRing, searchHashes } from './seal.ts';
import { isSuppressed } from './suppressions.ts';

export interface GateSubject {
  readonly phoneNumber: string;
  readonly numberValid: boolean;
  /** Null for somebody not yet on file. */
  readonly patientId: string | null;
  /** A consent stated with this very request, not stored yet. */
  readonly statedConsentId: string | null;
  /** The attempt itself, which does not stand in its own way. */
  readonly attemptId: string | null;
}

export async function readGateFacts(
  db: Database,
  ring: KeyRing,
  callingHours: GateFacts['callingHours'],
  subject: GateSubject,
): Promise<GateFacts> {
  const { phoneNumber, patientId, statedConsentId } = subject;
  const [suppressed, onFile, reserved] = await Promise.all([
    isSuppressed(db, ring, phoneNumber),
    patientId === null ? null : activeConsent(db, ring, patientId, phoneNumber),
    isReserved(db, ring, phoneNumber, subject.attemptId),
  ]);
  return { numberValid: subject.numberValid, suppressed, consentId: statedConsentId ?? onFile, callingHours, reserved };
}

async function isReserved(
  db: Database,
  ring: KeyRing,
  phoneNumber: string,
  attemptId: string | null,
): Promise<boolean> {
  const rows = await db
    .select({ id: attempts.id })
    .from(attempts)
    .where(
      and(
        inArray(attempts.reservedNumber, searchHashes(ring, 'phone', phoneNumber)),
        attemptId === null ? undefined : ne(attempts.id, attemptId),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

export interface DecisionRow {
  readonly callId: string | null;
  readonly attemptId: string | null;
  readonly patientId: string | null;
  /** `preview`: when asked for; `dial`: just before dialling. */
  readonly moment: 'preview' | 'dial';
}

/** The insert, for a batch or alone, and its id. */
export function insertDecision(db: Database, row: DecisionRow, decision: GateDecision, facts: GateFacts, now: number) {
  const id = newId('dec', now);
  const { allowed, code } = decision as { allowed: boolean; code: GateCode | null };
  return {
    id,
    statement: db.insert(dialDecisions).values({
      ...row,
      id,
      allowed,
      code,
      policyVersion: GATE_POLICY_VERSION,
      facts: JSON.stringify(facts),
      decidedAt: now,
    }),
  };
}
