/** What can be taken out as a file. Another kind is a file like these and a line here. */
import type { Actor } from './context.ts';
import type { ExportKind } from './export-kind.ts';
import { exportedAnswers } from './exported-answers.ts';
import { exportedCalls } from './exported-calls.ts';
import { exportedCampaigns } from './exported-campaigns.ts';
import { exportedPatients } from './exported-patients.ts';
import { exportedSuppressions } from './exported-suppressions.ts';

export const EXPORT_KINDS = {
  calls: exportedCalls,
  answers: exportedAnswers,
  patients: exportedPatients,
  campaigns: exportedCampaigns,
  suppressions: exportedSuppressions,
} as const satisfies Readonly<Record<string, ExportKind>>;

export type Exported = keyof typeof EXPORT_KINDS;
export const EXPORTED = Object.keys(EXPORT_KINDS) as readonly Exported[];

/** Nothing is taken along by the rights of an emergency, which are for looking (HS-02). */
const takerOf = ({ roles, ownRoles }: Pick<Actor, 'roles' | 'ownRoles'>): Pick<Actor, 'roles'> => ({
  roles: ownRoles ?? roles,
});

/** What somebody may take out, with its columns. */
export function exportsOf(actor: Pick<Actor, 'roles' | 'ownRoles'>) {
  const taker = takerOf(actor);
  return EXPORTED.flatMap((what) => {
    const { roles, columns } = EXPORT_KINDS[what];
    return roles.some((role) => taker.roles.includes(role)) ? [{ what, columns: columns(taker) }] : [];
  });
}
