/** The page of the audit: who did or saw what, by person, action, day and result. */
import * as z from 'zod';
import { boundsOfDay } from '../../domain/campaign/local-day.ts';
import { listAuditEvents } from '../../store/audit-events.ts';
import { countAlerts } from '../../store/tasks.ts';
import { type Route, route } from '../route.ts';
import { AuditPage } from './audit-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
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
const query = z.strictObject({
  who: text(/^\S.*$/, 'An address.'),
  action: text(/^[a-z_]+\.[a-z_]+$/, 'As patient.read.'),
  about: text(/^(pat|call)_[0-9a-f-]{36,64}$/, 'The id of a patient or a call.'),
  day: text(/^\d{4}-\d{2}-\d{2}$/, 'A day.'),
  phi: checked,
  refused: checked,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
});
export type AuditQuery = z.output<typeof query>;

export const auditPageRoutes: readonly Route[] = [
  route(
    { method: 'GET', path: '/dashboard/audit', roles: WORK_ROLES, audit: 'page.audit', phi: false, query },
    async (ask) => {
      const { db, config, actor, now } = ask;
      const { who, action, about, day, phi, refused, cursor = null } = ask.query;
      const bounds = day === null ? null : boundsOfDay(config.clinic.timeZone, day);
      const { items, nextCursor } = await listAuditEvents(db, {
        ...{ limit: PAGE_SIZE, cursor },
        ...(who === null ? {} : { actorName: who }),
        ...(action === null ? {} : { action }),
        ...(about === null ? {} : about.startsWith('pat_') ? { patientId: about } : { callId: about }),
        ...(phi ? { phi } : {}),
        ...(refused ? { refused } : {}),
        ...(bounds ?? {}),
      });
      const viewer = viewerOf(actor);
      return ask.c.html(
        page({
          title: 'Audit',
          clinicName: config.clinic.name,
          viewer,
          alerts: await countAlerts(db, MOST_ALERTS),
          givenUp: await givenUpFor(ask),
          current: 'audit',
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
