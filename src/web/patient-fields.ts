/** What may be said of a patient, with its limits, and as it is kept. API and forms take the same. */
import * as z from 'zod';
import type { NewPatient, PatientChanges } from '../store/patients.ts';
import { externalId, language, line, phoneNumber, state, timeZone } from './api/fields.ts';

const name = line(100);
export const birthDate = z.iso
  .date()
  .refine((day) => day >= '1900-01-01' && Date.parse(day) <= Date.now(), { error: 'From 1900 to today.' });

/** What may be left out, or taken away with `null`. */
const optional = {
  first_name: name.nullish(),
  last_name: name.nullish(),
  date_of_birth: birthDate.nullish(),
  external_id: externalId.nullish(),
  state: state.nullish(),
  time_zone: timeZone.nullish(),
};
/** Of a new patient, or of one replaced as a whole: what is left out is not known, the language English. */
export const wholeFields = { phone_number: phoneNumber, ...optional, language: language.nullish() };
/** Of a change: what is left out stays. */
export const changedFields = { phone_number: phoneNumber.optional(), ...optional, language: language.optional() };

const whole = z.object(wholeFields);
const changed = z.object(changedFields);
export type WholeFields = z.output<typeof whole>;

export const toPatient = (body: WholeFields): NewPatient => ({
  phoneNumber: body.phone_number,
  firstName: body.first_name ?? null,
  lastName: body.last_name ?? null,
  dateOfBirth: body.date_of_birth ?? null,
  externalId: body.external_id ?? null,
  language: body.language ?? 'en',
  state: body.state ?? null,
  timeZone: body.time_zone ?? null,
});

const KEPT_AS = {
  phone_number: 'phoneNumber',
  first_name: 'firstName',
  last_name: 'lastName',
  date_of_birth: 'dateOfBirth',
  external_id: 'externalId',
  language: 'language',
  state: 'state',
  time_zone: 'timeZone',
} as const satisfies Record<keyof typeof changedFields, keyof PatientChanges>;

export const toChanges = (body: z.output<typeof changed>): PatientChanges =>
  Object.fromEntries(
    Object.entries(KEPT_AS).flatMap(([field, kept]) => {
      const value = body[field as keyof typeof KEPT_AS];
      return value === undefined ? [] : [[kept, value]];
    }),
  );
