/** The plan of a call, put together from what is on file just before it begins. */
import { type CallPlan, type Candidate, isMinor, type PlanPatient } from '../domain/intake/call-plan.ts';
import { planProblem } from '../domain/intake/check-plan.ts';
import type { AttemptId, CallId, PatientId } from '../domain/intake/ids.ts';
import type { Language, Questionnaire } from '../domain/intake/questionnaire.ts';
import { variablesOf } from '../domain/intake/variables.ts';
import type { Config } from '../env.ts';
import type { Call } from './calls.ts';
import { getCampaign } from './campaigns.ts';
import { clinicDate, staffToday } from './clinic-day.ts';
import { getContact, variablesFor } from './contacts.ts';
import type { Database } from './database.ts';
import type { GateOccasion } from './gate-facts.ts';
import { getMedia } from './media.ts';
import { mediaUrlFor } from './media-link.ts';
import { wrappedKeyOf } from './patient-keys.ts';
import { getPatient, type Patient } from './patients.ts';
import { questionnaireVersion, wordingHashes } from './questionnaires.ts';
import type { UnfinishedIntake } from './unfinished-intakes.ts';

export interface PreparedCall {
  readonly plan: CallPlan;
  readonly wrappedKey: string;
}

/** What a call that was placed is about, as the gate and the plan need it. */
export interface DialSubject {
  readonly patient: Patient;
  readonly questionnaire: Questionnaire;
  readonly occasion: Omit<GateOccasion, 'stopped'>;
  /** Of the contact, for the prompts. */
  readonly variables: Readonly<Record<string, string>>;
  readonly mediaUrl: string | null;
}

/** Null when something the call needs is gone: the patient, the questionnaire it was asked for with, the contact. */
export async function readDialSubject(db: Database, config: Config, call: Call): Promise<DialSubject | null> {
  const { campaignId, contactId } = call;
  const [patient, questionnaire, campaign, contact] = await Promise.all([
    getPatient(db, config.keyRing, call.patientId),
    questionnaireVersion(db, call.questionnaireId, call.questionnaireVersion),
    campaignId === null ? null : getCampaign(db, campaignId),
    contactId === null ? null : getContact(db, config.keyRing, contactId),
  ]);
  if (patient === null || questionnaire === null) return null;
  const mediaId = campaign?.mediaId ?? null;
  const audio = mediaId === null ? null : await getMedia(db, mediaId);
  // What was to be played is gone: nobody is rung to hear nothing.
  if (mediaId !== null && audio === null) return null;
  if ((campaign === null) !== (campaignId === null) || (contact === null) !== (contactId === null)) return null;
  const isTest = campaign !== null && contactId === null;
  return {
    ...{ patient, questionnaire, mediaUrl: audio === null ? null : mediaUrlFor(config, audio) },
    variables: {
      ...(isTest ? spokenNames(questionnaire) : variablesFor(null, { ...patient, variables: {} })),
      ...variablesFor(campaign, contact),
    },
    occasion: {
      ...{ purpose: campaign?.purpose ?? 'intake', isTest },
      // A version is in the store under its number only once it is approved; a campaign may be paused at any moment.
      approved: campaign === null || isTest || campaign.status === 'running',
      campaign: campaign === null ? null : { id: campaign.id, spendCapNanos: campaign.spendCapNanos },
    },
  };
}

/** Staff who test hear what stands where: nobody's own words are theirs to hear. */
const spokenNames = (questionnaire: Questionnaire): Record<string, string> =>
  Object.fromEntries(variablesOf(questionnaire).map((name) => [name, name.replaceAll('_', ' ')]));

/** Null when what it is to say cannot be said whole. */
export async function prepareDial(
  config: Config,
  call: Call,
  { patient, questionnaire, variables, mediaUrl }: DialSubject,
  attemptId: string,
  now: number,
): Promise<PreparedCall | null> {
  const [common, wrappedKey] = await Promise.all([
    commonPlan(config, askedOf(patient, questionnaire), patient, now),
    wrappedKeyOf(config.keyRing, call.patientId),
  ]);
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
    ...{ variables, mediaUrl },
  };
  return planProblem(plan) === null ? { plan, wrappedKey } : null;
}

/** Whoever asked for no messages gets none: a machine is hung up on (HS-17). */
const askedOf = ({ flags }: Pick<Patient, 'flags'>, questionnaire: Questionnaire): Questionnaire =>
  flags.includes('no_voicemail') ? { ...questionnaire, voicemail: 'silence' } : questionnaire;

/** As much of a patient as a call is told. */
type Person = Pick<Patient, 'id' | 'externalId' | 'firstName' | 'lastName' | 'dateOfBirth'>;

/** What is the same whoever rings whom. */
export async function commonPlan(config: Config, questionnaire: Questionnaire, patient: Person, now: number) {
  const { name, callbackNumber, optOutNumber, timeZone } = config.clinic;
  const today = clinicDate(timeZone, now);
  return {
    patient: planPatient(patient, today),
    questionnaire,
    wordings: await wordingHashes(questionnaire),
    ...NOTHING_OF_A_CAMPAIGN,
    clinic: { name, callbackNumber, optOutNumber },
    staff: staffToday(config.clinic, now),
    today,
    timerScale: config.timerScale,
  };
}

/** A call that is of no campaign has nothing to fill prompts with, and nothing to play. */
const NOTHING_OF_A_CAMPAIGN = { variables: {}, mediaUrl: null } as const;

export async function candidate(
  db: Database,
  config: Config,
  patient: Patient,
  { campaign: begun, ...unfinished }: UnfinishedIntake,
  today: string,
): Promise<Candidate> {
  const [wordings, campaign, contact] = await Promise.all([
    wordingHashes(unfinished.questionnaire),
    begun === null ? null : getCampaign(db, begun.id),
    begun === null ? null : getContact(db, config.keyRing, begun.contactId),
  ]);
  const audio = campaign?.mediaId == null ? null : await getMedia(db, campaign.mediaId);
  return {
    ...{ ...unfinished, wordings, patient: planPatient(patient, today) },
    variables: { ...variablesFor(null, { ...patient, variables: {} }), ...variablesFor(campaign, contact) },
    mediaUrl: audio === null ? null : mediaUrlFor(config, audio),
  };
}

const planPatient = (patient: Person, today: string): PlanPatient => ({
  patientId: patient.id as PatientId,
  externalId: patient.externalId,
  firstName: patient.firstName,
  lastName: patient.lastName,
  dateOfBirth: patient.dateOfBirth,
  minor: isMinor(patient.dateOfBirth, today),
});
