/** /api/patients/{id}/holds: while a legal hold stands, the patient is neither erased nor purged (HS-21). */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { HOLD_REASONS, type Hold } from '../../store/holds.ts';
import { endHold, listHolds, placeHold } from '../hold-patient.ts';
import { type Route, route } from '../route.ts';
import { idOf, listOf, moment } from './answer-fields.ts';
import { line, patientId } from './fields.ts';

const admins = { roles: ['admin'], phi: true } as const;
const one = z.strictObject({ patient_id: patientId });
const text = z.string().nullable();

const holdAnswer = z
  .strictObject({
    hold_id: idOf('hold'),
    patient_id: idOf('pat'),
    reason: z.enum(HOLD_REASONS),
    text,
    placed_by: z.string(),
    placed_at: moment,
    lifted_by: text,
    lifted_at: moment.nullable().describe('Null while it stands.'),
    lift_reason: text,
  })
  .meta({ id: 'Hold' });

const holdJson = (hold: Hold): z.output<typeof holdAnswer> => ({
  hold_id: hold.id,
  patient_id: hold.patientId,
  reason: hold.reason,
  text: hold.text,
  placed_by: hold.createdName,
  placed_at: iso(hold.createdAt),
  lifted_by: hold.liftedName,
  lifted_at: hold.liftedAt === null ? null : iso(hold.liftedAt),
  lift_reason: hold.liftText,
});

const list = route(
  {
    ...{ ...admins, method: 'GET', path: '/api/patients/:patient_id/holds', audit: 'hold.list', params: one },
    ...{ summary: 'Legal holds on a patient, newest first, lifted ones too', answers: { 200: listOf(holdAnswer) } },
  },
  async (ask) => {
    const items = await listHolds(ask, ask.params.patient_id);
    return ask.c.json({ items: items.map(holdJson), next_cursor: null });
  },
);

const place = route(
  {
    ...{ ...admins, method: 'POST', path: '/api/patients/:patient_id/holds', audit: 'hold.place', params: one },
    body: z.strictObject({ reason: z.enum(HOLD_REASONS), text: line(2000) }),
    ...{
      summary: 'Place a legal hold: nothing of the patient is removed while it stands',
      answers: { 201: holdAnswer },
    },
  },
  async (ask) => ask.c.json(holdJson(await placeHold(ask, ask.params.patient_id, ask.body)), 201),
);

const lift = route(
  {
    ...{ ...admins, method: 'DELETE', path: '/api/patients/:patient_id/holds/:hold_id', audit: 'hold.lift' },
    params: z.strictObject({ patient_id: patientId, hold_id: z.string().regex(/^hold_[0-9a-f-]{36}$/) }),
    body: z.strictObject({ reason: line(2000) }),
    ...{ summary: 'Lift a legal hold, with the reason', answers: { 200: holdAnswer } },
  },
  async (ask) => {
    const { patient_id, hold_id } = ask.params;
    return ask.c.json(holdJson(await endHold(ask, patient_id, hold_id, ask.body.reason)));
  },
);

export const holdRoutes: readonly Route[] = [list, place, lift];
