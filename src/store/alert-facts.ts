/** The figures that alerts are told from, read once a minute; each by an index. No patient data. */
import { and, count, eq, gt, isNull, notInArray, sql } from 'drizzle-orm';
import type { AlertFacts } from '../domain/alerts/alert-rules.ts';
import { CROWDED } from '../domain/campaign/retry.ts';
import type { Database } from './database.ts';
import { isUnsent } from './delivery-list.ts';
import { countDeadJobs, dueJobs } from './jobs.ts';
import { firstIdAt } from './new-id.ts';
import { recentDials, silentDials, unansweredDials } from './recent-dials.ts';
import { attempts, calls, deliveries, emergencyAccesses, spend } from './schema.ts';
import { readSigns, SIGN_EVERY_MS } from './signs.ts';

const HOUR_MS = 3_600_000;
/** Counting further tells nobody more. */
const MOST_COUNTED = 1000;
/** Each has an alert of its own. */
const MOST_EMERGENCIES = 50;

interface Asked {
  readonly now: number;
  /** As far back as ended calls are looked at. */
  readonly windowMs: number;
  /** Of a call that Telnyx took so long ago a webhook should have come. */
  readonly silentMs: number;
  /** Work that was due so long ago should have been begun. */
  readonly lateMs: number;
}

export async function alertFacts(
  db: Database,
  capNanos: number,
  { now, windowMs, silentMs, lateMs }: Asked,
): Promise<AlertFacts> {
  const today = new Date(now).toISOString().slice(0, 10);
  const signs = await readSigns(db);
  // The row of a sign may be twice its interval older than what left it: its isolate counts by itself.
  const heardUntil = Math.max(now - HOUR_MS, (signs.webhook_verified?.at ?? 0) + 2 * SIGN_EVERY_MS);
  const [dials, unanswered, lateJobs, deadJobs, silent, [ended], dead, [spent], emergencies] = await Promise.all([
    recentDials(db, now - HOUR_MS),
    unansweredDials(db, now - HOUR_MS),
    dueJobs(db, now - lateMs, MOST_COUNTED),
    // Deliveries are told of by their system.
    countDeadJobs(db, MOST_COUNTED, 'deliver'),
    silentDials(db, { since: heardUntil, until: now - silentMs, limit: MOST_COUNTED }),
    db
      .select({ calls: count(), failed: sql<number>`coalesce(sum(${calls.status} = 'failed'), 0)` })
      .from(attempts)
      .innerJoin(calls, eq(calls.id, attempts.callId))
      // An attempt that ended in the window began at most an hour before it: its id says when.
      .where(
        and(
          ...[eq(attempts.status, 'ended'), gt(attempts.id, firstIdAt('att', now - windowMs - HOUR_MS))],
          gt(attempts.endedAt, now - windowMs),
          notInArray(sql`coalesce(${calls.error}, '')`, [...CROWDED]),
        ),
      ),
    db
      .select({ sink: deliveries.sink, count: count() })
      .from(deliveries)
      .where(isUnsent('dead'))
      .groupBy(deliveries.sink),
    db
      .select({ nanos: sql<number>`coalesce(sum(${spend.nanos}), 0)` })
      .from(spend)
      .where(eq(spend.day, today)),
    db
      .select({ id: emergencyAccesses.id })
      .from(emergencyAccesses)
      .where(isNull(emergencyAccesses.reviewedAt))
      .limit(MOST_EMERGENCIES),
  ]);
  return {
    ...{ now, deadJobs, lateJobs: lateJobs.length },
    dials: { ...dials, refused: [...dials.refused, ...unanswered].toSorted((a, b) => b.at - a.at) },
    silentCalls: silent.length,
    ended: ended ?? { calls: 0, failed: 0 },
    deadDeliveries: dead,
    spend: { spentNanos: spent?.nanos ?? 0, capNanos },
    unreviewedEmergencies: emergencies.map(({ id }) => id),
    signs: {
      audit: signs.audit ?? null,
      databaseBehind: signs.database_behind ?? null,
      webhookBurst: signs.webhook_burst ?? null,
      webhookStale: signs.webhook_stale ?? null,
      deniedBurst: signs.denied_burst ?? null,
      redaction: signs.redaction ?? null,
      hintDead: signs.hint_dead ?? null,
    },
  };
}
