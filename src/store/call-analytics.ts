/**
 * Counts of calls by part of a time, campaign and version of a questionnaire, their middle lengths, and how their questions went: one
 * statement each, whatever the number of calls. Test calls to staff are none of it. It decides nothing.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { CallStatus } from '../domain/intake/call-record.ts';
import type { AnalyticsSum, Summed } from '../domain/stats/call-analytics.ts';
import type { ItemCount } from '../domain/stats/item-codes.ts';
import type { TimeSpan } from '../domain/stats/period.ts';
import type { Database } from './database.ts';
import { isNeverDialled, isReached } from './is-reached.ts';
import { calls } from './schema.ts';

export interface CallChoice {
  readonly campaignId: string | null;
  readonly questionnaireId: string | null;
  readonly questionnaireVersion: number | null;
}

/** A question further down than this has no letter. */
const MOST_ITEMS = 60;

const c = {
  ...{ answeredAt: sql`c.answered_at`, answeredBy: sql`c.answered_by`, dialedAt: sql`c.dialed_at` },
  ...{ status: sql`c.status`, direction: sql`c.direction` },
};
const answered = isReached(c);
const reachedAs = (status: CallStatus) => sql`(c.status = ${status} and ${answered})`;

const chosen = ({ campaignId, questionnaireId, questionnaireVersion }: CallChoice): SQL =>
  sql.join(
    [
      sql`(c.campaign_id is null or c.contact_id is not null)`,
      ...(campaignId === null ? [] : [sql`and c.campaign_id = ${campaignId}`]),
      ...(questionnaireId === null ? [] : [sql`and c.questionnaire_id = ${questionnaireId}`]),
      ...(questionnaireVersion === null ? [] : [sql`and c.questionnaire_version = ${questionnaireVersion}`]),
    ],
    sql` `,
  );

/** Telnyx would not take it: the time of the dial is that of the try. */
const isRefused = sql`(c.status = 'failed' and c.dialed_at is not null and c.call_control_id is null and c.answered_at is null
  and c.error is not null and c.error <> 'dial_unknown')`;
const dialed = sql`(c.dialed_at is not null and not ${isRefused})`;
const underWay = sql`c.status in ('queued', 'dialing', 'ringing', 'in_progress')`;
const FIELDS: Readonly<Record<Exclude<Summed, 'calls'>, SQL>> = {
  attempts: sql`(${dialed} or c.answered_at is not null or c.direction = 'inbound')`,
  redials: sql`(c.attempt > 1 and ${dialed})`,
  refusedDials: isRefused,
  unknownDials: sql`(c.error is not null and c.error = 'dial_unknown' and c.dialed_at is not null)`,
  notDialled: isNeverDialled(c),
  underWay,
  talking: sql`(${underWay} and ${answered})`,
  reached: answered,
  consented: sql`c.consent_collection = 'given'`,
  refused: sql`c.consent_collection = 'declined'`,
  recorded: sql`c.consent_recording = 'given'`,
  notRecorded: sql`c.consent_recording = 'declined'`,
  completed: reachedAs('completed'),
  partial: reachedAs('partial'),
  declined: reachedAs('declined'),
  optedOut: reachedAs('opted_out'),
  wrongPerson: reachedAs('wrong_person'),
  identityFailed: sql`(c.status = 'failed' and c.error is not null and c.error = 'identity_failed' and ${answered})`,
  voicemail: sql`c.status = 'voicemail'`,
  flagged: sql`(c.red_flags > 0 and ${answered})`,
  seconds: sql`case when ${answered} then (coalesce(c.ended_at, c.answered_at) - c.answered_at) / 1000 end`,
  costNanos: sql`c.cost_nanos`,
  withCost: sql`c.cost_nanos is not null`,
  transcriptionNanos: sql`c.transcription_nanos`,
  counted: sql`c.item_codes is not null`,
  uncounted: sql`(c.note_version is not null and c.item_codes is null)`,
  beforeItems: sql`(c.item_codes is not null and ltrim(c.item_codes, '-') = '' and c.status <> 'completed')`,
};

/** `before`: the time that comes before them, as part -1. */
export function analyticsSums(
  db: Database,
  steps: readonly TimeSpan[],
  before: TimeSpan,
  choice: CallChoice,
): Promise<AnalyticsSum[]> {
  const spans = [[-1, before.from, before.to], ...steps.map(({ from, to }, step) => [step, from, to])];
  const sums = Object.fromEntries(
    Object.entries(FIELDS).map(([name, what]) => [name, sql<number>`coalesce(sum(${what}), 0)`]),
  ) as Record<keyof typeof FIELDS, SQL<number>>;
  return (
    db
      .select({
        step: sql<number>`json_extract(span.value, '$[0]')`,
        campaignId: sql<string | null>`c.campaign_id`,
        questionnaireId: sql<string>`c.questionnaire_id`,
        questionnaireVersion: sql<number>`c.questionnaire_version`,
        // A call without a cost stands with the others, not by itself.
        currency: sql<string>`coalesce(c.cost_currency, 'USD')`,
        calls: sql<number>`count(*)`,
        ...sums,
      })
      // The parts are few and each is looked up; the other way round every call of all years would be held against them.
      .from(sql`json_each(${JSON.stringify(spans)}) as span cross join ${calls} as c
        on c.created_at between json_extract(span.value, '$[1]') and json_extract(span.value, '$[2]')`)
      .where(chosen(choice))
      .groupBy(sql`1`, sql`2`, sql`3`, sql`4`, sql`5`)
  );
}

