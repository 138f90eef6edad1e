/** How calls went in a time, read for the API and for the page: figures, their parts, and how each question went. No patient data. */
import * as z from 'zod';
import { boundsOfDay, dayAt } from '../domain/campaign/local-day.ts';
import type { Item, Questionnaire, Texts } from '../domain/intake/questionnaire.ts';
import { type Analytics, type AnalyticsSum, analyticsOf } from '../domain/stats/call-analytics.ts';
import { countedItems, type ItemFigures, itemFigures } from '../domain/stats/item-codes.ts';
import { daysUpTo, type Step, spanBefore, stepsOf, type TimeSpan } from '../domain/stats/period.ts';
import {
  analyticsItems,
  analyticsSpreads,
  analyticsSums,
  type CallChoice,
  type Spread,
  type Spreads,
  type VersionItemCount,
} from '../store/call-analytics.ts';
import { campaignNames } from '../store/campaigns.ts';
import { givenVersions } from '../store/questionnaires.ts';
import { invalidField } from './check-input.ts';
import { checkPeriod } from './check-period.ts';
import type { Ask } from './route.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
/** A day more for the hour that a change of the clocks adds. */
export const MOST_DAYS = 366;
const MOST_HOURLY_DAYS = 31;

/** A day of the clinic, or a time. */
export const dayOrTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

export interface WantedTime {
  /** A day of the clinic, which counts whole, or a time. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** So many days of the clinic, up to `to`. */
  readonly days?: number | undefined;
  readonly by: Step;
}
export type Wanted = WantedTime & CallChoice;

export interface Whole extends Analytics, Spreads {}
export interface VersionName {
  readonly id: string;
  readonly version: number;
  /** Null: it is not there any more, or does not read. */
  readonly title: Texts | null;
}
export interface DropOff extends VersionName {
  /** Calls whose questions were counted, and those of them that ended before the first question. */
  readonly counted: number;
  readonly beforeItems: number;
  readonly items: readonly ItemFigures<Item>[];
}
/** A part of the time. */
export interface Period extends TimeSpan, Analytics, Pick<Spreads, 'duration'> {}
export interface AnalyticsView {
  readonly time: TimeSpan;
  readonly before: TimeSpan;
  readonly by: Step;
  readonly zone: string;
  readonly total: Whole;
  readonly previous: Whole;
  readonly periods: readonly Period[];
  /** The most calls first; id null: calls outside of campaigns. */
  readonly campaigns: readonly ({ readonly id: string | null; readonly name: string | null } & Analytics)[];
  readonly versions: readonly (VersionName & Analytics)[];
  readonly dropOff: readonly DropOff[];
}

export async function readAnalytics(
  { db, config, now }: Pick<Ask, 'db' | 'config' | 'now'>,
  wanted: Wanted,
): Promise<AnalyticsView> {
  const zone = config.clinic.timeZone;
  const time = timeOf(zone, wanted, now);
  const [before, steps] = [spanBefore(zone, time), stepsOf(zone, time, wanted.by)];
  const [all, spreads, itemCounts] = await Promise.all([
    analyticsSums(db, steps, before, wanted),
    analyticsSpreads(db, { time, before, steps }, wanted),
    analyticsItems(db, time, wanted),
  ]);
  const sums = all.filter(({ step }) => step >= 0);
  const byCampaign = groups(sums, ({ campaignId }) => campaignId);
  const byVersion = groups(sums, versionKey);
  const [names, questionnaires] = await Promise.all([
    campaignNames(
      db,
      byCampaign.flatMap(([id]) => id ?? []),
    ),
    givenVersions(
      db,
      byVersion.flatMap(([, [row]]) =>
        row === undefined ? [] : [[row.questionnaireId, row.questionnaireVersion] as const],
      ),
    ),
  ]);
  const steped = Map.groupBy(sums, ({ step }) => step);
  const versions = byVersion.map(([key, rows]) => versionOf(key, rows, questionnaires));
  return {
    ...{ time, before, zone, by: wanted.by },
    total: { ...analyticsOf(sums), ...spreads.time },
    previous: { ...analyticsOf(all.filter(({ step }) => step < 0)), ...spreads.before },
    periods: steps.map((span, step) => ({
      ...{ ...span, ...analyticsOf(steped.get(step) ?? []) },
      duration: spreads.durations[step] ?? NO_SPREAD,
    })),
    campaigns: byCampaign.map(([id, rows]) => ({
      ...{ id, name: id === null ? null : (names.get(id) ?? null) },
      ...analyticsOf(rows),
    })),
    versions: versions.map(({ questionnaire: _, key: _key, ...version }) => version),
    dropOff: versions.flatMap((version) => dropOffOf(version, itemCounts)),
  };
}

const NO_SPREAD: Spread = { count: 0, median: null, p90: null };
const versionKey = ({
  questionnaireId,
  questionnaireVersion,
}: Pick<AnalyticsSum, 'questionnaireId' | 'questionnaireVersion'>) => `${questionnaireId}:${questionnaireVersion}`;

/** The most calls first. */
function groups<Key>(sums: readonly AnalyticsSum[], keyOf: (row: AnalyticsSum) => Key) {
  const calls = (rows: readonly AnalyticsSum[]) => rows.reduce((total, row) => total + row.calls, 0);
  return [...Map.groupBy(sums, keyOf)].toSorted(([, a], [, b]) => calls(b) - calls(a));
}

function versionOf(key: string, rows: readonly AnalyticsSum[], questionnaires: readonly Questionnaire[]) {
  const at = key.lastIndexOf(':');
  const [id, version] = [key.slice(0, at), Number(key.slice(at + 1))];
  const questionnaire = questionnaires.find((each) => each.id === id && each.version === version) ?? null;
  return { ...{ key, id, version, questionnaire, title: questionnaire?.title ?? null }, ...analyticsOf(rows) };
}

function dropOffOf(
  { key, id, version, title, questionnaire, counted, beforeItems }: ReturnType<typeof versionOf>,
  counts: readonly VersionItemCount[],
): DropOff[] {
  if (questionnaire === null || counted === 0 || countedItems(questionnaire.items).length === 0) return [];
  const items = itemFigures(
    questionnaire.items,
    counts.filter((row) => versionKey(row) === key),
  );
  return [{ id, version, title, counted, beforeItems, items }];
}

/** The last thirty days of the clinic when nothing is said. */
function timeOf(zone: string, { from, to, days, by }: WantedTime, now: number): TimeSpan {
  if (days !== undefined && from !== undefined) throw invalidField('/days', 'too_much', 'Say days or from, not both.');
  const today = boundsOfDay(zone, dayAt(zone, now));
  const end = to === undefined ? (today?.to ?? now) : momentOf(zone, to, 'to');
  const start = from === undefined ? daysUpTo(zone, end, days ?? USUAL_DAYS).from : momentOf(zone, from, 'from');
  checkPeriod({ from: start, to: end });
  const length = end - start;
  if (length > (MOST_DAYS + 1) * DAY_MS) throw invalidField('/from', 'too_long', `At most ${MOST_DAYS} days at once.`);
  if (by === 'hour' && length > (MOST_HOURLY_DAYS + 1) * DAY_MS) {
    throw invalidField('/by', 'too_long', `By the hour at most ${MOST_HOURLY_DAYS} days at once.`);
  }
  return { from: start, to: end };
}

function momentOf(zone: string, text: string, which: 'from' | 'to'): number {
  if (text.length > 10) return Date.parse(text);
  const day = boundsOfDay(zone, text);
  if (day === null) throw invalidField(`/${which}`, 'invalid', 'A day as 2026-11-30, or a time.');
  return day[which];
}
