/** /api/audit: who did or saw what, newest first, and whether all of it is as it was written. Ids only, never patient data. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { BREAK_KINDS } from '../../domain/audit/check-chain.ts';
import {
  type AuditEvent,
  type AuditPage,
  accessesOfPatient,
  listAuditEvents,
  shownIn,
} from '../../store/audit-events.ts';
import { verifyAudit } from '../../store/verify-audit.ts';
import { BREAK_TEXTS } from '../audit-breaks.ts';
import { type Route, route } from '../route.ts';
import { callId, DEFAULT_LIMIT, flag, limit, patientId, time } from './fields.ts';

const auditEvent = z.strictObject({
  seq: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  actor_name: z.string(),
  roles: z.array(z.string()),
  action: z.string(),
  phi: z.boolean(),
  method: z.string(),
  route: z.string(),
  status: z.int(),
  code: z.string().nullable(),
  patient_id: z.string().nullable(),
  call_id: z.string().nullable(),
  object_id: z.string().nullable(),
  address: z.string().nullable(),
  request_id: z.string(),
  shown: z.array(z.string()).describe('The patients whom the answer showed.'),
  hash: z.string().nullable().describe('Of this line and the one before it; null: from before there was a chain.'),
});

const auditJson = (event: AuditEvent): z.input<typeof auditEvent> => ({
  seq: event.seq,
  at: iso(event.at),
  actor: event.actor,
  actor_name: event.actorName,
  roles: event.roles === '' ? [] : event.roles.split(','),
  action: event.action,
  phi: event.phi,
  method: event.method,
  route: event.route,
  status: event.status,
  code: event.code,
  patient_id: event.patientId,
  call_id: event.callId,
  object_id: event.objectId,
  address: event.address,
  request_id: event.requestId,
  shown: shownIn(event),
  hash: event.hash,
});

const lines = z.strictObject({ items: z.array(auditEvent), next_cursor: z.string().nullable() });
const cursor = z
  .string()
  .regex(/^\d{1,15}$/, 'Not a cursor of this list.')
  .transform(Number)
  .optional();
const pageJson = ({ items, nextCursor }: AuditPage) => ({
  items: items.map(auditJson),
  next_cursor: nextCursor === null ? null : String(nextCursor),
});

const list = route(
  {
    method: 'GET',
    path: '/api/audit',
    roles: ['admin', 'auditor'],
    audit: 'audit.list',
    phi: false,
    summary: 'Who did or saw what, newest first',
    query: z.strictObject({
      limit,
      cursor,
      actor_name: z.string().min(1).max(320).optional(),
      action: z
        .string()
        .regex(/^[a-z_]+\.[a-z_]+$/, 'As patient.read.')
        .optional(),
      patient_id: patientId.optional(),
      call_id: callId.optional(),
      phi: flag.optional(),
      refused: flag.optional(),
      from: time.optional(),
      to: time.optional(),
    }),
    answers: { 200: lines },
  },
  async ({ query, db, c }) => {
    const { actor_name, action, patient_id, call_id, phi, refused, from, to } = query;
    const page = await listAuditEvents(db, {
      limit: query.limit ?? DEFAULT_LIMIT,
      cursor: query.cursor ?? null,
      ...(actor_name === undefined ? {} : { actorName: actor_name }),
      ...(action === undefined ? {} : { action }),
      ...(patient_id === undefined ? {} : { patientId: patient_id }),
      ...(call_id === undefined ? {} : { callId: call_id }),
      ...(phi === true ? { phi } : {}),
      ...(refused === true ? { refused } : {}),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    return c.json(pageJson(page));
  },
);

const verify = route(
  {
    method: 'GET',
    path: '/api/audit/verify',
    roles: ['admin', 'auditor'],
    audit: 'audit.verify',
    phi: false,
    summary: 'Check that no line of the audit was altered, removed, added or cut off; a page at a time',
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}$/, 'The `next` of an earlier answer.')
        .transform(Number)
        .optional(),
    }),
    answers: {
      200: z.strictObject({
        ok: z.boolean().describe('Whether what was looked at is as it was written.'),
        checked: z.int().describe('How many lines were looked at.'),
        next: z
          .string()
          .nullable()
          .describe('To be sent as `after` for the lines that follow; null: that was the last.'),
        head: z
          .strictObject({ seq: z.int(), hash: z.string() })
          .describe('The last line that has to be there, as the writer knows it.'),
        break: z
          .strictObject({ seq: z.int(), code: z.enum(BREAK_KINDS), detail: z.string() })
          .nullable()
          .describe('The first line that is not as it was written.'),
      }),
    },
  },
  async ({ env, db, query, c }) => {
    const { checked, next, head, found } = await verifyAudit(env, db, query.after ?? 0);
    return c.json({
      ...{ ok: found === null, checked, next: next === null ? null : String(next), head },
      break: found === null ? null : { seq: found.seq, code: found.kind, detail: BREAK_TEXTS[found.kind] },
    });
  },
);

/** Also of a patient who was erased, and nothing of one who never was. */
const accesses = route(
  {
    method: 'GET',
    path: '/api/patients/:patient_id/accesses',
    roles: ['admin', 'auditor'],
    audit: 'patient.accesses',
    phi: false,
    summary: 'Who saw this patient or did something with them, newest first, lists and searches among it',
    params: z.strictObject({ patient_id: patientId }),
    query: z.strictObject({ limit, cursor, from: time.optional(), to: time.optional() }),
    answers: { 200: lines },
  },
  async ({ db, params, query, c }) => {
    const { from, to } = query;
    const page = await accessesOfPatient(db, params.patient_id, {
      ...{ limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null },
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    return c.json(pageJson(page));
  },
);

export const auditRoutes: readonly Route[] = [list, verify, accesses];
