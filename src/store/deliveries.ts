/**
 * Deliveries of notes to the clinic's systems, one row for each version and system (schema.ts). A row is the truth: a try says in it
 * what came of it, and a try that comes back late has no say any more, unless it was the one that got through.
 */
import { and, eq, inArray, isNull, not, type SQL, sql } from 'drizzle-orm';
import type { DeliveryPart, DeliveryStatus, SinkName } from '../domain/delivery/sinks.ts';
import type { Database } from './database.ts';
import { insertJob } from './jobs.ts';
import { newId, newUuid } from './new-id.ts';
import { rowsFromJson } from './rows-from-json.ts';
import { deliveries, jobs } from './schema.ts';

export interface Delivery {
  readonly id: string;
  readonly callId: string;
  readonly noteVersion: number;
  readonly part: DeliveryPart;
  readonly sink: SinkName;
  readonly status: DeliveryStatus;
  /** Tries begun so far. */
  readonly attempts: number;
  /** Why the last try that failed did, and when; both stay when a later one gets through. */
  readonly code: string | null;
  readonly failedAt: number | null;
  readonly createdAt: number;
  /** When it was delivered, given up or called off. */
  readonly endedAt: number | null;
  /** When it was first taken; it stays. */
  readonly deliveredAt: number | null;
}

export const openedDelivery = (row: typeof deliveries.$inferSelect): Delivery => ({
  ...row,
  sink: row.sink as SinkName,
  part: row.part as DeliveryPart,
  status: row.status as DeliveryStatus,
});

/** From what it delivers, so that written again it is the same: the receiver knows it by this id. */
export async function deliveryIdOf(callId: string, noteVersion: number, sink: SinkName): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${callId}/${noteVersion}/${sink}`));
  const hex = new Uint8Array(digest).toHex();
  return `dlv_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** For the batch that writes a version of a note: no note without its deliveries. Written again it changes nothing. */
export async function insertDeliveries(
  db: Database,
  note: { readonly callId: string; readonly version: number },
  sinks: readonly SinkName[],
  now: number,
) {
  const { callId, version: noteVersion } = note;
  const made = await Promise.all(
    sinks.map(async (sink) => {
      const id = await deliveryIdOf(callId, noteVersion, sink);
      const row = { id, callId, noteVersion, sink, status: 'queued', createdAt: now };
      return [
        db.insert(deliveries).values(row).onConflictDoNothing(),
        insertJob(db, { kind: 'deliver', subject: id, callId }, now),
      ] as const;
    }),
  );
  return made.flat();
}

/**
 * For the batch that ends the writing down of a recording, after it: at each of these systems the newest version, where it was sent and may
 * have gone without the words, once more with them. What was never tried takes them along by itself. Under an id of its own, for whoever has
 * the first one would take a second under the same id for nothing new. With the ids of its jobs, of which some may not come to be.
 */
export function insertTranscriptDeliveries(db: Database, callId: string, sinks: readonly SinkName[], now: number) {
  const made = sinks.map((sink) => {
    const [id, jobId] = [`dlv_${newUuid(now)}`, newId('job', now)];
    const newest = sql`(select max(note_version) from deliveries where call_id = ${callId} and sink = ${sink} and part = 'note')`;
    const isDone = sql`exists (select 1 from recording_transcripts where call_id = ${callId} and status = 'done')`;
    const statements = [
      db
        .insert(deliveries)
        .select(
          sql`select ${id}, call_id, note_version, sink, 'queued', 0, null, null, ${now}, null, null, 'transcript' from deliveries
            where call_id = ${callId} and sink = ${sink} and part = 'note' and note_version = ${newest} and attempts > 0
            and status != 'canceled' and ${isDone}`,
        )
        .onConflictDoNothing(),
      db
        .insert(jobs)
        .select(
          sql`select ${jobId}, 'deliver', id, call_id, 'waiting', 0, ${now}, null, null, ${now}, null from deliveries where id = ${id}`,
        )
        .onConflictDoNothing(),
    ] as const;
    return { jobId, statements };
  });
  return { jobIds: made.map(({ jobId }) => jobId), statements: made.flatMap(({ statements }) => statements) };
}

