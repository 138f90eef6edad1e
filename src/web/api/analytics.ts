/** GET /api/analytics: how calls went in a time of the clinic, with every rate's whole, by parts of it, campaign, questionnaire and question. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import type { Analytics } from '../../domain/stats/call-analytics.ts';
import { STEPS } from '../../domain/stats/period.ts';
import type { Share } from '../../domain/stats/share.ts';
import type { Spread } from '../../store/call-analytics.ts';
import { ANALYTICS_TABLES, analyticsFile } from '../analytics-columns.ts';
import { rolesSeeing } from '../field-access.ts';
import { type AnalyticsView, dayOrTime, MOST_DAYS, readAnalytics, type Whole } from '../read-analytics.ts';
import { type Route, route } from '../route.ts';
import { TABULAR_TYPES } from '../tabular.ts';
import { count } from './answer-fields.ts';
import { campaignId } from './fields.ts';

const part = z.number().min(0).max(1).nullable();
const share = z.strictObject({ count, of: count, rate: part, low: part, high: part }).meta({
  description:
    'A part of a whole. `low` and `high`: where the true rate lies, 19 times of 20; wide when there are few.',
});
const seconds = z.strictObject({ count, median: count.nullable(), p90: count.nullable() });
const figures = z.strictObject({
  ...{ calls: count, not_dialled: count, under_way: count, attempts: count, redials: count },
  /** Not among the attempts: Telnyx would not take the dial. */
  refused_dials: count,
  /** Among the attempts: whether the dial reached Telnyx is not known. */
  unknown_dials: count,
  ...{ reached: share, consented: share, recording_consented: share },
  ...{ completed: share, partial: share, declined: share, opted_out: share, wrong_person: share },
  /** The birth date was not confirmed; ended in any other way after a person answered. */
  ...{ identity_failed: share, ended_otherwise: share },
  ...{ voicemail: share, red_flagged: share },
  redials_per_completed: z.number().nullable(),
  /** By currency: amounts of two are never added. */
  costs: z.array(
    z.strictObject({
      currency: z.string(),
      /** With what it took to write down recordings; of `of_calls` a cost is known. */
      ...{ nanos: count, transcription_nanos: count, of_calls: count, per_completed_nanos: count.nullable() },
    }),
  ),
  average_seconds: count.nullable(),
});
const whole = figures.extend({ duration_seconds: seconds, review_seconds: seconds });
const version = { questionnaire: z.string(), version: z.int(), title: z.string().nullable() };
const itemShape = z.strictObject({
  ...{ item: z.string(), text: z.string(), asked: count, asked_again: count },
  ...{ answered: count, skipped: count, declined: count, unclear: count, ended_here: count },
});

const answer = z.strictObject({
  ...{ from: z.iso.datetime(), to: z.iso.datetime(), by: z.enum(STEPS), time_zone: z.string() },
  total: whole,
  /** As long, and ended when this began. */
  before: whole.extend({ from: z.iso.datetime(), to: z.iso.datetime() }),
  items: z.array(figures.extend({ start: z.iso.datetime(), end: z.iso.datetime(), duration_seconds: seconds })),
  campaigns: z.array(figures.extend({ campaign_id: campaignId.nullable(), name: z.string().nullable() })),
  questionnaires: z.array(figures.extend(version)),
  /** Calls that left a note before questions were counted are in none of it. */
  uncounted_calls: count,
  drop_off: z.array(
    z.strictObject({ ...version, counted_calls: count, ended_before_questions: count, items: z.array(itemShape) }),
  ),
});

const shareJson = ({ count, of, rate, low, high }: Share): z.input<typeof share> => ({ count, of, rate, low, high });
const spreadJson = ({ count, median, p90 }: Spread): z.input<typeof seconds> => ({ count, median, p90 });

