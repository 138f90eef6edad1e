/** The page of the audit: who did or saw what, by person, action, day and result. */
import * as z from 'zod';
import { boundsOfDay } from '../../domain/campaign/local-day.ts';
import { accessesOfPatient, listAuditEvents } from '../../store/audit-events.ts';
import { countAlerts } from '../../store/tasks.ts';
import { verifyAudit } from '../../store/verify-audit.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, route } from '../route.ts';
import { AuditCheckPage } from './audit-check-page.tsx';
import { AuditPage } from './audit-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { PatientAccessesPage } from './patient-accesses-page.tsx';
import { viewerOf, WORK_ROLES } from './viewer.ts';

const PAGE_SIZE = 50;

/** What is empty is the form's "any". */
const text = (pattern: RegExp, message: string) =>
  z
    .string()
    .max(320)
    .refine((typed) => typed.trim() === '' || pattern.test(typed.trim()), { error: message })
    .optional()
    .transform((typed) => typed?.trim() || null);
const checked = z
  .literal('true')
  .optional()
  .transform((value) => value === 'true');
/** Epoch milliseconds, in links alone: of an hour of emergency access. */
const instant = text(/^\d{12,15}$/, 'A moment.').transform((typed) => (typed === null ? null : Number(typed)));
const day = z
  .union([z.literal(''), z.iso.date()])
  .optional()
  .transform((typed) => typed || null);
const query = z.strictObject({
  who: text(/^\S.*$/, 'An address.'),
  action: text(/^[a-z_]+\.[a-z_]+$/, 'As patient.read.'),
  about: text(/^(pat|call)_[0-9a-f-]{36,64}$/, 'The id of a patient or a call.'),
  day,
  from: instant,
  to: instant,
  phi: checked,
  refused: checked,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
});
export type AuditQuery = z.output<typeof query>;

const frame = async (ask: Ask) => ({
  clinicName: ask.config.clinic.name,
  viewer: viewerOf(ask.actor),
  alerts: await countAlerts(ask.db, MOST_ALERTS),
  givenUp: await givenUpFor(ask),
  current: 'audit' as const,
});

/** By the clinic's days, both ends included. */
const accesses = route(
  {
    ...{ method: 'GET', path: '/dashboard/audit/patients/:patient_id', audit: 'page.patient_accesses', phi: false },
    roles: WORK_ROLES,
    params: z.strictObject({ patient_id: z.string().regex(/^pat_[0-9a-f-]{36,64}$/) }),
    query: z.strictObject({ from: day, to: day, cursor: query.shape.cursor }),
  },
  async (ask) => {
    const { db, config, actor, now, params } = ask;
    const { from, to, cursor = null } = ask.query;
    const zone = config.clinic.timeZone;
    const [first, last] = [from, to].map((each) => (each === null ? null : boundsOfDay(zone, each)));
    const found = await accessesOfPatient(db, params.patient_id, {
      ...{ limit: PAGE_SIZE, cursor },
      ...(first ? { from: first.from } : {}),
      ...(last ? { to: last.to } : {}),
    });
    const view = {
      patientId: params.patient_id,
      from,
      to,
      cursor,
      viewer: viewerOf(actor),
      clock: clinicClock(zone, now),
    };
    const children = <PatientAccessesPage {...view} {...found} />;
    return ask.c.html(page({ ...(await frame(ask)), title: 'Who saw this patient', children }));
  },
);

/** So many pages of lines at once: the database takes only so many questions in one request. */
const PAGES_AT_ONCE = 5;

/** What GET /api/audit/verify does, page after page. */
const verify = route(
  { method: 'POST', path: '/dashboard/audit/verify', roles: WORK_ROLES, audit: 'audit.verify', phi: false },
  async (ask) => {
    const { after: typed = '' } = await readFields(ask.c.req.raw);
    const after = /^\d{1,15}$/.test(typed) ? Number(typed) : 0;
    let check = await verifyAudit(ask.env, ask.db, after);
    for (let pages = 1; pages < PAGES_AT_ONCE && check.next !== null; pages += 1) {
      const { checked } = check;
      const further = await verifyAudit(ask.env, ask.db, check.next);
      check = { ...further, checked: checked + further.checked };
    }
    const children = <AuditCheckPage {...check} after={after} />;
    return ask.c.html(page({ ...(await frame(ask)), title: 'Check of the chain', children }));
  },
);

export const auditPageRoutes: readonly Route[] = [
  accesses,
  verify,
  route(
    { method: 'GET', path: '/dashboard/audit', roles: WORK_ROLES, audit: 'page.audit', phi: false, query },
    async (ask) => {
      const { db, config, actor, now } = ask;
      const { who, action, about, day, from, to, phi, refused, cursor = null } = ask.query;
      const bounds = day === null ? null : boundsOfDay(config.clinic.timeZone, day);
      const { items, nextCursor } = await listAuditEvents(db, {
        ...{ limit: PAGE_SIZE, cursor },
        ...(who === null ? {} : { actorName: who }),
        ...(action === null ? {} : { action }),
        ...(about === null ? {} : about.startsWith('pat_') ? { patientId: about } : { callId: about }),
        ...(phi ? { phi } : {}),
        ...(refused ? { refused } : {}),
        ...(bounds === null && from === null ? {} : { from: Math.max(bounds?.from ?? 0, from ?? 0) }),
        ...(bounds === null && to === null ? {} : { to: Math.min(bounds?.to ?? Infinity, to ?? Infinity) }),
      });
      const viewer = viewerOf(actor);
      return ask.c.html(
        page({
          ...(await frame(ask)),
          title: 'Audit',
          children: (
            <AuditPage
              {...{ items, nextCursor, viewer }}
              query={ask.query}
              clock={clinicClock(config.clinic.timeZone, now)}
            />
          ),
        }),
      );
    },
  ),
];
