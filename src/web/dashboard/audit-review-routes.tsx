/** The pages of the weekly look through the audit, and signing a week there. */
import * as z from 'zod';
import { countAlerts } from '../../store/tasks.ts';
import { Problem } from '../errors.ts';
import { readFields } from '../read-body.ts';
import { listWeeks, readWeek, signReview } from '../review-audit.ts';
import { type Ask, type Route, type RouteSpec, route } from '../route.ts';
import { text } from '../text-line.ts';
import { AuditReviewPage, AuditReviewsPage } from './audit-reviews-page.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, page } from './layout.tsx';
import { viewerOf, WORK_ROLES } from './viewer.ts';

const one = z.strictObject({ week: z.iso.date() });
const shared = { roles: WORK_ROLES, phi: false } as const;
const typedNote = z.union([z.literal(''), text(2000)]);

const clockOf = ({ config, now }: Ask) => clinicClock(config.clinic.timeZone, now);
const frame = async (ask: Ask) => ({
  clinicName: ask.config.clinic.name,
  viewer: viewerOf(ask.actor),
  alerts: await countAlerts(ask.db, MOST_ALERTS),
  givenUp: await givenUpFor(ask),
  current: 'audit' as const,
});

const list = route(
  { ...shared, method: 'GET', path: '/dashboard/audit/reviews', audit: 'page.audit_reviews' },
  async (ask) => {
    const children = <AuditReviewsPage weeks={await listWeeks(ask)} clock={clockOf(ask)} />;
    return ask.c.html(page({ ...(await frame(ask)), title: 'Weekly reviews', children }));
  },
);

async function answerWeek(
  ask: Ask<RouteSpec & { params: typeof one }>,
  { typed, notice }: { readonly typed: string; readonly notice: string | null },
  status: 200 | 409 | 422,
) {
  const week = await readWeek(ask, ask.params.week);
  const children = <AuditReviewPage {...{ week, typed, notice }} clock={clockOf(ask)} />;
  return ask.c.html(page({ ...(await frame(ask)), title: 'Weekly review', children }), status);
}

const read = route(
  { ...shared, method: 'GET', path: '/dashboard/audit/reviews/:week', audit: 'page.audit_review', params: one },
  (ask) => answerWeek(ask, { typed: '', notice: null }, 200),
);

const sign = route(
  { ...shared, method: 'POST', path: '/dashboard/audit/reviews/:week', audit: 'audit_review.sign', params: one },
  async (ask) => {
    const { note: typed = '' } = await readFields(ask.c.req.raw);
    const note = typedNote.safeParse(typed.trim());
    if (!note.success)
      return answerWeek(
        ask,
        { typed, notice: 'Not signed: write the remark as plain text of at most 2000 letters.' },
        422,
      );
    try {
      await signReview(ask, ask.params.week, note.data === '' ? null : note.data);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'week_not_over') throw error;
      return answerWeek(ask, { typed, notice: 'Not signed: this week is not over.' }, 409);
    }
    return ask.c.redirect(`/dashboard/audit/reviews/${ask.params.week}`, 303);
  },
);

export const auditReviewPageRoutes: readonly Route[] = [list, read, sign];
