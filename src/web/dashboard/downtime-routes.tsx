/** The sheet for an outage: kept on paper by whoever looks after patients. Opening it is an export, and is written down as one. */
import { getPatients } from '../../store/patients.ts';
import { countAlerts, listTasks } from '../../store/tasks.ts';
import { type Route, route } from '../route.ts';
import { clinicClock } from './clinic-clock.tsx';
import { DowntimePage } from './downtime-page.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { PATIENT_ROLES, viewerOf } from './viewer.ts';

const MOST_TASKS = 200;

export const downtimePageRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/dashboard/downtime',
      roles: PATIENT_ROLES,
      audit: 'downtime.export',
      phi: true,
      isExport: true,
    },
    async (ask) => {
      const { db, config, actor, now } = ask;
      const [open, claimed] = await Promise.all(
        (['open', 'claimed'] as const).map((status) => listTasks(db, { limit: MOST_TASKS, cursor: null, status })),
      );
      const waiting = [...(open?.items ?? []), ...(claimed?.items ?? [])].toSorted((a, b) => a.dueAt - b.dueAt);
      const tasks = waiting.slice(0, MOST_TASKS);
      const patients = await getPatients(
        db,
        config.keyRing,
        tasks.map(({ patientId }) => patientId),
      );
      return ask.c.html(
        page({
          title: 'Sheet for an outage',
          clinicName: config.clinic.name,
          viewer: viewerOf(actor),
          alerts: await countAlerts(db, MOST_ALERTS),
          givenUp: await givenUpFor(ask),
          current: 'tasks',
          children: (
            <DowntimePage
              {...{ tasks, patients, now, printedBy: actor.name, callbackNumber: config.clinic.callbackNumber }}
              isCut={tasks.length < waiting.length || open?.nextCursor != null || claimed?.nextCursor != null}
              clock={clinicClock(config.clinic.timeZone, now)}
            />
          ),
        }),
      );
    },
  ),
];
