/** POST /api/patients/import: a list of patients, with the columns that lists of campaigns have. Each row gets its verdict; the good ones stay. */
import * as z from 'zod';
import { rolesSeeing } from '../field-access.ts';
import { importPatients, patientImportFields } from '../import-patients.ts';
import { MAX_LIST_BYTES } from '../read-list-file.ts';
import { type Route, route } from '../route.ts';

const begin = route(
  {
    ...{ method: 'POST', path: '/api/patients/import', audit: 'patient.import', phi: true },
    roles: rolesSeeing('refused_patients'),
    reads: { form: patientImportFields, maxBytes: MAX_LIST_BYTES.patients },
    summary: 'Read a list of patients (multipart: file, and mapping and consent as JSON)',
    answers: {
      202: z.strictObject({
        import_id: z.string().describe('How far it is, and which rows were refused: /api/imports/{id}.'),
        status: z.literal('reading'),
      }),
    },
  },
  async (ask) => {
    const id = await importPatients(ask);
    return ask.c.json({ import_id: id, status: 'reading' }, 202, { Location: `/api/imports/${id}` });
  },
);

export const patientImportRoutes: readonly Route[] = [begin];
