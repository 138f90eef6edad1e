/** A patient as somebody may see them: what is not theirs to see is null. API and pages show this and nothing else (HS-18). */
import type { Patient } from '../store/patients.ts';
import type { Actor } from './context.ts';
import { accessTo, ifSeen, sees } from './field-access.ts';
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

export function shownPatient(actor: Pick<Actor, 'roles'>, patient: Patient): ShownPatient {
  const isThere = (field: 'patient_name' | 'phone_number') => accessTo(actor, field) !== 'none';
  return {
    id: patient.id,
    initials: isThere('patient_name') ? initials(patient) : null,
    maskedNumber: isThere('phone_number') ? maskNumber(patient.phoneNumber) : null,
    phoneNumber: ifSeen(actor, 'phone_number', patient.phoneNumber),
    firstName: ifSeen(actor, 'patient_name', patient.firstName),
    lastName: ifSeen(actor, 'patient_name', patient.lastName),
    dateOfBirth: ifSeen(actor, 'birth_date', patient.dateOfBirth),
    externalId: ifSeen(actor, 'external_id', patient.externalId),
    language: ifSeen(actor, 'patient_details', patient.language),
    state: ifSeen(actor, 'patient_details', patient.state),
    timeZone: ifSeen(actor, 'patient_details', patient.timeZone),
    flags: ifSeen(actor, 'patient_details', patient.flags),
    createdAt: patient.createdAt,
    updatedAt: patient.updatedAt,
  };
}

const DETAILS = ['patient_name', 'phone_number', 'birth_date', 'external_id', 'patient_details'] as const;

/** A form of all that is known is for whoever sees all of it: what they do not see they would take away. */
export const seesWhole = (actor: Pick<Actor, 'roles'>): boolean => DETAILS.every((field) => sees(actor, field));