export async function getDelivery(db: Database, id: string): Promise<Delivery | null> {
  const [row] = await db.select().from(deliveries).where(eq(deliveries.id, id)).limit(1);
  return row === undefined ? null : openedDelivery(row);
}

const isUnderWay = inArray(deliveries.status, ['queued', 'running']);

/** Of the same note for the same system, what goes before or after this one. */
const others = ({ callId, sink, noteVersion, part }: Delivery, isLater: boolean) =>
  sql`other.call_id = ${callId} and other.sink = ${sink} and (other.note_version, other.part) ${sql.raw(isLater ? '>' : '<')} (${noteVersion}, ${part})`;
const isThere = (of: SQL) => sql`exists (select 1 from deliveries as other where ${of})`;

/**
 * It was sent at least once: it may be there, on the wire, or on its way through a server that is slow. Not so one that never got there and
 * that somebody put away: else a version that is refused for good would keep back every one before it.
 */
const laterWasTried = (delivery: Delivery) =>
  isThere(
    sql`${others(delivery, true)} and other.attempts > 0 and (other.status != 'canceled' or other.delivered_at is not null)`,
  );

/** A later version of the same note was sent to the same system: where one state is kept, this one would undo it. */
export async function isSuperseded(db: Database, delivery: Delivery): Promise<boolean> {
  const rows = await db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.id, delivery.id), laterWasTried(delivery)))
    .limit(1);
  return rows.length > 0;
}

/**
 * The number of this try. Null: it is delivered or called off, an earlier version is on its way, or, where the newest is kept, a later one was
 * sent. Asked in the statement that begins it: of two versions that look at the same time one sees the other.
 */
export async function beginDelivery(db: Database, delivery: Delivery, keepsNewest: boolean): Promise<number | null> {
  // Only what was given up has an end, and to name it moves the row in its index.
  const begins = delivery.status === 'dead' ? { endedAt: null } : {};
  const earlierIsUnderWay = isThere(sql`${others(delivery, false)} and other.status in ('queued', 'running')`);
  const [row] = await db
    .update(deliveries)
    .set({ status: 'running', attempts: sql`${deliveries.attempts} + 1`, ...begins })
    .where(
      and(
        eq(deliveries.id, delivery.id),
        delivery.status === 'dead' ? inArray(deliveries.status, ['queued', 'running', 'dead']) : isUnderWay,
        not(earlierIsUnderWay),
        keepsNewest ? not(laterWasTried(delivery)) : undefined,
      ),
    )
    .returning({ attempts: deliveries.attempts });
  return row?.attempts ?? null;
}

/** It got there, whichever try it was, and whatever happened meanwhile: what was disclosed is on record. */
export const markDelivered = (db: Database, id: string, now: number) =>
  db
    .update(deliveries)
    .set({ status: 'delivered', endedAt: now, deliveredAt: sql`coalesce(${deliveries.deliveredAt}, ${now})` })
    .where(eq(deliveries.id, id));

export const markFailedTry = (db: Database, id: string, attempt: number, code: string, now: number) =>
  db
    .update(deliveries)
    .set({ status: 'queued', code, failedAt: now })
    .where(and(eq(deliveries.id, id), eq(deliveries.status, 'running'), eq(deliveries.attempts, attempt)));

export const markGivenUp = (db: Database, id: string, code: string, now: number) =>
  db
    .update(deliveries)
    .set({ status: 'dead', code, failedAt: now, endedAt: now })
    .where(and(eq(deliveries.id, id), isUnderWay));

