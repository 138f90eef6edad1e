/** What the page of figures was asked for, and what it read: the addresses of itself, of its files and of the calls behind a figure. */
import * as z from 'zod';
import type { CallStatus } from '../../domain/intake/call-record.ts';
import type { AnalyticsTable } from '../analytics-columns.ts';
import { type AnalyticsView, MOST_DAYS } from '../read-analytics.ts';
import { versionName } from '../version-name.ts';
import { callsQuery } from './calls-filter.ts';
import type { ClinicClock } from './clinic-clock.tsx';
import type { Viewer } from './viewer.ts';

export const ANALYTICS_PATH = '/dashboard/analytics';
export const PERIODS = [7, 30, 90] as const;
const STEPS = ['day', 'week'] as const;

/** An empty field is a form's "all". */
const orNull = <Given extends z.ZodType>(given: Given) =>
  z
    .union([z.literal(''), given])
    .optional()
    .transform((value) => (value === undefined || value === '' ? null : (value as z.output<Given>)));
export const analyticsQuery = z.strictObject({
  days: orNull(z.coerce.number().int().min(1).max(MOST_DAYS)),
  from: orNull(z.iso.date()),
  to: orNull(z.iso.date()),
  by: orNull(z.enum(STEPS)),
  campaign_id: orNull(z.string().regex(/^cmp_[0-9a-f-]{36}$/)),
  /** `<questionnaire>:<version>`. */
  version: orNull(versionName),
});
export type AnalyticsQuery = z.output<typeof analyticsQuery>;

export interface AnalyticsPageView {
  readonly found: AnalyticsView;
  readonly query: AnalyticsQuery;
  /** To choose from. */
  readonly campaigns: readonly { readonly id: string; readonly name: string }[];
  readonly versions: readonly { readonly id: string; readonly version: number }[];
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  readonly now: number;
}

const address = (path: string, given: Readonly<Record<string, string | null>>): string => {
  const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null);
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
};

/** The same choice over another time. */
export const pageOfDays = ({ query: { by, campaign_id, version } }: AnalyticsPageView, days: number): string =>
  address(ANALYTICS_PATH, { days: String(days), by, campaign_id, version });

export const pageOfVersion = (view: AnalyticsPageView, id: string, version: number): string =>
  address(ANALYTICS_PATH, {
    ...daysOf(view),
    by: view.query.by,
    campaign_id: view.query.campaign_id,
    version: `${id}:${version}`,
  });

/** As days of the clinic, so that the address still means the same tomorrow. */
function daysOf({ found, clock }: AnalyticsPageView): { readonly from: string; readonly to: string } {
  return { from: clock.isoDay(found.time.from), to: clock.isoDay(found.time.to) };
}

export function fileOf(view: AnalyticsPageView, table: AnalyticsTable): string {
  const [questionnaire = null, questionnaire_version = null] = view.query.version?.split(':') ?? [];
  const { campaign_id } = view.query;
  return address('/api/analytics', {
    ...{ format: 'csv', table, ...daysOf(view), by: view.found.by, campaign_id },
    ...{ questionnaire, questionnaire_version },
  });
}

interface CallsBehind {
  readonly status?: CallStatus;
  readonly flagged?: boolean;
  readonly campaignId?: string | null;
  readonly version?: string;
}
/** Null for whoever does not see calls. */
export function callsBehind(
  view: AnalyticsPageView,
  { status, flagged = false, campaignId, version }: CallsBehind,
): string | null {
  if (!view.viewer.seesCalls) return null;
  const filter = {
    ...{ status: status ?? null, flagged, reviewed: null, ...daysOf(view), patientId: null },
    campaignId: campaignId ?? view.query.campaign_id,
    version: version ?? view.query.version,
  };
  return `/dashboard/calls${callsQuery(filter, null)}`;
}
