/** The page of alerts; works without a script. */
import * as z from 'zod';
import { ALERT_KINDS } from '../../domain/alerts/alert-rules.ts';
import { listAlerts } from '../../store/alerts.ts';
import { ROLES } from '../../store/staff.ts';
import { countAlerts } from '../../store/tasks.ts';
import { acknowledge, testAlerts } from '../acknowledge-alert.ts';
import { Problem } from '../errors.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { AlertsPage } from './alerts-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf } from './viewer.ts';

const PAGE_SIZE = 25;
const PATH = '/dashboard/alerts';
const all = { roles: ROLES, phi: false } as const;

const query = z.strictObject({
  open: z
    .enum(['true', 'false'])
    .optional()
    .transform((text) => (text === undefined ? null : text === 'true')),
  /** An empty choice is a form's "All". */
  kind: z
    .enum(['', ...ALERT_KINDS])
    .optional()
    .transform((kind) => kind || null),
  cursor: pageCursor('alr').optional(),
});

interface Said {
  readonly outcome?: string;
  readonly notice?: string;
}

async function answer(
  ask: Ask,
  { open, kind, cursor: from }: z.output<typeof query>,
  { outcome, notice }: Said = {},
): Promise<Response> {
  const { db, config, actor, now } = ask;
  const cursor = from ?? null;
  const [{ items, nextCursor }, alerts, givenUp] = await Promise.all([
    listAlerts(db, {
      ...{ limit: PAGE_SIZE, cursor },
      ...(open === null ? {} : { open }),
      ...(kind === null ? {} : { kind }),
    }),
    countAlerts(db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  const viewer = viewerOf(actor);
  return ask.c.html(
    page({
      ...{ title: 'Alerts', clinicName: config.clinic.name, viewer, alerts, givenUp, current: 'alerts' },
      children: (
        <AlertsPage
          {...{ items, viewer, query: { open, kind }, outcome: outcome ?? null, notice: notice ?? null }}
          cursor={cursorText(cursor)}
          nextCursor={cursorText(nextCursor)}
          isTold={config.alerts.url !== null}
          clock={clinicClock(config.clinic.timeZone, now)}
        />
      ),
    }),
    notice === undefined ? 200 : 409,
  );
}
const OPEN = { open: true, kind: null } as const;

const show = route(
  { ...all, method: 'GET', path: PATH, audit: 'page.alerts', query },
  async (ask: Ask<RouteSpec & { query: typeof query }>) => answer(ask, ask.query),
);

const seen = route(
  {
    ...{ ...all, method: 'POST', path: `${PATH}/:alert_id/acknowledge`, audit: 'alert.acknowledge' },
    params: z.strictObject({ alert_id: z.string().regex(/^alr_[0-9a-f-]{36}$/) }),
  },
  async (ask) => {
    await acknowledge(ask, ask.params.alert_id);
    return ask.c.redirect(`${PATH}?open=true`, 303);
  },
);

const test = route(
  { method: 'POST', path: `${PATH}/test`, roles: ['admin'], audit: 'alert.test', phi: false },
  async (ask) => {
    try {
      await testAlerts(ask);
      return await answer(ask, OPEN, { outcome: 'The test message was taken.' });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409) throw error;
      return answer(ask, OPEN, { notice: error.details.detail ?? 'It was not sent.' });
    }
  },
);

export const alertPageRoutes: readonly Route[] = [show, test, seen];
