/** /api/alerts: what is or was wrong with the installation (C77). Kinds, codes and counts; never of a patient. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { ALERT_KINDS } from '../../domain/alerts/alert-rules.ts';
import { alertText } from '../../domain/alerts/alert-texts.ts';
import { type Alert, listAlerts } from '../../store/alerts.ts';
import { ROLES } from '../../store/staff.ts';
import { acknowledge, testAlerts } from '../acknowledge-alert.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { idOf, listOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, flag, limit, time } from './fields.ts';

const answer = z
  .strictObject({
    alert_id: idOf('alr'),
    kind: z.enum(ALERT_KINDS),
    subject: z.string(),
    code: z.string(),
    count: z.number().nullable(),
    meaning: z.string(),
    to_do: z.string(),
    opened_at: moment,
    seen_at: moment,
    told_at: moment.nullable(),
    closed_at: moment.nullable(),
    acknowledged_by: z.string().nullable(),
    acknowledged_at: moment.nullable(),
  })
  .meta({ id: 'Alert' });

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const alertJson = (alert: Alert): z.infer<typeof answer> => ({
  ...{ alert_id: alert.id, kind: alert.kind, subject: alert.subject, code: alert.code, count: alert.count },
  ...{ meaning: alertText(alert.kind).meaning, to_do: alertText(alert.kind).toDo },
  ...{ opened_at: iso(alert.openedAt), seen_at: iso(alert.seenAt), told_at: isoOrNull(alert.toldAt) },
  ...{ closed_at: isoOrNull(alert.closedAt), acknowledged_by: alert.acknowledgedBy },
  acknowledged_at: isoOrNull(alert.acknowledgedAt),
});

const list = route(
  {
    ...{ method: 'GET', path: '/api/alerts', roles: ROLES, audit: 'alert.list', phi: false },
    summary: 'What is or was wrong with the installation, newest first',
    query: z.strictObject({
      limit,
      cursor: pageCursor('alr').optional(),
      open: flag.optional(),
      kind: z.enum(ALERT_KINDS).optional(),
      from: time.optional(),
      to: time.optional(),
    }),
    answers: { 200: listOf(answer) },
  },
  async ({ query, db, c }) => {
    const { items, nextCursor } = await listAlerts(db, {
      ...{ limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null },
      ...(query.open === undefined ? {} : { open: query.open }),
      ...(query.kind === undefined ? {} : { kind: query.kind }),
      ...(query.from === undefined ? {} : { from: query.from }),
      ...(query.to === undefined ? {} : { to: query.to }),
    });
    return c.json({ items: items.map(alertJson), next_cursor: cursorText(nextCursor) });
  },
);

const seen = route(
  {
    ...{
      method: 'POST',
      path: '/api/alerts/:alert_id/acknowledge',
      roles: ROLES,
      audit: 'alert.acknowledge',
      phi: false,
    },
    summary: 'Say that you have seen an alert',
    params: z.strictObject({ alert_id: z.string().regex(/^alr_[0-9a-f-]{36}$/) }),
    answers: { 200: answer },
  },
  async (ask) => ask.c.json(alertJson(await acknowledge(ask, ask.params.alert_id))),
);

const test = route(
  {
    ...{ method: 'POST', path: '/api/alerts/test', roles: ['admin'], audit: 'alert.test', phi: false },
    summary: 'Send a test message to ALERT_URL',
    answers: { 204: null },
    refusals: [409],
  },
  async (ask) => {
    await testAlerts(ask);
    return ask.c.body(null, 204);
  },
);

export const alertRoutes: readonly Route[] = [list, test, seen];
