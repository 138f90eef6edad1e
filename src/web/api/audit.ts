/** /api/audit: who did or saw what, newest first. Ids only, never patient data. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { type AuditEvent, listAuditEvents } from '../../store/audit-events.ts';
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
      cursor: z
        .string()
        .regex(/^\d{1,15}$/, 'Not a cursor of this list.')
        .transform(Number)
        .optional(),
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
    answers: { 200: z.strictObject({ items: z.array(auditEvent), next_cursor: z.string().nullable() }) },
  },
  async ({ query, db, c }) => {
    const { actor_name, action, patient_id, call_id, phi, refused, from, to } = query;
    const { items, nextCursor } = await listAuditEvents(db, {
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
    return c.json({ items: items.map(auditJson), next_cursor: nextCursor === null ? null : String(nextCursor) });
  },
);

export const auditRoutes: readonly Route[] = [list];
