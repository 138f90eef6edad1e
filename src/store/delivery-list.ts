/** Deliveries as lists show them, and how each system is doing. */
import { and, desc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { DeliveryStatus, SinkName } from '../domain/delivery/sinks.ts';
import type { Database } from './database.ts';
import { type Delivery, openedDelivery } from './deliveries.ts';
import { deliveries, jobs } from './schema.ts';

export interface ListedDelivery extends Delivery {
  /** When it is tried next; null: it is not, or this moment. */
  readonly nextTryAt: number | null;
}

export interface DeliveryFilter {
  readonly limit: number;
  readonly cursor: { readonly at: number; readonly id: string } | null;
  readonly status: DeliveryStatus | null;
  readonly sink: SinkName | null;
  readonly callId: string | null;
}

const withJob = (db: Database) =>
  db
    .select({ delivery: deliveries, dueAt: jobs.dueAt, jobStatus: jobs.status })
    .from(deliveries)
    .leftJoin(jobs, and(eq(jobs.kind, 'deliver'), eq(jobs.subject, deliveries.id)));

const listed = ({ delivery, dueAt, jobStatus }: Awaited<ReturnType<typeof withJob>>[number]): ListedDelivery => ({
  ...openedDelivery(delivery),
  nextTryAt: delivery.status === 'queued' && jobStatus === 'waiting' ? dueAt : null,
});

export async function readDelivery(db: Database, id: string): Promise<ListedDelivery | null> {
  const [row] = await withJob(db).where(eq(deliveries.id, id)).limit(1);
  return row === undefined ? null : listed(row);
}

/** Of these there are few, and they have an index of their own, which is known by these words. */
export const isUnsent = (status: 'dead' | 'canceled'): SQL =>
  sql`${deliveries.status} in ('dead', 'canceled') and ${deliveries.status} = ${status}`;
const isOpen = sql`${deliveries.endedAt} is null`;

/** Most are delivered, and found among the newest. */
function isOfStatus(status: DeliveryStatus): SQL {
  if (status === 'dead' || status === 'canceled') return isUnsent(status);
  const isOfIt = sql`${deliveries.status} = ${status}`;
  return status === 'delivered' ? isOfIt : sql`${isOpen} and ${isOfIt}`;
}

/** Newest first. */
export async function listDeliveries(
  db: Database,
  { limit, cursor, status, sink, callId }: DeliveryFilter,
): Promise<{ items: ListedDelivery[]; nextCursor: DeliveryFilter['cursor'] }> {
  const rows = await withJob(db)
    .where(
      and(
        cursor === null ? undefined : sql`(${deliveries.createdAt}, ${deliveries.id}) < (${cursor.at}, ${cursor.id})`,
        status === null ? undefined : isOfStatus(status),
        // There are a few systems, and each has its part of the newest: a plus keeps the order of the list, which ends the search.
        sink === null ? undefined : sql`+${deliveries.sink} = ${sink}`,
        callId === null ? undefined : eq(deliveries.callId, callId),
      ),
    )
    .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit).map(listed);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { items: page, nextCursor: last === undefined ? null : { at: last.createdAt, id: last.id } };
}

/** Those that were given up, the oldest first, so that versions stay in order. */
export async function deadDeliveries(db: Database, sink: SinkName | null, limit: number): Promise<Delivery[]> {
  const rows = await db
    .select()
    .from(deliveries)
    .where(and(isUnsent('dead'), sink === null ? undefined : sql`+${deliveries.sink} = ${sink}`))
    .orderBy(deliveries.createdAt, deliveries.id)
    .limit(limit);
  return rows.map(openedDelivery);
}

export interface SinkState {
  readonly lastSuccessAt: number | null;
  readonly lastFailure: { readonly at: number; readonly code: string } | null;
  readonly waiting: number;
  readonly dead: number;
}

/** Counted no further than `most`. */
export async function sinkState(db: Database, sink: SinkName, most: number): Promise<SinkState> {
  const count = async (which: SQL) =>
    (
      await db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(and(which, sql`+${deliveries.sink} = ${sink}`))
        .limit(most)
    ).length;
  const [successes, failures, waiting, dead] = await Promise.all([
    db
      .select({ at: deliveries.endedAt })
      .from(deliveries)
      .where(and(eq(deliveries.sink, sink), sql`status = 'delivered'`))
      .orderBy(desc(deliveries.endedAt))
      .limit(1),
    db
      .select({ at: deliveries.failedAt, code: deliveries.code })
      .from(deliveries)
      .where(and(eq(deliveries.sink, sink), sql`failed_at is not null`, ne(deliveries.status, 'canceled')))
      .orderBy(desc(deliveries.failedAt))
      .limit(1),
    count(isOpen),
    count(isUnsent('dead')),
  ]);
  const [failure] = failures;
  return {
    lastSuccessAt: successes[0]?.at ?? null,
    lastFailure: failure?.at == null ? null : { at: failure.at, code: failure.code ?? 'unknown' },
    waiting,
    dead,
  };
}
