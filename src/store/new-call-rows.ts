/** The rows of a call that is about to be dialled: the call itself and its attempt, which is also the reservation (X10). */
import { callerIdFor } from '../domain/campaign/caller-id.ts';
import { callRecord } from '../domain/intake/call-record.ts';
import type { Language, Questionnaire } from '../domain/intake/questionnaire.ts';
import { newCall } from '../domain/intake/state.ts';
import type { Config } from '../env.ts';
import { sealNumbers } from './calls.ts';
import { newId } from './new-id.ts';
import type { Patient } from './patients.ts';
import type { attempts, calls } from './schema.ts';
import { type DataKey, searchHash } from './seal.ts';

export interface NewCall {
  /** A new one, when left out. */
  readonly id?: string;
  readonly patient: Pick<Patient, 'id' | 'externalId'>;
  readonly dataKey: DataKey;
  /** +E.164. */
  readonly phoneNumber: string;
  readonly language: Language;
  readonly questionnaire: Pick<Questionnaire, 'id' | 'version'>;
  readonly campaignId: string | null;
  readonly contactId: string | null;
  readonly externalId: string | null;
  /** Which call to this contact it is, from 1. */
  readonly attempt: number;
  /** False for a test call to staff: it fills no patient's caps. */
  readonly counts: boolean;
}
export interface NewCallRows {
  readonly call: typeof calls.$inferInsert;
  readonly attempt: typeof attempts.$inferInsert;
  /** Ours, +E.164. */
  readonly from: string;
}

export function newCallRows(config: Config, call: NewCall, now: number): NewCallRows {
  const { patient, phoneNumber, campaignId, contactId, questionnaire } = call;
  const [callId, attemptId] = [call.id ?? newId('call', now), newId('att', now)];
  const phoneHash = searchHash(config.keyRing, 'phone', phoneNumber);
  const from = callerIdFor(patient.id, config.telnyx.fromNumbers);
  return {
    from,
    call: {
      ...callRecord(newCall({ language: call.language, optOutLine: false })),
      ...{ id: callId, patientId: patient.id, direction: 'outbound', campaignId, contactId },
      ...{ questionnaireId: questionnaire.id, questionnaireVersion: questionnaire.version, attempt: call.attempt },
      ...{ externalId: call.externalId, createdAt: now },
      sealed: sealNumbers(call.dataKey, callId, phoneNumber, from),
    },
    attempt: {
      ...{ id: attemptId, callId, campaignId, contactId, patientId: patient.id, phoneHash, status: 'queued' },
      ...{ reservedNumber: phoneHash, reservedPatient: patient.id, counts: call.counts, createdAt: now },
    },
  };
}

/** D1 names the column of a unique index it refused. */
export const isReservationConflict = (error: unknown): boolean =>
  /UNIQUE constraint failed: attempts\.reserved_(number|patient)/.test(
    `${String(error)} ${String((error as { cause?: unknown }).cause)}`,
  );
