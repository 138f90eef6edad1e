/** What of the dashboard somebody sees, by their roles. The routes decide; this only keeps dead links off the pages. */
import type { Role } from '../../store/staff.ts';
import type { Actor } from '../context.ts';

export const CALL_ROLES = ['admin', 'clinician'] as const satisfies readonly Role[];
export const TASK_ROLES = ['admin', 'clinician', 'intake'] as const satisfies readonly Role[];
export const WORK_ROLES = ['admin', 'auditor'] as const satisfies readonly Role[];

export interface Viewer {
  readonly name: string;
  readonly seesCalls: boolean;
  readonly seesTasks: boolean;
  readonly seesWork: boolean;
  /** Sends again what was given up. */
  readonly runsWork: boolean;
}

export const viewerOf = ({ name, roles }: Pick<Actor, 'name' | 'roles'>): Viewer => ({
  name,
  seesCalls: CALL_ROLES.some((role) => roles.includes(role)),
  seesTasks: TASK_ROLES.some((role) => roles.includes(role)),
  seesWork: WORK_ROLES.some((role) => roles.includes(role)),
  runsWork: roles.includes('admin'),
});

/** Where the dashboard begins; null for whoever sees nothing of it. */
export function homeOf({
  seesCalls,
  seesTasks,
  seesWork,
}: Viewer): { readonly path: string; readonly name: string } | null {
  if (seesCalls) return { path: '/dashboard/calls', name: 'calls' };
  if (seesTasks) return { path: '/dashboard/tasks', name: 'tasks' };
  return seesWork ? { path: '/dashboard/jobs', name: 'background work' } : null;
}
