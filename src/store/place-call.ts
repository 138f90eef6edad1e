/**
 * The first half of a call: who is meant, the gate's preview, and then patient, consent, decision, attempt and call in one batch.
 * The attempt row is the reservation of the number: of two requests at once, one is refused (X10).
 */
import {
  type ConsentOnFile,
  decide,
  type GateCode,
  type GateDecision,
  type GateFacts,
} from '../domain/campaign/gate.ts';
import { PURPOSES, type Purpose } from '../domain/campaign/gate-policy.ts';
import type { Language, Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Config } from '../env.ts';
import { type ConsentInput, insertConsent } from './consents.ts';
import type { Database } from './database.ts';
import { insertDecision } from './dial-decisions.ts';
import { readGateFacts } from './gate-facts.ts';
import { isReservationConflict, newCallRows } from './new-call-rows.ts';
import { newId } from './new-id.ts';
import { dataKeyOf } from './patient-keys.ts';
import { getPatient, insertPatient, type Patient, patientsByNumber } from './patients.ts';
import { approvedQuestionnaire, DEFAULT_QUESTIONNAIRE_ID, questionnaireVersion } from './questionnaires.ts';
import { attempts, calls } from './schema.ts';
import type { DataKey } from './seal.ts';

export interface CallRequest {
  /** Of the call; a new one, when left out. */
  readonly callId?: string;
  /** +E.164. */
  readonly phoneNumber: string;
  /** Whether it is a US number that may be rung, as whoever read it found. */
  readonly numberValid: boolean;
  readonly patientId: string | null;
  readonly questionnaireId: string | null;
  readonly language: Language | null;
  readonly consent: ConsentInput | null;
  readonly purpose: Purpose;
  /** Set for a test call of a campaign to staff: its version is used, and the caps of patients do not count. */
  readonly testOf: { readonly campaignId: string; readonly version: number } | null;
  /** Whether all dialing is stopped, as the dialer said; null where it could not be asked. */
  readonly stopped: boolean | null;
  /** Opaque id of the person or service that asks. */
  readonly requestedBy: string;
}
export type PlacedCall =
  | { readonly ok: true; readonly callId: string; readonly attemptId: string }
  | {
      readonly ok: false;
      readonly kind: 'refused';
      readonly code: GateCode;
      /** When asking again may have another answer, epoch milliseconds. */
      readonly again: number | null;
      readonly decisionId: string;
    }
  | { readonly ok: false; readonly kind: 'unknown'; readonly field: 'patient_id' | 'questionnaire' };

export async function placeCall(db: Database, config: Config, request: CallRequest, now: number): Promise<PlacedCall> {
  const questionnaire = await questionnaireOf(db, request, now);
  if (questionnaire === null) {
    if (request.questionnaireId === null) throw new Error('no version of the shipped questionnaire is usable');
    return { ok: false, kind: 'unknown', field: 'questionnaire' };
  }
  const known = await knownPatient(db, config, request);
  if (known === 'unknown') return { ok: false, kind: 'unknown', field: 'patient_id' };

  const stated = statedConsent(request, now);
  const campaignId = request.testOf?.campaignId ?? null;
  const occasion = {
    ...{ stopped: request.stopped, purpose: request.purpose, approved: true, isTest: request.testOf !== null },
    campaign: campaignId === null ? null : { id: campaignId, spendCapNanos: null },
  };
  const { phoneNumber, numberValid } = request;
  const subject = { phoneNumber, numberValid, patient: known, statedConsent: stated, attemptId: null };
  const [facts] = (await readGateFacts(db, config, occasion, [subject], now)) as [GateFacts];
  const decision = decide(facts, now);
  const row = { campaignId, contactId: null, moment: 'preview' as const, questionnaire };
  const refuse = async (refusal: Extract<GateDecision, { allowed: false }>): Promise<PlacedCall> => {
    const about = { ...row, callId: null, attemptId: null, patientId: known?.id ?? null, from: null };
    const { id, statement } = insertDecision(db, about, refusal, facts, now);
    await statement;
    return { ok: false, kind: 'refused', code: refusal.code, again: refusal.again, decisionId: id };
  };
  if (!decision.allowed) return refuse(decision);

  const language = request.language ?? known?.language ?? 'en';
  const created =
    known === null ? await insertPatient(db, config.keyRing, unnamed(request.phoneNumber, language), now) : null;
  const patient = created?.patient ?? (known as Patient);
  const dataKey = created?.dataKey ?? (await dataKeyOf(config.keyRing, patient.id));
  const { externalId } = patient;
  const id = request.callId === undefined ? {} : { id: request.callId };
  const fresh = {
    ...id,
    patient,
    dataKey,
    phoneNumber,
    language,
    questionnaire,
    campaignId,
    contactId: null,
    externalId,
  };
  const { call, attempt, from } = newCallRows(config, { ...fresh, attempt: 1, counts: request.testOf === null }, now);
  const about = { ...row, callId: call.id, attemptId: attempt.id, patientId: patient.id, from };
  try {
    await db.batch([
      db.insert(attempts).values(attempt),
      ...(created === null ? [] : [created.statement]),
      ...consentStatements(db, config, request, stated, patient, dataKey, now),
      insertDecision(db, about, decision, facts, now).statement,
      db.insert(calls).values(call),
    ]);
  } catch (error) {
    if (!isReservationConflict(error)) throw error;
    return refuse({ ...decision, allowed: false, code: 'already_reserved', reason: null, again: null });
  }
  return { ok: true, callId: call.id, attemptId: attempt.id };
}

/** The newest that is approved; of a campaign the version it was made with. */
const questionnaireOf = (
  db: Database,
  { questionnaireId, testOf }: CallRequest,
  now: number,
): Promise<Questionnaire | null> => {
  const id = questionnaireId ?? DEFAULT_QUESTIONNAIRE_ID;
  return testOf === null ? approvedQuestionnaire(db, id, now) : questionnaireVersion(db, id, testOf.version);
};

const statedConsent = ({ consent }: CallRequest, now: number): ConsentOnFile | null =>
  consent === null
    ? null
    : {
        ...{ id: newId('con', now), purposes: consent.purposes ?? PURPOSES },
        ...{ obtainedAt: consent.obtainedAt, expiresAt: consent.expiresAt ?? null },
      };

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
  stated: ConsentOnFile | null,
  patient: Patient,
  dataKey: DataKey,
  now: number,
) {
  const { consent, phoneNumber, requestedBy } = request;
  if (consent === null || stated === null) return [];
  const row = { id: stated.id, patientId: patient.id, phoneNumber, consent, recordedBy: requestedBy };
  return [insertConsent(db, config.keyRing, dataKey, row, now)];
}
