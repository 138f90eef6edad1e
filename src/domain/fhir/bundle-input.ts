/**
 * What a Bundle is made of: what other systems are handed (call, transcripts, note, in the API's own shapes) with what the store knows
 * beside it. Times of the first are ISO 8601 in UTC already; where the store counts milliseconds the shell has written them so.
 */
import type { CallStatus } from '../intake/call-record.ts';
import type { Language, Questionnaire } from '../intake/questionnaire.ts';
import type { Note } from '../note/note.ts';

/** Of the API's call, what FHIR has a place for. */
export interface BundleCall {
  readonly call_id: string;
  readonly status: CallStatus;
  readonly direction: string;
  readonly patient_id: string;
  readonly phone_number: string | null;
  readonly language: string;
  readonly consent: {
    readonly collection: Permission;
    readonly recording: Permission;
    readonly at: string | null;
  };
  readonly created_at: string;
  readonly dialed_at: string | null;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
}
export type Permission = 'given' | 'declined' | 'not_asked';

export interface BundleLine {
  readonly speaker: 'agent' | 'patient';
  readonly text: string;
  readonly timestamp: string;
}

/** The note as the API answers it, which knows more of the recording than the note that was written. */
export type BundleNote = Omit<Note, 'recording'>;

/** As the patient is on file now. */
export interface BundlePatient {
  readonly id: string;
  readonly externalId: string | null;
  readonly phoneNumber: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
  /** Of the address, two letters. */
  readonly state: string | null;
  readonly language: Language;
}

/** A permission to call this patient at the number of the call, in force or ended. */
export interface ContactConsent {
  readonly id: string;
  readonly basis: string;
  readonly purposes: readonly string[];
  readonly obtainedAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** Audio there is no proof of consent for has no place here. */
export interface BundleRecording {
  readonly id: string;
  readonly status: 'pending' | 'ready';
  readonly format: 'mp3' | 'wav' | null;
  readonly bytes: number | null;
  /** Hexadecimal. */
  readonly sha256: string | null;
  readonly startedAt: string | null;
}

export interface BundleReview {
  readonly id: string;
  readonly noteVersion: number;
  readonly by: string;
  readonly at: string;
}

export interface BundleInput {
  readonly call: BundleCall;
  readonly transcripts: { readonly items: readonly BundleLine[] };
  /** Null: the call left none, and never will. */
  readonly intake_data: BundleNote | null;
  readonly patient: BundlePatient;
  readonly consents: readonly ContactConsent[];
  /** When the patient took back in the call that they are recorded. */
  readonly recordingWithdrawnAt: string | null;
  readonly recording: BundleRecording | null;
  /** The version that the note names, or the call without one. */
  readonly questionnaire: Questionnaire;
  readonly signatures: readonly BundleReview[];
  readonly addenda: readonly (BundleReview & { readonly text: string })[];
  /** `patientSystem`: what the clinic calls its own ids of patients, a URI; null: a name of this installation. */
  readonly clinic: { readonly name: string; readonly patientSystem: string | null };
  /** Of this installation, `https://intake.clinic.example`: names in it are unique. */
  readonly origin: string;
}
