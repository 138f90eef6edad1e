/** GET /api/patients/{id}/calls: their calls, newest first, as /api/calls lists them. */
import * as z from 'zod';
import { listCalls } from '../../store/calls.ts';
import { knownPatient } from '../change-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { listOf } from './answer-fields.ts';
import { callAnswer } from './call-answer.ts';
import { DEFAULT_LIMIT, limit, patientId } from './fields.ts';
import { listedCall } from './shown-call.ts';

const list = route(
  {
    ...{ method: 'GET', path: '/api/patients/:patient_id/calls', audit: 'patient.calls', phi: true },
    roles: rolesSeeing('call_status'),
    params: z.strictObject({ patient_id: patientId }),
    query: z.strictObject({ limit, cursor: pageCursor('call').optional() }),
    summary: 'The calls of a patient, newest first',
    answers: {
      200: listOf(callAnswer),
    },
  },
  async (ask) => {
    const { query, db, config, actor, c } = ask;
    const { id } = await knownPatient(ask, ask.params.patient_id);
    const filter = { limit: query.limit ?? DEFAULT_LIMIT, cursor: query.cursor ?? null, patientId: id };
    const { items, nextCursor } = await listCalls(db, config.keyRing, filter);
    return c.json({ items: items.map((call) => listedCall(actor, call)), next_cursor: cursorText(nextCursor) });
  },
);

export const patientCallRoutes: readonly Route[] = [list];
