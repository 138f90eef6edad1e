/**
 * The first half of a call: who is meant, the gate's preview, and then patient, consent, decision, attempt and call in one batch.
 * The attempt row is the reservation of the number: of two requests at once, one is refused (X10).
 */
import { decide, type GateCode } from '../domain/campaign/gate.ts';
import { callRecord } from '../domain/intake/call-record.ts';
import type { Language, Questionnaire } from '../domain/intake/questionnaire.ts';
import { newCall } from '../domain/intake/state.ts';
import type { Config } from '../env.ts';
import { sealNumbers } from './calls.ts';
import { type ConsentInput, insertConsent } from './consents.ts';
import type { Database } from './database.ts';
import { insertDecision, readGateFacts } from './dial-decisions.ts';
import { newId } from './new-id.ts';
import { dataKeyOf } from './patient-keys.ts';
import { getPatient, insertPatient, type Patient, patientsByNumber } from './patients.ts';
import { approvedQuestionnaire, DEFAULT_QUESTIONNAIRE_ID } from './questionnaires.ts';
import { attempts, calls } from './schema.ts';
import { type DataKey, searchHash } from './seal.ts';

export interface CallRequest {
  /** +E.164. */
  readonly phoneNumber: string;
  /** Whether it is a US number that may be rung, as whoever read it found. */
  readonly numberValid: boolean;
  readonly patientId: string | null;
  readonly questionnaireId: string | null;
  readonly language: Language | null;
  readonly consent: ConsentInput | null;
  /** Opaque id of the person or service that asks. */
  readonly requestedBy: string;
}
export type PlacedCall =
  | { readonly ok: true; readonly callId: string; readonly attemptId: string }
  | { readonly ok: false; readonly kind: 'refused'; readonly code: GateCode; readonly decisionId: string }
  | { readonly ok: false; readonly kind: 'unknown'; readonly field: 'patient_id' | 'questionnaire' };

export async function placeCall(db: Database, config: Config, request: CallRequest, now: number): Promise<PlacedCall> {
  const questionnaire = await approvedQuestionnaire(db, request.questionnaireId ?? DEFAULT_QUESTIONNAIRE_ID, now);
  if (questionnaire === null) {
    if (request.questionnaireId === null) throw new Error('no version of the shipped questionnaire is usable');
    return { ok: false, kind: 'unknown', field: 'questionnaire' };
  }
  const known = await knownPatient(db, config, request);
  if (known === 'unknown') return { ok: false, kind: 'unknown', field: 'patient_id' };

  const consentId = request.consent === null ? null : newId('con', now);
  const facts = await readGateFacts(db, config.keyRing, config.dialing.callingHours, {
    phoneNumber: request.phoneNumber,
    numberValid: request.numberValid,
    patientId: known?.id ?? null,
    statedConsentId: consentId,
    attemptId: null,
  });
  const decision = decide(facts);
  const refuse = async (code: GateCode): Promise<PlacedCall> => {
    const row = { callId: null, attemptId: null, patientId: known?.id ?? null, moment: 'preview' as const };
    const { id, statement } = insertDecision(db, row, { allowed: false, code }, facts, now);
    await statement;
    return { ok: false, kind: 'refused', code, decisionId: id };
  };
  if (!decision.allowed) return refuse(decision.code);

  const language = request.language ?? known?.language ?? 'en';
  const created =
    known === null ? await insertPatient(db, config.keyRing, unnamed(request.phoneNumber, language), now) : null;
  const patient = created?.patient ?? (known as Patient);
  const dataKey = created?.dataKey ?? (await dataKeyOf(config.keyRing, patient.id));
  const callId = newId('call', now);
  const attemptId = newId('att', now);
  try {
    await db.batch([
      db.insert(attempts).values({
        id: attemptId,
        callId,
        status: 'queued',
        reservedNumber: searchHash(config.keyRing, 'phone', request.phoneNumber),
        createdAt: now,
      }),
      ...(created === null ? [] : [created.statement]),
      ...consentStatements(db, config, request, consentId, patient, dataKey, now),
      insertDecision(db, { callId, attemptId, patientId: patient.id, moment: 'preview' }, decision, facts, now)
        .statement,
      db.insert(calls).values(callRow({ callId, patient, language, questionnaire, request, dataKey, config, now })),
    ]);
  } catch (error) {
    if (!isReservationConflict(error)) throw error;
    return refuse('already_reserved');
  }
  return { ok: true, callId, attemptId };
}

/** Every call has a patient: the one given, else the only one with that number, else (null) a new unnamed one. */
async function knownPatient(db: Database, config: Config, request: CallRequest): Promise<Patient | null | 'unknown'> {
  if (request.patientId !== null) return (await getPatient(db, config.keyRing, request.patientId)) ?? 'unknown';
  const sameNumber = await patientsByNumber(db, config.keyRing, request.phoneNumber, 2);
  return sameNumber.length === 1 ? (sameNumber[0] ?? null) : null;
}

const unnamed = (phoneNumber: string, language: Language) => ({
  phoneNumber,
  language,
  firstName: null,
  lastName: null,
  dateOfBirth: null,
  externalId: null,
});

function consentStatements(
  db: Database,
  config: Config,
  request: CallRequest,
  id: string | null,
  patient: Patient,
  dataKey: DataKey,
  now: number,
) {
  const { consent, phoneNumber, requestedBy } = request;
  if (consent === null || id === null) return [];
  const row = { id, patientId: patient.id, phoneNumber, consent, recordedBy: requestedBy };
  return [insertConsent(db, config.keyRing, dataKey, row, now)];
}

function callRow(call: {
  callId: string;
  patient: Patient;
  language: Language;
  questionnaire: Questionnaire;
  request: CallRequest;
  dataKey: DataKey;
  config: Config;
  now: number;
}): typeof calls.$inferInsert {
  const { callId, patient, language, questionnaire, request, dataKey, config, now } = call;
  return {
    ...callRecord(newCall({ language, optOutLine: false })),
    id: callId,
    patientId: patient.id,
    direction: 'outbound',
    questionnaireId: questionnaire.id,
    questionnaireVersion: questionnaire.version,
    attempt: 1,
    externalId: patient.externalId,
    createdAt: now,
    sealed: sealNumbers(dataKey, callId, request.phoneNumber, config.telnyx.fromNumbers[0] ?? ''),
  };
}

/** D1 names the column of a unique index it refused. */
const isReservationConflict = (error: unknown): boolean =>
  /UNIQUE constraint failed: attempts\.reserved_number/.test(
    `${String(error)} ${String((error as { cause?: unknown }).cause)}`,
  );
