/** Alerts as they stand (C77): opened once for each outage, told, closed, told of again. No patient data. */
import { and, desc, eq, gt, gte, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { AlertKind, Breach } from '../domain/alerts/alert-rules.ts';
import { OPENINGS_WITHIN_MS, type OpenAlert, type Reconciled } from '../domain/alerts/reconcile.ts';
import type { Database } from './database.ts';
import { newId } from './new-id.ts';
import { alerts } from './schema.ts';

export interface Alert {
  readonly id: string;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly code: string;
  readonly count: number | null;
  readonly openedAt: number;
  readonly seenAt: number;
  /** When ALERT_URL took it; null: not yet. */
  readonly toldAt: number | null;
  readonly closedAt: number | null;
  readonly resolvedToldAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: number | null;
  /** How often the news in hand was not taken. */
  readonly tellTries: number;
}

const opened = (row: typeof alerts.$inferSelect): Alert => ({ ...row, kind: row.kind as AlertKind });
/** Kept for so long after it was over. */
const KEEP_MS = 365 * 24 * 3_600_000;

export async function openAlerts(db: Database, now: number): Promise<(Alert & OpenAlert)[]> {
  const rows = await db.select().from(alerts).where(isNull(alerts.closedAt));
  const lately = await db
    .select({ kind: alerts.kind, subject: alerts.subject, openings: sql<number>`count(*)` })
    .from(alerts)
    .where(gt(alerts.openedAt, now - OPENINGS_WITHIN_MS))
    .groupBy(alerts.kind, alerts.subject);
  return rows.map((row) => ({
    ...opened(row),
    openings: lately.find(({ kind, subject }) => kind === row.kind && subject === row.subject)?.openings ?? 1,
  }));
}

/** In one batch; what somebody else opened meanwhile stays as it is. */
export async function applyReconciled(db: Database, { open, seen, close }: Reconciled, now: number): Promise<void> {
  const statements = [
    ...open.map(({ kind, subject, code, count }: Breach) =>
      db
        .insert(alerts)
        .values({ id: newId('alr', now), kind, subject, code, count, openedAt: now, seenAt: now })
        .onConflictDoNothing(),
    ),
    ...seen.map(({ id, breach: { code, count } }) =>
      db.update(alerts).set({ seenAt: now, code, count }).where(eq(alerts.id, id)),
    ),
    ...close.map((id) =>
      db
        .update(alerts)
        .set({ closedAt: now })
        .where(and(eq(alerts.id, id), isNull(alerts.closedAt))),
    ),
    db.delete(alerts).where(lt(alerts.closedAt, now - KEEP_MS)),
  ] as const;
  await db.batch(statements as unknown as Parameters<Database['batch']>[0]);
}

/** Outside the cron's look; null: it is open already. */
export async function openAlert(
  db: Database,
  { kind, subject, code, count }: Breach,
  now: number,
): Promise<Alert | null> {
  const [row] = await db
    .insert(alerts)
    .values({ id: newId('alr', now), kind, subject, code, count, openedAt: now, seenAt: now })
    .onConflictDoNothing()
    .returning();
  return row === undefined ? null : opened(row);
}

/** Whose opening or end ALERT_URL has not taken yet and is due: what was never told first, then whatever has waited longest for its turn. */
export async function untoldAlerts(db: Database, now: number, limit: number): Promise<Alert[]> {
  const rows = await db
    .select()
    .from(alerts)
    .where(
      and(
        or(isNull(alerts.toldAt), and(isNotNull(alerts.closedAt), isNull(alerts.resolvedToldAt))),
        lte(alerts.tellAt, now),
      ),
    )
    .orderBy(alerts.tellAt, alerts.id)
    .limit(limit);
  return rows.map(opened);
}

/** The next news of the same alert are told at once again. */
export const markTold = (db: Database, id: string, what: 'opened' | 'resolved', now: number) =>
  db
    .update(alerts)
    .set({ ...(what === 'opened' ? { toldAt: now } : { resolvedToldAt: now }), tellTries: 0, tellAt: 0 })
    .where(eq(alerts.id, id));

export const markNotTold = (db: Database, { id, tellTries }: Pick<Alert, 'id' | 'tellTries'>, againAt: number) =>
  db
    .update(alerts)
    .set({ tellTries: tellTries + 1, tellAt: againAt })
    .where(eq(alerts.id, id));

export interface AlertFilter {
  readonly limit: number;
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly open?: boolean;
  readonly kind?: AlertKind;
  /** When it was opened: from then on, and before then. */
  readonly from?: number;
  readonly to?: number;
}

/** Newest first. */
export async function listAlerts(
  db: Database,
  { limit, cursor, open, kind, from, to }: AlertFilter,
): Promise<{ readonly items: readonly Alert[]; readonly nextCursor: AlertFilter['cursor'] }> {
  const rows = await db
    .select()
    .from(alerts)
    .where(
      and(
        cursor === null ? undefined : sql`(${alerts.openedAt}, ${alerts.id}) < (${cursor.at}, ${cursor.id})`,
        open === undefined ? undefined : open ? isNull(alerts.closedAt) : isNotNull(alerts.closedAt),
        kind === undefined ? undefined : eq(alerts.kind, kind),
        from === undefined ? undefined : gte(alerts.openedAt, from),
        to === undefined ? undefined : lt(alerts.openedAt, to),
      ),
    )
    .orderBy(desc(alerts.openedAt), desc(alerts.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit).map(opened);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { items: page, nextCursor: last === undefined ? null : { at: last.openedAt, id: last.id } };
}

export async function getAlert(db: Database, id: string): Promise<Alert | null> {
  const [row] = await db.select().from(alerts).where(eq(alerts.id, id)).limit(1);
  return row === undefined ? null : opened(row);
}

/** By the first who does; null: no such alert. */
export async function acknowledgeAlert(db: Database, id: string, by: string, now: number): Promise<Alert | null> {
  await db
    .update(alerts)
    .set({ acknowledgedBy: by, acknowledgedAt: now })
    .where(and(eq(alerts.id, id), isNull(alerts.acknowledgedAt)));
  return getAlert(db, id);
}

/** What is wrong now, for the banner: newest first. */
export async function openKinds(db: Database): Promise<readonly AlertKind[]> {
  const rows = await db
    .select({ kind: alerts.kind })
    .from(alerts)
    .where(isNull(alerts.closedAt))
    .orderBy(desc(alerts.openedAt));
  return rows.map(({ kind }) => kind as AlertKind);
}
