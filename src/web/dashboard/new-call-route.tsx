/** The page of the form behind "Call a patient"; with a patient's id it is filled in for them. */
import * as z from 'zod';
import { getPatient } from '../../store/patients.ts';
import { countAlerts } from '../../store/tasks.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';
import { showing } from '../shown-patients.ts';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { NewCallPage } from './new-call-page.tsx';
import { PLACE_ROLES, viewerOf } from './viewer.ts';

export const newCallRoute = route(
  {
    ...{ method: 'GET', path: '/dashboard/new-call', audit: 'page.new_call', roles: PLACE_ROLES, phi: true },
    query: z.strictObject({
      patient_id: z
        .string()
        .regex(/^pat_[0-9a-f-]{36,64}$/)
        .optional(),
    }),
  },
  async (ask) => {
    const { c, config, db, actor, now, query } = ask;
    const { today } = clinicClock(config.clinic.timeZone, now);
    const patient = query.patient_id === undefined ? null : await getPatient(db, config.keyRing, query.patient_id);
    if (query.patient_id !== undefined && patient === null) throw notFound();
    showing(c, [patient?.id ?? null]);
    return c.html(
      page({
        title: 'Call a patient',
        clinicName: config.clinic.name,
        viewer: viewerOf(actor),
        alerts: await countAlerts(db, MOST_ALERTS),
        givenUp: await givenUpFor(ask),
        current: 'new-call',
        children: <NewCallPage today={today} patient={patient} viewer={viewerOf(actor)} />,
      }),
    );
  },
);
