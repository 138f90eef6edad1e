/** Who works here, people and service tokens, changed: the same for the API and the page. Nobody shuts themselves out, and somebody stays who can let others in. */
import * as z from 'zod';
import {
  countAdmins,
  createStaff,
  deleteStaff,
  getStaff,
  type Role,
  type StaffMember,
  setStaffRoles,
} from '../store/staff.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

/** What Cloudflare calls a service token by. */
const CLIENT_ID = /^[a-z0-9-]{1,64}\.access$/i;
/** A person by the address they sign in with, or a service token by its client id. */
export const staffName = z.union([z.email().max(254), z.string().regex(CLIENT_ID)], {
  error: 'An e-mail address, or the client id of a service token (it ends in .access).',
});
export const isClientId = (name: string): boolean => CLIENT_ID.test(name);

type Changing = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

export async function addStaff(
  { db, now }: Changing,
  input: { readonly email: string; readonly roles: readonly Role[] },
): Promise<StaffMember> {
  const member = await createStaff(db, input, now);
  if (member === null)
    throw new Problem(409, 'already_exists', {
      detail: 'This address is on the list already. Change its roles instead.',
    });
  return member;
}

export async function changeRoles(ask: Changing, id: string, roles: readonly Role[]): Promise<StaffMember> {
  if (!roles.includes('admin')) await refuseToLoseAdmin(ask, id);
  const member = await setStaffRoles(ask.db, id, roles, ask.now);
  if (member === null) throw notFound();
  return member;
}

/** The member as they were. */
export async function removeStaff(ask: Changing, id: string): Promise<StaffMember> {
  const member = await refuseToLoseAdmin(ask, id);
  if (!(await deleteStaff(ask.db, id, ask.now))) throw notFound();
  return member;
}

async function refuseToLoseAdmin({ db, config, actor }: Changing, id: string): Promise<StaffMember> {
  const member = await getStaff(db, id);
  if (member === null) throw notFound();
  const { admins } = config.access;
  // Whoever is named in ADMIN_EMAILS stays an administrator whatever happens here.
  if (!member.roles.includes('admin') || admins.has(member.email)) return member;
  if (member.email === actor.name.toLowerCase())
    throw new Problem(409, 'own_admin', {
      detail: 'This is you. Ask another administrator to take your own access away.',
    });
  const isPersonLeft = [...admins].some((entry) => entry.includes('@'));
  if (!isPersonLeft && (await countAdmins(db, [member.email])) === 0)
    throw new Problem(409, 'last_admin', { detail: 'This is the last administrator. Make somebody else one first.' });
  return member;
}
