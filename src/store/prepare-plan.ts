/** The plan of a call, put together from what is on file just before it begins. */
import { type CallPlan, type Candidate, isMinor, type PlanPatient } from '../domain/intake/call-plan.ts';
import type { AttemptId, CallId, PatientId } from '../domain/intake/ids.ts';
import type { Language, Questionnaire } from '../domain/intake/questionnaire.ts';
import type { Config } from '../env.ts';
import type { Call } from './calls.ts';
import { clinicDate, staffToday } from './clinic-day.ts';
import type { Database } from './database.ts';
import { wrappedKeyOf } from './patient-keys.ts';
import { getPatient, type Patient } from './patients.ts';
import { questionnaireVersion, wordingHashes } from './questionnaires.ts';
import type { UnfinishedIntake } from './unfinished-intakes.ts';

export interface PreparedCall {
  readonly plan: CallPlan;
  readonly wrappedKey: string;
}

/** Null when something the call needs is gone: the patient, or the questionnaire it was asked for with. */
export async function prepareDial(
  db: Database,
  config: Config,
  call: Call,
  attemptId: string,
  now: number,
): Promise<PreparedCall | null> {
  const [patient, wrappedKey, questionnaire] = await Promise.all([
    getPatient(db, config.keyRing, call.patientId),
    wrappedKeyOf(config.keyRing, call.patientId),
    questionnaireVersion(db, call.questionnaireId, call.questionnaireVersion),
  ]);
  if (patient === null || questionnaire === null) return null;
  const common = await commonPlan(config, questionnaire, patient, now);
  const plan: CallPlan = {
    ...common,
    callId: call.id as CallId,
    attemptId: attemptId as AttemptId,
    createdAt: call.createdAt,
    attempt: call.attempt,
    direction: 'outbound',
    candidates: [],
    patientNumber: call.phoneNumber,
    clinicNumber: call.fromNumber,
    optOutLine: false,
    language: call.language as Language,
  };
  return { plan, wrappedKey };
}

/** What is the same whoever rings whom. */
export async function commonPlan(config: Config, questionnaire: Questionnaire, patient: Patient, now: number) {
  const { name, callbackNumber, optOutNumber, timeZone } = config.clinic;
  const today = clinicDate(timeZone, now);
  return {
    patient: planPatient(patient, today),
    questionnaire,
    wordings: await wordingHashes(questionnaire),
    clinic: { name, callbackNumber, optOutNumber },
    staff: staffToday(config.clinic, now),
    today,
    timerScale: config.timerScale,
  };
}

export async function candidate(patient: Patient, unfinished: UnfinishedIntake, today: string): Promise<Candidate> {
  const wordings = await wordingHashes(unfinished.questionnaire);
  return { ...unfinished, patient: planPatient(patient, today), wordings };
}

const planPatient = (patient: Patient, today: string): PlanPatient => ({
  patientId: patient.id as PatientId,
  externalId: patient.externalId,
  firstName: patient.firstName,
  lastName: patient.lastName,
  dateOfBirth: patient.dateOfBirth,
  minor: isMinor(patient.dateOfBirth, today),
});