const figuresJson = (found: Analytics): z.input<typeof figures> => ({
  calls: found.calls,
  not_dialled: found.notDialled,
  under_way: found.underWay,
  attempts: found.attempts,
  redials: found.redials,
  refused_dials: found.refusedDials,
  unknown_dials: found.unknownDials,
  reached: shareJson(found.reached),
  consented: shareJson(found.consented),
  recording_consented: shareJson(found.recorded),
  completed: shareJson(found.completed),
  partial: shareJson(found.partial),
  declined: shareJson(found.declined),
  opted_out: shareJson(found.optedOut),
  wrong_person: shareJson(found.wrongPerson),
  identity_failed: shareJson(found.identityFailed),
  ended_otherwise: shareJson(found.otherwise),
  voicemail: shareJson(found.voicemail),
  red_flagged: shareJson(found.flagged),
  redials_per_completed: found.redialsPerCompleted,
  costs: found.costs.map((cost) => ({
    ...{ currency: cost.currency, nanos: cost.nanos, transcription_nanos: cost.transcriptionNanos },
    ...{ of_calls: cost.ofCalls, per_completed_nanos: cost.perCompletedNanos },
  })),
  average_seconds: found.averageSeconds,
});
const wholeJson = (found: Whole): z.input<typeof whole> => ({
  ...figuresJson(found),
  duration_seconds: spreadJson(found.duration),
  review_seconds: spreadJson(found.review),
});

const analyticsJson = (view: AnalyticsView): z.input<typeof answer> => ({
  ...{ from: iso(view.time.from), to: iso(view.time.to), by: view.by, time_zone: view.zone },
  total: wholeJson(view.total),
  before: { from: iso(view.before.from), to: iso(view.before.to), ...wholeJson(view.previous) },
  items: view.periods.map((each) => ({
    ...{ start: iso(each.from), end: iso(each.to), ...figuresJson(each) },
    duration_seconds: spreadJson(each.duration),
  })),
  campaigns: view.campaigns.map((each) => ({ campaign_id: each.id, name: each.name, ...figuresJson(each) })),
  questionnaires: view.versions.map((each) => ({ ...versionJson(each), ...figuresJson(each) })),
  uncounted_calls: view.total.uncounted,
  drop_off: view.dropOff.map((each) => ({
    ...versionJson(each),
    ...{ counted_calls: each.counted, ended_before_questions: each.beforeItems },
    items: each.items.map(({ item, asked, askedAgain, ends }) => ({
      ...{ item: item.id, text: item.text.en, asked, asked_again: askedAgain },
      ...ends,
    })),
  })),
});
const versionJson = ({ id, version, title }: AnalyticsView['versions'][number] | AnalyticsView['dropOff'][number]) => ({
  ...{ questionnaire: id, version, title: title?.en ?? null },
});

const analytics = route(
  {
    method: 'GET',
    path: '/api/analytics',
    roles: rolesSeeing('campaign_counts'),
    audit: 'analytics.read',
    phi: false,
    summary: 'How calls went by hour, day or week of the clinic, by campaign and questionnaire, and where they ended',
    types: [TABULAR_TYPES.csv],
    query: z.strictObject({
      from: dayOrTime.optional(),
      to: dayOrTime.optional(),
      days: z.coerce.number().int().min(1).max(MOST_DAYS).optional(),
      by: z.enum(STEPS).default('day'),
      campaign_id: campaignId.optional(),
      questionnaire: z.string().max(64).optional(),
      questionnaire_version: z.coerce.number().int().min(1).optional(),
      format: z.enum(['json', 'csv']).default('json'),
      table: z.enum(ANALYTICS_TABLES).default('periods'),
    }),
    answers: { 200: answer },
  },
  async (ask) => {
    const { campaign_id, questionnaire, questionnaire_version, format, table, ...time } = ask.query;
    const view = await readAnalytics(ask, {
      ...time,
      campaignId: campaign_id ?? null,
      questionnaireId: questionnaire ?? null,
      questionnaireVersion: questionnaire_version ?? null,
    });
    return format === 'csv' ? analyticsFile(view, table) : ask.c.json(analyticsJson(view));
  },
);

export const analyticsRoutes: readonly Route[] = [analytics];
