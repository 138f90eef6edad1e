/** Who did or saw what (HS-05). Rows are only ever added: triggers of the database refuse anything else. */
import { and, desc, eq, getTableColumns, gte, lt, lte, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { auditEvents, auditSubjects } from './schema.ts';

/** Rows from before there was a chain have no hashes. */
export type AuditEvent = typeof auditEvents.$inferSelect;

/** The patients whom the answer showed. */
export const shownIn = ({ shown }: Pick<AuditEvent, 'shown'>): string[] =>
  shown === null ? [] : (JSON.parse(shown) as string[]);

export interface AuditFilter {
  readonly limit: number;
  /** The number of the last row already seen. */
  readonly cursor: number | null;
  readonly actorName?: string;
  readonly action?: string;
  readonly patientId?: string;
  readonly callId?: string;
  /** Only what could show patient data. */
  readonly phi?: true;
  /** Only what was refused. */
  readonly refused?: true;
  /** Epoch milliseconds, both included. */
  readonly from?: number;
  readonly to?: number;
}

export interface AuditPage {
  readonly items: readonly AuditEvent[];
  readonly nextCursor: number | null;
}

/** Newest first. */
export async function listAuditEvents(db: Database, filter: AuditFilter): Promise<AuditPage> {
  const { cursor, actorName, action, patientId, callId, from, to } = filter;
  const items = await db
    .select()
    .from(auditEvents)
    .where(
      and(
        cursor === null ? undefined : lt(auditEvents.seq, cursor),
        actorName === undefined ? undefined : eq(auditEvents.actorName, actorName),
        action === undefined ? undefined : eq(auditEvents.action, action),
        patientId === undefined ? undefined : eq(auditEvents.patientId, patientId),
        callId === undefined ? undefined : eq(auditEvents.callId, callId),
        filter.phi ? eq(auditEvents.phi, true) : undefined,
        filter.refused ? gte(auditEvents.status, 400) : undefined,
        from === undefined ? undefined : gte(auditEvents.at, from),
        to === undefined ? undefined : lte(auditEvents.at, to),
      ),
    )
    .orderBy(desc(auditEvents.seq))
    .limit(filter.limit + 1);
  return pageOf(items, filter.limit);
}

/** Whoever saw that patient or did something with them, newest first; also of one who was erased. What only the side table says is not believed. */
export async function accessesOfPatient(
  db: Database,
  patientId: string,
  { limit, cursor, from, to }: Pick<AuditFilter, 'limit' | 'cursor' | 'from' | 'to'>,
): Promise<AuditPage> {
  const items = await db
    .select(getTableColumns(auditEvents))
    .from(auditSubjects)
    .innerJoin(auditEvents, eq(auditEvents.seq, auditSubjects.seq))
    .where(
      and(
        eq(auditSubjects.patientId, patientId),
        cursor === null ? undefined : lt(auditSubjects.seq, cursor),
        from === undefined ? undefined : gte(auditEvents.at, from),
        to === undefined ? undefined : lte(auditEvents.at, to),
        sql`exists (select 1 from json_each(${auditEvents.shown}) as id where id.value = ${patientId})`,
      ),
    )
    .orderBy(desc(auditSubjects.seq))
    .limit(limit + 1);
  return pageOf(items, limit);
}

function pageOf(items: readonly AuditEvent[], limit: number): AuditPage {
  const page = items.slice(0, limit);
  return { items: page, nextCursor: items.length > page.length ? (page.at(-1)?.seq ?? null) : null };
}
