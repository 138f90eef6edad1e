/** Somebody with one role, and the token they come with. */
import { createStaff, type Role } from '../../src/store/staff.ts';
import type { GivenApp } from './given-app.ts';

export async function tokenOf(given: GivenApp, role: Role): Promise<string> {
  const email = `${role}@role.example`;
  await createStaff(given.db, { email, roles: [role] }, Date.now());
  return given.token({ email, sub: email });
}
