/** /api/emergency-access: a clinician's rights for an hour, with a reason and a review (HS-02). Reasons may speak of a patient: only administrators read them. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { EMERGENCY_VERDICTS, type EmergencyAccess, listEmergencies } from '../../store/emergency-accesses.ts';
import { ROLES } from '../../store/staff.ts';
import type { Actor } from '../context.ts';
import { emergencyReason, giveUpEmergency, judgeEmergency, takeEmergency } from '../emergency-access.ts';
import { sees } from '../field-access.ts';
import { type Route, route } from '../route.ts';
import { text } from '../text-line.ts';
import { idOf, listOf } from './answer-fields.ts';
import { DEFAULT_LIMIT, flag, pageOf } from './fields.ts';

const answer = z
  .strictObject({
    emergency_id: idOf('emg'),
    staff_id: z.string(),
    staff_name: z.string(),
    reason: z.string().nullable(),
    started_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    review: z
      .strictObject({
        verdict: z.enum(EMERGENCY_VERDICTS),
        note: z.string().nullable(),
        by: z.string(),
        at: z.iso.datetime(),
      })
      .nullable(),
  })
  .meta({ id: 'EmergencyAccess' });

const emergencyJson = (access: EmergencyAccess, actor: Actor): z.infer<typeof answer> => {
  const { id, staffId, staffName, reason, startedAt, expiresAt, endedAt, review } = access;
  const readable = sees(actor, 'emergency_reasons') || staffId === actor.id;
  return {
    ...{ emergency_id: id, staff_id: staffId, staff_name: staffName, reason: readable ? reason : null },
    ...{ started_at: iso(startedAt), expires_at: iso(expiresAt), ended_at: endedAt === null ? null : iso(endedAt) },
    review: review === null ? null : { ...review, note: readable ? review.note : null, at: iso(review.at) },
  };
};

const begin = route(
  {
    ...{ method: 'POST', path: '/api/emergency-access', roles: ROLES, audit: 'emergency.begin', phi: true },
    needsPerson: true,
    summary: 'Take a clinician’s rights for an hour, with a reason',
    body: z.strictObject({
      reason: emergencyReason.describe(
        'At least ten letters, without the name of a patient: the audit says who was looked at.',
      ),
    }),
    answers: { 201: answer },
    refusals: [409],
  },
  async (ask) => {
    const begun = await takeEmergency(ask, ask.body.reason);
    return ask.c.json(emergencyJson(begun, ask.actor), 201, { Location: `/api/emergency-access/${begun.id}` });
  },
);

const end = route(
  {
    ...{ method: 'POST', path: '/api/emergency-access/end', roles: ROLES, audit: 'emergency.end', phi: false },
    needsPerson: true,
    summary: 'Give your emergency access up before it ends by itself',
    answers: { 204: null },
    refusals: [409],
  },
  async (ask) => {
    await giveUpEmergency(ask);
    return ask.c.body(null, 204);
  },
);

const list = route(
  {
    ...{
      method: 'GET',
      path: '/api/emergency-access',
      roles: ['admin', 'auditor'],
      audit: 'emergency.list',
      phi: true,
    },
    summary: 'Who took emergency access, newest first',
    query: z.strictObject({ ...pageOf('emg'), unreviewed: flag.optional() }),
    answers: { 200: listOf(answer) },
  },
  async ({ query, db, config, actor, c }) => {
    const { items, nextCursor } = await listEmergencies(db, config.keyRing, {
      ...{ limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null },
      unreviewed: query.unreviewed === true,
    });
    return c.json({ items: items.map((item) => emergencyJson(item, actor)), next_cursor: nextCursor });
  },
);

const review = route(
  {
    ...{ method: 'POST', path: '/api/emergency-access/:emergency_id/review', roles: ['admin'], phi: true },
    audit: 'emergency.review',
    needsPerson: true,
    summary: 'Say whether an emergency access was justified',
    params: z.strictObject({ emergency_id: z.string().regex(/^emg_[0-9a-f-]{36}$/) }),
    body: z.strictObject({
      verdict: z.enum(EMERGENCY_VERDICTS),
      note: text(2000).optional().describe('Required where it was not justified. No names of patients.'),
    }),
    answers: { 200: answer },
    refusals: [409],
  },
  async (ask) => {
    const { verdict, note = null } = ask.body;
    const judged = await judgeEmergency(ask, ask.params.emergency_id, { verdict, note });
    return ask.c.json(emergencyJson(judged, ask.actor));
  },
);

export const emergencyAccessRoutes: readonly Route[] = [begin, end, list, review];
