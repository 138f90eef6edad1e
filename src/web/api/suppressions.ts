/** /api/suppressions: the numbers never to be called. Onto the list by anybody who works here, off it only by newer evidence (TC-12). */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import {
  activeSuppression,
  countSuppressions,
  getSuppression,
  listSuppressions,
  type Suppression,
} from '../../store/suppression-list.ts';
import { isSuppressed } from '../../store/suppressions.ts';
import { addToList, takeOffList } from '../change-suppressions.ts';
import type { Actor } from '../context.ts';
import { notFound } from '../errors.ts';
import { EXPORT_FORMATS, EXPORT_TYPES, exportSuppressions } from '../export-suppressions.ts';
import { rolesSeeing, sees } from '../field-access.ts';
import { maskNumber } from '../mask.ts';
import { type Route, route } from '../route.ts';
import { count, idOf, listOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, flag, line, pageOf, pastTime, phoneNumber, suppressionId } from './fields.ts';

const ROLES = ['admin', 'clinician', 'intake', 'operator'] as const;
/** Who sees a number in full, and what was said of it. */
const READERS = rolesSeeing('suppression_words');
const one = z.strictObject({ suppression_id: suppressionId });

/** `lift_evidence` is left out in lists. */
const suppressionAnswer = z
  .strictObject({
    suppression_id: idOf('sup'),
    phone_number: z.string().nullable().meta({ description: 'Masked in lists; null: it does not open.' }),
    reason: z.string(),
    call_id: idOf('call').nullable(),
    active: z.boolean(),
    created_by: z.string().nullable(),
    created_at: moment,
    lifted_at: moment.nullable(),
    lifted_by: z.string().nullable(),
    lift_evidence: z.string().nullable().optional(),
  })
  .meta({ id: 'Suppression' });
type SuppressionAnswer = z.infer<typeof suppressionAnswer>;

const json = (row: Suppression): SuppressionAnswer => ({
  suppression_id: row.id,
  phone_number: row.phoneNumber,
  reason: row.statement ?? row.reason,
  call_id: row.callId,
  active: row.liftedAt === null,
  created_by: row.createdBy,
  created_at: iso(row.createdAt),
  lifted_at: row.liftedAt === null ? null : iso(row.liftedAt),
  lifted_by: row.liftedBy,
  lift_evidence: row.liftEvidence,
});

const isReader = (actor: Actor): boolean => sees(actor, 'suppression_words');

/** Lists show no number, and nobody's words to whoever may not read the row itself. */
const listed = (row: Suppression, actor: Actor): SuppressionAnswer => {
  const { lift_evidence: _, ...shown } = json(isReader(actor) ? row : { ...row, statement: null });
  return { ...shown, phone_number: row.phoneNumber === null ? null : maskNumber(row.phoneNumber) };
};

const add = route(
  {
    ...{ method: 'POST', path: '/api/suppressions', roles: ROLES, audit: 'suppression.add', phi: true },
    summary: 'Put a number on the do-not-call list; 200: it was there already',
    answers: { 200: suppressionAnswer, 201: suppressionAnswer },
    body: z.strictObject({ phone_number: phoneNumber, reason: line(500) }),
  },
  async (ask) => {
    const { row, isNew } = await addToList(ask, ask.body.phone_number, ask.body.reason);
    // They have just said the number themselves.
    const shown =
      isNew || isReader(ask.actor) ? json(row) : { ...listed(row, ask.actor), phone_number: row.phoneNumber };
    return ask.c.json(shown, isNew ? 201 : 200, { Location: `/api/suppressions/${row.id}` });
  },
);

const list = route(
  {
    ...{ method: 'GET', path: '/api/suppressions', roles: ROLES, audit: 'suppression.list', phi: true },
    summary: 'List the do-not-call list, newest first, with masked numbers',
    answers: { 200: listOf(suppressionAnswer).extend({ total: count.optional() }) },
    query: z.strictObject({ ...pageOf('sup'), active: flag.optional(), total: flag.optional() }),
  },
  async ({ query, db, config, actor, c }) => {
    const { active, total, limit = DEFAULT_LIMIT, cursor = null } = query;
    const filter = { limit, cursor, ...(active === undefined ? {} : { active }) };
    const [{ items, nextCursor }, counts] = await Promise.all([
      listSuppressions(db, config.keyRing, filter),
      total === true ? countSuppressions(db) : null,
    ]);
    return c.json({
      ...{ items: items.map((row) => listed(row, actor)), next_cursor: nextCursor },
      ...(counts === null ? {} : { total: totalOf(counts, active) }),
    });
  },
);

function totalOf(counts: { readonly active: number; readonly lifted: number }, active: boolean | undefined): number {
  if (active === undefined) return counts.active + counts.lifted;
  return active ? counts.active : counts.lifted;
}

/** By POST, because a number does not belong into an address. */
const check = route(
  {
    ...{ method: 'POST', path: '/api/suppressions/check', roles: ROLES, audit: 'suppression.check', phi: true },
    summary: 'Ask whether a number may not be called',
    answers: { 200: z.strictObject({ suppressed: z.boolean(), suppression_id: idOf('sup').nullable() }) },
    body: z.strictObject({ phone_number: phoneNumber }),
  },
  async ({ body, db, config, c }) => {
    const [suppressed, row] = await Promise.all([
      isSuppressed(db, config.keyRing, body.phone_number),
      activeSuppression(db, config.keyRing, body.phone_number),
    ]);
    return c.json({ suppressed, suppression_id: row?.id ?? null });
  },
);

/** Every number in full: for the other systems of the clinic. The numbers that may not be called, unless those lifted are asked for. */
const download = route(
  {
    ...{ method: 'GET', path: '/api/suppressions/export', roles: ['admin'], audit: 'suppression.export', phi: true },
    isExport: true,
    summary: 'Download the do-not-call list with its numbers',
    answers: { 200: null },
    types: Object.values(EXPORT_TYPES),
    query: z.strictObject({ format: z.enum(EXPORT_FORMATS).default('csv'), active: flag.default(true) }),
  },
  (ask) => exportSuppressions(ask, ask.query.format, ask.query.active),
);

const read = route(
  {
    ...{ method: 'GET', path: '/api/suppressions/:suppression_id', audit: 'suppression.read', phi: true, params: one },
    roles: READERS,
    summary: 'Read one number of the do-not-call list',
    answers: { 200: suppressionAnswer },
  },
  async ({ params, db, config, c }) => {
    const row = await getSuppression(db, config.keyRing, params.suppression_id);
    if (row === null) throw notFound();
    return c.json(json(row));
  },
);

const lift = route(
  {
    ...{ method: 'DELETE', path: '/api/suppressions/:suppression_id', roles: ['admin'], audit: 'suppression.lift' },
    summary: 'Take a number off the do-not-call list, on evidence newer than what put it there',
    answers: { 200: suppressionAnswer },
    ...{ phi: true, params: one, body: z.strictObject({ evidence: line(2000), obtained_at: pastTime.nullish() }) },
  },
  async (ask) => {
    const { evidence, obtained_at } = ask.body;
    return ask.c.json(json(await takeOffList(ask, ask.params.suppression_id, evidence, obtained_at ?? null)));
  },
);

export const suppressionRoutes: readonly Route[] = [add, list, check, download, read, lift];
