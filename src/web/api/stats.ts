/** /api/stats: how calls went in a time, and what waits now. Counts only; test calls to staff are none of it. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { CALL_STATUSES } from '../../domain/intake/call-record.ts';
import { type CallFigures, figuresOf } from '../../domain/stats/call-outcomes.ts';
import { callSums } from '../../store/call-stats.ts';
import { countLiveCalls } from '../../store/live-calls.ts';
import { countUnreviewed } from '../../store/reviews.ts';
import { countAlerts, countTasks } from '../../store/tasks.ts';
import { invalidField } from '../check-input.ts';
import { checkPeriod } from '../check-period.ts';
import { rolesSeeing } from '../field-access.ts';
import { type Route, route } from '../route.ts';
import { campaignId, time } from './fields.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 366;
const MOST_COUNTED = 1000;

const period = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  campaign_id: campaignId.optional(),
  questionnaire: z.string().max(64).optional(),
});

/** The last 30 days when nothing is said. */
function filterOf(query: z.output<typeof period>, now: number) {
  const to = query.to ?? now;
  const from = query.from ?? to - USUAL_DAYS * DAY_MS;
  checkPeriod({ from, to });
  if (to - from > MOST_DAYS * DAY_MS) throw invalidField('/from', 'too_long', `At most ${MOST_DAYS} days at once.`);
  return {
    ...{ from, to },
    ...(query.campaign_id === undefined ? {} : { campaignId: query.campaign_id }),
    ...(query.questionnaire === undefined ? {} : { questionnaireId: query.questionnaire }),
  };
}

const rate = z.number().min(0).max(1).nullable();
const figures = z.strictObject({
  total: z.int(),
  by_status: z.partialRecord(z.enum(CALL_STATUSES), z.int()),
  answered: z.int(),
  consented: z.int(),
  refused: z.int(),
  completed: z.int(),
  red_flags: z.int(),
  consent_rate: rate,
  completion_rate: rate,
  average_seconds: z.number().nullable(),
});

const figuresJson = (found: CallFigures): z.input<typeof figures> => ({
  total: found.total,
  by_status: found.byStatus,
  answered: found.answered,
  consented: found.consented,
  refused: found.refused,
  completed: found.byOutcome.completed,
  red_flags: found.flagged,
  consent_rate: found.consentRate,
  completion_rate: found.completionRate,
  average_seconds: found.averageSeconds,
});

const stats = route(
  {
    method: 'GET',
    path: '/api/stats',
    roles: rolesSeeing('campaign_counts'),
    audit: 'stats.read',
    phi: false,
    summary: 'How calls went in a time, and what waits now',
    query: period,
    answers: {
      200: z.strictObject({
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        calls: figures,
        live_calls: z.int(),
        unreviewed_notes: z.int(),
        tasks: z.strictObject({ open: z.int(), overdue: z.int(), red_flags: z.int() }),
      }),
    },
  },
  async ({ query, db, now, c }) => {
    const filter = filterOf(query, now);
    const [sums, live, unreviewed, tasks, alerts] = await Promise.all([
      callSums(db, filter),
      countLiveCalls(db, MOST_COUNTED),
      countUnreviewed(db, MOST_COUNTED),
      countTasks(db, now),
      countAlerts(db, MOST_COUNTED),
    ]);
    return c.json({
      from: iso(filter.from),
      to: iso(filter.to),
      calls: figuresJson(figuresOf(sums)),
      live_calls: live,
      unreviewed_notes: unreviewed,
      tasks: { open: tasks.open, overdue: tasks.overdue, red_flags: alerts },
    });
  },
);

export const statsRoutes: readonly Route[] = [stats];
