/** A patient as the API shows them, and the schema of that. What somebody may not see is null. Fields are added, never renamed. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { PATIENT_FLAGS } from '../../domain/campaign/gate-policy.ts';
import { LANGUAGES } from '../../domain/intake/questionnaire.ts';
import type { Patient } from '../../store/patients.ts';
import type { Actor } from '../context.ts';
import { shownPatient } from '../shown-patient.ts';

export function patientJson(actor: Pick<Actor, 'roles'>, patient: Patient) {
  const shown = shownPatient(actor, patient);
  return {
    patient_id: shown.id,
    phone_number: shown.phoneNumber,
    first_name: shown.firstName,
    last_name: shown.lastName,
    date_of_birth: shown.dateOfBirth,
    language: shown.language,
    external_id: shown.externalId,
    state: shown.state,
    time_zone: shown.timeZone,
    flags: shown.flags,
    created_at: iso(shown.createdAt),
    updated_at: iso(shown.updatedAt),
  };
}

/** Lists show no number whole. */
export const listedPatient = (actor: Pick<Actor, 'roles'>, patient: Patient) => ({
  ...patientJson(actor, patient),
  phone_number: shownPatient(actor, patient).maskedNumber,
});

const text = z.string().nullable();
export const patientAnswer = z
  .strictObject({
    patient_id: z.string(),
    phone_number: text.describe(
      'In +E.164; in lists its last four digits. Null for whoever may not see it, as every other field.',
    ),
    first_name: text,
    last_name: text,
    date_of_birth: text.describe('YYYY-MM-DD.'),
    language: z.enum(LANGUAGES).nullable(),
    external_id: text,
    state: text,
    time_zone: text,
    flags: z.array(z.enum(PATIENT_FLAGS)).nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Patient' });
export const patientsAnswer = z.strictObject({ items: z.array(patientAnswer), next_cursor: text });
