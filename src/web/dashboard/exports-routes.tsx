/** The page of exports, and the download that its forms and those beside lists ask for. */
import { ROLES } from '../../store/staff.ts';
import { countAlerts } from '../../store/tasks.ts';
import { Problem } from '../errors.ts';
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

type Said = Pick<ExportsView, 'sent' | 'notice' | 'wrong'>;

async function answer(ask: Ask, { sent, notice, wrong }: Said, status: 200 | 422 = 200) {
  const { db, config, actor, now, c } = ask;
  const [recent, alerts, givenUp] = await Promise.all([
    recentExports(ask),
    countAlerts(db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  const view = {
    ...{ offers: exportsOf(actor), recent, isOfAll: sees(actor, 'audit_lines'), sent, notice, wrong },
    clock: clinicClock(config.clinic.timeZone, now),
  };
  const frame = { title: 'Exports', clinicName: config.clinic.name, viewer: viewerOf(actor), alerts, givenUp };
  return c.html(page({ ...frame, current: 'exports', children: <ExportsPage {...view} /> }), status);
}

const show = route(
  { method: 'GET', path: '/dashboard/exports', roles: ROLES, audit: 'page.exports', phi: false },
  (ask) => answer(ask, { sent: null, notice: null, wrong: null }),
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
  if (order === 'unknown') return answer(ask, { sent, notice: 'Choose one of the lists below.', wrong: null }, 422);
  if (order === 'bad_filters')
    return answer(
      ask,
      {
        sent,
        notice: 'Nothing was taken: check what the list is narrowed down by. Days are dates, ids and numbers whole.',
        wrong: null,
      },
      422,
    );
  try {
    return await exportList(takeSpec, ask, order);
  } catch (error) {
    const [found] = error instanceof Problem && error.status === 422 ? (error.details.errors ?? []) : [];
    if (found === undefined) throw error;
    const wrong = { field: found.pointer.replace('/filters/', ''), text: found.detail };
    return answer(ask, { sent, notice: `Nothing was taken. ${found.detail}`, wrong }, 422);
  }
});

export const exportPageRoutes: readonly Route[] = [show, take];
