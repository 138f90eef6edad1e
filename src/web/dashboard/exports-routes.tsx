/** The page of exports, and the download that its forms and those beside lists ask for. */
import { ROLES } from '../../store/staff.ts';
import { countAlerts } from '../../store/tasks.ts';
import { exportsOf } from '../export-kinds.ts';
import { EXPORT_BEGAN, exportList } from '../export-list.ts';
import { sees } from '../field-access.ts';
import { readFields } from '../read-body.ts';
import { recentExports } from '../recent-exports.ts';
import { type Ask, type Route, route } from '../route.ts';
import { clinicClock } from './clinic-clock.tsx';
import { orderedIn } from './export-order.ts';
import { TAKE_PATH } from './export-these.tsx';
import { ExportsPage, type ExportsView } from './exports-page.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf } from './viewer.ts';

async function answer(ask: Ask, { sent, notice }: Pick<ExportsView, 'sent' | 'notice'>, status: 200 | 422 = 200) {
  const { db, config, actor, now, c } = ask;
  const [recent, alerts, givenUp] = await Promise.all([
    recentExports(ask),
    countAlerts(db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  const view = {
    ...{ offers: exportsOf(actor), recent, isOfAll: sees(actor, 'audit_lines'), sent, notice },
    clock: clinicClock(config.clinic.timeZone, now),
  };
  const frame = { title: 'Exports', clinicName: config.clinic.name, viewer: viewerOf(actor), alerts, givenUp };
  return c.html(page({ ...frame, current: 'exports', children: <ExportsPage {...view} /> }), status);
}

const show = route(
  { method: 'GET', path: '/dashboard/exports', roles: ROLES, audit: 'page.exports', phi: false },
  (ask) => answer(ask, { sent: null, notice: null }),
);

const takeSpec = {
  method: 'POST',
  path: TAKE_PATH,
  roles: ROLES,
  audit: EXPORT_BEGAN,
  phi: true,
  isExport: true,
  streams: true,
} as const;

const take = route(takeSpec, async (ask) => {
  const sent = await readFields(ask.c.req.raw);
  const order = orderedIn(sent, ask.config.clinic.timeZone);
  if (order === 'unknown') return answer(ask, { sent, notice: 'Choose one of the lists below.' }, 422);
  if (order === 'bad_filters')
    return answer(
      ask,
      {
        sent,
        notice: 'Nothing was taken: check what the list is narrowed down by. Days are dates, ids and numbers whole.',
      },
      422,
    );
  return exportList(takeSpec, ask, order);
});

export const exportPageRoutes: readonly Route[] = [show, take];
