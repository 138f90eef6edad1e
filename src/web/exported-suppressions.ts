/** The do-not-call list as a file, without anybody's words: who needs those reads the one row (T15). Its numbers can be read in again. */
import * as z from 'zod';
import type { Role } from '../store/staff.ts';
import { listSuppressions, type Suppression } from '../store/suppression-list.ts';
import { type ExportColumn, exportKind, given, isoOrNull } from './export-kind.ts';

/** A page is one statement and no more: nobody's key is asked for, since a number of this list is sealed under the ring. */
const PAGE = 4000;
/** As at /api/suppressions/export: the whole list with whole numbers is for administrators. */
const ROLES = ['admin'] as const satisfies readonly Role[];

export const exportedSuppressions = exportKind({
  roles: ROLES,
  filters: z.strictObject({
    active: z.boolean().optional().describe('Those that hold, or those that were lifted; both when left out.'),
  }),
  columns: (): ExportColumn<Suppression>[] => [
    { name: 'suppression_id', cell: ({ id }) => id },
    { name: 'phone_number', cell: ({ phoneNumber }) => phoneNumber },
    { name: 'reason', cell: ({ reason }) => reason },
    { name: 'active', cell: ({ liftedAt }) => liftedAt === null },
    { name: 'call_id', cell: ({ callId }) => callId },
    { name: 'created_by', cell: ({ createdBy }) => createdBy },
    { name: 'created_at', cell: ({ createdAt }) => isoOrNull(createdAt) },
    { name: 'lifted_by', cell: ({ liftedBy }) => liftedBy },
    { name: 'lifted_at', cell: ({ liftedAt }) => isoOrNull(liftedAt) },
  ],
  read: ({ db, config }, filters, cursor: string | null) =>
    listSuppressions(db, config.keyRing, { limit: PAGE, cursor, ...given(filters) }),
  patientsOf: () => null,
});
