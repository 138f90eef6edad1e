/** What of the dashboard somebody sees, by their roles. The routes decide; this only keeps dead links off the pages. */
import { APPROVER_ROLES, ROLES, type Role } from '../../store/staff.ts';
import { type Actor, isPerson } from '../context.ts';
import { rolesSeeing } from '../field-access.ts';

/** Whoever may read what was said. */
export const CALL_ROLES = rolesSeeing('answers');
/** Whoever may call somebody, and see what became of it. */
export const PLACE_ROLES = rolesSeeing('call_status');
export const PATIENT_ROLES = rolesSeeing('patient_name');
export const ERASE_ROLES = ['admin'] as const satisfies readonly Role[];
/** Each sees there what their role shows them elsewhere. */
export const TODAY_ROLES = ['admin', 'clinician', 'intake', 'operator'] as const satisfies readonly Role[];
export const TASK_ROLES = ['admin', 'clinician', 'intake'] as const satisfies readonly Role[];
export const WORK_ROLES = ['admin', 'auditor'] as const satisfies readonly Role[];
/** Who sees what became of notes that were handed on: ids alone. */
export const DELIVERY_ROLES = ['admin', 'clinician', 'auditor'] as const satisfies readonly Role[];
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

/** Who reads what calls ask, and tries it out. */
export const QUESTIONNAIRE_ROLES = ['admin', 'clinician', 'intake', 'operator'] as const satisfies readonly Role[];

export interface Viewer {
  readonly name: string;
  readonly seesToday: boolean;
  readonly seesCalls: boolean;
  readonly seesRedFlags: boolean;
  readonly seesPatients: boolean;
  readonly exportsPatients: boolean;
  /** Opens the sheet for an outage. */
  readonly printsSheet: boolean;
  readonly erasesPatients: boolean;
  /** What patients ask for about their own data. */
  readonly seesRequests: boolean;
  readonly seesSensitive: boolean;
  readonly placesCalls: boolean;
  readonly seesTasks: boolean;
  readonly seesTranscriptions: boolean;
  readonly seesWork: boolean;
  readonly seesDeliveries: boolean;
  readonly seesAudit: boolean;
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
  readonly seesQuestionnaires: boolean;
  /** Writes new versions, approves and withdraws them. */
  readonly writesQuestionnaires: boolean;
  /** How this installation is set up, and what the doctor finds. */
  readonly seesSettings: boolean;
  readonly seesRoles: boolean;
  readonly managesStaff: boolean;
  /** May take a clinician's rights for an hour (HS-02). A program has no emergencies. */
  readonly takesEmergency: boolean;
  /** So long they have a clinician's rights; null: only their own. */
  readonly emergencyUntil: number | null;
}

type Viewing = Pick<Actor, 'name' | 'roles' | 'ownRoles' | 'emergencyUntil'>;

export function viewerOf({ name, roles, ownRoles = roles, emergencyUntil }: Viewing): Viewer {
  const hasOne = (allowed: readonly Role[]) => allowed.some((role) => roles.includes(role));
  // Nothing is taken along by the rights of an emergency (HS-02).
  const owns = (allowed: readonly Role[]) => allowed.some((role) => ownRoles.includes(role));
  return {
    name,
    seesToday: hasOne(TODAY_ROLES),
    seesCalls: hasOne(CALL_ROLES),
    seesRedFlags: hasOne(rolesSeeing('red_flags')),
    seesPatients: hasOne(PATIENT_ROLES),
    exportsPatients: owns(rolesSeeing('patient_export')),
    printsSheet: owns(PATIENT_ROLES),
    erasesPatients: hasOne(ERASE_ROLES),
    seesSensitive: hasOne(rolesSeeing('sensitive_patients')),
    seesRequests: hasOne(rolesSeeing('patient_requests')),
    placesCalls: hasOne(PLACE_ROLES),
    seesTasks: hasOne(TASK_ROLES),
    seesTranscriptions: hasOne(CALL_ROLES),
    seesWork: hasOne(WORK_ROLES),
    seesDeliveries: hasOne(DELIVERY_ROLES),
    seesAudit: hasOne(WORK_ROLES),
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
    seesQuestionnaires: hasOne(QUESTIONNAIRE_ROLES),
    writesQuestionnaires: hasOne(APPROVER_ROLES),
    seesSettings: hasOne(WORK_ROLES),
    seesRoles: hasOne(ROLES),
    managesStaff: hasOne(['admin']),
    takesEmergency: emergencyUntil === undefined && !hasOne(CALL_ROLES) && isPerson({ name }),
    emergencyUntil: emergencyUntil ?? null,
  };
}

/** Where the dashboard begins; null for whoever sees nothing of it. */
export function homeOf({
  seesToday,
  seesAudit,
  seesCampaigns,
}: Viewer): { readonly path: string; readonly name: string } | null {
  if (seesToday) return { path: '/dashboard/today', name: 'today' };
  if (seesAudit) return { path: '/dashboard/audit', name: 'the audit' };
  return seesCampaigns ? { path: '/dashboard/campaigns', name: 'the campaigns' } : null;
}