/** In seconds; the value at or under which so many are. */
export interface Spread {
  readonly count: number;
  readonly median: number | null;
  readonly p90: number | null;
}
export interface Spreads {
  /** From the answer to the end, of calls that a person answered. */
  readonly duration: Spread;
  /** From the newest note to the signature under it. */
  readonly review: Spread;
}
interface SpreadRow {
  readonly kind: keyof Spreads;
  readonly part: number;
  readonly count: number;
  readonly median: number;
  readonly p90: number;
}
const [WHOLE, BEFORE] = [-2, -1];

/**
 * Of the time, of the one before it, and of the parts of the time the lengths of calls. Each call is read once: those of one length are
 * counted before they are put in order, for there are many calls and few lengths.
 */
export async function analyticsSpreads(
  db: Database,
  { time, before, steps }: { readonly time: TimeSpan; readonly before: TimeSpan; readonly steps: readonly TimeSpan[] },
  choice: CallChoice,
): Promise<{ readonly time: Spreads; readonly before: Spreads; readonly durations: readonly Spread[] }> {
  const earlier = [BEFORE, before.from, before.to];
  const both = [[WHOLE, time.from, time.to], earlier];
  const parts = [earlier, ...steps.map(({ from, to }, step) => [step, from, to])];
  const counted = (kind: keyof Spreads, value: SQL, where: SQL, spans: readonly (readonly number[])[]) => sql`
    select ${kind} as kind, json_extract(span.value, '$[0]') as part, max(0, ${value}) as value, count(*) as alike
    from json_each(${JSON.stringify(spans)}) as span cross join calls as c
      on c.created_at between json_extract(span.value, '$[1]') and json_extract(span.value, '$[2]')
    where ${where} and ${chosen(choice)} group by 2, 3`;
  const hasLength = sql`c.ended_at is not null and ${answered}`;
  const lengths = counted('duration', sql`(c.ended_at - c.answered_at) / 1000`, hasLength, parts);
  const isReviewed = sql`c.signed_at is not null and c.note_at is not null`;
  const reviews = counted('review', sql`(c.signed_at - c.note_at) / 1000`, isReviewed, both);
  const rows = await db.all<SpreadRow>(sql`
    with counted as materialized (${lengths} union all ${reviews})
    select kind, part, max(n) as count,
      min(case when place >= (n + 1) / 2 then value end) as median,
      min(case when place >= (n * 9 + 9) / 10 then value end) as p90
    from (
      select kind, part, value, sum(alike) over (partition by kind, part order by value) as place,
        sum(alike) over (partition by kind, part) as n
      from (
        select kind, part, value, alike from counted
        union all
        select kind, ${WHOLE}, value, sum(alike) from counted where kind = 'duration' and part >= 0 group by value
      )
    )
    group by 1, 2`);
  const found = new Map(rows.map((row) => [`${row.kind} ${row.part}`, row]));
  const of = (kind: keyof Spreads, part: number): Spread => {
    const row = found.get(`${kind} ${part}`);
    return { count: row?.count ?? 0, median: row?.median ?? null, p90: row?.p90 ?? null };
  };
  const spreads = (part: number) => ({ duration: of('duration', part), review: of('review', part) });
  return { time: spreads(WHOLE), before: spreads(BEFORE), durations: steps.map((_, step) => of('duration', step)) };
}

export interface VersionItemCount extends ItemCount {
  readonly questionnaireId: string;
  readonly questionnaireVersion: number;
}

/** By place and letter of `item_codes`. */
export function analyticsItems(db: Database, { from, to }: TimeSpan, choice: CallChoice): Promise<VersionItemCount[]> {
  const places = JSON.stringify(Array.from({ length: MOST_ITEMS }, (_, place) => place));
  // Most calls went like many others: letters are taken apart once for each kind.
  return db.all<VersionItemCount>(sql`
    select questionnaireId, questionnaireVersion, place.value as place, substr(codes, place.value + 1, 1) as letter,
      sum(alike) as calls
    from (
      select c.questionnaire_id as questionnaireId, c.questionnaire_version as questionnaireVersion,
        c.item_codes as codes, count(*) as alike
      from calls as c
      where c.created_at between ${from} and ${to} and c.item_codes is not null and ${chosen(choice)}
      group by 1, 2, 3
    ) cross join json_each(${places}) as place on place.value < length(codes)
    group by 1, 2, 3, 4`);
}
