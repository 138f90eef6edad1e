/** The page of what all patients asked for about their own data. */
import * as z from 'zod';
import { REQUEST_KINDS, type RequestKind } from '../../domain/retention/request-rules.ts';
import { listRequests, REQUEST_STATUSES } from '../../store/patient-requests.ts';
import { getPatients } from '../../store/patients.ts';
import { mayApprove } from '../erase-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { shownPatient } from '../shown-patient.ts';
import { showing } from '../shown-patients.ts';
import { clinicClock } from './clinic-clock.tsx';
import { page } from './layout.tsx';
import { patientFrame } from './patient-frame.ts';
import { RequestsPage } from './requests-page.tsx';

const PAGE_SIZE = 25;

const show = route(
  {
    ...{ method: 'GET', path: '/dashboard/requests', audit: 'page.requests', phi: true },
    roles: rolesSeeing('patient_requests'),
    query: z.strictObject({
      status: z.enum(REQUEST_STATUSES).default('open'),
      /** An empty choice is a form's "Anything". */
      kind: z
        .enum(['', ...REQUEST_KINDS])
        .optional()
        .transform((given) => (given || null) as RequestKind | null),
      overdue: z.literal('true').optional(),
      cursor: pageCursor('req').optional(),
    }),
  },
  async (ask) => {
    const { db, config, actor, now, query } = ask;
    const { status, kind, cursor = null } = query;
    const overdue = query.overdue === 'true';
    const filter = { limit: PAGE_SIZE, cursor, status, kind, dueBefore: overdue ? now : null };
    const { items: requests, nextCursor } = await listRequests(db, filter);
    const people = requests.map(({ patientId }) => patientId);
    const patients = await getPatients(db, config.keyRing, people);
    showing(ask.c, people);
    const list = {
      ...{ requests, status, kind, overdue, now, clock: clinicClock(config.clinic.timeZone, now) },
      patients: new Map([...patients].map(([id, patient]) => [id, shownPatient(actor, patient)])),
      approvable: new Set(
        requests.filter((each) => each.kind === 'erasure' && mayApprove(actor, each, now)).map(({ id }) => id),
      ),
      ...{ cursor: cursorText(cursor), nextCursor: cursorText(nextCursor) },
    };
    const children = <RequestsPage {...list} />;
    return ask.c.html(page({ ...(await patientFrame(ask)), current: 'requests', title: 'Requests', children }));
  },
);

export const requestsPageRoutes: readonly Route[] = [show];
