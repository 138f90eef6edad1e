/**
 * Patients as a file, whole, as each may be seen one by one; of who is marked as sensitive only whoever may see that gets more than the
 * id. Its columns are those that a list of patients is read in by, so that it can be read in again.
 */
import * as z from 'zod';
import { listPatients } from '../store/find-patients.ts';
import type { Patient } from '../store/patients.ts';
import { externalId, line, phoneNumber, time } from './api/fields.ts';
import { type ExportColumn, exportKind, given, isoOrNull } from './export-kind.ts';
import { type Field, rolesSeeing, sees } from './field-access.ts';
import { birthDate } from './patient-fields.ts';
import { type ShownPatient, shownPatient } from './shown-patient.ts';

/** As of calls: 100,000 patients are 200 pages, each one statement, one question to the vault and one line to the audit. */
const PAGE = 500;

export const exportedPatients = exportKind({
  roles: rolesSeeing('patient_name'),
  filters: z.strictObject({
    phone_number: phoneNumber.optional(),
    last_four: z
      .string()
      .regex(/^\d{4}$/, 'Four digits.')
      .optional(),
    family_name: line(100).optional(),
    external_id: externalId.optional(),
    date_of_birth: birthDate.optional(),
    from: time.optional().describe('When they came onto file.'),
    to: time.optional(),
  }),
  columns: (actor): ExportColumn<Patient>[] => {
    const column = (name: string, field: Field, cell: (shown: ShownPatient) => string | readonly string[] | null) =>
      sees(actor, field) ? [{ name, cell: (patient: Patient) => cell(shownPatient(actor, patient)) }] : [];
    return [
      { name: 'patient_id', cell: ({ id }) => id },
      ...column('phone_number', 'phone_number', (shown) => shown.phoneNumber),
      ...column('first_name', 'patient_name', (shown) => shown.firstName),
      ...column('last_name', 'patient_name', (shown) => shown.lastName),
      ...column('date_of_birth', 'birth_date', (shown) => shown.dateOfBirth),
      ...column('language', 'patient_details', (shown) => shown.language),
      ...column('external_id', 'external_id', (shown) => shown.externalId),
      ...column('state', 'patient_details', (shown) => shown.state),
      ...column('time_zone', 'patient_details', (shown) => shown.timeZone),
      ...column('flags', 'patient_details', (shown) => shown.flags),
      { name: 'created_at', cell: ({ createdAt }) => isoOrNull(createdAt) },
      { name: 'updated_at', cell: ({ updatedAt }) => isoOrNull(updatedAt) },
    ];
  },
  read: ({ db, config }, filters, cursor: string | null) =>
    listPatients(db, config.keyRing, {
      ...{ limit: PAGE, cursor },
      ...given({
        ...{ phoneNumber: filters.phone_number, lastFour: filters.last_four, familyName: filters.family_name },
        ...{ externalId: filters.external_id, dateOfBirth: filters.date_of_birth, from: filters.from, to: filters.to },
      }),
    }),
  patientsOf: ({ id }) => id,
});
