/** The do-not-call list as a file, without anybody's words: who needs those reads the one row (T15). Its numbers can be read in again. */
import * as z from 'zod';
import type { Role } from '../store/staff.ts';
import { listSuppressions, type Suppression } from '../store/suppression-list.ts';
import { type ExportColumn, exportKind, given, isoOrNull } from './export-kind.ts';
import { accessTo, sees } from './field-access.ts';
import { maskNumber } from './mask.ts';

/** A page is one statement and no more: nobody's key is asked for, since a number of this list is sealed under the ring. */
const PAGE = 4000;
/** Whoever sees the list. */
const ROLES = ['admin', 'clinician', 'intake', 'operator'] as const satisfies readonly Role[];

export const exportedSuppressions = exportKind({
  roles: ROLES,
  filters: z.strictObject({
    active: z.boolean().optional().describe('Those that hold, or those that were lifted; both when left out.'),
  }),
  columns: (actor): ExportColumn<Suppression>[] => {
    const shown = sees(actor, 'suppressed_numbers') ? (text: string) => text : maskNumber;
    return [
      { name: 'suppression_id', cell: ({ id }) => id },
      ...(accessTo(actor, 'suppressed_numbers') === 'none'
        ? []
        : [
            {
              name: 'phone_number',
              cell: ({ phoneNumber }: Suppression) => (phoneNumber === null ? null : shown(phoneNumber)),
            },
          ]),
      { name: 'reason', cell: ({ reason }) => reason },
      { name: 'active', cell: ({ liftedAt }) => liftedAt === null },
      { name: 'call_id', cell: ({ callId }) => callId },
      { name: 'created_by', cell: ({ createdBy }) => createdBy },
      { name: 'created_at', cell: ({ createdAt }) => isoOrNull(createdAt) },
      { name: 'lifted_by', cell: ({ liftedBy }) => liftedBy },
      { name: 'lifted_at', cell: ({ liftedAt }) => isoOrNull(liftedAt) },
    ];
  },
  read: ({ db, config }, filters, cursor: string | null) =>
    listSuppressions(db, config.keyRing, { limit: PAGE, cursor, ...given(filters) }),
  patientsOf: () => null,
});
