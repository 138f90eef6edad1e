/** /api/staff: who may sign in with which roles. People of ADMIN_EMAILS are admin without a row here. */
import * as z from 'zod';
import { listStaff, ROLES, type StaffMember } from '../../store/staff.ts';
import { addStaff, changeRoles, removeStaff, staffName } from '../change-staff.ts';
import { type Route, route } from '../route.ts';
import { idOf, listOf } from './answer-fields.ts';
import { DEFAULT_LIMIT, pageOf } from './fields.ts';

const roles = z
  .array(z.enum(ROLES))
  .min(1)
  .max(ROLES.length)
  .refine((given) => new Set(given).size === given.length, { error: 'Each role once.' });
const oneMember = z.strictObject({ staff_id: z.string().regex(/^staff_[0-9a-f-]{36}$/) });

const staffAnswer = z
  .strictObject({
    staff_id: idOf('staff'),
    email: z.string().describe('An e-mail address, or the client id of a service token.'),
    roles: z.array(z.enum(ROLES)).readonly(),
  })
  .meta({ id: 'StaffMember' });

const staffJson = ({ id, email, roles }: StaffMember): z.infer<typeof staffAnswer> => ({ staff_id: id, email, roles });

const list = route(
  {
    method: 'GET',
    path: '/api/staff',
    roles: ['admin'],
    audit: 'staff.list',
    summary: 'List who works here, with their roles',
    answers: { 200: listOf(staffAnswer) },
    phi: false,
    query: z.strictObject(pageOf('staff')),
  },
  async ({ query, db, c }) => {
    const found = await listStaff(db, { limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null });
    return c.json({ items: found.items.map(staffJson), next_cursor: found.nextCursor });
  },
);

const create = route(
  {
    method: 'POST',
    path: '/api/staff',
    roles: ['admin'],
    audit: 'staff.create',
    summary: 'Give roles to somebody, or to a service token by its client id',
    answers: { 201: staffAnswer },
    phi: false,
    body: z.strictObject({ email: staffName, roles }),
  },
  async (ask) => ask.c.json(staffJson(await addStaff(ask, ask.body)), 201),
);

const update = route(
  {
    method: 'PATCH',
    path: '/api/staff/:staff_id',
    roles: ['admin'],
    audit: 'staff.update',
    summary: 'Change somebody’s roles',
    answers: { 200: staffAnswer },
    phi: false,
    params: oneMember,
    body: z.strictObject({ roles }),
  },
  async (ask) => ask.c.json(staffJson(await changeRoles(ask, ask.params.staff_id, ask.body.roles))),
);

const remove = route(
  {
    method: 'DELETE',
    path: '/api/staff/:staff_id',
    roles: ['admin'],
    audit: 'staff.delete',
    summary: 'Take all roles from somebody, from their next request on',
    answers: { 204: null },
    phi: false,
    params: oneMember,
  },
  async (ask) => {
    await removeStaff(ask, ask.params.staff_id);
    return ask.c.body(null, 204);
  },
);

export const staffRoutes: readonly Route[] = [list, create, update, remove];