/** Versions of the notes of these calls that the archive has, or may have: what is on its way is there in a moment. */
export async function archivedOf(
  db: Database,
  of: readonly { readonly id: string; readonly createdAt: number }[],
): Promise<{ readonly callId: string; readonly createdAt: number; readonly version: number }[]> {
  if (of.length === 0) return [];
  const ids = JSON.stringify(of.map(({ id }) => id));
  const rows = await db
    .select({ callId: deliveries.callId, version: deliveries.noteVersion })
    .from(deliveries)
    .where(and(sql`${deliveries.callId} in (select value from json_each(${ids}))`, eq(deliveries.sink, 'r2')));
  const times = new Map(of.map(({ id, createdAt }) => [id, createdAt]));
  return rows.map((row) => ({ ...row, createdAt: times.get(row.callId) ?? 0 }));
}

/** Whoever put the work of one away that was given up does not want it tried again, nor hear of it any more. */
export const putAwayDelivery = (db: Database, jobId: string, now: number) =>
  db
    .update(deliveries)
    .set({ status: 'canceled', code: 'put_away', endedAt: now })
    .where(
      and(
        eq(deliveries.status, 'dead'),
        sql`${deliveries.id} = (select subject from jobs where id = ${jobId} and kind = 'deliver' and status = 'dead')`,
      ),
    );

/** What was not handed on by now never is. */
export const cancelDeliveries = (db: Database, where: SQL, now: number, code: 'erased' | 'superseded' = 'erased') =>
  db
    .update(deliveries)
    .set({ status: 'canceled', code, endedAt: now })
    .where(and(where, inArray(deliveries.status, ['queued', 'running', 'dead'])));

export const cancelDelivery = (db: Database, id: string, now: number, code: 'erased' | 'superseded') =>
  cancelDeliveries(db, sql`${deliveries.id} = ${id}`, now, code);

/**
 * Those that waited for this one are due now, also one that has only just seen that it must wait: whoever has it loses it. The ids of
 * their jobs. What waits after a failure of its own goes on waiting.
 */
export async function releaseLater(db: Database, { callId, sink }: Delivery, now: number): Promise<string[]> {
  const later = sql`(select id from deliveries where call_id = ${callId} and sink = ${sink} and status = 'queued')`;
  const rows = await db
    .update(jobs)
    .set({ dueAt: now })
    .where(
      and(eq(jobs.kind, 'deliver'), eq(jobs.status, 'waiting'), isNull(jobs.code), sql`${jobs.subject} in ${later}`),
    )
    .returning({ id: jobs.id });
  return rows.map(({ id }) => id);
}

/**
 * A person wants these sent again, delivered or not: with all their tries, from now. Whoever has their work at this moment loses it, and
 * what they settle then changes nothing. Those under way or called off stay as they are. The jobs of the others.
 */
export async function sendAgain(db: Database, chosen: readonly Delivery[], now: number): Promise<string[]> {
  const ids = sql`(select value from json_each(${JSON.stringify(chosen.map(({ id }) => id))}))`;
  const may = sql`(status in ('queued', 'dead', 'delivered') or (status = 'canceled' and code = 'put_away'))`;
  const rows = chosen.map(({ id, callId }) => ({
    ...{ id: newId('job', now), kind: 'deliver', subject: id, callId, createdAt: now },
    ...{ status: 'waiting', attempts: 0, dueAt: now, progress: null, code: null, endedAt: null },
  }));
  const [, again] = await db.batch([
    // Work that was done long ago is forgotten.
    db.insert(jobs).select(rowsFromJson(jobs, rows)).onConflictDoNothing(),
    db
      .update(jobs)
      .set({ status: 'waiting', attempts: 0, dueAt: now, progress: null, code: null, endedAt: null })
      .where(
        and(
          eq(jobs.kind, 'deliver'),
          sql`${jobs.subject} in (select id from deliveries where id in ${ids} and ${may})`,
        ),
      )
      .returning({ id: jobs.id }),
    db
      .update(deliveries)
      .set({ status: 'queued', endedAt: null })
      .where(and(sql`${deliveries.id} in ${ids}`, may)),
  ]);
  return again.map(({ id }) => id);
}
