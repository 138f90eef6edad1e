/**
 * Somebody rings the clinic: who may it be, and the call's row. Done again after a crash it changes nothing. The number proves
 * nothing: whoever has an unfinished intake at it is a candidate, and the birth date decides during the call (HS-15).
 */

import type { CallPlan, Candidate } from '../domain/intake/call-plan.ts';
import { callRecord } from '../domain/intake/call-record.ts';
import { planProblem } from '../domain/intake/check-plan.ts';
import type { CallId } from '../domain/intake/ids.ts';
import { newCall } from '../domain/intake/state.ts';
import type { Config } from '../env.ts';
import { getCall, identityFailedSince, sealNumbers } from './calls.ts';
import type { Database } from './database.ts';
import { dataKeyOf, wrappedKeyOf } from './patient-keys.ts';
import { getPatient, insertPatient, type Patient, patientsByNumber } from './patients.ts';
import { candidate, commonPlan, type PreparedCall } from './prepare-plan.ts';
import { approvedQuestionnaire, DEFAULT_QUESTIONNAIRE_ID } from './questionnaires.ts';
import { calls } from './schema.ts';
import { type AskCallSoFar, unfinishedIntake } from './unfinished-intakes.ts';

export interface Caller {
  readonly callId: string;
  /** +E.164, or `anonymous`. */
  readonly from: string;
  /** Ours, +E.164. */
  readonly to: string;
  readonly at: number;
}

/** HS-15: after three wrong birth dates nobody at that number is told anything for a day; it sounds no different. */
const LOCKED_FOR_MS = 24 * 3_600_000;
/** Of so many people at one number one is found by birth date; more is no family. */
const MOST_AT_ONE_NUMBER = 20;

export async function admitCaller(
  db: Database,
  config: Config,
  caller: Caller,
  callSoFar: AskCallSoFar,
): Promise<PreparedCall> {
  const { callId, from, to, at } = caller;
  const sameNumber = await patientsByNumber(db, config.keyRing, from, MOST_AT_ONE_NUMBER);
  const questionnaire = await approvedQuestionnaire(db, DEFAULT_QUESTIONNAIRE_ID, at);
  if (questionnaire === null) throw new Error('no version of the shipped questionnaire is usable');
  const candidates: Candidate[] = [];
  const owner = await ownerOf(db, config, caller, sameNumber, questionnaire);
  const common = await commonPlan(config, questionnaire, owner, at);
  const locked = await identityFailedSince(db, [owner, ...sameNumber], at - LOCKED_FOR_MS);
  for (const patient of locked ? [] : sameNumber) {
    const unfinished = await unfinishedIntake(db, config.keyRing, patient, { now: at, except: callId, callSoFar });
    if (unfinished === null) continue;
    const found = await candidate(db, config, patient, unfinished, common.today);
    // What cannot be said whole is not begun: staff call them back.
    if (planProblem(found) === null) candidates.push(found);
  }
  const plan: CallPlan = {
    ...common,
    callId: callId as CallId,
    attemptId: null,
    createdAt: at,
    attempt: 1,
    direction: 'inbound',
    candidates,
    patientNumber: from,
    clinicNumber: to,
    optOutLine: to === config.clinic.optOutNumber && !config.telnyx.fromNumbers.includes(to),
    // Everybody is greeted alike: the language of somebody on file would say that there is somebody.
    language: 'en',
  };
  return { plan, wrappedKey: await wrappedKeyOf(config.keyRing, owner.id) };
}

/** In whose name the call stands until a candidate is known: the only one with that number, else one without a name. */
async function ownerOf(
  db: Database,
  config: Config,
  caller: Caller,
  sameNumber: readonly Patient[],
  questionnaire: { readonly id: string; readonly version: number },
): Promise<Patient> {
  const { callId, from, to, at } = caller;
  const known = await getCall(db, config.keyRing, callId);
  const before = known === null ? null : await getPatient(db, config.keyRing, known.patientId);
  if (before !== null) return before;
  const nameless = sameNumber.find(({ firstName, lastName, dateOfBirth }) => !firstName && !lastName && !dateOfBirth);
  const existing = sameNumber.length === 1 ? sameNumber[0] : nameless;
  const created = existing === undefined ? await insertPatient(db, config.keyRing, unnamed(from), at) : null;
  const patient = existing ?? (created?.patient as Patient);
  const dataKey = created?.dataKey ?? (await dataKeyOf(config.keyRing, patient.id));
  const row = db.insert(calls).values({
    ...callRecord(newCall({ language: patient.language, optOutLine: false })),
    id: callId,
    status: 'ringing',
    patientId: patient.id,
    direction: 'inbound',
    questionnaireId: questionnaire.id,
    questionnaireVersion: questionnaire.version,
    attempt: 1,
    externalId: patient.externalId,
    createdAt: at,
    sealed: sealNumbers(dataKey, callId, from, to),
  });
  // With a new patient the row must be new too: of two tries at once, or one given up that goes on, the second writes nothing
  // and finds the first when it comes again.
  await (created === null ? row.onConflictDoNothing() : db.batch([row, created.statement]));
  return patient;
}

const unnamed = (phoneNumber: string) => ({
  ...{ phoneNumber, language: 'en' as const, firstName: null, lastName: null, dateOfBirth: null, externalId: null },
});
