/**
 * What is settled before a call begins and never changes while it lasts: who, which questions, which words, which timers.
 * Stored once, sealed, beside the call's state.
 */
import type { AttemptId, CallId, PatientId } from './ids.ts';
import type { Language, Questionnaire } from './questionnaire.ts';

export interface CallPlan {
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  readonly createdAt: number;
  /** Which attempt at this conversation it is, from 1. */
  readonly attempt: number;
  readonly direction: 'outbound' | 'inbound';
  readonly patient: {
    readonly patientId: PatientId;
    readonly externalId: string | null;
    readonly firstName: string | null;
    readonly lastName: string | null;
    /** `YYYY-MM-DD`; without one the identity step is left out. */
    readonly dateOfBirth: string | null;
  };
  /** Both +E.164. */
  readonly to: string;
  readonly from: string;
  readonly language: Language;
  readonly questionnaire: Questionnaire;
  readonly clinic: { readonly name: string; readonly callbackNumber: string; readonly optOutNumber: string };
  /** 1 in life; smaller only against a stand-in on loopback (TIMER_SCALE). The 50 s rule is never scaled. */
  readonly timerScale: number;
}
