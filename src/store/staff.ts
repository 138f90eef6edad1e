/** Who works here, with which roles. No patient data. Read on every request, so that a removal counts on the next one. */
import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { openUntil } from './emergency-accesses.ts';
import { newId } from './new-id.ts';
import { signs, staff } from './schema.ts';

export const ROLES = ['admin', 'clinician', 'intake', 'operator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];
/** Who writes and approves what calls ask (CL-12). */
export const APPROVER_ROLES = ['admin', 'clinician'] as const satisfies readonly Role[];

export interface StaffMember {
  readonly id: string;
  /** Lower case: the token's address is compared in lower case too. Of a service token it is the client id. */
  readonly email: string;
  readonly roles: readonly Role[];
}
type StaffRow = typeof staff.$inferSelect;

/** null: the address is already on the list. */
export async function createStaff(
  db: Database,
  input: { readonly email: string; readonly roles: readonly Role[] },
  now: number,
): Promise<StaffMember | null> {
  const email = input.email.toLowerCase();
  const [row] = await db
    .insert(staff)
    .values({ id: newId('staff', now), email, roles: JSON.stringify(input.roles), createdAt: now, updatedAt: now })
    .onConflictDoNothing()
    .returning();
  return row === undefined ? null : opened(row);
}

/** `rolesSince`: since when they have exactly these roles. `emergencyUntil`: so long they have the rights of a clinician beside their own (HS-02). */
export async function findStaff(
  db: Database,
  email: string,
  now: number,
): Promise<(StaffMember & { readonly rolesSince: number; readonly emergencyUntil: number | null }) | null> {
  const [row] = await db
    .select({ ...getTableColumns(staff), emergencyUntil: openUntil(now) })
    .from(staff)
    .where(eq(staff.email, email.toLowerCase()))
    .limit(1);
  return row === undefined ? null : { ...opened(row), rolesSince: row.updatedAt, emergencyUntil: row.emergencyUntil };
}

export async function getStaff(db: Database, id: string): Promise<StaffMember | null> {
  const [row] = await db.select().from(staff).where(eq(staff.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

interface StaffFilter {
  readonly limit: number;
  /** Only who has this one. */
  readonly role?: Role | null;
  /** The id of the last person already seen. */
  readonly cursor: string | null;
}

/** Newest first. */
export async function listStaff(
  db: Database,
  filter: StaffFilter,
): Promise<{ items: StaffMember[]; nextCursor: string | null }> {
  const rows = await db
    .select()
    .from(staff)
    .where(
      and(
        filter.cursor === null ? undefined : lt(staff.id, filter.cursor),
        filter.role == null ? undefined : hasRole(filter.role),
      ),
    )
    .orderBy(desc(staff.id))
    .limit(filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  return { items: page.map(opened), nextCursor: rows.length > page.length ? (page.at(-1)?.id ?? null) : null };
}

/** null: no such person. */
export async function setStaffRoles(
  db: Database,
  id: string,
  roles: readonly Role[],
  now: number,
): Promise<StaffMember | null> {
  const update = db
    .update(staff)
    .set({ roles: JSON.stringify(roles), updatedAt: now })
    .where(eq(staff.id, id))
    .returning();
  const [row] = roles.includes('admin') ? await update : (await db.batch([noteAdminLeaves(db, id, now), update]))[1];
  return row === undefined ? null : opened(row);
}

export async function deleteStaff(db: Database, id: string, now: number): Promise<boolean> {
  const gone = db.delete(staff).where(eq(staff.id, id)).returning({ id: staff.id });
  return (await db.batch([noteAdminLeaves(db, id, now), gone]))[1].length > 0;
}

/** The sign of when a person was last an administrator and then was none any more. */
export const ADMIN_LEFT = 'admin_left';

const noteAdminLeaves = (db: Database, id: string, now: number) =>
  db
    .insert(signs)
    .select(
      sql`select ${ADMIN_LEFT}, ${now}, null from staff where id = ${id} and email like '%@%'
        and exists (select 1 from json_each(staff.roles) where value = 'admin')`,
    )
    .onConflictDoUpdate({ target: signs.name, set: { at: now } });

/** A role this version does not know gives nothing. */
function opened(row: StaffRow): StaffMember {
  const roles = JSON.parse(row.roles) as readonly string[];
  return { id: row.id, email: row.email, roles: ROLES.filter((role) => roles.includes(role)) };
}

const hasRole = (role: Role) => sql`exists (select 1 from json_each(${staff.roles}) where value = ${role})`;

/** Administrators on the list, beside those named elsewhere; addresses are kept in lower case. */
export const countAdmins = (db: Database, besides: readonly string[]): Promise<number> =>
  countStaffWith(db, ['admin'], besides);

/** People on the list with one of these roles; service tokens stand there too, and are nobody's word. */
export async function countStaffWith(
  db: Database,
  roles: readonly Role[],
  besides: readonly string[],
): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)` })
    .from(staff)
    .where(
      and(
        sql`exists (select 1 from json_each(${staff.roles}) where value in (select value from json_each(${JSON.stringify(roles)})))`,
        sql`${staff.email} like '%@%'`,
        sql`${staff.email} not in (select value from json_each(${JSON.stringify(besides)}))`,
      ),
    );
  return row?.n ?? 0;
}
