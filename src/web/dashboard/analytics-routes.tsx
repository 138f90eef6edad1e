/** The page of figures over many calls. Counts alone: nothing on it is about one patient. */

import { listCampaigns } from '../../store/campaigns.ts';
import { usedVersions } from '../../store/questionnaires.ts';
import { countAlerts } from '../../store/tasks.ts';
import { rolesSeeing } from '../field-access.ts';
import { readAnalytics } from '../read-analytics.ts';
import { type Route, route } from '../route.ts';
import { AnalyticsPage } from './analytics-page.tsx';
import { ANALYTICS_PATH, type AnalyticsQuery, analyticsQuery } from './analytics-view.ts';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf } from './viewer.ts';

const CAMPAIGNS_OFFERED = 50;
const VERSIONS_OFFERED = 50;
/** More bars than this are no chart. */
const MOST_DAILY = 62;
const DAY_MS = 86_400_000;

export const analyticsPageRoutes: readonly Route[] = [
  route(
    {
      ...{ method: 'GET', path: ANALYTICS_PATH, audit: 'page.analytics', query: analyticsQuery, phi: false },
      roles: rolesSeeing('campaign_counts'),
    },
    async (ask) => {
      const { db, config, now, query } = ask;
      const { days, from, to, campaign_id: campaignId } = query;
      const [questionnaireId = null, version = null] = query.version?.split(':') ?? [];
      const by = query.by ?? (lengthOf(query, now) > MOST_DAILY ? 'week' : 'day');
      const [found, { items: campaigns }, versions, alerts, givenUp] = await Promise.all([
        readAnalytics(ask, {
          ...{ by, campaignId, questionnaireId, questionnaireVersion: version === null ? null : Number(version) },
          ...{ from: from ?? undefined, to: to ?? undefined },
          // Whoever typed a day meant it more than the number of days they came from.
          days: from === null ? (days ?? undefined) : undefined,
        }),
        listCampaigns(db, { limit: CAMPAIGNS_OFFERED, cursor: null }),
        usedVersions(db, VERSIONS_OFFERED),
        countAlerts(db, MOST_ALERTS),
        givenUpFor(ask),
      ]);
      const viewer = viewerOf(ask.actor);
      const clock = clinicClock(config.clinic.timeZone, now);
      const children = <AnalyticsPage {...{ found, query, campaigns, versions, viewer, clock, now }} />;
      const frame = { clinicName: config.clinic.name, viewer, alerts, givenUp, current: 'analytics' } as const;
      return ask.c.html(page({ ...frame, title: 'Analytics', children }));
    },
  ),
];

/** In days, about. */
function lengthOf({ days, from, to }: Pick<AnalyticsQuery, 'days' | 'from' | 'to'>, now: number): number {
  if (from === null) return days ?? 0;
  return ((to === null ? now : Date.parse(to)) - Date.parse(from)) / DAY_MS;
}
