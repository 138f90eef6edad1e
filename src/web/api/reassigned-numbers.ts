/**
 * /api/reassigned-numbers: what the Reassigned Numbers Database answered (TC-21). The clinic asks there and uploads what came back;
 * nothing here asks it. An answer is kept by the keyed hash of its number, so none is ever shown.
 */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { log } from '../../log.ts';
import { countReassigned, REASSIGNED_ANSWERS, storeReassigned } from '../../store/reassigned-numbers.ts';
import { type Route, route } from '../route.ts';
import { count, moment } from './answer-fields.ts';
import { pastTime, phoneNumber } from './fields.ts';

/** As many as a body of 64 KiB holds. */
const MOST_ANSWERS = 400;

/** A day, as the database is asked about, or a moment. */
const day = z.union([z.iso.date().transform((text) => Date.parse(`${text}T00:00:00Z`)), pastTime]);

const upload = route(
  {
    method: 'POST',
    path: '/api/reassigned-numbers',
    roles: ['admin', 'operator'],
    audit: 'reassigned_numbers.upload',
    summary: 'Store what the Reassigned Numbers Database answered',
    answers: { 200: z.strictObject({ stored: count }) },
    phi: false,
    body: z
      .array(
        z.strictObject({
          phone_number: phoneNumber,
          answer: z.enum(REASSIGNED_ANSWERS),
          asked_for: day,
          /** When it was answered; now, when left out. */
          answered_at: pastTime.nullish(),
        }),
      )
      .min(1)
      .max(MOST_ANSWERS),
  },
  async ({ body, db, config, actor, now, c }) => {
    const answers = body.map((row) => ({
      ...{ phoneNumber: row.phone_number, answer: row.answer, askedFor: row.asked_for },
      answeredAt: row.answered_at ?? now,
    }));
    await storeReassigned(db, config.keyRing, answers);
    log.info('reassigned_numbers.uploaded', { actor: actor.id, count: answers.length });
    return c.json({ stored: answers.length });
  },
);

const counts = route(
  {
    method: 'GET',
    path: '/api/reassigned-numbers',
    roles: ['admin', 'clinician', 'intake', 'operator', 'auditor'],
    audit: 'reassigned_numbers.count',
    summary: 'Count the stored answers of the Reassigned Numbers Database',
    answers: {
      200: z.strictObject({
        counts: z.strictObject({ no: count, yes: count, no_data: count }),
        total: count,
        latest_answer_at: moment.nullable(),
      }),
    },
    phi: false,
  },
  async ({ db, c }) => {
    const { counts: numbers, latestAt } = await countReassigned(db);
    const total = numbers.no + numbers.yes + numbers.no_data;
    return c.json({ counts: numbers, total, latest_answer_at: latestAt === null ? null : iso(latestAt) });
  },
);

export const reassignedNumberRoutes: readonly Route[] = [upload, counts];
