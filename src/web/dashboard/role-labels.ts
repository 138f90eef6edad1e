/** The words of the dashboard for the roles. */
import type { Role } from '../../store/staff.ts';

export const ROLE_LABELS: Readonly<Record<Role, readonly [name: string, about: string]>> = {
  admin: ['Administrator', 'Runs the clinic’s installation: sees and does everything.'],
  clinician: ['Clinician', 'Reads what patients said, listens, reviews.'],
  intake: ['Front desk', 'Finds patients, keeps them up to date, calls them, works through tasks; reads no answers.'],
  operator: ['Campaign operator', 'Makes and runs campaigns; sees people only masked, and no answers.'],
  auditor: ['Auditor', 'Sees how the installation is run, and no patient.'],
};

/** In the middle of a sentence. */
export const roleWords = (roles: readonly Role[]): string =>
  roles.map((role) => ROLE_LABELS[role][0].toLowerCase()).join(' and ');
