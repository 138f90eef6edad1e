/**
 * What calls of a questionnaire took and cost lately, for the forecast of the next campaign with it. Looked up campaign by campaign,
 * the newest first: no index knows the questionnaire of a call, and single calls of years stand in between.
 */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import { ASSUMED_AVERAGES, type CallAverages } from '../domain/campaign/forecast.ts';
import type { Database } from './database.ts';
import { calls, campaigns } from './schema.ts';

const SAMPLE = 500;
/** Fewer say nothing. */
const LEAST = 30;
const MOST_CAMPAIGNS = 10;
const MINUTE_MS = 60_000;

export async function averagesOf(db: Database, questionnaireId: string): Promise<CallAverages> {
  const rang = (await newestCalls(db, questionnaireId)).filter((row) => row.dialedAt !== null);
  const answered = rang.filter((row) => row.answeredAt !== null);
  if (answered.length < LEAST) return ASSUMED_AVERAGES;
  const unanswered = rang.filter((row) => row.answeredAt === null);
  const prices = answered.flatMap(({ costNanos: nanos, answeredAt: from, endedAt: until }) =>
    nanos === null || from === null || until === null || until <= from ? [] : [(nanos * MINUTE_MS) / (until - from)],
  );
  const sorted = prices.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return {
    ...ASSUMED_AVERAGES,
    answeredShare: answered.length / rang.length,
    answeredSeconds: seconds(answered, 'answeredAt', 'endedAt'),
    ringingSeconds: seconds(answered, 'dialedAt', 'answeredAt'),
    ...(unanswered.length < LEAST ? {} : { unansweredSeconds: seconds(unanswered, 'dialedAt', 'endedAt') }),
    nanosPerMinute: sorted.length < LEAST ? ASSUMED_AVERAGES.nanosPerMinute : { low: at(0.1), high: at(0.9) },
  };
}

type Time = 'dialedAt' | 'answeredAt' | 'endedAt';

/** From one time to the other, in the mean. */
const seconds = (rows: readonly Readonly<Record<Time, number | null>>[], from: Time, until: Time): number =>
  rows.reduce((sum, row) => sum + ((row[until] ?? 0) - (row[from] ?? 0)) / 1000, 0) / rows.length;

/** A test call says how long staff listen, not patients. */
async function newestCalls(db: Database, questionnaireId: string) {
  const { answeredAt, dialedAt, endedAt, costNanos } = calls;
  const newest = await startedCampaigns(db, questionnaireId);
  const rows = [];
  for (const { id } of newest) {
    const found = await db
      .select({ answeredAt, dialedAt, endedAt, costNanos })
      .from(calls)
      .where(and(eq(calls.campaignId, id), isNotNull(calls.contactId), isNotNull(endedAt)))
      .orderBy(desc(calls.createdAt), desc(calls.id))
      .limit(SAMPLE - rows.length);
    rows.push(...found);
    if (rows.length >= SAMPLE) break;
  }
  return rows;
}

const startedCampaigns = (db: Database, questionnaireId: string) =>
  db
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.questionnaireId, questionnaireId), isNotNull(campaigns.startedAt)))
    .orderBy(desc(campaigns.createdAt), desc(campaigns.id))
    .limit(MOST_CAMPAIGNS);
