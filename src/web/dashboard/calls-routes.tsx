/** The worklist of calls, and what of it is asked for. */
import * as z from 'zod';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { listCalls } from '../../store/calls.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import { getPatients } from '../../store/patients.ts';
import { usedVersions } from '../../store/questionnaires.ts';
import { countAlerts, redFlagTasks } from '../../store/tasks.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { versionName } from '../version-name.ts';
import { callsFrame } from './call-view.ts';
import type { CallList } from './calls-filter.ts';
import { CallsAnswer } from './calls-fragment.tsx';
import { CallsPage } from './calls-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { dayIn } from './clinic-day.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { CALL_ROLES } from './viewer.ts';

const PAGE_SIZE = 25;
/** The newest, to choose from; an older one is reached from its own page. */
const CAMPAIGNS_OFFERED = 50;
const VERSIONS_OFFERED = 50;

const people = { roles: CALL_ROLES, phi: true } as const;
/** What is left empty in the form is not asked for. */
const orNull = <Given extends z.ZodType>(given: Given) =>
  z
    .union([z.literal(''), given])
    .optional()
    .transform((value) => (value === undefined || value === '' ? null : (value as z.output<Given>)));
const ofKind = (kind: string) => orNull(z.string().regex(new RegExp(`^${kind}_[0-9a-f-]{36,64}$`)));
const listQuery = z.strictObject({
  status: orNull(z.enum(CALL_STATUSES)),
  flagged: z
    .literal('true')
    .optional()
    .transform((flagged) => flagged === 'true'),
  reviewed: orNull(z.enum(['true', 'false'])),
  from: orNull(z.iso.date()),
  to: orNull(z.iso.date()),
  patient_id: ofKind('pat'),
  campaign_id: ofKind('cmp'),
  version: orNull(versionName),
  cursor: pageCursor('call').optional(),
});

async function callList(ask: Ask<RouteSpec & { query: typeof listQuery }>): Promise<CallList> {
  const { config, db, query, now } = ask;
  const { status, flagged, reviewed, from, to, patient_id: patientId, campaign_id: campaignId, version } = query;
  const { timeZone } = config.clinic;
  const cursor = query.cursor ?? null;
  const { items: calls, nextCursor } = await listCalls(db, config.keyRing, {
    ...{ limit: PAGE_SIZE, cursor },
    ...(status === null ? {} : { status }),
    ...(flagged ? { flagged } : {}),
    ...(reviewed === null ? {} : { reviewed: reviewed === 'true' }),
    ...(from === null ? {} : { from: dayIn(timeZone, from).from }),
    ...(to === null ? {} : { to: dayIn(timeZone, to).to }),
    ...(patientId === null ? {} : { patientId }),
    ...(campaignId === null ? {} : { campaignId }),
    ...(version === null ? {} : { version }),
  });
  const patientIds = [...calls.map((call) => call.patientId), ...(patientId === null ? [] : [patientId])];
  const [patients, flagTasks, alerts] = await Promise.all([
    getPatients(db, config.keyRing, patientIds),
    redFlagTasks(
      db,
      calls.map(({ id }) => id),
    ),
    countAlerts(db, MOST_ALERTS),
  ]);
  showing(ask.c, patientIds);
  return {
    filter: { status, flagged, reviewed, from, to, patientId, campaignId, version },
    ...{ calls, patients, flagTasks, alerts, now },
    cursor: cursorText(cursor),
    nextCursor: cursorText(nextCursor),
    clock: clinicClock(timeZone, now),
  };
}

export const callsPageRoutes: readonly Route[] = [
  route({ ...people, method: 'GET', path: '/dashboard/calls', audit: 'page.calls', query: listQuery }, async (ask) => {
    const [list, offered, versions] = await Promise.all([
      callList(ask),
      listCampaigns(ask.db, { limit: CAMPAIGNS_OFFERED, cursor: null }),
      usedVersions(ask.db, VERSIONS_OFFERED),
    ]);
    const children = <CallsPage list={list} campaigns={offered.items} versions={versions} />;
    return ask.c.html(page({ ...(await callsFrame(ask)), title: 'Calls', alerts: list.alerts, children }));
  }),
  route(
    { ...people, method: 'GET', path: '/dashboard/fragments/calls', audit: 'page.calls_poll', query: listQuery },
    async (ask) => ask.c.html(<CallsAnswer {...(await callList(ask))} />),
  ),
];
