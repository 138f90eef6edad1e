/** The page of staff, and what can be done there. Administrators alone; every change stands in the audit with the id of whom it was about. */
import * as z from 'zod';
import { listStaff, ROLES, type Role } from '../../store/staff.ts';
import { addStaff, changeRoles, removeStaff, staffName } from '../change-staff.ts';
import { Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { settingsPage } from './settings-frame.tsx';
import { ROLE_LABELS, StaffAnswer, type StaffList } from './staff-fragment.tsx';
import { StaffPage } from './staff-page.tsx';

const PAGE_SIZE = 25;

const listQuery = z.strictObject({
  /** An empty choice is a form's "All". */
  role: z
    .enum(['', ...ROLES])
    .optional()
    .transform((given) => (given || null) as Role | null),
  cursor: z
    .string()
    .regex(/^staff_[0-9a-f-]{36}$/, 'Not a cursor of this list.')
    .optional(),
});
const oneMember = z.strictObject({ staff_id: z.string().regex(/^staff_[0-9a-f-]{36}$/) });
const admins = { roles: ['admin'], phi: false, query: listQuery } as const;
type ListAsk = Ask<RouteSpec & { query: typeof listQuery }>;

async function staffList({ db, config, actor, query }: ListAsk): Promise<StaffList> {
  const { role, cursor = null } = query;
  const { items: members, nextCursor } = await listStaff(db, { limit: PAGE_SIZE, cursor, role });
  return {
    ...{ members, role, cursor, nextCursor },
    me: actor.name.toLowerCase(),
    fixed: [...config.access.admins].filter((entry) => entry.includes('@')),
  };
}

/** A fragment for htmx, else the whole page: it works without a script too. */
async function answer(ask: ListAsk, outcome: string, status: 200 | 409 = 200): Promise<Response> {
  const list = await staffList(ask);
  if (ask.c.req.header('HX-Request') === 'true')
    return ask.c.html(<StaffAnswer list={list} outcome={outcome} />, status);
  return settingsPage(ask, 'staff', 'Staff', <StaffPage list={list} outcome={outcome} />, status);
}

/** What was not done is said in the same place. */
async function answered(ask: ListAsk, change: () => Promise<string>): Promise<Response> {
  try {
    return await answer(ask, await change());
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error;
    return answer(ask, error.details.detail ?? 'That was not done. Please check what you entered.', 409);
  }
}

const rolesIn = (fields: Readonly<Record<string, string>>): Role[] => {
  const given = ROLES.filter((role) => fields[`role_${role}`] !== undefined);
  if (given.length === 0)
    throw new Problem(422, 'invalid', { detail: 'Choose at least one role, or remove the person.' });
  return given;
};
const named = (roles: readonly Role[]): string => roles.map((role) => ROLE_LABELS[role].name).join(', ');

const show = route({ ...admins, method: 'GET', path: '/dashboard/settings/staff', audit: 'page.staff' }, async (ask) =>
  settingsPage(ask, 'staff', 'Staff', <StaffPage list={await staffList(ask)} />),
);

const add = route(
  { ...admins, method: 'POST', path: '/dashboard/settings/staff', audit: 'staff.create' },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    return answered(ask, async () => {
      const address = staffName.safeParse((fields['email'] ?? '').trim());
      if (!address.success)
        throw new Problem(422, 'invalid', {
          detail: 'This is no e-mail address and no client id of a service token. Nobody was added.',
        });
      const member = await addStaff(ask, { email: address.data, roles: rolesIn(fields) });
      return `${member.email} can sign in now, as ${named(member.roles)}.`;
    });
  },
);

const change = route(
  {
    ...{ ...admins, method: 'POST', path: '/dashboard/settings/staff/:staff_id/roles' },
    ...{ audit: 'staff.update', params: oneMember },
  },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    return answered(ask, async () => {
      const member = await changeRoles(ask, ask.params.staff_id, rolesIn(fields));
      return `${member.email} is ${named(member.roles)} now.`;
    });
  },
);

const remove = route(
  {
    ...{ ...admins, method: 'POST', path: '/dashboard/settings/staff/:staff_id/remove' },
    ...{ audit: 'staff.delete', params: oneMember },
  },
  async (ask) => answered(ask, async () => `${(await removeStaff(ask, ask.params.staff_id)).email} is off the list.`),
);

export const staffPageRoutes: readonly Route[] = [show, add, change, remove];
