/** What of the dashboard somebody sees, by their roles. The routes decide; this only keeps dead links off the pages. */
import type { Role } from '../../store/staff.ts';
import type { Actor } from '../context.ts';

export const CALL_ROLES = ['admin', 'clinician'] as const satisfies readonly Role[];
export const TASK_ROLES = ['admin', 'clinician', 'intake'] as const satisfies readonly Role[];

export interface Viewer {
  readonly name: string;
  readonly seesCalls: boolean;
  readonly seesTasks: boolean;
}

export const viewerOf = ({ name, roles }: Pick<Actor, 'name' | 'roles'>): Viewer => ({
  name,
  seesCalls: CALL_ROLES.some((role) => roles.includes(role)),
  seesTasks: TASK_ROLES.some((role) => roles.includes(role)),
});

/** Where the dashboard begins; null for whoever sees nothing of it. */
export function homeOf({ seesCalls, seesTasks }: Viewer): { readonly path: string; readonly name: string } | null {
  if (seesCalls) return { path: '/dashboard/calls', name: 'calls' };
  return seesTasks ? { path: '/dashboard/tasks', name: 'tasks' } : null;
}
