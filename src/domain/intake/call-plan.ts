/**
 * What is settled before a call begins and never changes while it lasts: who, which questions, which words, which timers.
 * Stored once, sealed, beside the call's state.
 */
import type { AttemptId, CallId, PatientId } from './ids.ts';
import type { Language, Questionnaire } from './questionnaire.ts';
import type { Answer, CallState, RaisedFlag } from './state.ts';
import type { Variables } from './variables.ts';

export interface PlanPatient {
  readonly patientId: PatientId;
  readonly externalId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** `YYYY-MM-DD`; without one the identity step is left out. */
  readonly dateOfBirth: string | null;
  /** Under age today: not interviewed alone (CL-17). */
  readonly minor: boolean;
}

/** Somebody with an unfinished intake who may be ringing back (X3), and how far it had come. */
export interface Candidate {
  readonly patient: PlanPatient;
  readonly questionnaire: Questionnaire;
  readonly wordings: Readonly<Record<string, string>>;
  readonly variables: Variables;
  readonly mediaUrl: string | null;
  /** What was answered, each with the call it was given in. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** What had fired then; it does not interrupt a second time. */
  readonly redFlags: readonly RaisedFlag[];
}

export interface CallPlan {
  readonly callId: CallId;
  /** Null for an inbound call: nobody was dialled. */
  readonly attemptId: AttemptId | null;
  readonly createdAt: number;
  /** Which attempt at this conversation it is, from 1. */
  readonly attempt: number;
  readonly direction: 'outbound' | 'inbound';
  /** Whose call it is in the books; of an inbound one only until a candidate is known. */
  readonly patient: PlanPatient;
  /** Inbound only; several share a number, and the birth date decides. */
  readonly candidates: readonly Candidate[];
  /** +E.164, or `anonymous` where an inbound caller hides it. */
  readonly patientNumber: string;
  /** Ours, +E.164. */
  readonly clinicNumber: string;
  /** The caller dialled the number that stops calls (TC-13). */
  readonly optOutLine: boolean;
  readonly language: Language;
  readonly questionnaire: Questionnaire;
  /** Hashes of the wordings, by `<language>/<item or script text>`: each answer names the words that were put. */
  readonly wordings: Readonly<Record<string, string>>;
  /** What the words of the items are filled with, by name. */
  readonly variables: Variables;
  /** The audio of the campaign, where Telnyx fetches it; ends in `.wav` when it is that. */
  readonly mediaUrl: string | null;
  readonly clinic: { readonly name: string; readonly callbackNumber: string; readonly optOutNumber: string };
  /** Where staff are reached and when, epoch milliseconds; null: nowhere, a callback is promised instead. */
  readonly staff: { readonly number: string; readonly from: number; readonly until: number } | null;
  /** `YYYY-MM-DD` where the clinic is. */
  readonly today: string;
  /** 1 in life; smaller only against a stand-in on loopback (TIMER_SCALE). The 50 s rule is never scaled. */
  readonly timerScale: number;
}

/** The plan for whoever is known to be on the line. */
export function planFor(state: CallState, plan: CallPlan): CallPlan {
  const known = state.candidate === null ? undefined : plan.candidates[state.candidate];
  if (known === undefined) return plan;
  const { patient, questionnaire, wordings, variables, mediaUrl } = known;
  return { ...plan, patient, questionnaire, wordings, variables, mediaUrl };
}

/** A number that is not shown can be put on no list. */
export const hidesNumber = ({ patientNumber }: Pick<CallPlan, 'patientNumber'>): boolean =>
  !patientNumber.startsWith('+');

/** An inbound caller of whom nothing is known is told nothing, and leaves no note. */
export const isStranger = (state: CallState, plan: CallPlan): boolean =>
  plan.direction === 'inbound' && state.candidate === null;

/** CL-17. Both `YYYY-MM-DD`; without a birth date nobody is taken for a minor. */
export function isMinor(dateOfBirth: string | null, today: string): boolean {
  if (dateOfBirth === null) return false;
  const adultSince = `${String(Number(today.slice(0, 4)) - 18)}${today.slice(4)}`;
  return dateOfBirth > adultSince;
}
