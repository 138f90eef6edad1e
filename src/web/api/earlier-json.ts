/** Earlier notes on their way to a system that was set up after them, as the API tells of it. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { SINK_NAMES } from '../../domain/delivery/sinks.ts';
import { JOB_STATUSES } from '../../store/jobs.ts';
import type { EarlierState } from '../send-earlier.ts';
import { count, idOf, moment } from './answer-fields.ts';

export const earlierSchema = z
  .strictObject({
    job_id: idOf('job'),
    sink: z.enum(SINK_NAMES),
    from: moment,
    to: moment.describe('Not included.'),
    status: z.enum(JOB_STATUSES),
    sent: count.describe('Notes that were put on their way; each is a delivery.'),
    code: z.string().nullable().describe('Why the last try failed.'),
    created_at: moment,
    ended_at: moment.nullable(),
  })
  .meta({ id: 'EarlierNotes' });
export const earlierListSchema = z.strictObject({ items: z.array(earlierSchema), next_cursor: z.null() });

export const earlierJson = (state: EarlierState): z.output<typeof earlierSchema> => ({
  ...{ job_id: state.jobId, sink: state.sink, from: iso(state.from), to: iso(state.to) },
  ...{ status: state.status, sent: state.sent, code: state.code, created_at: iso(state.createdAt) },
  ended_at: state.endedAt === null ? null : iso(state.endedAt),
});
