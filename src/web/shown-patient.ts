/** A patient as somebody may see them: what is not theirs to see is null. API and pages show this and nothing else (HS-18). */
import type { Patient } from '../store/patients.ts';
import type { Actor } from './context.ts';
import { Problem } from './errors.ts';
import { accessTo, type Field, ifSeen, sees } from './field-access.ts';
import { initials, maskNumber } from './mask.ts';

export interface ShownPatient {
  readonly id: string;
  readonly initials: string | null;
  /** `•••• 0143`. */
  readonly maskedNumber: string | null;
  readonly phoneNumber: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly dateOfBirth: string | null;
  readonly externalId: string | null;
  readonly language: Patient['language'] | null;
  readonly state: string | null;
  readonly timeZone: string | null;
  readonly flags: Patient['flags'] | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Marked as sensitive, for whoever lacks that right (HS-24): then nothing can be revealed either, but the last digits. */
const isHiddenFrom = (actor: Pick<Actor, 'roles'>, { flags }: Pick<Patient, 'flags'>): boolean =>
  flags.includes('sensitive') && !sees(actor, 'sensitive_patients');

/** Who does not see it whole would put nothing in the place of something. */
export function refuseIfHidden(actor: Pick<Actor, 'roles'>, patient: Pick<Patient, 'flags'>): void {
  if (isHiddenFrom(actor, patient))
    throw new Problem(403, 'sensitive_patient', {
      detail: 'This patient is marked as sensitive. Ask a clinician or an administrator.',
    });
}

export function shownPatient(actor: Pick<Actor, 'roles'>, patient: Patient): ShownPatient {
  const isHidden = isHiddenFrom(actor, patient);
  const isThere = (field: 'patient_name' | 'phone_number') => accessTo(actor, field) !== 'none';
  const shown = <T>(field: Field, value: T): T | null => (isHidden ? null : ifSeen(actor, field, value));
  return {
    id: patient.id,
    initials: isThere('patient_name') && !isHidden ? initials(patient) : null,
    maskedNumber: isThere('phone_number') ? maskNumber(patient.phoneNumber) : null,
    phoneNumber: shown('phone_number', patient.phoneNumber),
    firstName: shown('patient_name', patient.firstName),
    lastName: shown('patient_name', patient.lastName),
    dateOfBirth: shown('birth_date', patient.dateOfBirth),
    externalId: shown('external_id', patient.externalId),
    language: ifSeen(actor, 'patient_details', patient.language),
    state: shown('patient_details', patient.state),
    timeZone: ifSeen(actor, 'patient_details', patient.timeZone),
    flags: ifSeen(actor, 'patient_details', patient.flags),
    createdAt: patient.createdAt,
    updatedAt: patient.updatedAt,
  };
}

const DETAILS = ['patient_name', 'phone_number', 'birth_date', 'external_id', 'patient_details'] as const;

/** A form of all that is known is for whoever sees all of it: what they do not see they would take away. */
export const seesWhole = (actor: Pick<Actor, 'roles'>): boolean => DETAILS.every((field) => sees(actor, field));
