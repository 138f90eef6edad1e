/** What of the dashboard somebody sees, by their roles. The routes decide; this only keeps dead links off the pages. */
import type { Role } from '../../store/staff.ts';
import type { Actor } from '../context.ts';
import { rolesSeeing } from '../field-access.ts';

/** Whoever may read what was said. */
export const CALL_ROLES = rolesSeeing('answers');
export const PATIENT_ROLES = rolesSeeing('patient_name');
export const ERASE_ROLES = ['admin'] as const satisfies readonly Role[];
export const TASK_ROLES = ['admin', 'clinician', 'intake'] as const satisfies readonly Role[];
export const WORK_ROLES = ['admin', 'auditor'] as const satisfies readonly Role[];
export const CAMPAIGN_ROLES = [
  'admin',
  'clinician',
  'intake',
  'operator',
  'auditor',
] as const satisfies readonly Role[];
/** Who sees the people of a campaign and the do-not-call list, masked, and puts numbers on it. */
export const CONTACT_ROLES = ['admin', 'clinician', 'intake', 'operator'] as const satisfies readonly Role[];
export const RUN_ROLES = ['admin', 'operator'] as const satisfies readonly Role[];
/** Whoever works here may stop all dialing; going on takes an administrator. */
export const STOP_ROLES = ['admin', 'clinician', 'intake', 'operator'] as const satisfies readonly Role[];

export interface Viewer {
  readonly name: string;
  readonly seesCalls: boolean;
  readonly seesRedFlags: boolean;
  readonly seesPatients: boolean;
  readonly exportsPatients: boolean;
  readonly erasesPatients: boolean;
  readonly seesTasks: boolean;
  readonly seesWork: boolean;
  /** Sends again what was given up. */
  readonly runsWork: boolean;
  readonly seesCampaigns: boolean;
  readonly seesContacts: boolean;
  /** Makes, starts, pauses and ends campaigns. */
  readonly runsCampaigns: boolean;
  readonly stopsDialing: boolean;
  readonly resumesDialing: boolean;
  readonly seesSuppressions: boolean;
  /** What was said of a number, and on what evidence it was taken off the list. */
  readonly readsSuppressions: boolean;
  readonly importsSuppressions: boolean;
  /** Takes numbers off the list, and the list out of here. */
  readonly liftsSuppressions: boolean;
}

export function viewerOf({ name, roles }: Pick<Actor, 'name' | 'roles'>): Viewer {
  const hasOne = (allowed: readonly Role[]) => allowed.some((role) => roles.includes(role));
  return {
    name,
    seesCalls: hasOne(CALL_ROLES),
    seesRedFlags: hasOne(rolesSeeing('red_flags')),
    seesPatients: hasOne(PATIENT_ROLES),
    exportsPatients: hasOne(rolesSeeing('patient_export')),
    erasesPatients: hasOne(ERASE_ROLES),
    seesTasks: hasOne(TASK_ROLES),
    seesWork: hasOne(WORK_ROLES),
    runsWork: hasOne(['admin']),
    seesCampaigns: hasOne(CAMPAIGN_ROLES),
    seesContacts: hasOne(CONTACT_ROLES),
    runsCampaigns: hasOne(RUN_ROLES),
    stopsDialing: hasOne(STOP_ROLES),
    resumesDialing: hasOne(['admin']),
    seesSuppressions: hasOne(CONTACT_ROLES),
    readsSuppressions: hasOne(TASK_ROLES),
    importsSuppressions: hasOne(RUN_ROLES),
    liftsSuppressions: hasOne(['admin']),
  };
}

/** Where the dashboard begins; null for whoever sees nothing of it. */
export function homeOf({
  seesCalls,
  seesTasks,
  seesWork,
  seesCampaigns,
}: Viewer): { readonly path: string; readonly name: string } | null {
  if (seesCalls) return { path: '/dashboard/calls', name: 'calls' };
  if (seesTasks) return { path: '/dashboard/tasks', name: 'tasks' };
  if (seesWork) return { path: '/dashboard/jobs', name: 'background work' };
  return seesCampaigns ? { path: '/dashboard/campaigns', name: 'campaigns' } : null;
}
