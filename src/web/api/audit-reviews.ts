/** /api/audit/reviews: the weekly look through the audit, what should not be missed in it, and who signed (HS-10). */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { WEEK_RULES } from '../../domain/audit/week-rules.ts';
import { type ListedWeek, listWeeks, type ReviewedWeek, readWeek, signReview } from '../review-audit.ts';
import { type Route, route } from '../route.ts';
import { text } from '../text-line.ts';
import { count, moment } from './answer-fields.ts';

const roles = ['admin', 'auditor'] as const;
const monday = z.strictObject({ week: z.iso.date() });

const week = {
  week: z.iso.date().describe('Its Monday, at the clinic.'),
  from: moment,
  to: moment,
  status: z.enum(['running', 'signed', 'due', 'overdue']).describe('Overdue: unsigned a week after its end.'),
  signatures: z.array(z.strictObject({ by: z.string(), at: moment, note: z.string().nullable() })),
};
const listedWeek = z.strictObject(week);
const reviewedWeek = z.strictObject({
  ...week,
  figures: z.strictObject({
    ...{ lines: count, people: count, patient_data: count, refused: count, exports: count },
    reveals: count.describe('Whole records of patients: opened, or taken along, which is among the exports too.'),
  }),
  findings: z
    .array(
      z.strictObject({
        rule: z.enum(WEEK_RULES),
        actor_name: z.string(),
        count: count.describe('Of lines; of patients where the rule is mass_view.'),
        from: moment.describe('The first hour of it.'),
      }),
    )
    .describe('What should not be missed.'),
});

const listedJson = ({ week: day, from, to, status, signatures }: ListedWeek): z.input<typeof listedWeek> => ({
  ...{ week: day, from: iso(from), to: iso(to), status },
  signatures: signatures.map(({ signedByName, signedAt, note }) => ({ by: signedByName, at: iso(signedAt), note })),
});
const reviewedJson = (reviewed: ReviewedWeek): z.input<typeof reviewedWeek> => ({
  ...listedJson(reviewed),
  figures: reviewed.figures,
  findings: reviewed.findings.map(({ rule, actorName, count: times, from }) => ({
    ...{ rule, actor_name: actorName, count: times, from: iso(from) },
  })),
});

const list = route(
  {
    ...{ method: 'GET', path: '/api/audit/reviews', roles, audit: 'audit_review.list', phi: false },
    summary: 'Weeks of the audit, newest first, and which of them were looked through',
    answers: { 200: z.strictObject({ items: z.array(listedWeek), next_cursor: z.null() }) },
  },
  async (ask) => ask.c.json({ items: (await listWeeks(ask)).map(listedJson), next_cursor: null }),
);

const read = route(
  {
    ...{ method: 'GET', path: '/api/audit/reviews/:week', roles, audit: 'audit_review.read', phi: false },
    summary: 'One week of the audit in figures, and what should not be missed in it',
    ...{ params: monday, answers: { 200: reviewedWeek } },
  },
  async (ask) => ask.c.json(reviewedJson(await readWeek(ask, ask.params.week))),
);

const sign = route(
  {
    ...{ method: 'POST', path: '/api/audit/reviews/:week', roles, audit: 'audit_review.sign', phi: false },
    summary: 'Sign that a week of the audit was looked through',
    body: z.strictObject({ note: text(2000).nullish() }),
    ...{ params: monday, answers: { 201: reviewedWeek }, refusals: [409] },
  },
  async (ask) => ask.c.json(reviewedJson(await signReview(ask, ask.params.week, ask.body.note ?? null)), 201),
);

export const auditReviewRoutes: readonly Route[] = [list, read, sign];
