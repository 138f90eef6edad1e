/** Who did or saw what (HS-05). Rows are only ever added: triggers of the database refuse anything else. */
import { and, desc, eq, gte, isNull, lt, lte } from 'drizzle-orm';
import type { Database } from './database.ts';
import { auditEvents } from './schema.ts';

export interface AuditEvent {
  /** Rises by the order in which rows were written. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Opaque, as in logs; the name is the person's address or a service token's client id. */
  readonly actor: string;
  readonly actorName: string;
  /** Comma separated, as they were at that moment. */
  readonly roles: string;
  /** `<thing>.<verb>`. */
  readonly action: string;
  /** Whether the answer could hold patient data. */
  readonly phi: boolean;
  readonly method: string;
  /** The route's template: no values. */
  readonly route: string;
  readonly status: number;
  /** Why it was refused. */
  readonly code: string | null;
  readonly patientId: string | null;
  readonly callId: string | null;
  /** Whatever else it was about. */
  readonly objectId: string | null;
  readonly address: string | null;
  readonly requestId: string;
}
export type NewAuditEvent = Omit<AuditEvent, 'seq'>;

export const insertAuditEvent = (db: Database, event: NewAuditEvent) => db.insert(auditEvents).values(event);

/** Whether there is one of that person, action and subject since then. */
export async function hasAuditEvent(
  db: Database,
  about: Pick<AuditEvent, 'actor' | 'action' | 'callId' | 'patientId' | 'objectId'>,
  since: number,
): Promise<boolean> {
  const { actor, action, callId, patientId, objectId } = about;
  const same = (
    column: typeof auditEvents.callId | typeof auditEvents.patientId | typeof auditEvents.objectId,
    value: string | null,
  ) => (value === null ? isNull(column) : eq(column, value));
  const rows = await db
    .select({ seq: auditEvents.seq })
    .from(auditEvents)
    .where(
      and(
        ...[eq(auditEvents.action, action), eq(auditEvents.actor, actor), gte(auditEvents.at, since)],
        ...[
          same(auditEvents.callId, callId),
          same(auditEvents.patientId, patientId),
          same(auditEvents.objectId, objectId),
        ],
        lt(auditEvents.status, 400),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

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

/** Newest first. */
export async function listAuditEvents(
  db: Database,
  filter: AuditFilter,
): Promise<{ readonly items: readonly AuditEvent[]; readonly nextCursor: number | null }> {
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
  const page = items.slice(0, filter.limit);
  return { items: page, nextCursor: items.length > page.length ? (page.at(-1)?.seq ?? null) : null };
}
