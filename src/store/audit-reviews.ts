/** Weeks of the audit: what stands in them, counted, and who looked them through (HS-10). Signatures are only ever added; their remarks are sealed. */
import { and, asc, gte, inArray, lte, sql } from 'drizzle-orm';
import { type AuditCount, type AuditWeek, HOUR_MS, type WeekFigures } from '../domain/audit/week-rules.ts';
import type { Database } from './database.ts';
import { auditEvents, auditReviews } from './schema.ts';
import { type KeyRing, openOrNull, sealUnderRing, unsealUnderRing } from './seal.ts';

/** Far more than a week of a clinic has; what is beyond it is not counted. */
const MOST_COUNTS = 20_000;

export async function countWeek(db: Database, { from, to }: AuditWeek): Promise<AuditCount[]> {
  const hour = sql<number>`${auditEvents.at} / cast(${HOUR_MS} as integer)`;
  const isRefused = sql<number>`${auditEvents.status} >= 400`;
  const { actorName, action, phi } = auditEvents;
  const rows = await db
    .select({
      ...{ actorName, action, phi, hour, refused: isRefused },
      lines: sql<number>`count(*)`,
      patients: sql<number>`sum(case when json_valid(${auditEvents.shown}) then json_array_length(${auditEvents.shown}) else 0 end)`,
    })
    .from(auditEvents)
    .where(and(gte(auditEvents.at, from), lte(auditEvents.at, to)))
    .groupBy(actorName, action, phi, hour, isRefused)
    .limit(MOST_COUNTS);
  return rows.map((row) => ({ ...row, hour: row.hour * HOUR_MS, refused: row.refused === 1 }));
}

/** When the first line was written; null: there is none. */
export async function firstLineAt(db: Database): Promise<number | null> {
  const [row] = await db.select({ at: auditEvents.at }).from(auditEvents).orderBy(asc(auditEvents.at)).limit(1);
  return row?.at ?? null;
}

export interface WeekSignature {
  readonly week: string;
  readonly signedByName: string;
  readonly signedAt: number;
  readonly note: string | null;
}

export const remarkPlace = (id: string) => ({ table: 'audit_reviews', column: 'sealed', row: id });

export async function weekSignatures(db: Database, ring: KeyRing, weeks: readonly string[]): Promise<WeekSignature[]> {
  const rows = await db
    .select()
    .from(auditReviews)
    .where(inArray(auditReviews.week, sql`(select value from json_each(${JSON.stringify(weeks)}))`))
    .orderBy(asc(auditReviews.signedAt));
  return rows.map(({ id, week, signedByName, signedAt, note, sealed }) => ({
    ...{ week, signedByName, signedAt },
    note: sealed === null ? note : openOrNull(() => unsealUnderRing(ring, remarkPlace(id), sealed)),
  }));
}

export const signWeek = (
  db: Database,
  ring: KeyRing,
  review: {
    readonly id: string;
    readonly week: string;
    readonly actor: { readonly id: string; readonly name: string };
    readonly note: string | null;
    readonly figures: WeekFigures;
  },
  now: number,
) =>
  db.insert(auditReviews).values({
    ...{ id: review.id, week: review.week, signedBy: review.actor.id, signedByName: review.actor.name },
    ...{ signedAt: now, figures: JSON.stringify(review.figures) },
    sealed: review.note === null ? null : sealUnderRing(ring, remarkPlace(review.id), review.note),
  });
