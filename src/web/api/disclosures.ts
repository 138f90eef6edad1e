/** /api/patients/{id}/disclosures: to whom a patient's data went (HS-22), and noting down what went another way. */
import * as z from 'zod';
import { DISCLOSED_THINGS, DISCLOSURE_PURPOSES } from '../../store/disclosures.ts';
import { addDisclosure, readDisclosures } from '../disclose-patient.ts';
import { disclosureJson, handedOnJson } from '../export-patient.ts';
import { rolesSeeing } from '../field-access.ts';
import { cursorText, pageCursor } from '../page-cursor.ts';
import { type Route, route } from '../route.ts';
import { idOf, moment } from './answer-fields.ts';
import { DEFAULT_LIMIT, limit, line, pastTime, patientId } from './fields.ts';

const text = z.string().nullable();

export const disclosureAnswer = z
  .strictObject({
    disclosure_id: idOf('dsc'),
    at: moment,
    purpose: z.enum(DISCLOSURE_PURPOSES),
    what: z.enum(DISCLOSED_THINGS),
    to: text,
    description: text,
    by: z.string(),
    ref: text,
  })
  .meta({ id: 'Disclosure' });

const one = {
  path: '/api/patients/:patient_id/disclosures',
  roles: rolesSeeing('disclosures'),
  phi: true,
  params: z.strictObject({ patient_id: patientId }),
} as const;

const list = route(
  {
    ...{ ...one, method: 'GET', audit: 'disclosure.list' },
    query: z.strictObject({ limit, cursor: pageCursor('dsc').optional() }),
    summary: 'To whom a patient’s data went, newest first, and the systems of the clinic that notes were handed to',
    answers: {
      200: z.strictObject({
        items: z.array(disclosureAnswer),
        next_cursor: z.string().nullable(),
        handed_on: z
          .array(
            z.strictObject({
              ...{ delivery_id: z.string(), call_id: z.string(), note_version: z.int(), system: z.string() },
              at: moment,
            }),
          )
          .describe('For treatment and the running of the clinic: not part of the accounting, told beside it.'),
      }),
    },
  },
  async (ask) => {
    const { limit: most = DEFAULT_LIMIT, cursor = null } = ask.query;
    const { items, nextCursor, handedOn } = await readDisclosures(ask, ask.params.patient_id, { limit: most, cursor });
    return ask.c.json({
      ...{ items: items.map(disclosureJson), next_cursor: cursorText(nextCursor) },
      handed_on: handedOn.map(handedOnJson),
    });
  },
);

const add = route(
  {
    ...{ ...one, method: 'POST', audit: 'disclosure.add' },
    body: z.strictObject({
      purpose: z.enum(DISCLOSURE_PURPOSES),
      what: z.enum(DISCLOSED_THINGS),
      to: line(200),
      description: line(2000).nullish(),
      at: pastTime.nullish().describe('Now, when left out.'),
    }),
    ...{ summary: 'Note down that a patient’s data went to somebody', answers: { 201: disclosureAnswer } },
  },
  async (ask) => {
    const { purpose, what, to, description, at } = ask.body;
    const given = { purpose, what, recipient: to, description: description ?? null, at: at ?? ask.now };
    return ask.c.json(disclosureJson(await addDisclosure(ask, ask.params.patient_id, given)), 201);
  },
);

export const disclosureRoutes: readonly Route[] = [list, add];
